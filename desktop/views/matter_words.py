"""What a matter's page says of it in marks, facts and groups of fields; words only, read off its rows."""

from __future__ import annotations

from typing import Final

from desktop.models.store.rows import MatterRow
from desktop.services.lookup import MatterPage as Whole
from desktop.views.details import Detail, DetailGroup
from desktop.views.terms import CLOCK, MATTER_CLASS, NEXT_STEP, REPEAT, ROUTE, SEX, STAGE, term
from domain.flags import Flag

SECRECY = "检举控告，信访人信息不在此显示（第三十条）"


def marks(whole: Whole) -> list[tuple[str, str]]:
    matter = whole.matter
    marks = [(term(STAGE, matter.stage), "wait")]
    if whole.conflicts:
        marks.append((f"待核对 {len(whole.conflicts)}", "late"))
    if whole.together:
        marks.append(("同时办理", "soon"))
    if matter.calendar_missing:
        marks.append((f"日历缺失 {matter.calendar_missing} 年", "soon"))
    if whole.newer:
        marks.append(("含新版本办理内容，请升级后办理", "late"))
    marks.append(("已到县", "good") if matter.reported else ("已存本机", "wait"))
    return marks


def due_words(matter: MatterRow) -> str:
    """The due day in one line: nominal, and the rolled day where it differs or cannot be known."""
    if not matter.due_nominal:
        return "没有正在计算的期限"
    text = f"{term(CLOCK, matter.due_clock)}：名义 {matter.due_nominal}"
    if matter.due_rolled and matter.due_rolled != matter.due_nominal:
        return f"{text}，顺延至 {matter.due_rolled}"
    return f"{text}，顺延日待核" if not matter.due_rolled else text


def facts(whole: Whole) -> list[Detail]:
    matter = whole.matter
    repeat = "" if matter.repeat in ("", "undecided") else term(REPEAT, matter.repeat)
    route = f"　{term(ROUTE, matter.route)}" if matter.route else ""
    return [
        Detail("信访人", matter.main_name or "匿名"),
        Detail("类别", term(MATTER_CLASS, matter.matter_class) + route if matter.matter_class else "未分类"),
        Detail("责任单位", matter.owner),
        Detail("收到", f"{matter.received_on}（{repeat}）" if repeat else matter.received_on),
        Detail("下一步", term(NEXT_STEP, matter.next_step), "strong"),
        Detail("期限", due_words(matter), "strong" if matter.due_nominal else ""),
    ]


_DECIDED: Final = {"rule": "规则", "clerk": "经办人", "county": "县级"}


def _flag_words(flag: Flag) -> str:
    """A flag that is set, or that a rule proposes, with who decided it and by what; the others say nothing here."""
    if flag.value:
        return f"是（{_DECIDED[flag.by]}：{flag.why}）"
    return flag.why if flag.why.startswith("规则提示") else ""


def groups(whole: Whole) -> list[DetailGroup]:
    groups = [DetailGroup("信访事项", tuple(Detail(title, text) for title, text in whole.fields))]
    told = tuple(Detail(flag.title, _flag_words(flag)) for flag in whole.flags if _flag_words(flag))
    groups.append(DetailGroup("标识及由谁认定", told))
    person = whole.petitioner
    if whole.matter.matter_class == "accusation":
        words = (
            Detail("信访人", whole.matter.main_name or "匿名"),
            Detail("保密", SECRECY),
        )
        groups.append(DetailGroup("信访人", words))
    elif person is not None:
        groups.append(
            DetailGroup(
                "信访人",
                (
                    Detail("姓名（名称）", person.name),
                    Detail("性别", term(SEX, person.sex) if person.sex else ""),
                    Detail("证件号码", person.id_masked),
                    Detail("手机", person.mobile_masked),
                    Detail("住址", person.address),
                    Detail("送达地址", person.delivery_address),
                    Detail(
                        "来访次数",
                        f"{person.visit_count} 次，最近 {person.last_visit_on}" if person.visit_count else "",
                    ),
                ),
            )
        )
    visit = whole.visit
    if visit is not None:
        crowd = "，集体访" if visit.collective else ""
        groups.append(
            DetailGroup(
                "所属来访",
                (
                    Detail("登记编号", visit.number),
                    Detail("来访时间", visit.visited_at),
                    Detail("来访人数", f"{visit.headcount} 人{crowd}"),
                    Detail("登记", f"{visit.office} {visit.window}号窗口 {visit.clerk}"),
                ),
            )
        )
    return groups
