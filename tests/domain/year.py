"""A year of a county: townships, units and a petition office take thousands of matters through their whole lives.

    python -m tests.domain.year --visits 12000 --seed 1

Every step is a command through the production decisions, lawful or not; after each one nothing may be without owner,
next step or due day. Prints what became of the matters (docs/year-of-a-county.md says what this is and is not).
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from domain.canonical import Json
from domain.commands import (
    AcceptMatter,
    AnswerMatter,
    AnswerSupervision,
    ArchiveMatter,
    AskRecheck,
    AskReview,
    AskSupplement,
    AssignMatter,
    CloseMatter,
    DecideRecheck,
    DecideReview,
    DeliverNotice,
    ExtendMatter,
    GuideMatter,
    HoldHearing,
    IssueOpinion,
    IssueSupervision,
    LodgeObjection,
    ReceiveMatter,
    RecordEvaluation,
    RecordMediation,
    ReferMatter,
    RefuseEnded,
    RefuseOpen,
    ReportAssignment,
    RequestAnswer,
    VerifyObjection,
)
from domain.decisions.steps import COMMANDS
from domain.procedure.clocks import ClockState
from domain.procedure.holder import holder_of
from domain.procedure.legs import last_leg
from domain.procedure.stages import STAGES
from domain.procedure.table import STEPS, Step
from domain.refusals import Refusal
from tests.domain.lives import CITY, HALL, PROVINCE, Life
from tests.domain.states import CALENDAR

TOWNSHIPS = tuple(f"3702{n:02d}" for n in range(30, 50))
UNITS = tuple(f"3702{n:02d}" for n in range(50, 80))
ID = "c1" * 16
CODE_OF = {command: code for code, command in COMMANDS.items()}
FIRST, LAST = date(2025, 8, 1), date(2026, 7, 31)
"""Matters begin in this year, so that their clocks end in years that have a table."""


@dataclass
class Tally:
    """What happened."""

    stages: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)


def live(seed: int, tally: Tally, steps: int = 40) -> Life:
    """One matter from its registration on: mostly what is lawful, now and then what is not."""
    chance = random.Random(f"xinfang-year-{seed}")
    at = chance.choices((HALL, *TOWNSHIPS, *UNITS), (30.0, *[1.0] * 20, *[1.0] * 30))[0]
    day = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days + 1))
    kind = chance.choices(("claim", "suggestion", "accusation", "other"), (70, 12, 8, 10))[0]
    fields: dict[str, Json] = {"matter_class": kind, "route": _route(kind, chance)}
    if chance.random() < 0.05:
        fields["notice_off"] = "address_unclear"
    if chance.random() < 0.3:
        fields["request"] = "补发补偿款\n公开补偿标准"
    life = Life.registered(at, day.isoformat(), **fields)
    check(life)
    for _ in range(steps):
        day = min(day + timedelta(days=chance.choice((0, 0, 1, 2, 3, 7, 14))), date(2026, 12, 20))
        life.on(day.isoformat())
        office, command = chance.choice(_tries(life, chance))
        if chance.random() < 0.05:
            office = chance.choice(UNITS)
        before = life.all_clocks
        try:
            life.do(office, command)
        except Refusal as refusal:
            tally.refused[refusal.code] += 1
            continue
        tally.steps[type(command).__name__] += 1
        check(life)
        check_clocks(STEPS[CODE_OF[type(command)]], before, life.all_clocks)
    tally.stages[life.stage] += 1
    if life.standing.ended:
        tally.outcomes[life.standing.outcome] += 1
    for clock in life.all_clocks:
        if clock.late_by:
            tally.late[clock.clock] += 1
    return life


def check(life: Life) -> None:
    """件件有着落、事事有结果: after every act."""
    standing = life.standing
    if standing.homeless:
        raise AssertionError(f"{standing.stage}: {standing.homeless} is lacking")
    if not STAGES[standing.stage].ended and life.case.text("closed_on"):
        raise AssertionError("closed and open at once")
    for clock in life.all_clocks:
        if clock.ended_on and clock.ended_on < clock.from_on:
            raise AssertionError(f"{clock.clock} ended before it began")
        if clock.nominal and clock.rolled and clock.rolled < clock.nominal:
            raise AssertionError(f"{clock.clock} rolls back")
        if clock.rolled and clock.clock != "T4" and not CALENDAR.is_workday(clock.rolled):
            raise AssertionError(f"{clock.clock} ends on a rest day")


def check_clocks(step: Step, before: Iterable[ClockState], after: Iterable[ClockState]) -> None:
    """A step starts, stops and extends the clocks its row of the table names, and no others."""
    was: dict[tuple[str, date, str], list[ClockState]] = {}
    for each in before:
        was.setdefault((each.clock, each.from_on, each.office), []).append(each)
    for each in after:  # two rounds of handling may begin on one day: the earlier one comes first
        same = was.get((each.clock, each.from_on, each.office))
        old = same.pop(0) if same else None
        if old is not None and old.off_reason and not each.off_reason:
            old = None  # nobody could be told before (R 23②): it comes to life
        if old is None and each.clock not in step.starts:
            raise AssertionError(f"{step.code} starts {each.clock}, which its row does not say")
        if old is not None and old.running and not each.running and each.clock not in step.stops:
            raise AssertionError(f"{step.code} stops {each.clock}, which its row does not say")
        if old is not None and old.days != each.days and each.clock not in step.extends:
            raise AssertionError(f"{step.code} extends {each.clock}, which its row does not say")


def _route(kind: str, chance: random.Random) -> str:
    if kind != "claim":
        return ""
    return chance.choices(("31-6", "31-5", "31-4", "31-1", ""), (60, 12, 12, 10, 6))[0]


def _tries(life: Life, chance: random.Random) -> list[tuple[str, object]]:
    """What might be tried now: at the holder what its stage calls for, elsewhere what it may not do."""
    holder = holder_of(life.case) or HALL
    unit, today = chance.choice(UNITS), life.now[:10]
    leg = last_leg(life.case)
    lines = life.case.text("request").count("\n") + 1
    answers = tuple(
        RequestAnswer(n, chance.choice(("support", "explain", "deny")), "经查", "意见", "依据")
        for n in range(1, lines + 1)
    )
    verdict: Any = chance.choice(("uphold", "uphold", "change", "redo", "revoke"))
    outcome: Any = chance.choice(
        ("supported", "explained", "led_to_route", "refused", "withdrawn", "mediated", "joined", "replied", "adopted")
    )
    by_stage: dict[str, Callable[[], list[tuple[str, object]]]] = {
        "undecided": lambda: [
            (holder, ReferMatter(ID, unit, "某局")),
            (holder, AssignMatter(ID, unit, chance.choice((0, 15, 30, 60)), "某局")),
            (holder, AcceptMatter(ID, handler="王")),
            (holder, GuideMatter(ID, target_organ="某院", how="依法提出")),
            (holder, AnswerMatter(ID, "已答复")),
            (holder, LodgeObjection(ID, "不属本局", late_reason=chance.choice(("", "转递迟延")))),
            (holder, AskSupplement(ID, "合同")),
            (CITY, RefuseOpen(ID, "1", "县局", today, today)),
            (holder, RefuseEnded(ID, "1", "省厅", today, today, new_facts=chance.random() < 0.5)),
        ],
        "passed": lambda: [(holder, ReceiveMatter(ID)), (unit, ReceiveMatter(ID))],
        "objected": lambda: [
            (leg.sender if leg and leg.sender else holder, VerifyObjection(ID, verdict_of(chance), "核实"))
        ],
        "handling": lambda: [
            (holder, IssueOpinion(ID, answers, "市局", "局长")),
            (holder, ExtendMatter(ID, chance.choice((10, 20, 30)), "局长", today, "复杂")),
            (holder, HoldHearing(ID, today, today, "会议室", "局长")),
            (holder, RecordMediation(ID, "mediation", ("甲", "乙"), agreed=True, terms="履行")),
            (HALL, IssueSupervision(ID, "delay", "超期", "办结", "2026-12-31")),
        ],
        "told": lambda: [
            (CITY, AskReview(ID, "撤销", today, late_reason="住院")),
            (holder, RecordEvaluation(ID, "handler", "satisfied", "self")),
        ],
        "review": lambda: [(holder, DecideReview(ID, verdict, "意见", "依据", "局长", "省厅"))],
        "reviewed": lambda: [(PROVINCE, AskRecheck(ID, "撤销", today, late_reason="住院"))],
        "recheck": lambda: [
            (holder, DecideRecheck(ID, verdict, "意见", "依据", "厅长")),
            (holder, HoldHearing(ID, today, today, "会议室", "厅长")),
        ],
        "closed": lambda: [(holder, ArchiveMatter(ID, "卷", "10"))],
    }
    groups = {
        "registered": "undecided", "received": "undecided", "returned": "undecided", "referred": "passed",
        "assigned": "passed", "objected": "objected", "accepted": "handling", "delivered": "told", "review": "review",
        "review_delivered": "reviewed", "recheck": "recheck", "closed": "closed", "answered": "closed",
    }  # fmt: skip
    group = groups.get(life.stage)
    found = by_stage[group]() if group else []
    owed = [key for key, _ in life.case.items("supervision").items()]
    found += [(holder, AnswerSupervision(ID, key, "已办")) for key in owed]
    found += [
        (holder, DeliverNotice(ID, what=what, signer="李")) for what in ("opinion", "review", "recheck", "refusal")
    ]
    found += [(holder, ReportAssignment(ID, "经查", "已办", "局长")), (holder, _close(outcome, chance))]
    return found


def verdict_of(chance: random.Random) -> Any:
    return chance.choice(("agreed", "refused"))


def _close(outcome: Any, chance: random.Random) -> CloseMatter:
    return CloseMatter(ID, outcome, "申请人书面提出", chance.choice(("", "两次上门无人，已留置送达")))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> None:
    """Play a year and print its outcomes."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--visits", type=int, default=12_000)
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    tally = Tally()
    for n in range(asked.visits):
        live(asked.seed * 1_000_000 + n, tally)
    say(f"{asked.visits} matters of {FIRST} to {LAST}, seed {asked.seed}, at a petition office,")
    say(f"{len(TOWNSHIPS)} townships and {len(UNITS)} units;")
    say(f"{sum(tally.steps.values())} steps taken, {sum(tally.refused.values())} refused.")
    for title, counts in (
        ("stage at the end", tally.stages),
        ("outcome", tally.outcomes),
        ("clock that ended late", tally.late),
        ("refusal", tally.refused),
    ):
        say(f"\n| {title} | matters |\n|---|---:|" if title != "refusal" else f"\n| {title} | times |\n|---|---:|")
        for name, count in counts.most_common():
            say(f"| `{name}` | {count} |")


if __name__ == "__main__":
    main()
