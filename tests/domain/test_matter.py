"""A matter as its acts tell it: which clocks run, which are off and why, who owns it and what comes next."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import Json
from domain.fold import CaseState
from domain.procedure.clocks import ClockState, clocks
from domain.procedure.standing import standing
from tests.domain.states import CALENDAR, RULES, matter, state


def running(case: CaseState) -> dict[str, ClockState]:
    return {clock.clock: clock for clock in clocks(case, CALENDAR, RULES)}


def days(case: CaseState) -> dict[str, str]:
    return {name: clock.nominal.isoformat() if clock.nominal else "" for name, clock in running(case).items()}


def test_a_direct_visit_to_an_organ_is_answered_within_fifteen_days() -> None:
    assert days(matter()) == {"T2": "2026-12-08"}


def test_a_petition_office_sends_on_within_fifteen_days() -> None:
    assert days(matter(office_kind="petition_office")) == {"T1": "2026-12-08"}


def test_a_matter_that_came_by_referral_has_notice_and_objection() -> None:
    assert days(matter(received_by_referral="370205")) == {"T3": "2026-12-08", "T4": "2026-11-30"}


@pytest.mark.parametrize("reason", ["address_unclear", "name_unclear", "anonymous"])
def test_no_notice_is_owed_whom_nobody_can_reach(reason: str) -> None:
    clock = running(matter(notice_off=reason))["T2"]
    assert (clock.off_reason, clock.running, clock.deadline, clock.arithmetic) == (reason, False, None, "")


@pytest.mark.parametrize("fields", [{"matter_class": "accusation", "route": ""}, {"flag.litigation": True}])
def test_accusations_and_litigation_are_told_by_their_own_rules(fields: dict[str, Json]) -> None:
    assert running(matter(**fields))["T2"].off_reason == "own_rules"


def test_an_address_supplied_later_counts_from_the_day_of_receipt() -> None:
    case = matter({"notice_off": ""}, notice_off="address_unclear")
    assert running(case)["T2"].running
    assert days(case) == {"T2": "2026-12-08"}


@pytest.mark.parametrize("route", ["31-1", "31-2", "31-3", "31-4", "31-5", ""])
def test_sixty_days_belong_to_the_petition_route_alone(route: str) -> None:
    """Even when an act from elsewhere says that it was accepted (R 34)."""
    assert "T6" not in running(matter(stage="accepted", accepted_on="2026-11-23", route=route))


def test_acceptance_adds_sixty_days_and_does_not_end_the_duty_to_tell() -> None:
    case = matter(stage="accepted", accepted_on="2026-11-25")
    assert days(case) == {"T2": "2026-12-08", "T6": "2027-01-24"}
    assert running(case)["T2"].running
    assert running(case)["T6"].calendar_missing == 2027


def test_an_extension_takes_the_place_of_the_sixty_days() -> None:
    fields: dict[str, Json] = {"stage": "accepted", "accepted_on": "2026-07-20", "extended_on": "2026-09-10"}
    found = running(matter(**fields, **{"extension.a": 20, "extension.b": 10}, received_on="2026-07-20"))
    assert (found["T6"].ended_on is not None, found["T7"].running) == (True, True)
    assert str(found["T7"].nominal) == "2026-10-18"


def test_extensions_from_elsewhere_never_run_past_thirty_days() -> None:
    fields: dict[str, Json] = {"stage": "accepted", "accepted_on": "2026-07-20", "received_on": "2026-07-20"}
    found = running(matter(**fields, **{"extension.a": 20, "extension.b": 25}))
    assert str(found["T7"].nominal) == "2026-10-18"


def test_a_signed_delivery_ends_the_duty_to_tell() -> None:
    clock = running(matter(notice_delivered_on="2026-11-30"))["T2"]
    assert (clock.running, str(clock.ended_on)) == (False, "2026-11-30")


def test_passing_on_ends_the_clock_of_the_petition_office() -> None:
    case = matter(office_kind="petition_office", stage="referred", referred_on="2026-11-25")
    assert str(running(case)["T1"].ended_on) == "2026-11-25"


def test_an_assignment_runs_as_long_as_it_says() -> None:
    case = matter(office_kind="petition_office", stage="assigned", assigned_on="2026-11-25", assigned_days=20)
    assert days(case)["T5"] == "2026-12-15"


STANDING: list[tuple[dict[str, Json], str, str]] = [
    ({}, "decide_and_notify", "T2"),
    ({"office_kind": "petition_office"}, "refer_or_assign", "T1"),
    ({"notice_off": "anonymous"}, "await_name_and_address", ""),
    ({"stage": "accepted", "accepted_on": "2026-11-23"}, "deliver_acceptance_notice", "T2"),
    (
        {"stage": "accepted", "accepted_on": "2026-11-23", "notice_delivered_on": "2026-11-24"},
        "investigate_and_reply",
        "T6",
    ),
    ({"stage": "guided", "route": "31-5"}, "deliver_route_notice", "T2"),
    ({"stage": "guided", "route": "31-5", "notice_delivered_on": "2026-11-24"}, "follow_route", ""),
    ({"stage": "answered", "answered_on": "2026-11-23"}, "", ""),
    ({"received_by_referral": "370205"}, "decide_and_notify", "T3"),
]


@pytest.mark.parametrize(("fields", "step", "clock"), STANDING)
def test_every_stage_has_its_next_step_and_its_nearest_day(fields: dict[str, Json], step: str, clock: str) -> None:
    case = matter(**fields)
    now = standing(case, clocks(case, CALENDAR, RULES), RULES)
    assert (now.next_step, now.due.clock if now.due else "") == (step, clock)
    assert now.owner == "370206"


def test_a_matter_sent_on_is_owned_by_whom_it_was_sent_to() -> None:
    case = matter(stage="referred", to_office="370299", referred_on="2026-11-23", office_kind="petition_office")
    assert standing(case, clocks(case, CALENDAR, RULES), RULES).owner == "370299"


def test_a_date_before_any_rule_is_shown_without_a_last_day() -> None:
    clock = running(matter(received_on="1990-01-01"))["T2"]
    assert (clock.deadline, clock.running) == (None, True)


hostile = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", "2026-11-23", "2026-13-01", "9999-12-31", "0001-01-01", "accepted", "31-6", "昨天"])
    | st.text(max_size=4)
    | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.text(max_size=2), st.integers(), max_size=2)
)
NAMES = (
    "stage", "route", "matter_class", "office", "office_kind", "owner", "received_on", "received_by_referral",
    "referral_received_on", "accepted_on", "guided_on", "referred_on", "assigned_on", "assigned_days", "answered_on",
    "extended_on", "extension.a", "notice_off", "closed_on", "outcome",
    "leg.a", "leg.a.received", "leg.a.verdict", "leg_now", "hearing.a", "opinion_delivered_on",
    "redone_on", "simplified", "review.received_on", "review.delivered_on", "recheck.received_on",
    "notice_delivered_on", "to_office", "flag.litigation", "replied_on",
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), hostile))
def test_whatever_an_act_from_elsewhere_holds_the_clocks_can_be_read(sets: dict[str, Any]) -> None:
    case = state(sets)
    found = clocks(case, CALENDAR, RULES)
    now = standing(case, found, RULES)
    assert isinstance(now.owner, str)
    assert all(isinstance(clock.arithmetic, str) for clock in found)


def test_a_route_shown_at_a_petition_office_keeps_its_due_day_until_it_was_told() -> None:
    guided: dict[str, Json] = {
        "office_kind": "petition_office",
        "stage": "guided",
        "guided_on": "2026-11-24",
        "matter_class": "claim",
    }
    told: dict[str, Json] = {**guided, "notice_delivered_on": "2026-11-26"}
    for fields, step, ended in ((guided, "deliver_route_notice", None), (told, "follow_route", date(2026, 11, 26))):
        case = matter(**fields)
        found = clocks(case, CALENDAR, RULES)
        assert [(clock.clock, clock.ended_on) for clock in found] == [("T1", ended)]
        assert standing(case, found, RULES).next_step == step


def test_a_route_for_litigation_owes_no_notice_and_ends_at_once() -> None:
    fields: dict[str, Json] = {
        "office_kind": "petition_office",
        "stage": "guided",
        "guided_on": "2026-11-24",
        "flag.litigation": True,
    }
    case = matter(**fields)
    found = clocks(case, CALENDAR, RULES)
    assert found[0].ended_on == date(2026, 11, 24)
    assert standing(case, found, RULES).next_step == "follow_route"
