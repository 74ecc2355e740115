"""Words synthetic people and places are made of: invented here, so that no list of real people is ever touched."""

from __future__ import annotations

from typing import Final

REGION: Final = "370299"
"""The region code of 青禾县, a county that does not exist; its towns and villages are those of the shipped table."""
COUNTY: Final = "青禾县"

SURNAMES: Final = tuple(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴"
    "夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
COMPOUND_SURNAMES: Final = ("欧阳", "上官", "司马", "诸葛", "尉迟", "皇甫")

MEN: Final = tuple("强军勇伟刚明亮建国平峰涛斌波辉健林海山川志信德福贵宝田树根柱")
WOMEN: Final = tuple("芳秀英兰梅娟丽霞燕玲琴凤红娜敏静慧洁珍珠桂香莲菊云彩巧翠")
MIDDLE: Final = tuple("建国文志永新春玉学士长庆成中大小立正广兴家世宏光金秋雪晓")

RARE_SURNAMES: Final = ("𠮷", "仉", "逄", "䶮", "亓", "麴")
RARE_GIVEN: Final = ("䶮", "㛃", "𱁬", "堃", "喆", "翀", "頔", "赟", "𠮷")
"""Characters of Extension A, B and G beside everyday ones: a name is printed and found as it is on the card."""

MINORITIES: Final = (
    (
        "05",
        ("阿依努尔", "古丽米热", "艾力", "帕提古丽", "吐尔逊", "库尔班", "热孜婉", "亚森"),
        ("买买提", "艾合买提", "吐尔地", "依明", "玉素甫", "阿不都拉"),
    ),
    ("02", ("布仁", "其其格"), ("巴特尔", "那顺")),
)
"""(code of the ethnic group, given names, fathers' names): written with the middle dot ·."""

TOWNS: Final = (
    ("青禾街道", (("370299001001", "东关社区"), ("370299001002", "西关社区"), ("370299001003", "北园社区"))),
    (
        "云溪镇",
        (
            ("370299101201", "上溪村"),
            ("370299101202", "下溪村"),
            ("370299101203", "桥头村"),
            ("370299101204", "柳林村"),
        ),
    ),
    ("石桥镇", (("370299102201", "石桥村"), ("370299102202", "大坪村"), ("370299102203", "小坪村"))),
    ("龙泉乡", (("370299103201", "龙泉村"), ("370299103202", "黄土村"), ("370299103203", "白沙村"))),
)

COMPANIES: Final = (
    "青禾县禾丰建筑有限公司",
    "青禾县溪源食品有限公司",
    "青禾县石桥水泥制品厂",
    "青禾县绿园物业服务有限公司",
    "青禾县宏达客运有限公司",
    "青禾县龙泉养殖专业合作社",
)
PROJECTS: Final = ("环城北路延伸工程", "云溪河治理工程", "石桥工业园二期", "龙泉水库加固工程", "青禾站前广场项目")
ESTATES: Final = ("禾香苑", "云溪花园", "石桥新村", "北园小区", "西关家园")
SCHOOLS: Final = ("青禾县第三小学", "云溪镇中心小学", "石桥镇初级中学", "青禾县实验幼儿园")
HOSPITALS: Final = ("青禾县人民医院", "云溪镇卫生院", "石桥镇卫生院")
OCCUPATIONS: Final = ("02", "02", "02", "01", "12", "13", "15", "16", "11", "04", "99")
"""Codes of the shipped table; farmers come more often."""
INTERVIEWERS: Final = ("沈一诺", "顾长庚", "陆小满")
ORGANISATION_KINDS: Final = ("食品有限公司", "运输有限公司", "种植专业合作社", "建材经营部")
ORGANISATION_MARKS: Final = ("禾田", "溪月", "石鼓", "泉新", "东篱", "南坡", "青穗", "白杨")
NEWS: Final = ("又找到当时的签字表。", "有关单位上周答复说不归其管。", "情况比上次更严重。")
