"""Search as you type over a filled hall: every kind of thing a clerk types, beside one row fetched by its key."""

from __future__ import annotations

import random
from functools import partial

from benchmarks.table import Row, calm, p50, p95, undisturbed
from desktop.models.store import search
from desktop.models.store.connection import Connection
from desktop.services import lookup
from desktop.services.shipped import name_initials
from desktop.services.station import Station


def measure(station: Station, visits: int, *, rounds: int = 60) -> list[Row]:
    """Rows for each kind of query and for all of them together; the slowest kind decides nothing alone."""
    rng = random.Random(5)
    db = station.store.db
    people = [row[0] for row in db.execute("SELECT petitioner_id FROM petitioner WHERE name <> ''").fetchall()]
    matters = [row[0] for row in db.execute("SELECT matter_id FROM matter").fetchall()]
    one_row = calm([undisturbed(partial(_one_row, db, key)) for key in rng.sample(people, min(500, len(people)))])
    made: dict[str, list[str]] = {}
    chosen = rng.sample(people, min(rounds, len(people)))
    for row in station.store.petitioner_rows(chosen):
        made.setdefault("2 characters of a name", []).append(row.name[:2])
        made.setdefault("pinyin initials", []).append(name_initials(row.name)[0])
        if len(row.id_number) == 18:
            made.setdefault("last 4 of an ID number", []).append(row.id_number[-4:])
            made.setdefault("first 10 of an ID number", []).append(row.id_number[:10])
        if row.mobile:
            made.setdefault("last 4 of a phone", []).append(row.mobile[-4:])
    for matter in rng.sample(matters, min(rounds, len(matters))):
        (summary,) = db.execute("SELECT summary FROM matter WHERE matter_id = ?", (matter,)).fetchone()
        place = rng.randrange(max(1, len(summary) - 4))
        made.setdefault("2 characters of a text", []).append(summary[place : place + 2])
        made.setdefault("4 characters of a text", []).append(summary[place : place + 4])
    rows: list[Row] = []
    every: list[tuple[float, bool]] = []
    shown: list[tuple[float, bool]] = []
    reference = "one row by its key"
    for kind, texts in made.items():
        times = [undisturbed(partial(search.find, db, text)) for text in texts]
        every += times
        shown += [undisturbed(partial(lookup.find, station, text)) for text in texts]
        rows.append(Row(f"search, {kind}, p95", p95(calm(times)), "ms", reference, p50(one_row), 5, on_value=True))
    count = f"{visits:,} visits"
    for name, value, budget in (
        ("search, all together, p50", p50(calm(every)), 5),
        ("search, all together, p95", p95(calm(every)), 5),
        ("search with the rows to show, p95", p95(calm(shown)), 11),
    ):
        rows.append(Row(name, value, "ms", reference, p50(one_row), budget, on_value=True, note=count))
    return rows


def _one_row(db: Connection, key: str) -> object:
    return db.execute("SELECT * FROM petitioner WHERE petitioner_id = ?", (key,)).fetchone()
