"""The directory of organs 机构目录 as rules ask it: an organ's level, who stands above it, who heads it on a day.

What the directory does not say is unknown; nothing here guesses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from domain.beijing import iso_day
from domain.fold import CaseState

OFFICE: Final = "office/"
"""Where the cases of the directory begin: ``office/<code>``."""
HEAD: Final = "head"
"""Fields ``head.<first day>-<n>`` of an office: a name, a post, the last day where it has ended."""


@dataclass(frozen=True, slots=True)
class Head:
    """Somebody who heads an organ 负责人 from a day on."""

    name: str
    post: str
    since: date
    until: date | None = None
    """The last day; None: still."""


@dataclass(frozen=True, slots=True)
class Organ:
    """One organ of the directory."""

    code: str
    name: str
    kind: str = ""
    level: str = ""
    """A word of ``domain.levels.LEVELS``; empty: nobody has said."""
    parent: str = ""
    """The code of the organ above it; empty: nobody has said."""
    heads: tuple[Head, ...] = ()

    def heads_on(self, day: date) -> tuple[Head, ...]:
        """Who heads it on a day: of each post the latest who had begun and not ended. None: unknown, not nobody."""
        latest: dict[str, Head] = {}
        for head in sorted(self.heads, key=lambda each: each.since):
            if head.since <= day:
                latest[head.post] = head
        return tuple(head for head in latest.values() if head.until is None or day <= head.until)


Directory: TypeAlias = Callable[[str], Organ | None]
"""An organ by its code; None for one that is not in the directory."""


def no_organ(_code: str) -> Organ | None:
    """A directory that knows nobody."""
    return None


def stands_below(code: str, above: str, directory: Directory) -> bool:
    """Whether an organ stands below another by the directory; False where the directory does not say."""
    seen: set[str] = set()
    organ = directory(code)
    while organ is not None and organ.parent and organ.code not in seen:
        if organ.parent == above:
            return True
        seen.add(organ.code)
        organ = directory(organ.parent)
    return False


def organ_of(state: CaseState) -> Organ:
    """An organ as the acts of its case tell it."""
    return Organ(
        state.case_id.removeprefix(OFFICE),
        state.text("name"),
        state.text("kind"),
        state.text("level"),
        state.text("parent"),
        tuple(head for value in state.items(HEAD).values() if (head := _head(value)) is not None),
    )


def _head(value: object) -> Head | None:
    """A head as it came by act; what else an act from elsewhere calls one is left out."""
    if not isinstance(value, dict):
        return None
    name, post, since = value.get("name"), value.get("post"), iso_day(value.get("from"))
    if not isinstance(name, str) or not name or not isinstance(post, str) or since is None:
        return None
    return Head(name, post, since, iso_day(value.get("to")))


_POSTS: Final = (
    "党委书记|党组书记|书记|检察长|局长|主任|镇长|乡长|区长|县长|市长|州长|省长|院长|部长|所长|站长|处长|科长|厅长|校长|主席|"
    "组长|队长|董事长|总经理|经理|会长|社长|负责人|领导"
)
_TITLED: Final = re.compile(rf"(?:[（(]?(?:副|原|时任)?(?:{_POSTS}|同志|先生|女士)[）)]?)*")
_PEOPLE: Final = re.compile(r"[、，,；;/]")


def accused_heads(person: str, post: str, organ: Organ, day: date) -> Literal["", "name", "post"]:
    """Whether an accused person heads an organ on a day: by ``name``, with or without a post beside it, or by ``post``.

    Empty: no, or its heads are unknown (:meth:`Organ.heads_on` tells the two apart).
    """
    for head in organ.heads_on(day):
        if any(_is(part, _squeezed(head.name), organ) for part in _PEOPLE.split(_squeezed(person))):
            return "name"
        if any(_holds(_squeezed(told), head.post, organ) for told in (post, person)):
            return "post"
    return ""


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _is(told: str, name: str, organ: Organ) -> bool:
    """Whether this is that name, alone or with a post: 周建国, 周建国局长, 自然资源局局长周建国; never 周建国强."""
    if told == name:
        return True
    if told.startswith(name):
        return _TITLED.fullmatch(told[len(name) :].replace(organ.name, "")) is not None
    before = told.removesuffix(name)
    return before != told and (before.endswith(tuple(_POSTS.split("|"))) or _ends(organ.name, before))


def _holds(told: str, post: str, organ: Organ) -> bool:
    """Whether a post as told is the head's: 青禾县自然资源局局长, 自然资源局局长; a deputy's never is."""
    where = told.removesuffix(post)
    return bool(post) and where != told and _ends(organ.name, where)


def _ends(name: str, told: str) -> bool:
    """Whether a name as told, whole or without what stands before it, is that of the organ."""
    return len(told) >= 2 and name.endswith(told)
