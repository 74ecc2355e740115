"""Legs 转送、交办的每一程 of a matter: each passing-on with its receipt, objection, verdict and report; read only.

A leg is the field ``leg.<id>`` with ``leg.<id>.received`` and so on beside it. Matters passed on before legs were
recorded have one, read out of the plain fields those acts set.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.fold import CaseState, is_count

PLAIN = "plain"
"""Key of the leg that stands in the plain fields only."""
ORIGIN = "origin"
"""Key of the leg by which a matter came from outside, before it was registered here."""


def read_day(value: object) -> date | None:
    """A day out of a field; None for anything else: an act from elsewhere may hold anything."""
    if not isinstance(value, str) or not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Leg:
    """One passing-on, as its acts tell it. Days are Beijing days; None: not yet."""

    key: str
    way: str
    """``refer`` 转送 or ``assign`` 交办."""
    sender: str
    receiver: str
    receiver_name: str
    sent_on: date | None
    days: int
    """The period written in the 交办函; 0 for a referral."""
    received_on: date | None = None
    objected_on: date | None = None
    verdict: str = ""
    """``agreed`` 同意退回 or ``refused`` 不同意; empty while nobody has decided."""
    verdict_on: date | None = None
    returned_on: date | None = None
    reported_on: date | None = None


def legs_of(state: CaseState) -> tuple[Leg, ...]:
    """The legs of a matter in the order they were sent."""
    found = [_leg(state, key, value) for key, value in state.items("leg").items() if isinstance(value, dict)]
    plain = None if found else _plain(state)
    found += [plain] if plain else []
    now = state.text("leg_now")
    found.sort(key=lambda leg: (leg.sent_on or date.min, leg.key == now, leg.received_on or date.max, leg.key))
    origin = _origin(state)
    return (origin, *found) if origin else tuple(found)


def last_leg(state: CaseState) -> Leg | None:
    """The passing-on a matter is under now: the newest that was not returned."""
    open_legs = [leg for leg in legs_of(state) if leg.returned_on is None]
    current = state.text("leg_now")
    return next((leg for leg in open_legs if leg.key == current), open_legs[-1] if open_legs else None)


def _leg(state: CaseState, key: str, value: dict[str, object]) -> Leg:
    def part(name: str) -> dict[str, object]:
        found = state.get(f"leg.{key}.{name}")
        return found if isinstance(found, dict) else {}

    def text(name: str) -> str:
        found = value.get(name)
        return found if isinstance(found, str) else ""

    days = value.get("days")
    verdict = part("verdict")
    said = verdict.get("said")
    return Leg(
        key=key,
        way="assign" if value.get("way") == "assign" else "refer",
        sender=text("from"),
        receiver=text("to"),
        receiver_name=text("to_name"),
        sent_on=read_day(value.get("on")),
        days=days if is_count(days) and days > 0 else 0,
        received_on=read_day(part("received").get("on")),
        objected_on=read_day(part("objection").get("on")),
        verdict=said if isinstance(said, str) else "",
        verdict_on=read_day(verdict.get("on")),
        returned_on=read_day(part("returned").get("on")),
        reported_on=read_day(part("report").get("on")),
    )


def _origin(state: CaseState) -> Leg | None:
    """The passing-on by which the matter came to the office that registered it, from somewhere outside."""
    if not state.text("received_by_referral"):
        return None
    received = read_day(state.get("received_on"))
    return Leg(ORIGIN, "refer", "", state.text("office"), "", None, 0, received, read_day(state.get("objected_on")))


def _plain(state: CaseState) -> Leg | None:
    assigned, referred = read_day(state.get("assigned_on")), read_day(state.get("referred_on"))
    received = read_day(state.get("referral_received_on"))
    if assigned is None and referred is None and received is None:
        return None
    return Leg(
        key=PLAIN,
        way="assign" if assigned is not None else "refer",
        sender=state.text("office"),
        receiver=state.text("to_office"),
        receiver_name=state.text("to_name"),
        sent_on=assigned or referred,
        days=max(0, state.number("assigned_days")),
        received_on=received,
        objected_on=read_day(state.get("objected_on")),
        reported_on=read_day(state.get("reported_on")),
    )
