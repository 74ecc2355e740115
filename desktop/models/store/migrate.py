"""Numbered migrations of the station file: each in one transaction with the record of it, newer files refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.models.store.connection import Connection, Database, faults
from domain.faults import SurroundingsFault

# sqlite_utils must come after connection, which chooses the SQLite below it
from sqlite_utils.migrations import Migrations  # isort: skip

SET_NAME = "station"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the station file's form. A released step is never edited; a correction is the next number."""

    number: int
    name: str
    apply: Callable[[Database], object]

    @property
    def label(self) -> str:
        return f"{self.number:04d}_{self.name}"


def migrate(conn: Connection, steps: Sequence[Migration]) -> list[int]:
    """Bring the file to the newest form; the numbers of the steps applied now, in order.

    A step that raises leaves nothing behind and stays pending; the steps before it stay.
    Raises SurroundingsFault ``newer_file`` (facts ``file_version``, ``program_version``) when the file knows a step
    that this program does not; ValueError when ``steps`` are not numbered 1, 2, 3 …
    """
    if [step.number for step in steps] != list(range(1, len(steps) + 1)):
        raise ValueError("migrations are numbered 1, 2, 3 … without a gap")
    with faults():
        database = Database(conn, execute_plugins=False)  # none may join in over an encrypted file
        refuse_newer(conn, steps)
        applied: list[int] = []
        migrations = Migrations(SET_NAME)
        for step in steps:
            migrations(name=step.label)(_recorded(step, applied))
        migrations.apply(database)
    return applied


def _recorded(step: Migration, applied: list[int]) -> Callable[[Database], None]:
    def run(database: Database) -> None:
        if not database.conn.in_transaction:
            raise RuntimeError("a migration runs inside its transaction")
        step.apply(database)
        if not database.conn.in_transaction:
            raise RuntimeError(f"migration {step.label} closed its own transaction")
        applied.append(step.number)

    return run


def refuse_newer(conn: Connection, steps: Sequence[Migration]) -> None:
    """Raise SurroundingsFault ``newer_file`` when the file was already opened by a newer program; writes nothing."""
    known = {step.label for step in steps}
    unknown = [label for label in applied_labels(conn) if label not in known]
    if unknown:
        facts = {"file_version": max(_number(label) for label in unknown), "program_version": len(steps)}
        raise SurroundingsFault("newer_file", facts=facts)


def applied_labels(conn: Connection) -> list[str]:
    """The labels of the steps in this file, oldest first; empty for a new file."""
    with faults():
        return [migration.name for migration in Migrations(SET_NAME).applied(Database(conn, execute_plugins=False))]


def _number(label: str) -> int:
    head = label.split("_", 1)[0]
    return int(head) if head.isdigit() else 0
