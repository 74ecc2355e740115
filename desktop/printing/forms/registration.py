"""F01 来访登记表 on A4: the visit, its people, its matters, the record, and the signatures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from desktop.printing.breaking import balanced
from desktop.printing.sheet import A4, MM, Sheet
from desktop.printing.table import Cell, Frame, Row, label
from desktop.printing.table import draw as draw_table
from desktop.printing.wording import words
from domain.identity import mask_id
from domain.papers import (
    TITLES,
    RegisteredMatter,
    RegisteredPerson,
    RegistrationForm,
    chinese_date,
    chinese_minute,
)

_LEFT, _RIGHT, _TOP = 22 * MM, A4[0] - 20 * MM, 16 * MM
_BESIDE = 18 * MM  # the QR code stands right of the title
_COMPANION = (0.175, 0.09, 0.07, 0.22, 0.155, 0.29)
_SHARES = (0.13, 0.20, 0.12, 0.22, 0.12, 0.21)


def draw(content: RegistrationForm, foot: float) -> Sheet:
    """``foot`` is the height of the print line, in points."""
    sheet = Sheet(TITLES["F01"], f"{TITLES['F01']} {content.number}", *A4)
    y, size = _TOP - 2 * MM, 20.0
    for text in (content.organ, TITLES["F01"]):
        for part in balanced("title", text, (_RIGHT - _LEFT - 2 * _BESIDE) / size):
            y += size * 1.35
            sheet.text(A4[0] / 2, y, size, "title", part, align="centre")
    sheet.fixed("title", TITLES["F01"])
    y += 7 * MM
    sheet.text(_LEFT, y, 10.5, "fang", f"登记编号：{content.number}")
    if content.query_code:
        sheet.text(_RIGHT, y, 10.5, "fang", f"查询码：{content.query_code}", align="right")

    def next_page() -> float:
        sheet.new_page()
        sheet.text(_LEFT, _TOP, 10.5, "fang", f"{TITLES['F01']}（续）　登记编号：{content.number}")
        return _TOP + 2.5 * MM

    columns = [share * (_RIGHT - _LEFT) for share in _SHARES]
    frame = Frame(_LEFT, columns, y + 2.5 * MM, A4[1] - 16 * MM - foot, next_page)
    rows = list(_rows(content))
    rows[-1] = replace(rows[-1], keep=True)  # nobody signs a page without a part of the record on it
    draw_table(sheet, frame, [*rows, *_closing_rows(content)])
    return sheet


def _rows(content: RegistrationForm) -> Iterator[Row]:
    yield from _visit_rows(content)
    main = [p for p in content.people if p.role == "主访人"][:1] or list(content.people[:1])
    for person in main:
        yield from _person_rows(content, person)
    others = [p for p in content.people if p not in main]
    if others:
        yield Row(
            tuple(label(t) for t in ("姓名", "身份", "性别", "证件号码", "电话", "住址")), keep=True, shares=_COMPANION
        )
        for person in others:
            yield _companion_row(content, person)
    for i, matter in enumerate(content.matters, 1):
        yield from _matter_rows(matter, f"信访事项{i if len(content.matters) > 1 else ''}")
    if content.oral_record:
        yield Row((label("口述记录"), Cell(content.oral_record, 5)))


def _visit_rows(content: RegistrationForm) -> Iterator[Row]:
    kind = "、".join(
        word
        for said, word in (
            (content.collective, "集体访"),
            (not content.collective, "个访"),
            (content.anonymous, "匿名"),
            (content.offline, "离线登记"),
        )
        if said
    )
    affected = f"{content.people_affected}人" if content.people_affected else "—"
    yield Row(
        _pairs(
            ("来访时间", chinese_minute(content.visited_at)),
            ("登记时间", chinese_minute(content.registered_at)),
            wide=True,
        )
    )
    yield Row(_pairs(("信访人数", f"{content.people_present}人"), ("涉及人数", affected), ("来访形式", kind)))
    yield Row(_pairs(("接待地点", content.station), ("窗口", content.window), ("材料", content.materials)))


def _person_rows(content: RegistrationForm, person: RegisteredPerson) -> Iterator[Row]:
    yield Row(_pairs((person.role, person.name), ("性别", person.sex), ("民族", person.ethnicity)))
    birth = chinese_date(person.birth) if person.birth else ""
    yield Row(
        _pairs(("证件类型", person.id_kind), ("证件号码", _identity(content, person.id_number)), ("出生日期", birth))
    )
    phones = "、".join(p for p in (person.phone, person.fixed_phone) if p)
    yield Row(_pairs(("联系电话", phones), ("职业", person.occupation), ("工作单位", person.employer)))
    yield Row((label("住址"), Cell(person.address or person.note, 5)))
    if person.address and person.note:
        yield Row((label("说明"), Cell(person.note, 5)))
    if person.household_address or person.mailing_address or person.residence:
        yield Row((label("户籍地址"), Cell(person.household_address, 5)))
        yield Row((label("常住地址"), Cell(person.residence, 2), label("送达地址"), Cell(person.mailing_address, 2)))
    if person.credit_code or person.legal_representative or person.nationality:
        pairs = (
            ("信用代码", person.credit_code),
            ("法定代表人", person.legal_representative),
            ("国籍/地区", person.nationality),
        )
        yield Row(_pairs(*pairs))


def _companion_row(content: RegistrationForm, person: RegisteredPerson) -> Row:
    address = "；".join(t for t in (person.address, person.note) if t)
    return Row(
        (
            Cell(person.name or "（未署名）", centre=True),
            Cell(person.role, centre=True),
            Cell(person.sex, centre=True),
            Cell(_identity(content, person.id_number)),
            Cell(person.phone or person.fixed_phone),
            Cell(address),
        ),
        shares=_COMPANION,
    )


def _happened(text: str) -> str:
    """When it happened: a date as papers write it, anything else in the clerk's words."""
    try:
        return chinese_date(text)
    except ValueError:
        return text


