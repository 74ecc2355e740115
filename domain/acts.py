"""Acts 办理动作: the immutable entries everything else is a view of, and the envelope they travel in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.canonical import Json, canonical_bytes, parse_canonical

ENVELOPE: Final = 1
"""Version of the envelope; frozen from day one. A higher number is kept byte-exact and relayed, never folded."""


class CaseKind:
    """What a case_id names; an act belongs to exactly one case, and the fold works case by case."""

    PETITIONER: Final = "petitioner"
    VISIT: Final = "visit"
    MATTER: Final = "matter"
    OFFICE: Final = "office"
    CLERK: Final = "clerk"
    SERIES: Final = "series"
    CALENDAR: Final = "calendar"
    RULES: Final = "rules"
    CODES: Final = "codes"
    WORDING: Final = "wording"


@dataclass(frozen=True, slots=True)
class ActKind:
    """One kind of act: its name (past tense), the kind of case it belongs to, its Chinese name, whether it binds."""

    name: str
    case_kind: str
    title: str
    binding: bool = False
    """A binding act waits until the fields it stands on have a single head (design: conflicts on binding fields)."""


_KINDS: Final = (
    ActKind("petitioner_recorded", CaseKind.PETITIONER, "登记信访人"),
    ActKind("petitioner_corrected", CaseKind.PETITIONER, "更正信访人信息"),
    ActKind("visit_registered", CaseKind.VISIT, "登记来访"),
    ActKind("visit_corrected", CaseKind.VISIT, "更正来访登记"),
    ActKind("matter_registered", CaseKind.MATTER, "登记信访事项"),
    ActKind("matter_corrected", CaseKind.MATTER, "更正信访事项"),
    ActKind("matter_triaged", CaseKind.MATTER, "认定是否越级走访"),
    ActKind("matter_accepted", CaseKind.MATTER, "受理", binding=True),
    ActKind("matter_guided", CaseKind.MATTER, "告知处理途径和程序", binding=True),
    ActKind("matter_referred", CaseKind.MATTER, "转送", binding=True),
    ActKind("matter_assigned", CaseKind.MATTER, "交办", binding=True),
    ActKind("matter_received", CaseKind.MATTER, "收件", binding=True),
    ActKind("matter_extended", CaseKind.MATTER, "延长办理期限", binding=True),
    ActKind("matter_answered", CaseKind.MATTER, "当场答复", binding=True),
    ActKind("address_supplied", CaseKind.MATTER, "补充姓名住址"),
    ActKind("notice_delivered", CaseKind.MATTER, "送达", binding=True),
    ActKind("objection_lodged", CaseKind.MATTER, "提出异议", binding=True),
    ActKind("objection_verified", CaseKind.MATTER, "核实异议", binding=True),
    ActKind("materials_returned", CaseKind.MATTER, "退回材料", binding=True),
    ActKind("assignment_reported", CaseKind.MATTER, "报送办结报告"),
    ActKind("supplement_asked", CaseKind.MATTER, "告知补充材料"),
    ActKind("supplement_received", CaseKind.MATTER, "收到补充材料"),
    ActKind("acceptance_refused", CaseKind.MATTER, "不予受理", binding=True),
    ActKind("acceptance_ended", CaseKind.MATTER, "不再受理", binding=True),
    ActKind("matter_simplified", CaseKind.MATTER, "简易办理"),
    ActKind("hearing_called", CaseKind.MATTER, "通知听证"),
    ActKind("hearing_held", CaseKind.MATTER, "听证"),
    ActKind("opinion_issued", CaseKind.MATTER, "出具处理意见", binding=True),
    ActKind("evaluation_recorded", CaseKind.MATTER, "满意度评价"),
    ActKind("execution_recorded", CaseKind.MATTER, "督促执行"),
    ActKind("mediation_recorded", CaseKind.MATTER, "调解、和解"),
    ActKind("review_requested", CaseKind.MATTER, "申请复查", binding=True),
    ActKind("review_decided", CaseKind.MATTER, "出具复查意见", binding=True),
    ActKind("recheck_requested", CaseKind.MATTER, "申请复核", binding=True),
    ActKind("recheck_decided", CaseKind.MATTER, "出具复核意见", binding=True),
    ActKind("matter_closed", CaseKind.MATTER, "办结", binding=True),
    ActKind("matter_archived", CaseKind.MATTER, "归档", binding=True),
    ActKind("supervision_issued", CaseKind.MATTER, "督办"),
    ActKind("supervision_answered", CaseKind.MATTER, "督办回复"),
    ActKind("proposal_issued", CaseKind.MATTER, "提出建议"),
    ActKind("proposal_answered", CaseKind.MATTER, "建议反馈"),
    ActKind("urgent_reported", CaseKind.MATTER, "紧急信息报告"),
    ActKind("recusal_recorded", CaseKind.MATTER, "回避"),
    ActKind("matter_read", CaseKind.MATTER, "查阅"),
    ActKind("paper_issued", "", "出具文书"),
    ActKind("paper_stored", "", "文书存档"),
    ActKind("paper_printed", "", "打印文书"),
    ActKind("paper_voided", "", "作废文书"),
    ActKind("file_attached", "", "附材料"),
    ActKind("file_withdrawn", "", "撤回材料"),
    ActKind("conflict_settled", "", "核对不一致记录"),
    ActKind("office_recorded", CaseKind.OFFICE, "登记机构"),
    ActKind("clerk_recorded", CaseKind.CLERK, "登记工作人员"),
    ActKind("case_shared", "", "移送"),
    ActKind("series_leased", CaseKind.SERIES, "发放文号"),
    ActKind("series_sealed", CaseKind.SERIES, "封存文号"),
    ActKind("number_disputed", "", "文号重复"),
    ActKind("calendar_imported", CaseKind.CALENDAR, "导入工作日历"),
    ActKind("rules_imported", CaseKind.RULES, "导入期限规则表"),
    ActKind("codes_imported", CaseKind.CODES, "导入代码表"),
    ActKind("wording_imported", CaseKind.WORDING, "更换文书用语"),
)

ACT_KINDS: Final[Mapping[str, ActKind]] = {kind.name: kind for kind in _KINDS}
"""Kinds this release folds. ``case_kind`` "" means: the kind of the case it is written into."""


@dataclass(frozen=True, slots=True)
class ActDraft:
    """What a service wants to record; the transaction adds who, when, where and the place in the log."""

    kind: str
    case_kind: str
    case_id: str
    sets: Mapping[str, Json]
    over: tuple[str, ...] = ()
    why: str = ""
    scope: str = ""
    """Delivery audience; empty means the office's own scope."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act. ``sets`` maps field paths to new values; ``over`` names the acts whose values it replaces."""

    act_id: str
    kind: str
    case_kind: str
    case_id: str
    scope: str
    lamport: int
    """Causal order inside the log of all who have seen each other; never a clock."""
    wall_ms: int
    """Device time, milliseconds since 1970 UTC. Evidence with a quality mark; decides nothing."""
    clock: str
    """Quality of ``wall_ms``: ``ok`` · ``unsure`` (no contact yet) · ``behind`` (earlier than the last known time) ·
    ``off`` (measured against the county's clock and wrong; ``domain.acttime``)."""
    office: str
    station: str
    by: str
    sets: Mapping[str, Json] = field(default_factory=dict)
    over: tuple[str, ...] = ()
    why: str = ""
    clock_offset_ms: int | None = None
    """County time minus this device's, milliseconds, as last measured; None when it never was. Evidence only."""

    @property
    def known(self) -> bool:
        """False for a kind from a newer release: it is kept and shown, not folded."""
        return self.kind in ACT_KINDS


