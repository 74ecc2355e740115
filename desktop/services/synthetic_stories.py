"""Stories of synthetic matters: sentences with gaps, written for this program; nothing in them happened to anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from domain.commands import Answer


@dataclass(frozen=True, slots=True)
class Story:
    """One kind of matter with several ways of telling it.

    Gaps: ``{village} {town} {group} {mu} {sum} {days} {people} {month} {year} {company} {project} {estate} {school}
    {hospital} {person} {organ}``. ``accused`` says whom it is about; accusations name a person.
    """

    content_code: str
    matter_class: Literal["suggestion", "accusation", "claim", "other"]
    purpose: str
    summaries: tuple[str, ...]
    requests: tuple[str, ...]
    facts: tuple[str, ...]
    more_facts: tuple[str, ...]
    reasons: tuple[str, ...]
    route: Literal["", "31-1", "31-2", "31-3", "31-4", "31-5", "31-6"] = ""
    weight: int = 4
    accused: Literal["", "organ", "company", "village"] = ""
    court: Answer = "no"
    reconsideration: Answer = "no"
    arbitration: Answer = "no"
    materials: tuple[str, ...] = ()
    group: bool = False
    """Whether many people come together about it."""
    flags: tuple[str, ...] = ()


STORIES: Final = (
    Story(
        "030100",
        "claim",
        "求决",
        (
            "{village}土地征收补偿款未发放",
            "{project}征用{village}{mu}亩地，补偿标准有争议",
            "{village}{group}组征地青苗补偿未到位",
        ),
        ("要求发放征地补偿款{sum}元", "请求公布征地补偿标准并按标准补足", "要求说明补偿款去向并尽快发放到户"),
        (
            "{year}年{month}月{project}占用{village}{group}组耕地{mu}亩，签字时说三个月内付清，至今只付了一部分。",
            "{village}{group}组共{people}户的承包地被{project}占用，丈量面积与台账不一致，少算{mu}亩。",
        ),
        (
            "补偿清单一直没有张榜，问过两次都说在等上级拨款。",
            "同一块地相邻的组已经拿到钱，本组没有。",
            "地已经平整开工，今年无法耕种。",
        ),
        ("补偿标准没有公开，签字表上的数字与实发不符。", "占地已成事实，补偿应当及时足额支付。"),
        "31-6",
        9,
        "organ",
        materials=("征地丈量表", "土地承包经营权证", "付款凭条"),
        group=True,
    ),
    Story(
        "060600",
        "claim",
        "求决",
        ("{company}拖欠工资{sum}元", "{project}农民工工资未结清", "包工头拖欠{people}人工资"),
        ("要求支付拖欠的工资{sum}元", "请求责令用工单位结清工资", "希望帮助讨回{days}天工资"),
        (
            "{year}年{month}月起在{project}干活，共{days}天，说好按月结，最后两个月没有给。",
            "经人介绍到{company}做工，没有签合同，考勤由班长记在本子上，共欠{sum}元。",
        ),
        ("找负责人多次，都说工程款没有到账。", "同去的还有{people}人，情况一样。", "有微信记账截图和考勤本复印件。"),
        ("付出了劳动，应当得到报酬。", "家里等钱看病和交学费。"),
        "31-5",
        8,
        "company",
        materials=("考勤记录复印件", "工资欠条"),
        group=True,
        flags=("urgent",),
    ),
    Story(
        "060100",
        "claim",
        "求决",
        ("与{company}解除劳动合同经济补偿争议", "被{company}辞退未给补偿"),
        ("要求支付解除劳动合同的经济补偿{sum}元", "请求确认劳动关系并补缴保险"),
        (
            "在{company}工作多年，{year}年{month}月被口头通知不用来了，没有书面手续。",
            "{company}以效益不好为由裁员，未提前通知，也没有补偿。",
        ),
        ("已向劳动人事争议仲裁委员会申请仲裁，尚未开庭。", "仲裁已经受理，本人仍希望调解。"),
        ("单位单方解除，程序不合规定。",),
        "31-2",
        4,
        "company",
        arbitration="yes",
        materials=("劳动合同复印件", "仲裁受理通知书复印件"),
    ),
    Story(
        "130100",
        "claim",
        "申诉",
        ("{village}低保被取消，要求复核", "申请低保未获批准", "反映低保评定不公"),
        ("请求重新核实家庭情况，恢复低保", "要求说明取消低保的理由"),
        (
            "家中{people}口人，本人有慢性病，{year}年{month}月起低保停发，没有收到书面通知。",
            "{village}评议时没有通知本人到场，公示期间本人住院，错过了提意见的时间。",
        ),
        ("家庭收入主要靠零工，每年不足{sum}元。", "邻居情况相近，仍在享受。"),
        ("生活确有困难，符合救助条件。", "评议程序不完整，应当重新入户核查。"),
        "31-6",
        6,
        "organ",
        materials=("低保申请表复印件", "诊断证明复印件"),
    ),
    Story(
        "090200",
        "claim",
        "求决",
        ("{estate}物业服务差、收费不公开", "{estate}电梯长期停用", "{estate}公共收益去向不明"),
        ("要求物业公司公开公共收益并整改", "请求督促物业尽快维修电梯", "要求重新选聘物业公司"),
        (
            "{estate}{people}号楼电梯自{month}月起停用{days}天，老人上下楼不便。",
            "{estate}地面车位收费和广告收入多年没有公布，物业费却上涨。",
        ),
        ("业主多次在群里反映，物业只答复正在联系厂家。", "楼道灯坏了一半，垃圾两天一清。"),
        ("物业服务合同约定了维修时限。", "公共收益属于全体业主。"),
        "31-5",
        6,
        "company",
        materials=("业主签名表", "现场照片"),
        group=True,
    ),
    Story(
        "050100",
        "claim",
        "求决",
        ("{company}排放污水影响{village}灌溉", "{village}养殖场臭味扰民", "{company}夜间排烟"),
        ("要求查处违法排污并恢复沟渠", "请求环保部门到现场检测", "要求养殖场搬离居民点"),
        (
            "{year}年{month}月以来，{company}的废水排进{village}的水渠，渠里的鱼死了，{mu}亩菜地不能浇。",
            "{village}{group}组旁边的养殖场离住房不足百米，天热时门窗不能开。",
        ),
        ("拨打过投诉电话，当天停了，第二天照旧。", "附近{people}户都有意见，愿意作证。"),
        ("生活和生产都受影响，应当依法查处。",),
        "31-5",
        6,
        "company",
        materials=("现场照片", "联名信"),
        group=True,
    ),
    Story(
        "080100",
        "claim",
        "求决",
        ("与{hospital}医疗损害纠纷", "反映{hospital}手术后遗症处理问题"),
        ("要求{hospital}承担医疗费{sum}元", "请求组织医疗损害鉴定并赔偿"),
        (
            "{year}年{month}月在{hospital}手术，术后{days}天仍不能下床，转院复查发现问题。",
            "家人在{hospital}住院期间病情加重，病历有几处涂改。",
        ),
        ("已就赔偿向法院起诉，案件正在审理。", "法院已经立案，还没有判决。"),
        ("医院的解释前后不一致。",),
        "31-1",
        3,
        "organ",
        court="yes",
        materials=("病历复印件", "受理案件通知书复印件"),
        flags=("litigation",),
    ),
    Story(
        "040100",
        "claim",
        "申诉",
        ("{village}房屋拆迁安置面积有争议", "{project}拆迁过渡费停发"),
        ("要求按协议补足安置面积", "请求继续发放过渡费{sum}元"),
        (
            "{year}年{month}月因{project}拆除房屋一处，协议写明安置面积，交房时少了{mu}平方米。",
            "过渡费发到{month}月停了，安置房至今没有交付。",
        ),
        ("对补偿决定不服，已申请行政复议，复议机关已受理。", "复议材料已经递交，等候答复。"),
        ("协议是双方签字盖章的，应当履行。",),
        "31-4",
        4,
        "organ",
        reconsideration="yes",
        materials=("拆迁安置协议复印件", "复议受理通知书复印件"),
        group=True,
    ),
    Story(
        "120200",
        "claim",
        "求决",
        ("外来务工人员子女在{school}入学问题", "{school}划片调整，孩子上学路远"),
        ("请求安排孩子就近入学", "要求公布学区划分的依据"),
        (
            "孩子今年该上学，居住证和租房合同都有，{school}答复学位已满。",
            "{estate}原来划在{school}，今年改到三公里以外，家长接送困难。",
        ),
        ("同一栋楼去年的孩子都能上。", "学校让找教育部门，教育部门让等通知。"),
        ("适龄儿童有接受义务教育的权利。",),
        "31-6",
        4,
        "organ",
        materials=("居住证复印件", "租房合同复印件"),
        group=True,
    ),
    Story(
        "060300",
        "claim",
        "求决",
        ("企业退休人员养老金核定问题", "工龄认定少算{people}年"),
        ("要求重新核定养老金", "请求认定在{company}工作期间的工龄"),
        (
            "本人{year}年办理退休，档案里有一段在{company}的经历没有计入。",
            "同一批退休的工友每月多{sum}元，本人反映后答复要补材料。",
        ),
        ("原单位已经改制，材料在档案馆。", "找到两名当年的同事愿意作证。"),
        ("多年工作应当得到承认。",),
        "31-6",
        4,
        "organ",
        materials=("退休证复印件", "工作证明"),
    ),
    Story(
        "010100",
        "claim",
        "求决",
        ("{village}承包地边界纠纷", "{village}{group}组土地流转租金未付"),
        ("要求确认承包地四至", "请求督促支付流转租金{sum}元"),
        (
            "与邻户承包地相连，{year}年翻耕时界石被移动，少了约{mu}分地。",
            "{year}年把{mu}亩地流转给合作社，租金付了一年后停付。",
        ),
        ("{village}调解过两次，没有结果。", "台账上的面积与确权证不同。"),
        ("确权证写得清楚，应当以证为准。",),
        "31-6",
        5,
        "village",
        materials=("土地承包经营权证复印件",),
    ),
    Story(
        "070100",
        "suggestion",
        "意见建议",
        ("建议修缮{village}通村道路", "建议{village}路口增设路灯", "建议调整{town}公交班次"),
        ("希望尽快修补路面", "建议在路口安装路灯和减速带", "建议早晚各增加一班车"),
        (
            "{village}到{town}的路破损约{days}米，雨天积水，学生骑车容易摔倒。",
            "{town}末班车太早，在县城做工的人赶不上。",
        ),
        ("附近{people}户都要走这条路。", "去年摔伤过老人。"),
        ("出行安全关系每家每户。",),
        "",
        6,
    ),
    Story(
        "150100",
        "accusation",
        "揭发控告",
        ("反映{village}干部{person}有关问题", "反映{village}集体资金使用问题"),
        ("要求查清集体资金的去向", "请求调查{person}有关问题并公布结果"),
        (
            "{year}年{month}月{village}出租集体厂房，租金{sum}元没有进账，由{person}经手。",
            "{person}在发放补贴时优亲厚友，名单没有公示。",
        ),
        ("账目多年没有公开。", "有村民保存了收据的照片。"),
        ("集体的钱应当用在集体。",),
        "",
        3,
        "village",
        materials=("收据照片打印件",),
    ),
    Story(
        "080200",
        "other",
        "咨询",
        ("咨询异地就医报销手续", "咨询残疾人补贴申请条件", "咨询户口迁移材料"),
        ("想知道需要带哪些材料、到哪里办理", "想了解办理时间和地点"),
        (
            "家人在外地住院，不清楚回来怎样报销。",
            "打算给家里老人申请补贴，不知道找哪个部门。",
            "婚后想把户口迁到{village}，不清楚要哪些材料。",
        ),
        ("网上看不明白，来当面问一下。",),
        ("",),
        "",
        3,
    ),
)
