"""Flags 标识 of a matter: what each says, who decided it and by what, and what is unknown 待核 (never guessed)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

from domain.beijing import parse_minute
from domain.directory import Directory, no_organ
from domain.fold import CaseState
from domain.levels import propose_level
from domain.refusals import Refusal
from domain.rules import Rules

By = Literal["rule", "clerk", "county", ""]
"""Who decided: a rule by recorded facts · a clerk · the county or the system above it · nobody yet."""

CLERK_FLAGS: Final = (
    "litigation",
    "threat",
    "urgent",
    "level_skipping",
    "cross_region",
    "backlog",
    "foreign",
    "hongkong",
    "macao",
    "taiwan",
    "overseas",
)
"""Flags a clerk ticks: fields ``flag.<code>`` of the matter."""
TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "first_office": "本机构初次",
        "first_office_form": "本机构信访形式初次",
        "first_national": "全国初次",
        "first_national_form": "全国信访形式初次",
        "repeat": "重复信访",
        "collective": "集体访",
        "large_collective": "规模性集体访",
        "joint": "联名",
        "anonymous": "匿名",
        "litigation": "涉法涉诉",
        "threat": "扬言",
        "urgent": "重大紧急",
        "level_skipping": "越级走访",
        "cross_region": "三跨三分离",
        "backlog": "信访积案",
        "foreign": "涉外",
        "hongkong": "涉港",
        "macao": "涉澳",
        "taiwan": "涉台",
        "overseas": "涉侨",
    }
)
"""In the order they are told (domain.md §2.1, §4.2)."""
NATIONAL: Final = MappingProxyType({"first_national": "first.national", "first_national_form": "first.national_form"})
"""Only who sees the whole country can tell: a station never sets these, whatever its clerk thinks."""
LEVEL_RECORD: Final = "level_skipping"
"""The field that keeps how 越级走访 was decided: what the directory proposed, on which organ, and why."""
NATIONAL_UNKNOWN: Final = "待核：本机构只知道本机构的信访事项，由上级信息系统认定"


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag as it stands."""

    code: str
    title: str
    value: bool | None
    """None: unknown 待核, nobody has said."""
    by: By
    why: str
    """By what it was decided, or what is missing; or what a rule would say though nobody has decided (规则提示)."""


def flags(
    matter: CaseState,
    visit: CaseState | None,
    earlier: CaseState | None,
    rules: Rules,
    directory: Directory = no_organ,
) -> tuple[Flag, ...]:
    """Every flag of a matter, in the order of ``TITLES``; ``earlier`` is the matter it repeats, where it is here."""
    day = _day(matter.text("received_on"))
    found = {**_firsts(matter), **_crowd(visit, rules, day)}
    for code in CLERK_FLAGS:
        found[code] = _ticked(code, matter, _hint(code, matter, earlier, rules, day))
    found["level_skipping"] = _level(matter, rules, directory)
    return tuple(found[code] for code in TITLES if code in found)


def first_here(kind: str, office: str, channel: str, earlier: CaseState | None) -> dict[str, bool]:
    """``first.office`` and ``first.office_form`` as the decision about repeats makes them; what stays open is absent.

    A matter repeated from another office is first here; one that came before by letter is first as a visit.
    """
    if kind == "first":
        return {"first.office": True, "first.office_form": True}
    if kind not in ("repeat", "new_facts") or earlier is None or not earlier.text("office"):
        return {}
    here = earlier.text("office") == office
    if not here:
        return {"first.office": True, "first.office_form": True}
    same_form = earlier.text("channel") == channel
    # by which forms it came before the earlier matter is not known when that was itself a repeat
    form = {"first.office_form": False} if same_form else {}
    if not same_form and earlier.text("repeat") == "first":
        form = {"first.office_form": True}
    return {"first.office": False, **form}


def _firsts(matter: CaseState) -> dict[str, Flag]:
    repeat = matter.text("repeat", "undecided")
    reason = matter.text("repeat.reason")
    found: dict[str, Flag] = {}
    for code, name in (("first_office", "first.office"), ("first_office_form", "first.office_form")):
        why = reason if name in matter.shown else "待核：没有认定是否重复信访，或者所重复的事项不在本机"
        found[code] = _said(code, name, matter, "clerk", why)
    for code, name in NATIONAL.items():
        found[code] = _said(code, name, matter, "clerk", "上级信息系统认定")
        if found[code].by != "county":  # nobody at a window can know
            found[code] = Flag(code, TITLES[code], None, "", NATIONAL_UNKNOWN)
    if repeat == "undecided":
        found["repeat"] = Flag("repeat", TITLES["repeat"], None, "", reason or "待核：没有认定是否重复信访")
    else:
        proposed = matter.text("repeat.proposed")
        by = _by(matter, "repeat", "clerk")
        agreed = "，与规则提示一致" if proposed == repeat else "，与规则提示不同" if proposed else ""
        found["repeat"] = Flag("repeat", TITLES["repeat"], repeat != "first", by, (reason or "经办人认定") + agreed)
    return found