_KEYS: Final = {
    "i": "act_id",
    "k": "kind",
    "ck": "case_kind",
    "c": "case_id",
    "s": "scope",
    "l": "lamport",
    "t": "wall_ms",
    "q": "clock",
    "of": "office",
    "st": "station",
    "u": "by",
    "f": "sets",
    "o": "over",
    "w": "why",
}
_INTS: Final = frozenset({"l", "t"})


def encode_act(act: Act) -> bytes:
    """The content bytes of an act: canonical JSON with short keys. Hashes and signatures are made over these bytes."""
    return canonical_bytes(act_json(act))


def act_json(act: Act) -> dict[str, Json]:
    """The envelope of an act as plain JSON values, what :func:`encode_act` writes."""
    body: dict[str, Json] = {
        "e": ENVELOPE,
        "i": act.act_id,
        "k": act.kind,
        "ck": act.case_kind,
        "c": act.case_id,
        "s": act.scope,
        "l": act.lamport,
        "t": act.wall_ms,
        "q": act.clock,
        "of": act.office,
        "st": act.station,
        "u": act.by,
        "f": act.sets,
    }
    if act.over:
        body["o"] = list(act.over)
    if act.why:
        body["w"] = act.why
    if act.clock_offset_ms is not None:
        body["co"] = act.clock_offset_ms
    return body


def decode_act(content: bytes) -> Act:
    """Read content bytes strictly.

    Raises ValueError when they are not canonical or not an envelope of this or a later version. A later envelope is
    read by its frozen header only (id, kind, case, scope, lamport, time, author) and marked unknown by its kind.
    """
    return act_from_json(parse_canonical(content))


def act_from_json(body: Json) -> Act:
    """Build an act from its parsed envelope; see :func:`decode_act`."""
    if not isinstance(body, dict):
        raise ValueError("an act is not an object")
    envelope = body.get("e")
    if type(envelope) is not int or envelope < ENVELOPE:
        raise ValueError("an act has no envelope version")
    values: dict[str, Json] = {}
    for key, name in _KEYS.items():
        value = body.get(key)
        if key == "f":
            continue
        if key == "o":
            if value is not None and not (isinstance(value, list) and all(type(v) is str for v in value)):
                raise ValueError("'over' is not a list of act ids")
            continue
        if key == "w" and value is None:
            value = ""
        if type(value) is not (int if key in _INTS else str):
            raise ValueError(f"the envelope field {name} is missing or of the wrong type")
        values[name] = value
    sets = body.get("f", {})
    if not isinstance(sets, dict):
        raise ValueError("'sets' is not an object")
    if len(str(values["act_id"])) != 32:
        raise ValueError("an act id is 32 hexadecimal digits")
    offset = body.get("co")
    if offset is not None and type(offset) is not int:
        raise ValueError("the clock offset is not a whole number")
    over = body.get("o") or []
    kind = str(values["kind"]) if envelope == ENVELOPE else f"{values['kind']}@{envelope}"
    return Act(
        act_id=str(values["act_id"]),
        kind=kind,
        case_kind=str(values["case_kind"]),
        case_id=str(values["case_id"]),
        scope=str(values["scope"]),
        lamport=_int(values["lamport"]),
        wall_ms=_int(values["wall_ms"]),
        clock=str(values["clock"]),
        office=str(values["office"]),
        station=str(values["station"]),
        by=str(values["by"]),
        sets=sets,
        over=tuple(str(v) for v in over) if isinstance(over, list) else (),
        why=str(values["why"]),
        clock_offset_ms=offset,
    )


def _int(value: Json) -> int:
    assert isinstance(value, int)
    return value
