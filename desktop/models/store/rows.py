"""Rows the store hands out: plain values that screens, command line and reports read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PetitionerRow:
    """A petitioner 信访人; ``id_masked`` and ``mobile_masked`` are what a list may show."""

    petitioner_id: str
    name: str
    kind: str
    sex: str
    birth: str
    id_kind: str
    id_number: str
    id_masked: str
    mobile: str
    mobile_masked: str
    address: str
    delivery_address: str
    visit_count: int
    last_visit_on: str
    conflicts: int


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit 来访 as lists show it."""

    visit_id: str
    number: str
    visited_at: str
    visited_on: str
    main_name: str
    """主访人 as lists may show it: masked when a matter of the visit is an accusation (R 30③)."""
    headcount: int
    collective: bool
    matter_count: int
    summary: str
    window: str
    clerk: str
    office: str
    reported: bool
    """True when the county holds every act of the visit and its matters: 已到县."""
    conflicts: int


@dataclass(frozen=True, slots=True)
class MatterRow:
    """A matter 信访事项 as lists and boards show it."""

    matter_id: str
    visit_id: str
    number: str
    """登记编号 of the visit with the matter's ordinal, e.g. ``370205-2-20261123-007/1``."""
    summary: str
    main_name: str
    matter_class: str
    route: str
    stage: str
    office: str
    owner: str
    next_step: str
    due_nominal: str
    due_rolled: str
    due_clock: str
    calendar_missing: str
    """The year whose table is missing (日历缺失), or empty."""
    received_on: str
    repeat: str
    reported: bool
    conflicts: int


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One statutory clock of a matter."""

    matter_id: str
    clock: str
    article: str
    from_on: str
    days: int
    nominal: str
    rolled: str
    ended_on: str
    state: str
    """``running`` · ``ended`` · ``off`` (its reason in ``note``)."""
    calendar_missing: str
    note: str
    arithmetic: str


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper 文书 that was issued."""

    paper_id: str
    case_id: str
    form: str
    title: str
    number: str
    size: str
    issued_at: str
    issued_by: str
    station: str
    """Id of the station that issued it."""
    pdf_hash: str
    pages: int
    prints: int
    """Times a clerk confirmed that paper came out."""
    voided: bool
    state: str
    """``issued`` (no PDF yet) · ``stored`` · ``printed`` · ``voided``."""
    disputed: str = ""
    """Its 文号 is on another paper too: this one ``keeps`` it, or ``corrects`` (文号重复，需更正); else empty."""


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One act on a case's timeline."""

    act_id: str
    at: str
    clock: str
    title: str
    by: str
    office: str
    station: str
    summary: str
    why: str
    reported: bool
    doubt: str = ""
    """What is known against the time in ``at``; empty when nothing is."""


@dataclass(frozen=True, slots=True)
class HeadRow:
    """One of the differing values of a field in conflict."""

    act_id: str
    value: str
    at: str
    by: str
    office: str
    station: str
    place: str = ""
    """Office and window in words."""
    whose: str = ""
    """``mine`` · ``office`` · ``theirs``."""
    doubt: str = ""
    """What is known against the clock of that act; empty when nothing is."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A field with two live heads (待核对)."""

    case_id: str
    case_kind: str
    field: str
    field_title: str
    heads: tuple[HeadRow, ...]
    summary: str
    base: HeadRow | None = None
    """The value both sides started from; None when nobody had written one."""
    base_missing: bool = False
    """True when what they started from has not come here."""
    seen: tuple[str, ...] = ()
    """Act ids of every live head: what a settling act names."""
    third: bool = False
    """Whether another value may be written."""
    choices: tuple[tuple[str, str], ...] = ()
    """Code words the field may hold, with their Chinese; empty for free text."""
    number: str = ""


@dataclass(frozen=True, slots=True)
class TogetherRow:
    """同时办理: two acts made at two stations at the same time, on different contents."""

    mine: HeadRow
    theirs: HeadRow


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A search hit: a petitioner, visit or matter, with which key matched."""

    kind: str
    ref: str
    title: str
    detail: str
    matched: str
    at: str


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """An office of the directory, sent by the county or given at init."""

    code: str
    name: str
    kind: str
    level: str
    parent: str
    phone: str
    address: str
    mark: str
    """机关代字 in its document numbers."""


@dataclass(frozen=True, slots=True)
class ClerkRow:
    """A clerk of this station."""

    clerk_id: str
    name: str
    sign_in: str


@dataclass(frozen=True, slots=True)
class SyncState:
    """What the status bar and the county page say."""

    enrolled: bool
    county_url: str
    pending: int
    """Acts not yet seen back from the county: 待上报."""
    last_exchange_at: str
    last_error: str
    """A fault code, or empty after a good exchange."""
    acts: int
    forked: bool
    """True while acts of an earlier incarnation are on their way."""
    last_reason: str = ""
    """The reason the county or the line gave with ``last_error``."""
    aside: int = 0
    """Of ``pending``: acts in runs the county called broken; not sent again until a person retries."""
    refused: int = 0
    """Acts the county keeps and does not hand on, which nobody has set aside yet."""
    put_by: int = 0
    """Of those: acts a clerk has set aside 搁置."""
    clock: str = "ok"
    """The mark an act written now would get."""
    clock_offset_ms: int | None = None
    """County time minus this PC's, as last measured."""
    clock_slack_ms: int = 0
    """By how much the line may have spoilt that."""
    last_known_at: str = ""
    """The latest moment known here, in Beijing time."""
    waiting_hours: int = 0
    """Since when the oldest act on its way waits, in whole hours."""
    too_long: bool = False
    """True when that is longer than the office's rule lets it be (R 21②: enter in time)."""
    incarnations: int = 1
    """Under how many writers this station has written: more than one after a restore or a copy."""

    @property
    def wanting(self) -> int:
        """Acts a person has to look at."""
        return self.aside + self.refused


@dataclass(frozen=True, slots=True)
class UnreportedAct:
    """An own act the county has not shown back."""

    act_id: str
    case_id: str
    writer: str
    n: int
    state: str
    """``waiting`` 待上报 · ``sending`` 上报中: the county holds it, not seen back yet · ``refused`` 县里暂不分发 ·
    ``aside`` 已搁置: a broken run · ``put_by`` 已搁置 by a clerk."""
    code: str
    """Why, for the last three."""
