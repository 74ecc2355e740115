"""A matter's life in tests: offices with desks, steps taken one after another, the day moved on."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from domain.acts import ActDraft
from domain.canonical import Json
from domain.commands import (
    AcceptMatter,
    AskRecheck,
    AskReview,
    DecideRecheck,
    DecideReview,
    DeliverNotice,
    IssueOpinion,
    RequestAnswer,
)
from domain.decisions.desk import Desk
from domain.decisions.steps import decide
from domain.fold import CaseState
from domain.procedure.clocks import ClockState, Reckoned, clocks
from domain.procedure.standing import Standing, standing
from tests.domain.states import CALENDAR, RULES, desk, grow, state

HALL = "370200"
"""A county petition office 信访局."""
HOUSING = "370206"
"""The organ with authority 住建局."""
LAND = "370207"
"""Another organ."""
CITY = "370100"
"""The organ one level above the housing office."""
PROVINCE = "370000"
ID = "c1" * 16
"""The matter of every life."""
_RECKONED: Reckoned = {}
"""Deadlines by the shipped calendars and rules, which no life changes."""
_IDS = itertools.count(1)


@dataclass
class Life:
    """One matter and the day it is."""

    case: CaseState
    now: str = "2026-09-02 09:00"
    rules: object = field(default=RULES)

    @classmethod
    def registered(cls, at: str = HALL, on: str = "2026-09-02", **fields: Json) -> Life:
        """A claim on route 31-6, registered at an office."""
        kind = "petition_office" if at == HALL else "competent_organ"
        base: dict[str, Json] = {
            "stage": "registered",
            "office": at,
            "owner": at,
            "office_kind": kind,
            "received_on": on,
            "matter_class": "claim",
            "route": "31-6",
            "own_power": "no" if at == HALL else "yes",
            "request": "补发占地补偿款",
            "summary": "占地补偿",
            "channel": "visit",
        }
        return cls(state(base | fields), f"{on} 09:00")

    def desk(self, office: str) -> Desk:
        """A desk of an office now."""
        kind = "petition_office" if office == HALL else "competent_organ"
        return desk(self.now, office=office, office_kind=kind, rules=self.rules, new_id=lambda: f"{next(_IDS):032x}")

    def on(self, day: str) -> Life:
        """The day moves on."""
        self.now = day if " " in day else f"{day} 09:00"
        return self

    def do(self, office: str, command: object) -> ActDraft:
        """Take a step at an office."""
        (draft,) = decide(command, self.case, self.desk(office))
        self.case = grow(self.case, [draft])
        return draft

    @property
    def clocks(self) -> dict[str, ClockState]:
        """The clocks by name; the last of each."""
        return {each.clock: each for each in self.all_clocks}

    @property
    def all_clocks(self) -> tuple[ClockState, ...]:
        return clocks(self.case, CALENDAR, RULES, _RECKONED)

    @property
    def standing(self) -> Standing:
        return standing(self.case, self.all_clocks, RULES)

    @property
    def stage(self) -> str:
        return self.case.text("stage")

    def key(self, what: str) -> str:
        """The key of the newest member of a collection."""
        return list(self.case.items(what))[-1]


def notice(form: str = "F04", on: str = "2026-09-20") -> dict[str, Json]:
    """A paper issued on a day."""
    return {"form": form, "number": "滨建受字〔2026〕1号", "issued_on": on}


def opinion(*outcomes: Any, on: str = "") -> IssueOpinion:
    """An opinion with an outcome for each request."""
    answers = tuple(
        RequestAnswer(place, outcome, "经查属实", "补发补偿款", "《土地管理法》第四十八条")
        for place, outcome in enumerate(outcomes, start=1)
    )
    return IssueOpinion(ID, answers, "市住房和城乡建设局", "周局长", issued_on=on)


def accepted(on: str = "2026-07-20") -> Life:
    """A matter accepted by the housing office, its notice delivered."""
    life = Life.registered(HOUSING, on, **{"paper.p": notice(on=on)})
    life.do(HOUSING, AcceptMatter(ID, handler="王晓青"))
    life.do(HOUSING, DeliverNotice(ID, "p", signer="李春燕"))
    return life


def delivered(on: str = "2026-09-01") -> Life:
    """A matter whose opinion was signed for on this day."""
    life = accepted("2026-08-03").on("2026-08-28")
    life.do(HOUSING, opinion("support"))
    life.on(on).do(HOUSING, DeliverNotice(ID, what="opinion", signer="李春燕"))
    return life


def reviewed(verdict: Any = "uphold") -> Life:
    """A matter whose review opinion was signed for on 30 September."""
    life = delivered("2026-09-01").on("2026-09-08")
    life.do(CITY, AskReview(ID, "请求撤销原意见", "2026-09-08"))
    life.on("2026-09-29").do(CITY, DecideReview(ID, verdict, "事实清楚", "条例第三十五条", "陈局长", "省住建厅"))
    life.on("2026-09-30").do(CITY, DeliverNotice(ID, what="review", signer="李春燕"))
    return life


def rechecked() -> Life:
    """A matter whose recheck opinion was signed for on 6 November: the lawful end."""
    life = reviewed().on("2026-10-12")
    life.do(PROVINCE, AskRecheck(ID, "请求撤销复查意见", "2026-10-12"))
    life.on("2026-11-05").do(PROVINCE, DecideRecheck(ID, "uphold", "维持", "条例第三十六条", "赵厅长"))
    life.on("2026-11-06").do(PROVINCE, DeliverNotice(ID, what="recheck", signer="李春燕"))
    return life
