"""A station file of release 0.1.0, opened to be read; it alone knows that release's pages and tables.

Acts, chains and feeds are the same bytes there as today. What this log's readers want and 0.1.0 did not keep (births,
attested writers, runs set aside) is laid over its tables for this connection only, so that they read it as their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

from sqlcipher3 import dbapi2

from desktop.models.store import drafts
from desktop.models.store.connection import Connection, faults, immediate
from desktop.models.store.incarnation import StationIdentity
from desktop.models.store.write_ahead import checkpoint
from domain.faults import SurroundingsFault
from domain.fold import CaseState, fold
from sync.log import ActLog
from sync.log.chain import Entry
from sync.log.feed import StationFeed
from sync.log.log import entry_from_row

RELEASE: Final = "0.1.0"

_MARKS: Final = ("clock", "visit_person")
"""Tables 0.1.0 had and no later form has."""

_LAID_OVER: Final = (
    "CREATE TEMP VIEW writer AS SELECT w.*, 0 AS lamport, NULL AS birth, 0 AS attested FROM main.writer w",
    "CREATE TEMP VIEW own_writer AS SELECT o.*, 0 AS acknowledged FROM main.own_writer o",
    "CREATE TEMP TABLE set_aside (writer BLOB PRIMARY KEY, code TEXT NOT NULL)",
)


@dataclass(frozen=True, slots=True)
class LyingAct:
    """An act as it lies in the file."""

    seq: int
    """Storage key in this file."""
    entry: Entry
    chained: bool


@dataclass(frozen=True, slots=True)
class EarlierSeries:
    """A document-number series 文号 and its lease, as the shown values of its case say it: a row of ``series``."""

    case_id: str
    office: str
    year: int
    kind: str
    first: int
    last: int
    holder: str
    """A station; today it is a writer."""


class EarlierFile:
    """An open file of 0.1.0. Belongs to the thread that opened it; the bytes on the disk stay as they are."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Raises SurroundingsFault ``file_missing``, ``file_damaged_or_wrong_key`` (or a file of another form)."""
        if not path.is_file():
            raise SurroundingsFault("file_missing", facts={"file": path.name})
        self.path = path
        self._index = path.with_name(path.name + "-shm")
        self._index_was_there = self._index.exists()
        try:
            self.db = _connect(path, key)
        except BaseException:
            self._clear_index()
            raise
        self.log, self.feed = ActLog(self.db), StationFeed(self.db)
        row = self.db.execute(
            "SELECT station_id, office, window, writer, setup, signing_key, last_known_ms FROM station"
        ).fetchone()
        self.identity = StationIdentity(*(str(value) for value in row[:5]))
        self.signing_key = bytes(row[5])
        """Of the writer."""
        self.last_known_ms = int(row[6])

    def __enter__(self) -> EarlierFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close it and leave nothing beside it that was not there."""
        self.db.close()
        self._clear_index()

    def _clear_index(self) -> None:
        if not self._index_was_there:
            self._index.unlink(missing_ok=True)  # an index of the log in memory; whoever opens next makes it

    # reading ---------------------------------------------------------------------------------------------------

    def county(self) -> str:
        """The address of the county; empty when the station never enrolled."""
        row = self.db.execute("SELECT url FROM county").fetchone()
        return "" if row is None else str(row[0])

    def series(self) -> list[EarlierSeries]:
        """Every series with its lease, folded from the acts."""
        return [series_of(fold(self.log.case(name))) for name in self.log.case_ids() if name.startswith("series/")]

    def gaps(self) -> list[tuple[str, int]]:
        """Numbers below the highest of a series that no paper bears, as 0.1.0 reported them."""
        found: list[tuple[str, int]] = []
        for series in self.series():
            sql = "SELECT n FROM issued WHERE series = ?"
            used = {int(row[0]) for row in self.db.execute(sql, (series.case_id,))}
            found += [(series.case_id, n) for n in range(series.first, max(used, default=0) + 1) if n not in used]
        return found

    def pdfs(self) -> Iterator[tuple[str, bytes]]:
        """Every stored paper with the hash it lies under, one at a time."""
        for (digest,) in self.db.execute("SELECT hash FROM pdf ORDER BY hash").fetchall():
            row = self.db.execute("SELECT bytes FROM pdf WHERE hash = ?", (digest,)).fetchone()
            yield str(digest), bytes(row[0])

    def pdf_count(self) -> int:
        """Number of stored papers."""
        return int(self.db.execute("SELECT count(*) FROM pdf").fetchone()[0])

    def drafts(self) -> drafts.Kept:
        """Drafts and what was put aside, as they lie: private to their clerks, nothing read out of them."""
        return drafts.read_all(self.db)

    def refusals(self) -> dict[str, str]:
        """Acts the county kept and did not deliver, own or not: act id → code."""
        rows = self.db.execute("SELECT a.act_id, r.code FROM refused_act r JOIN act a ON a.seq = r.act_seq")
        return {bytes(row[0]).hex(): str(row[1]) for row in rows}

    def adrift(self) -> list[int]:
        """Storage keys of acts offered to the county outside their author's log."""
        return [int(row[0]) for row in self.db.execute("SELECT act_seq FROM adrift ORDER BY act_seq")]

    def seen(self, scope: str) -> list[tuple[int, int]]:
        """(position in the feed, storage key) of every act seen of a feed."""
        rows = self.db.execute("SELECT feed_seq, act_seq FROM confirmed WHERE scope = ? ORDER BY feed_seq", (scope,))
        return [(int(row[0]), int(row[1])) for row in rows]


