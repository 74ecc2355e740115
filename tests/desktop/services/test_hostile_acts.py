"""Acts from elsewhere may hold anything: they are kept as they came and never stop a station from working."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.models.store.proof import TABLES
from desktop.services import care, lookup
from domain.acts import ActDraft, CaseKind
from tests.desktop.services.halls import Hall, carry

HUGE = 2**70
DEEP: Any = {"a": [{"b": ["c", None, True, HUGE]}]}


def record(hall: Hall, kind: str, case_kind: str, case_id: str, sets: dict[str, Any]) -> None:
    with hall.station.writing() as transaction:
        transaction.record([ActDraft(kind, case_kind, case_id, sets)])


def still_works(hall: Hall) -> None:
    """Open again, prove, rebuild, look around, register."""
    hall.open_again()
    assert care.verify(hall.station).clean
    before = hall.dump(*TABLES)
    care.rebuild(hall.station)
    assert hall.dump(*TABLES) == before
    made = hall.register()
    lookup.visit_page(hall.station, made.visit_id)
    lookup.deadline_board(hall.station)
    lookup.conflicts(hall.station)
    lookup.homeless(hall.station)
    lookup.find(hall.station, "李春燕")


ACTS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "a head-count nobody can count": (
        "visit_corrected",
        CaseKind.VISIT,
        "v1" * 16,
        {"headcount": HUGE, "day_count": -HUGE},
    ),
    "a visit of numbers": (
        "visit_registered",
        CaseKind.VISIT,
        "v1" * 16,
        {"number": 5, "visited_on": 7, "collective": "ja"},
    ),
    "people that are no roles": (
        "visit_registered",
        CaseKind.VISIT,
        "v1" * 16,
        {"person.x": DEEP, "person.": "main", "companions": 3},
    ),
    "a matter of wrong types": (
        "matter_registered",
        CaseKind.MATTER,
        "m1" * 16,
        {"summary": DEEP, "received_on": 20261123, "stage": None},
    ),
    "an assignment without end": (
        "matter_assigned",
        CaseKind.MATTER,
        "m1" * 16,
        {"assigned_on": "2026-11-23", "assigned_days": HUGE},
    ),
    "an assignment of some centuries": (
        "matter_assigned",
        CaseKind.MATTER,
        "m1" * 16,
        {"assigned_on": "2026-11-23", "assigned_days": 200_000},
    ),
    "extensions without end": (
        "matter_extended",
        CaseKind.MATTER,
        "m1" * 16,
        {"accepted_on": "2026-11-23", "route": "31-6", "extension.x": HUGE, "extension.y": -HUGE},
    ),
    "a paper with a number too large": (
        "paper_issued",
        CaseKind.MATTER,
        "m1" * 16,
        {"paper.x": {"form": "F04", "series": "s", "n": HUGE, "number": 4}, "paper.x.pdf": {"hash": 4, "pages": HUGE}},
    ),
    "a paper that is none": (
        "paper_issued",
        CaseKind.MATTER,
        "m1" * 16,
        {"paper.x": "F04", "paper.x.voided": 1, "print.x.y": DEEP},
    ),
    "a petitioner of lists": (
        "petitioner_recorded",
        CaseKind.PETITIONER,
        "p1" * 16,
        {"name": ["a"], "id_number": HUGE, "mobile": None},
    ),
    "an office of nothing": ("office_recorded", CaseKind.OFFICE, "office/777777", {}),
    "an office under another code": (
        "office_recorded",
        CaseKind.OFFICE,
        "office/777777",
        {"code": "370299", "name": "改名局"},
    ),
    "a series without numbers": (
        "series_leased",
        CaseKind.SERIES,
        "series/x",
        {"first": HUGE, "last": -1, "year": "二〇二六"},
    ),
    "a series whose blocks are none": (
        "series_leased",
        CaseKind.SERIES,
        "series/office/370299/2026/受",
        {"block.1": {"last": HUGE, "holder": "x"}, "block.2": [3], "block.x": {"last": 9}, "sealed.1": {"last": -1}},
    ),
    "a calendar that is no table": (
        "calendar_imported",
        CaseKind.CALENDAR,
        "calendar/2027",
        {"table.national-1": {"year": 2027}},
    ),
    "a calendar of a word": ("calendar_imported", CaseKind.CALENDAR, "calendar/2027", {"table.national-1": "2027"}),
    "a calendar of no year": (
        "calendar_imported",
        CaseKind.CALENDAR,
        "calendar/x",
        {"table.national-1": {"year": HUGE}},
    ),
    "rules that are no table": ("rules_imported", CaseKind.RULES, "rules/x", {"table.1": {"name": "x"}, "table.": 3}),
    "rules laxer than the law": (
        "rules_imported",
        CaseKind.RULES,
        "rules/x",
        {
            "table.1": {
                "id": "x",
                "name": "x",
                "imported_on": "2026-01-01",
                "clocks": [{"clock": "T6", "from": "2022-05-01", "days": HUGE, "basis": "x"}],
            }
        },
    ),
    "rules under another name": (
        "rules_imported",
        CaseKind.RULES,
        "rules/x",
        {"table.1": {"id": "y", "name": "y", "imported_on": "2026-01-01"}},
    ),
    "codes that are no table": ("codes_imported", CaseKind.CODES, "codes/purposes", {"table.2": DEEP, "table.x.y": 1}),
    "codes under another name": (
        "codes_imported",
        CaseKind.CODES,
        "codes/purposes",
        {
            "table.2": {
                "table": "causes",
                "name": "x",
                "source": "x",
                "version": 2,
                "from": "2026-01-01",
                "entries": [{"code": "1", "label": "x"}],
            }
        },
    ),
    "a matter of strange marks": (
        "matter_registered",
        CaseKind.MATTER,
        "m7" * 16,
        {"content_code": "010100", "codes.content_code": DEEP, "first.national": True, "first.office": "yes"},
    ),
    "a clerk without a name": ("clerk_recorded", CaseKind.CLERK, "k1" * 16, {}),
    "a kind of case nobody knows": ("office_recorded", "moon", "moon/1", {"a": DEEP}),
    "a case under another kind": ("matter_registered", CaseKind.MATTER, "office/370206", {"summary": "机关"}),
}


@pytest.mark.parametrize("name", list(ACTS))
def test_an_act_from_elsewhere_may_hold(hall: Hall, name: str) -> None:
    record(hall, *ACTS[name])
    still_works(hall)


def test_hostile_acts_that_come_over_the_line_do_not_stop_what_comes_with_them(hall: Hall, organ: Hall) -> None:
    for kind, case_kind, case_id, sets in ACTS.values():
        record(hall, kind, case_kind, case_id, sets)
    made = hall.register()
    carry(hall.station, organ.station)
    assert lookup.visit_page(organ.station, made.visit_id).visit.number == made.number
    still_works(organ)


def test_a_registered_case_survives_hostile_changes(hall: Hall) -> None:
    made = hall.register()
    record(
        hall,
        "visit_corrected",
        CaseKind.VISIT,
        made.visit_id,
        {"visited_at": DEEP, "materials": {"x": 1}, "matter.z": "1"},
    )
    record(
        hall,
        "matter_corrected",
        CaseKind.MATTER,
        made.matter_ids[0],
        {"received_on": "九月", "visit": 5, "petitioner": DEEP},
    )
    record(hall, "petitioner_corrected", CaseKind.PETITIONER, made.petitioner_ids[0], {"name": DEEP})
    still_works(hall)
    lookup.visit_page(hall.station, made.visit_id)
    lookup.matter_page(hall.station, made.matter_ids[0])
    lookup.petitioner_page(hall.station, made.petitioner_ids[0])
