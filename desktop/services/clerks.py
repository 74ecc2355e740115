"""Clerks of a station: add one, change a password. A password wraps the data key; it is stored nowhere."""

from __future__ import annotations

from desktop.models.store import keys
from desktop.models.store.rows import ClerkRow
from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from domain.acts import ActDraft, CaseKind
from domain.refusals import Refusal


def add_clerk(station: Station, *, sign_in: str, name: str, password: str) -> Outcome[str]:
    """Give one more clerk a password slot and a name on the record; returns the clerk id."""
    desk = station.desk()
    clerk_id = desk.new_id()
    shown = desk.line(name, "name") or sign_in
    keys.add_clerk(
        station.folder,
        station.data_key,
        clerk_id=clerk_id,
        sign_in=sign_in,
        password=password,
        entropy=station.surroundings.entropy,
        parameters=station.surroundings.password_cost,
    )
    with station.writing() as transaction:
        sets = {"name": shown, "sign_in": sign_in, "window": station.office.window}
        transaction.record([ActDraft("clerk_recorded", CaseKind.CLERK, clerk_id, sets)])
    return Outcome(clerk_id, frozenset({Topic.CLERK}))


def change_password(station: Station, *, old_password: str, new_password: str) -> None:
    """Wrap the data key under a new password; the old one opens nothing from now on."""
    keys.change_password(
        station.folder,
        sign_in=station.sign_in,
        old_password=old_password,
        new_password=new_password,
        entropy=station.surroundings.entropy,
        parameters=station.surroundings.password_cost,
    )


def clerks(station: Station) -> list[ClerkRow]:
    """Clerks known here."""
    return station.store.clerks()


def is_administrator(station: Station) -> bool:
    """Whether the clerk signed in keeps this office's tables: the one this station was set up with."""
    return station.sign_in == next(iter(keys.sign_in_names(station.folder).values()), "")


def administrators_only(station: Station) -> None:
    """Refuse ``not_administrator`` to everybody else."""
    if not is_administrator(station):
        raise Refusal("not_administrator", field="by")
