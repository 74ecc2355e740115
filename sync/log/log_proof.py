"""The proof that every chained act of the log is what its author signed, where it says it lies; reads only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sync.log.chain import LogDamaged, first_hash, verify_entries
from sync.log.content import read_act
from sync.log.values import Position

if TYPE_CHECKING:
    from sync.log.log import ActLog, Database


def prove_log(log: ActLog, db: Database) -> Iterator[tuple[str, int]]:
    """Go over every writer's chain and signatures; yields (writer, entries) as it goes, raises LogDamaged."""
    for row in log.writers():
        entries = log.entries(row.writer, 0)
        if entries and entries[0].n != 1:
            raise LogDamaged("gap", writer=row.writer, n=entries[0].n)
        verify_entries(row.public_key, first_hash(row.writer), entries)
        held = Position(entries[-1].n, entries[-1].hash) if entries else Position(0, first_hash(row.writer))
        if held != row.have:
            raise LogDamaged("head_differs", writer=row.writer, n=row.have.n)
        for entry in entries:
            act = read_act(entry.content)
            stored = db.execute(
                "SELECT act_id, case_id, scope FROM act WHERE writer = ? AND n = ? AND chained = 1",
                (bytes.fromhex(row.writer), entry.n),
            ).fetchone()
            if (bytes(stored[0]).hex(), stored[1], stored[2]) != (act.act_id, act.case_id, act.scope):
                raise LogDamaged("columns_differ", writer=row.writer, n=entry.n)
        yield row.writer, len(entries)
