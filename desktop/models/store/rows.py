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


@dataclass(frozen=True, slots=True)
class HeadRow:
    """One of the differing values of a field in conflict."""

    act_id: str
    value: str
    at: str
    by: str
    office: str
    station: str


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A field with two live heads (待核对)."""

    case_id: str
    case_kind: str
    field: str
    field_title: str
    heads: tuple[HeadRow, ...]
    summary: str


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
