"""Commands for random histories: every step of the table filled from its types, properly or with whatever comes."""

from __future__ import annotations

import random
import typing
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, Literal, get_args, get_origin

from domain.commands import LinkMatter, Recuse, RequestAnswer, SupplyAddress
from domain.decisions import deciding, linking
from domain.decisions.handling import requests_of
from domain.decisions.steps import COMMANDS, decide
from domain.procedure.holder import handler_of, holder_of, receiver_of, sender_of
from domain.procedure.stages import STAGES
from domain.procedure.table import STEPS, By
from tests.domain.lives import CITY, HALL, HOUSING, ID, LAND, PROVINCE, Life
from tests.domain.states import grow, matter

TOWN: Final = "370299101"
OTHER: Final = replace(matter(number="370299101-1-20260903-001/1", received_on="2026-09-03"), case_id="d1" * 16)
"""A matter that another station registered."""
OFFICES: Final = (HALL, HOUSING, LAND, TOWN, CITY, PROVINCE)
_ITEMS: Final = {"supplement_id": "supplement", "supervision_id": "supervision", "proposal_id": "proposal"}
_LATER: Final = {"reply_by", "perform_by", "until"}
_DAYS: Final = {"first", "last", "delivered_at", "at", "on", "happened_at", *_LATER}
_HINTS: Final = {
    each: typing.get_type_hints(each)
    for command in COMMANDS.values()
    for each in (command, *(arg for hint in typing.get_type_hints(command).values() for arg in get_args(hint)))
    if isinstance(each, type) and is_dataclass(each)
}


def proper_steps(life: Life) -> list[str]:
    """The steps the table lets somebody take at this stage."""
    return [code for code, row in STEPS.items() if life.stage in (row.stages or STAGES) and life.stage != "archived"]


def office_for(life: Life, code: str) -> str:
    """An office that may take a step, by its row of the table."""
    case, by = life.case, STEPS[code].by
    return {
        By.HOLDER: holder_of(case),
        By.RECEIVER: receiver_of(case),
        By.SENDER: sender_of(case),
        By.HANDLER: handler_of(case),
        By.SUPERIOR: PROVINCE if life.stage == "review_delivered" else CITY,
        By.SUPERVISOR: HALL,
        By.ANYBODY: holder_of(case),
    }[by] or HALL


def act(life: Life, office: str, command: object) -> None:
    """Take a step as the station does: its acts on this matter, all or none. Raises Refusal."""
    if isinstance(command, LinkMatter):
        drafts = linking.link(command, life.case, OTHER, life.desk(office))
    elif isinstance(command, SupplyAddress):
        drafts = deciding.supply_address(command, life.case, None, life.desk(office))
    else:
        drafts = decide(command, life.case, life.desk(office))
    life.case = grow(life.case, drafts)


def command(life: Life, code: str, seed: int, *, proper: bool) -> Any:
    """A step's command: what the law asks for, or a value from everywhere for each of its fields."""
    chance = random.Random(seed)
    return _filled(life, COMMANDS[code], chance, proper)


def _filled(life: Life, kind: Any, chance: random.Random, proper: bool) -> Any:
    return kind(**{
        each.name: _value(life, kind, each.name, _HINTS[kind][each.name], chance, proper) for each in fields(kind)
    })  # fmt: skip


def _value(life: Life, kind: type, name: str, hint: Any, chance: random.Random, proper: bool) -> Any:
    wild = not proper and chance.random() < 0.35
    if name == "matter_id":
        return ID
    if get_origin(hint) is Literal:
        return chance.choice(get_args(hint))
    if hint is bool:
        return chance.random() < 0.5
    if hint is int:
        return chance.choice((-1, 0, 31, 61, 400) if wild else (10, 15, 30))
    if get_origin(hint) is tuple:
        return _members(life, get_args(hint)[0], chance, proper, wild)
    if name in _ITEMS:
        return "none" if wild else chance.choice((*life.case.items(_ITEMS[name]), "none"))
    if name.endswith("_on") or name in _DAYS:
        return _day(life, name, chance, wild)
    return _words(life, kind, name, chance, wild)


def _members(life: Life, inner: Any, chance: random.Random, proper: bool, wild: bool) -> tuple[Any, ...]:
    if inner is RequestAnswer:
        count = len(requests_of(life.case) or ("",)) + (chance.choice((-1, 1)) if wild else 0)
        outcomes: Sequence[Any] = ("support", "explain", "deny")
        return tuple(
            RequestAnswer(place, chance.choice(outcomes), "经查", "意见", "" if wild else "依据")
            for place in range(1, count + 1)
        )
    if is_dataclass(inner):
        return () if wild else (_filled(life, inner, chance, proper),)
    return ("甲",) if wild else ("甲", "乙")


def _day(life: Life, name: str, chance: random.Random, wild: bool) -> str:
    today = date.fromisoformat(life.now[:10])
    if wild:
        strange = (today + timedelta(days=chance.choice((-400, -30, -1, 1, 61)))).isoformat()
        return chance.choice((strange, "2026-02-30", "明天"))
    if name in _LATER:
        return (today + timedelta(days=chance.choice((0, 15)))).isoformat()
    if name in ("delivered_at", "at", "happened_at"):
        return life.now
    return today.isoformat()


def _words(life: Life, kind: type, name: str, chance: random.Random, wild: bool) -> str:
    if wild:
        return chance.choice(("", " ", "某" * 30_000, "\x00"))
    if name == "competent":
        return ""  # these desks have no directory
    if name == "to_office":
        return chance.choice(OFFICES)
    if name == "other_matter_id":
        return OTHER.case_id
    if name == "paper_id":
        return chance.choice((*life.case.items("paper"), ""))
    if name == "handler":
        return "王晓青"
    if name == "approver":
        return chance.choice(("周局长", "周局长", "王晓青"))
    if name == "undelivered_reason":
        return chance.choice(("", "两次上门无人"))
    if kind is Recuse and name == "successor":
        return "李接办"
    return "写明"
