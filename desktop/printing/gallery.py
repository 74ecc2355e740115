"""One picture of every form, made from the real PDF: ``python -m desktop.printing.gallery docs/forms``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from desktop.printing import page_pngs, render, stamp_reprint
from desktop.printing.gallery_forms import forms
from domain.papers import (
    LARGE_TYPE,
    SIZES,
    AcceptanceNotice,
    Content,
    Handling,
    Mark,
    MaterialLine,
    MaterialList,
    Paper,
    PathwayNotice,
    PrintLine,
    ReferralNotice,
    RegisteredMatter,
    RegisteredPerson,
    RegistrationForm,
    ServiceReturn,
    VisitReceipt,
)

_NUMBER, _CODE = "YX02-20261123-0007", "K7M2P9"
_OFFICE = "云溪县信访局"
LINE = PrintLine(_NUMBER, "2026-11-23 09:12", "云溪县人民来访接待中心", "陈晓岚")


def samples() -> list[Content]:
    """One synthetic content for each form, in the order of the forms; nobody in them exists."""
    return sorted([*usual(), *forms()], key=lambda content: content.form)


def usual() -> list[Content]:
    """Those of the forms a window prints every day."""
    return [registration(), receipt(), materials(), acceptance(), pathway(), referral(), service_return()]


def registration() -> RegistrationForm:
    people = (
        RegisteredPerson(
            name="𠮷䶮",
            role="主访人",
            sex="男",
            ethnicity="汉族",
            birth="1949-12-31",
            id_kind="居民身份证",
            id_number="11010519491231002X",
            phone="13900000001",
            address="云溪县石桥镇柳河村三组12号",
            household_address="云溪县石桥镇柳河村三组12号",
            mailing_address="云溪县石桥镇柳河村村民委员会转",
            occupation="农民",
        ),
        RegisteredPerson(name="㛃𱁬", role="代表", sex="女", id_number="440524188001010014", phone="13900000002",
                         address="云溪县石桥镇柳河村一组3号"),
        RegisteredPerson(name="阿卜杜热西提·买买提", role="代表", sex="男", phone="13900000003",
                         address="云溪县石桥镇柳河村二组8号"),
        RegisteredPerson(name="", role="随访人", note="不愿说明姓名"),
    )  # fmt: skip
    matter = RegisteredMatter(
        summary="反映柳河村三组征收承包地的青苗补偿费未按时足额发放",
        request="请求核实征收面积，补发青苗补偿费，并公布补偿款分配明细。",
        facts="2025年10月，县里修建环城公路征收柳河村三组承包地，村民签了字，至今只收到一部分青苗补偿费。"
        "村委会说款项已拨到镇里，镇里说还在核对面积，前后去问过四次没有明确答复。",
        reasons="征收公告写明青苗补偿费在签订协议后三个月内付清，现已超过一年。",
        classification="申诉求决",
        category="农村农业/土地征收",
        purpose="求决",
        place="云溪县石桥镇",
        happened="2025年10月",
        court_took_it=False,
        reconsidered=False,
        arbitrated=False,
        review_opinion_exists=False,
        repetition="初访",
        repetition_reason="本机构无登记",
        flags=("集体访",),
        route="31-6",
        route_label="听取陈述、调查核实，出具处理意见书",
        outcome="转送石桥镇人民政府",
        handlings=(
            Handling(at="2026-11-23 09:40", way="转送", organ=_OFFICE, destination="石桥镇人民政府", due="2026-12-08"),
        ),
    )
    return RegistrationForm(
        organ=_OFFICE,
        number=_NUMBER,
        visited_at="2026-11-23 09:00",
        registered_at="2026-11-23 09:12",
        station="县人民来访接待中心",
        window="3号窗口",
        people_present=12,
        people_affected=46,
        collective=True,
        offline=True,
        people=people,
        matters=(matter,),
        oral_record="来访人口述：我们是柳河村三组的，地被征了一年多，青苗钱只给了一半。今天来就是想问清楚剩下的钱在哪里，"
        "什么时候发，面积到底是按多少算的。",
        read_back="已向本人宣读",
        materials="共3种5份16页",
        interviewer="周明远",
        interviewer_unit="县自然资源局",
        registrar="陈晓岚",
        query_code=_CODE,
    )


def receipt() -> VisitReceipt:
    return VisitReceipt(
        organ=_OFFICE,
        number=_NUMBER,
        query_code=_CODE,
        visited_at="2026-11-23 09:00",
        name="𠮷䶮",
        people_present=12,
        window="3号窗口",
        summaries=("反映柳河村三组征收承包地的青苗补偿费未按时足额发放",),
        next_step="依法转送、交办或者报请",
        next_due="2026-12-08",
        query_phone="0000-5550123",
        query_address="县人民来访接待中心查询窗口",
    )


def materials() -> MaterialList:
    return MaterialList(
        organ=_OFFICE,
        number=_NUMBER,
        received_at="2026-11-23 09:15",
        name="𠮷䶮",
        lines=(
            MaterialLine(title="征收补偿协议书", kind="复印件", copies=1, pages=6, remark="不退还"),
            MaterialLine(title="农村土地承包经营权证", kind="复印件", copies=1, pages=4, remark="原件已核对"),
            MaterialLine(title="联名反映信（46人签名）", kind="原件", copies=1, pages=3),
            MaterialLine(title="地块现状照片", kind="电子", copies=2, remark="存U盘"),
        ),
        originals_returned=True,
        receiver="陈晓岚",
        window="3号窗口",
        query_code=_CODE,
    )


def acceptance() -> AcceptanceNotice:
    return AcceptanceNotice(
        organ="云溪县石桥镇人民政府",
        document_number="石政信受字〔2026〕12号",
        number=_NUMBER,
        addressee="𠮷䶮",
        received_on="2026-11-23",
        channel="走访",
        forwarded_by=_OFFICE,
        forwarded_on="2026-11-23",
        summary="反映柳河村三组征收承包地的青苗补偿费未按时足额发放",
        accepted_on="2026-11-24",
        due="2027-01-23",
        due_rolled="2027-01-25",
        handling_unit="镇农业农村办公室",
        issued_on="2026-11-24",
        contact="周明远",
        contact_phone="0000-5550188",
        query_code=_CODE,
        query_phone="0000-5550123",
    )


def pathway() -> PathwayNotice:
    return PathwayNotice(
        organ="云溪县人力资源和社会保障局",
        document_number="云人社信途字〔2026〕5号",
        number="YX02-20261123-0011",
        addressee="㛃𱁬",
        received_on="2026-11-23",
        channel="走访",
        summary="反映某建材公司拖欠2026年3月至6月工资",
        route="31-2",
        legal_basis="《中华人民共和国劳动争议调解仲裁法》第五条、第二十七条",
        where="云溪县劳动人事争议仲裁委员会",
        how="提交仲裁申请书，写明请求事项和所根据的事实、理由，并按照被申请人人数提交副本。",
        time_limit="申请仲裁的时效期间为一年，从知道或者应当知道权利被侵害之日起计算",
        where_address="云溪县建设路18号二楼",
        where_phone="0000-5550166",
        handling_unit="",
        contact="马东",
        contact_phone="0000-5550167",
        query_code="T4N8Q2",
        query_phone="0000-5550123",
        issued_on="2026-11-23",
    )


def referral() -> ReferralNotice:
    return ReferralNotice(
        organ=_OFFICE,
        document_number="云信转字〔2026〕31号",
        number=_NUMBER,
        addressee="𠮷䶮",
        received_on="2026-11-23",
        channel="走访",
        summary="反映柳河村三组征收承包地的青苗补偿费未按时足额发放",
        to_organ="云溪县石桥镇人民政府",
        sent_on="2026-11-23",
        due="2026-12-08",
        due_rolled="2026-12-08",
        to_contact="镇信访工作站",
        to_phone="0000-5550188",
        contact="陈晓岚",
        contact_phone="0000-5550123",
        query_code=_CODE,
        query_phone="0000-5550123",
        issued_on="2026-11-23",
    )


def service_return() -> ServiceReturn:
    return ServiceReturn(
        organ="云溪县石桥镇人民政府",
        number=_NUMBER,
        document_title="受理告知书",
        document_number="石政信受字〔2026〕12号",
        recipient="𠮷䶮",
        address="云溪县石桥镇柳河村三组12号",
        way="当面",
        query_code=_CODE,
    )


_RED = ("F09", "F10", "F11", "F19", "F20", "F21")
"""Letters, whose head is red."""


def main(folder: str) -> None:
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    pictures: list[tuple[str, bytes]] = []
    for content in samples():
        line = replace(LINE, number=content.number)
        sheets = SIZES[content.form]
        pictures += [
            (f"{content.form}-{paper.lower()}", render(content, paper, line, Mark.original())) for paper in sheets
        ]
        if content.form in LARGE_TYPE:
            pictures += [
                (f"{content.form}-{paper.lower()}-large", render(content, paper, line, Mark.original(), large=True))
                for paper in SIZES[content.form]
            ]
    secret = replace(receipt(), accusation=True, people_present=1)
    pictures.append(("F02-r80-accusation", render(secret, Paper.R80, LINE, Mark.original())))
    pictures.append(("F04-draft", render(replace(acceptance(), document_number=""), Paper.A4, LINE, Mark.draft())))
    original = render(acceptance(), Paper.A4, LINE, Mark.original())
    pictures.append(("F04-reprint", stamp_reprint(original, Mark.reprint(2, "2026-11-24 10:05", "陈晓岚"))))
    for name, pdf in pictures:
        for number, png in enumerate(page_pngs(pdf, 110, colour=name[:3] in _RED), 1):
            (target / (f"{name}.png" if number == 1 else f"{name}-{number}.png")).write_bytes(png)


if __name__ == "__main__":
    main(sys.argv[1])