def series_of(state: CaseState) -> EarlierSeries:
    """The lease that the acts of a series' case tell, as that release read them."""
    return EarlierSeries(
        state.case_id,
        state.text("office"),
        state.number("year"),
        state.text("kind"),
        state.number("first", 1),
        state.number("last"),
        state.text("holder"),
    )


def lying(db: Connection, after_seq: int = 0, limit: int = 1 << 30) -> list[LyingAct]:
    """Acts in the order they came to lie in a station file, of this form or the earlier one."""
    rows = db.execute(
        "SELECT seq, writer, chained, n, hash, content, sig FROM act WHERE seq > ? ORDER BY seq LIMIT ?",
        (after_seq, limit),
    ).fetchall()
    return [LyingAct(int(row[0]), entry_from_row(bytes(row[1]).hex(), row[3:]), bool(row[2])) for row in rows]


def is_earlier(path: Path, key: bytes) -> bool:
    """True for a file as 0.1.0 made it, by its first pages; nothing is touched, not even a log beside it.

    Asked before the file is opened as one of this form: that would fold the log of a crash into it first.
    """
    try:
        db = _connect(path, key, alone=True)
    except SurroundingsFault:
        return False
    db.close()
    return True


def fold_log(path: Path, key: bytes) -> None:
    """Move what a crash of 0.1.0 left in the write-ahead log into the file, as opening it did there.

    Before the file is put by: what lies beside a file under its old name would be taken for the new one's.
    Raises SurroundingsFault ``disk_full``, ``read_only``, ``io_error``.
    """
    log = _log_of(path)
    if not log.exists():
        return
    with faults():
        db: Connection = dbapi2.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
        try:
            db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            with immediate(db):
                pass
            whole = checkpoint(db, truncate=True).complete
        finally:
            db.close()
    if not whole:
        raise SurroundingsFault("busy")
    for side in (log, path.with_name(path.name + "-shm")):
        side.unlink(missing_ok=True)


def _connect(path: Path, key: bytes, *, alone: bool = False) -> Connection:
    """A connection that only reads; ``alone`` looks at the file without the log of a crash beside it."""
    log = _log_of(path)
    # Without a log the file is all there is: SQLite then needs no side files and touches nothing.
    mode = "mode=ro&immutable=1" if alone or not log.exists() or not log.stat().st_size else "mode=ro"
    with faults():
        db: Connection = dbapi2.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)
    try:
        with faults(), _quiet(db) if alone else nullcontext():
            db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            db.execute("PRAGMA temp_store = MEMORY")  # a temporary file would hold plain text
            tables = {str(row[0]) for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            if not tables.issuperset(_MARKS):
                raise SurroundingsFault("file_damaged_or_wrong_key", facts={"file": path.name})
            for sql in _LAID_OVER:
                db.execute(sql)
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def _quiet(db: Connection) -> Iterator[None]:
    """SQLCipher writes nothing to the error output meanwhile: that a file is not of 0.1.0 is no error."""
    (level,) = db.execute("PRAGMA cipher_log_level").fetchone()  # of the whole process
    db.execute("PRAGMA cipher_log_level = NONE")
    try:
        yield
    finally:
        db.execute(f"PRAGMA cipher_log_level = {level}")


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")