def _crowd(visit: CaseState | None, rules: Rules, day: date | None) -> dict[str, Flag]:
    if visit is None or day is None:
        missing = "来访记录不在本机"
        codes = ("collective", "large_collective", "joint", "anonymous")
        return {code: Flag(code, TITLES[code], None, "", missing) for code in codes}
    people, by_letter = visit.number("headcount", 1), visit.text("channel", "visit") != "visit"
    found = {"anonymous": _said("anonymous", "anonymous", visit, "clerk", "登记时注明")}
    if "anonymous" not in visit.shown:
        found["anonymous"] = Flag("anonymous", TITLES["anonymous"], False, "rule", "登记了信访人")
    for code, setting, fits in (
        ("collective", "collective_headcount", not by_letter),
        ("large_collective", "large_collective_headcount", not by_letter),
        ("joint", "joint_signers", by_letter),
    ):
        found[code] = _counted(code, setting, people, fits, rules, day)
    if "collective" in visit.shown:
        recorded = visit.flag("collective")
        by = _by(visit, "collective", "rule")
        why = found["collective"].why if recorded == found["collective"].value else f"登记时认定，信访人数{people}人"
        found["collective"] = Flag("collective", TITLES["collective"], recorded, by, why)
    return found


def _counted(code: str, setting: str, people: int, fits: bool, rules: Rules, day: date) -> Flag:
    if not fits:
        return Flag(code, TITLES[code], False, "rule", "走访不计联名" if code == "joint" else "不是走访")
    try:
        rule = rules.setting(setting, day)
    except Refusal:
        return Flag(code, TITLES[code], None, "", "这一天没有适用的口径")
    if not isinstance(rule.value, int):
        return Flag(code, TITLES[code], None, "", rule.basis)
    confirm = "，待核实" if rule.from_memory else ""
    why = f"信访人数{people}人，口径{rule.value}人以上（{rule.basis}{confirm}）"
    return Flag(code, TITLES[code], people >= rule.value, "rule", why)


def _ticked(code: str, matter: CaseState, hint: str) -> Flag:
    name = f"flag.{code}"
    if name in matter.shown:
        return _said(code, name, matter, "clerk", "经办人标注")
    return Flag(code, TITLES[code], None, "", f"规则提示：{hint}，没有标注" if hint else "没有标注")


def _level(matter: CaseState, rules: Rules, directory: Directory) -> Flag:
    """越级走访: what was decided stands; else the directory says no by itself, and yes only as a proposal."""
    code, name = "level_skipping", "flag.level_skipping"
    if name in matter.shown:
        record = matter.get(LEVEL_RECORD)
        if not isinstance(record, dict):  # ticked when the visit was registered, before anybody asked the directory
            return _said(code, name, matter, "clerk", "经办人标注")
        proposed = {"yes": True, "no": False}.get(str(record.get("proposed")))
        agreed = "" if proposed is None else "，与规则提示一致" if proposed == matter.get(name) else "，与规则提示不同"
        return _said(code, name, matter, "clerk", (str(record.get("why") or "经办人认定")) + agreed)
    proposal = propose_level(matter, rules, directory)
    if proposal.skips is False:
        return Flag(code, TITLES[code], False, "rule", proposal.why)
    words = f"规则提示：{proposal.why}，没有认定" if proposal.skips else proposal.why
    return Flag(code, TITLES[code], None, "", words)


def _hint(code: str, matter: CaseState, earlier: CaseState | None, rules: Rules, day: date | None) -> str:
    """What the record suggests though nobody has ticked it; empty for nothing."""
    if code == "litigation" and (matter.text("triage.court") == "yes" or matter.text("route") == "31-1"):
        return "人民法院已受理，或者办理途径为诉讼、检察、公安程序"
    first = _day(earlier.text("received_on")) if earlier is not None else None
    if code == "backlog" and day is not None and first is not None:
        try:
            limit = rules.setting("backlog_days", day).value
        except Refusal:
            return ""
        if isinstance(limit, int) and (day - first).days > limit:
            return f"{first.isoformat()}首次登记，已超过{limit}日"
    return ""


def _said(code: str, name: str, state: CaseState, by: By, why: str) -> Flag:
    value = state.get(name)
    if not isinstance(value, bool):
        return Flag(code, TITLES[code], None, "", why)
    return Flag(code, TITLES[code], value, _by(state, name, by), why)


def _by(state: CaseState, name: str, otherwise: By) -> By:
    """The county where the value that stands came from there (an exchange, a list of its own)."""
    field = state.fields.get(name)
    return "county" if field is not None and field.heads[-1].office == "county" else otherwise


def _day(text: str) -> date | None:
    moment = parse_minute(text)
    return moment.date() if moment is not None else None
