"""Legs 转送、交办的每一程 of a matter: each passing-on with its receipt, objection, verdict and report; read only.

A leg is the field ``leg.<id>`` with ``leg.<id>.received`` and so on beside it. Matters passed on before legs were
recorded have one, read out of the plain fields those acts set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from domain.beijing import iso_day
from domain.fold import CaseState, is_count

PLAIN = "plain"
"""Key of the leg that stands in the plain fields only."""
ORIGIN = "origin"
"""Key of the leg by which a matter came from outside, before it was registered here."""


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
    reported_on: date | None = None


def legs_of(state: CaseState) -> tuple[Leg, ...]:
    """The legs of a matter in the order they were sent."""
    found = [_leg(key, value) for key, value in state.items("leg").items() if isinstance(value, dict)]
    plain = None if found else _plain(state)
    found += [plain] if plain else []
    now = state.text("leg_now")
    found.sort(key=lambda leg: (leg.sent_on or date.min, leg.key == now, leg.received_on or date.max, leg.key))
    origin = _origin(state)
    return tuple(_told(state, leg) for leg in ((origin, *found) if origin else found))


def last_leg(state: CaseState) -> Leg | None:
    """The passing-on a matter is under now."""
    legs, current = legs_of(state), state.text("leg_now")
    return next((leg for leg in legs if leg.key == current), legs[-1] if legs else None)


def _leg(key: str, value: dict[str, object]) -> Leg:
    def text(name: str) -> str:
        found = value.get(name)
        return found if isinstance(found, str) else ""

    days = value.get("days")
    return Leg(
        key=key,
        way="assign" if value.get("way") == "assign" else "refer",
        sender=text("from"),
        receiver=text("to"),
        receiver_name=text("to_name"),
        sent_on=iso_day(value.get("on")),
        days=days if is_count(days) and days > 0 else 0,
    )


def _told(state: CaseState, leg: Leg) -> Leg:
    """The leg with what was told of it later, in the fields beside it."""

    def part(name: str) -> dict[str, object]:
        found = state.get(f"leg.{leg.key}.{name}")
        return found if isinstance(found, dict) else {}

    verdict = part("verdict")
    said = verdict.get("said")
    return replace(
        leg,
        received_on=iso_day(part("received").get("on")) or leg.received_on,
        objected_on=iso_day(part("objection").get("on")) or leg.objected_on,
        verdict=said if isinstance(said, str) else "",
        verdict_on=iso_day(verdict.get("on")),
        reported_on=iso_day(part("report").get("on")) or leg.reported_on,
    )


def _origin(state: CaseState) -> Leg | None:
    """The passing-on by which the matter came to the office that registered it, from somewhere outside."""
    if not state.text("received_by_referral"):
        return None
    received = iso_day(state.get("received_on"))
    return Leg(ORIGIN, "refer", "", state.text("office"), "", None, 0, received, iso_day(state.get("objected_on")))


def _plain(state: CaseState) -> Leg | None:
    assigned, referred = iso_day(state.get("assigned_on")), iso_day(state.get("referred_on"))
    received = iso_day(state.get("referral_received_on"))
    if assigned is None and referred is None and received is None:
        return None
    return Leg(
        key=PLAIN,
        way="assign" if assigned else "refer",
        sender=state.text("office"),
        receiver=state.text("to_office"),
        receiver_name=state.text("to_name"),
        sent_on=assigned or referred,
        days=max(0, state.number("assigned_days")),
        received_on=received,
        objected_on=iso_day(state.get("objected_on")),
        reported_on=iso_day(state.get("reported_on")),
    )