def _matter_rows(matter: RegisteredMatter, head: str) -> Iterator[Row]:
    yield Row((label(head), Cell(matter.summary, 5)), keep=True)
    yield Row(_pairs(("事项分类", matter.classification), ("内容分类", matter.category), ("信访目的", matter.purpose)))
    happened = _happened(matter.happened)
    yield Row(_pairs(("问题属地", matter.place), ("发生时间", happened), ("被反映人", matter.accused)))
    yield Row((label("请求"), Cell(matter.request, 5)))
    yield Row((label("事实"), Cell(matter.facts, 5)))
    yield Row((label("理由"), Cell(matter.reasons, 5)))
    yield Row((label("甄别"), Cell(_triage(matter), 5)))
    repetition = "　".join(t for t in (matter.repetition, matter.repetition_reason) if t)
    if matter.earlier_number:
        repetition += f"　原登记编号：{matter.earlier_number}"
    yield Row((label("初重访"), Cell(repetition, 2), label("标记"), Cell("、".join(matter.flags) or "无", 2)))
    route = "　".join(t for t in (matter.route, matter.route_label) if t)
    yield Row((label("处理途径"), Cell(route, 2), label("处理方式"), Cell(matter.outcome, 2)))
    if matter.national_number:
        yield Row((label("信访件编号"), Cell(matter.national_number, 5)))
    if matter.handlings:
        steps = [
            "　".join(
                t
                for t in (
                    chinese_minute(step.at),
                    step.way,
                    step.organ and f"办理机构：{step.organ}",
                    step.destination and f"去向：{step.destination}",
                    step.document_number,
                    step.handler and f"经办人：{step.handler}",
                    step.due and f"限办日期：{chinese_date(step.due)}",
                )
                if t
            )
            for step in matter.handlings
        ]
        yield Row((label("办理情况"), Cell("\n".join(steps), 5)))


def _triage(matter: RegisteredMatter) -> str:
    asked = (
        ("法院已受理", matter.court_took_it),
        ("已行政复议", matter.reconsidered),
        ("仲裁机构已受理", matter.arbitrated),
        ("有复查复核意见", matter.review_opinion_exists),
    )
    return "　".join(f"{word}：{'未询问' if said is None else '是' if said else '否'}" for word, said in asked)


def _closing_rows(content: RegistrationForm) -> Iterator[Row]:
    said = words(content.wording, "F01")
    tick = "☑" if content.read_back else "☐"
    back = f"{tick}{said['read_back']}" + (f"（{content.read_back}）" if content.read_back else "")
    yield Row((label("备注"), Cell(content.remark, 5, lines=2)), keep=True)
    yield Row(
        (
            Cell(
                f"{back}\n{said['truth']}\n\n{said['sign_petitioner']}{'　' * 18}年　　月　　日",
                6,
                lines=5,
            ),
        ),
        keep=True,
    )
    interviewer = "　".join(t for t in (content.interviewer, content.interviewer_unit) if t)
    yield Row(
        (
            Cell(f"{said['sign_registrar']}{content.registrar}", 3, lines=2),
            Cell(f"{said['sign_interviewer']}{interviewer}", 3, lines=2),
        )
    )


def _identity(content: RegistrationForm, number: str) -> str:
    return number if content.show_identity else mask_id(number)


def _pairs(*pairs: tuple[str, str], wide: bool = False) -> tuple[Cell, ...]:
    """Label and text, three to a row, or two when ``wide``."""
    return tuple(cell for head, text in pairs for cell in (label(head), Cell(text, 2 if wide else 1)))
