"""The statutory classes of matters and the six routes of art. 31, and what the Regulation forbids outside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType

from domain.refusals import Refusal

# Clocks that exist only for matters handled under art. 31(六) (R 34–36).
ONLY_31_6 = frozenset(("T6", "T7", "T8", "T9", "T10", "T11"))


class MatterClass(Enum):
    """The statutory classes 事项类别 (R 29, 30, 31); consultation and the rest have none."""

    SUGGESTION = "suggestion"  # 建议意见
    ACCUSATION = "accusation"  # 检举控告
    CLAIM = "claim"  # 申诉求决
    OTHER = "other"  # 咨询、其他


class Route(Enum):
    """The six routes of art. 31 for claims 申诉求决."""

    COURT = "31-1"
    ARBITRATION = "31-2"
    PARTY = "31-3"
    ADMINISTRATIVE = "31-4"
    DUTY = "31-5"
    PETITION = "31-6"

    @property
    def article(self) -> str:
        """``R 31(六)``."""
        return f"R 31({'一二三四五六'[int(self.value[-1]) - 1]})"


class OfficeKind(Enum):
    """Who sits at the window: the petition office 信访部门, or an organ with authority (townships included)."""

    PETITION_OFFICE = "petition_office"
    COMPETENT_ORGAN = "competent_organ"


PURPOSES: Mapping[str, MatterClass] = MappingProxyType(
    {
        "申诉": MatterClass.CLAIM,
        "求决": MatterClass.CLAIM,
        "揭发控告": MatterClass.ACCUSATION,
        "意见建议": MatterClass.SUGGESTION,
        "咨询": MatterClass.OTHER,
        "其他": MatterClass.OTHER,
    }
)
"""Older 信访目的 words to the statutory class."""


def check_clock(clock: str, route: Route | None) -> None:
    """Refuse a clock the route does not have: 60 days, extension, 复查, 复核 are for 31-6 alone (R 34, 35, 36)."""
    if clock in ONLY_31_6 and route is not Route.PETITION:
        facts = {"clock": clock, "route": route.value if route else ""}
        raise Refusal("clock_not_for_route", field="route", article="R 34", facts=facts)


def check_recipient(accused_organ: str, recipient: Sequence[str]) -> None:
    """Refuse to send a matter to the organ it is about (R 30③); ``recipient`` is that organ's code and name."""
    if accused_organ and accused_organ in recipient:
        raise Refusal("accused_organ", field="to_office", article="R 30③", facts={"organ": accused_organ})


def is_collective(headcount: int, threshold: int) -> bool:
    """集体访 or 个访 by the people present, not the representatives nor those concerned; threshold is a setting."""
    return headcount >= threshold


def check_representatives(fields: Sequence[str], limit: int) -> None:
    """Refuse one representative too many (R 20③); ``fields`` names where each one stands, in order."""
    if len(fields) > limit:
        facts = {"limit": limit, "count": len(fields)}
        raise Refusal("too_many_representatives", field=fields[limit], article="R 20③", facts=facts)
