"""Skipping levels 越级走访 (R 20①): a visit belongs at the organ with authority or one level above it; only proposed.

Told from the directory of organs; what the directory or the record does not say stays unknown 待核.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from domain.beijing import iso_day
from domain.directory import Directory, Organ
from domain.fold import CaseState
from domain.procedure.legs import last_leg
from domain.refusals import Refusal
from domain.rules import Rules

LEVEL_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"village": "村级", "township": "乡镇级", "county": "县级", "city": "市级", "province": "省级", "state": "国家级"}
)
LEVELS: Final = tuple(LEVEL_WORDS)
"""Levels of organs, the lowest first."""
ARTICLE: Final = "R 20①"


@dataclass(frozen=True, slots=True)
class LevelProposal:
    """What the directory says of a visit; ``skips`` None: unknown."""

    skips: bool | None
    why: str
    competent: str = ""
    """The organ with authority 有权处理的机关 it rests on: a code of the directory."""


def skips_levels(receiver: str, competent: str, rules: Rules, day: date) -> bool | None:
    """Whether a walk-in at the level ``receiver`` skips levels where the organ with authority is at ``competent``."""
    if receiver not in LEVELS or competent not in LEVELS:
        return None
    return LEVELS.index(receiver) - LEVELS.index(competent) > rules.number("levels_above", day)


def competent_of(matter: CaseState) -> str:
    """The organ with authority as the record has it: who handles it, where it was passed on to, or this office."""
    leg = last_leg(matter)
    if leg is not None and leg.verdict != "agreed":  # material given back: it lay elsewhere
        return leg.receiver
    here = bool(matter.text("accepted_on")) or matter.text("own_power") == "yes"
    return (matter.text("owner") or matter.text("office")) if here else ""


def propose_level(matter: CaseState, rules: Rules, directory: Directory, competent: str = "") -> LevelProposal:
    """Whether the visit a matter was raised at skipped levels, and why; ``competent`` as the clerk names it."""
    if matter.text("channel", "visit") != "visit":
        return LevelProposal(False, "不是走访")
    code = competent or competent_of(matter)
    if not code:
        return LevelProposal(None, "待核：没有确定有权处理的机关")
    here, there = directory(matter.text("office")), directory(code)
    day = iso_day(matter.get("received_on"))
    if there is None or there.level not in LEVELS:
        return LevelProposal(None, f"待核：机构目录没有{_name(there, code)}的层级", code)
    if here is None or here.level not in LEVELS:
        return LevelProposal(None, f"待核：机构目录没有{_name(here, matter.text('office'))}的层级", code)
    try:
        skips = skips_levels(here.level, there.level, rules, day) if day is not None else None
    except Refusal:
        skips = None
    if skips is None:
        return LevelProposal(None, "待核：这一天没有适用的口径", code)
    told = f"接待的{here.name}为{LEVEL_WORDS[here.level]}，有权处理的{there.name}为{LEVEL_WORDS[there.level]}"
    if not skips:
        return LevelProposal(False, told, code)
    return LevelProposal(True, f"{told}，应到{there.name}或者{_above(there, directory)}走访", code)


def _name(organ: Organ | None, code: str) -> str:
    return organ.name if organ is not None and organ.name else code


def _above(organ: Organ, directory: Directory) -> str:
    """The organ one level above, by name where the directory names it."""
    above = directory(organ.parent) if organ.parent else None
    one_up = above is not None and above.level in LEVELS and LEVELS.index(above.level) == LEVELS.index(organ.level) + 1
    return f"其上一级{above.name}" if above is not None and one_up else "其上一级机关"
