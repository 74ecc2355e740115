"""Attached files in the station file: their tables, the rows acts stand for, how far each file has travelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from desktop.models.store.connection import Connection, faults, immediate
from domain.beijing import beijing_minute
from domain.canonical import Json
from domain.files import LARGEST, clean_name, file_end, is_hash
from domain.fold import CaseState, is_count
from sync.blobs import Shape

PROJECTION: Final = """
CREATE TABLE file (
  file_id TEXT NOT NULL, case_id TEXT NOT NULL, case_kind TEXT NOT NULL, hash TEXT NOT NULL, size INTEGER NOT NULL,
  type TEXT NOT NULL, pages INTEGER NOT NULL, name TEXT NOT NULL, attached_at TEXT NOT NULL, attached_by TEXT NOT NULL,
  station TEXT NOT NULL, act_id TEXT NOT NULL, withdrawn TEXT NOT NULL, PRIMARY KEY (file_id, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_by_case ON file (case_id);
CREATE INDEX file_by_hash ON file (hash);
"""
OWN: Final = """
CREATE TABLE file_state (               -- how far a file has travelled; not a view of acts
  hash TEXT PRIMARY KEY, size INTEGER NOT NULL,
  at_county INTEGER NOT NULL,           -- 1: the county said that it is there, whole and verified
  carried INTEGER NOT NULL,             -- pieces carried so far, for the screen only
  wanted INTEGER NOT NULL,              -- 1: somebody here asked for it
  trouble TEXT NOT NULL                 -- why it does not move; empty: nothing is wrong
) STRICT, WITHOUT ROWID;
CREATE INDEX file_on_its_way ON file_state (at_county, wanted);
"""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file 附件 that an act names."""

    file_id: str
    case_id: str
    hash: str
    size: int
    """Bytes."""
    type: str
    pages: int
    name: str
    attached_at: str
    attached_by: str
    station: str
    """Id of the station that attached it."""
    withdrawn: str
    """When it was withdrawn 撤回; empty while it stands."""
    state: str = ""
    """``here`` 已存本机 · ``sending`` 上传中 · ``county`` 已到县 · ``away`` 在县里 · ``fetching`` 取回中; by stick
    ``medium`` 已写入介质 · ``missed`` 写过、县里没有收到 · ``asked`` 随介质取回."""
    percent: int = 0
    trouble: str = ""
    media: tuple[int, ...] = ()
    """Numbers of the reports its pieces stand on, where the county is not known to have them."""

    @property
    def shape(self) -> Shape:
        """The file as its pieces."""
        return Shape(self.hash, self.size)


@dataclass(frozen=True, slots=True)
class Travel:
    """How far one file has travelled."""

    at_county: bool = False
    carried: int = 0
    wanted: bool = False
    trouble: str = ""


_SQL: Final = """
SELECT file_id, case_id, hash, size, type, pages, name, attached_at,
  coalesce((SELECT name FROM clerk c WHERE c.clerk_id = attached_by), attached_by), station, withdrawn
FROM file
"""


class Files:
    """The rows and states of attached files, for the thread that owns the station file."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    def of_case(self, case_id: str) -> list[FileRow]:
        """The files of a case, in the order they were attached."""
        return self._rows(_SQL + "WHERE case_id = ? ORDER BY attached_at, file_id", (case_id,))

    def by_id(self, file_id: str) -> FileRow | None:
        """One file."""
        rows = self._rows(_SQL + "WHERE file_id = ? ORDER BY case_id LIMIT 1", (file_id,))
        return rows[0] if rows else None

    def all(self) -> list[FileRow]:
        """Every file any act here names."""
        return self._rows(_SQL + "ORDER BY attached_at, file_id")

    def travel(self, digest: str) -> Travel:
        """How far a file has travelled."""
        sql = "SELECT at_county, carried, wanted, trouble FROM file_state WHERE hash = ?"
        row = self._one(sql, (digest,))
        return Travel() if row is None else Travel(bool(row[0]), int(row[1]), bool(row[2]), str(row[3]))

    def note(self, shape: Shape, travel: Travel) -> None:
        """Note how far a file has travelled, in the caller's transaction or in one of its own."""
        if self.db.in_transaction:
            self._write(shape, travel)
            return
        with immediate(self.db) as transaction:
            self._write(shape, travel)
            transaction.commit()

    def to_send(self, station: str) -> Shape | None:
        """The next file to bring: attached here, its act seen back from the county, not yet there; small ones first."""
        sql = (
            "SELECT f.hash, f.size FROM file f LEFT JOIN file_state s ON s.hash = f.hash"
            " WHERE f.station = ? AND f.withdrawn = '' AND coalesce(s.at_county, 0) = 0"
            " AND coalesce(s.trouble, '') = ''"
            " AND EXISTS (SELECT 1 FROM act a JOIN confirmed c ON c.act_seq = a.seq WHERE a.act_id = unhex(f.act_id))"
            " ORDER BY f.size, f.hash LIMIT 1"
        )
        row = self._one(sql, (station,))
        return None if row is None else Shape(str(row[0]), int(row[1]))

    def to_carry(self, station: str) -> list[tuple[Shape, str]]:
        """Every file to bring by stick, and its trouble; the text of its act goes before it. Small ones first."""
        sql = (
            "SELECT DISTINCT f.hash, f.size, coalesce(s.trouble, '') FROM file f"
            " LEFT JOIN file_state s ON s.hash = f.hash"
            " WHERE f.station = ? AND f.withdrawn = '' AND coalesce(s.at_county, 0) = 0"
            " ORDER BY f.size, f.hash"
        )
        with faults():
            rows = self.db.execute(sql, (station,)).fetchall()
        return [(Shape(str(digest), int(size)), str(trouble)) for digest, size, trouble in rows]

    def to_want(self) -> list[tuple[Shape, bool]]:
        """Files a stick may bring, and whether somebody asked for them: those first, then the latest."""
        sql = (
            "SELECT f.hash, f.size, max(coalesce(s.wanted, 0)) AS asked FROM file f"
            " LEFT JOIN file_state s ON s.hash = f.hash WHERE f.withdrawn = '' OR s.wanted = 1"
            " GROUP BY f.hash, f.size ORDER BY asked DESC, max(f.attached_at) DESC, f.hash"
        )
        with faults():
            rows = self.db.execute(sql).fetchall()
        return [(Shape(str(digest), int(size)), bool(asked)) for digest, size, asked in rows]

    def at_county(self, digest: str) -> int:
        """The county's reply says that it holds the file, inside the caller's transaction; 1 when that is news."""
        if self.travel(digest).at_county:
            return 0
        sql = (
            "INSERT INTO file_state SELECT hash, size, 1, 0, 0, '' FROM file WHERE hash = ? LIMIT 1"
            " ON CONFLICT (hash) DO UPDATE SET at_county = 1, carried = 0, trouble = ''"
        )
        return int(self.db.execute(sql, (digest,)).rowcount)

    def trouble(self, digest: str, code: str, *, wanted: bool = False) -> None:
        """The county's reply says why a file does not move, inside the caller's transaction."""
        sql = "UPDATE file_state SET trouble = ? WHERE hash = ?" + (" AND wanted = 1" if wanted else "")
        self.db.execute(sql, (code, digest))

    def to_fetch(self) -> Shape | None:
        """The next file somebody here asked for."""
        row = self._one("SELECT hash, size FROM file_state WHERE wanted = 1 AND trouble = '' ORDER BY size LIMIT 1", ())
        return None if row is None else Shape(str(row[0]), int(row[1]))

    def waiting(self, station: str) -> int:
        """Files attached here that the county does not hold yet."""
        sql = (
            "SELECT count(DISTINCT f.hash) FROM file f LEFT JOIN file_state s ON s.hash = f.hash"
            " WHERE f.station = ? AND coalesce(s.at_county, 0) = 0 AND f.withdrawn = ''"
        )
        row = self._one(sql, (station,))
        return 0 if row is None else int(row[0])

    def not_at_county(self, digests: Iterable[str]) -> int:
        """The county says that it lacks these (it was restored): they are to be brought again; how many that were."""
        with immediate(self.db) as transaction:
            changed = self.lacks(digests)
            transaction.commit()
        return changed

    def lacks(self, digests: Iterable[str]) -> int:
        """As :meth:`not_at_county`, inside the caller's transaction."""
        sql = "UPDATE file_state SET at_county = 0, carried = 0 WHERE hash = ? AND at_county = 1"
        return sum(int(self.db.execute(sql, (digest,)).rowcount) for digest in digests)

    def try_again(self) -> None:
        """What was in trouble is tried once more."""
        with immediate(self.db) as transaction:
            self.db.execute("UPDATE file_state SET trouble = '' WHERE trouble <> ''")
            transaction.commit()

    def _write(self, shape: Shape, travel: Travel) -> None:
        values = (int(travel.at_county), travel.carried, int(travel.wanted), travel.trouble)
        self.db.execute(
            "INSERT INTO file_state VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET"
            " at_county = excluded.at_county, carried = excluded.carried, wanted = excluded.wanted,"
            " trouble = excluded.trouble",
            (shape.hash, shape.size, *values),
        )

    def _rows(self, sql: str, values: tuple[object, ...] = ()) -> list[FileRow]:
        with faults():
            return [FileRow(*row) for row in self.db.execute(sql, values).fetchall()]

    def _one(self, sql: str, values: tuple[object, ...]) -> Any:
        with faults():
            return self.db.execute(sql, values).fetchone()


def file_rows(state: CaseState) -> list[tuple[str | int, ...]]:
    """The rows a case's files stand for. Pure, as every projection."""
    made: list[tuple[str | int, ...]] = []
    for file_id, value in state.items("file").items():
        if not _is_file(value):
            continue  # an act from elsewhere may call anything a file
        head = state.fields[f"file.{file_id}"].heads[-1]
        name = str(value["name"])
        made.append(
            (
                file_id,
                state.case_id,
                state.case_kind,
                str(value["hash"]),
                _count(value.get("size")),
                str(value["type"]),
                _count(value.get("pages")),
                clean_name(name, file_end(name) or "bin"),
                beijing_minute(head.wall_ms),
                head.by,
                head.station,
                head.act_id,
                state.text(f"file.{file_id}.withdrawn"),
            )
        )
    return made


def _is_file(value: Json) -> TypeGuard[Mapping[str, Json]]:
    if not isinstance(value, dict) or not is_hash(value.get("hash")) or not 0 < _count(value.get("size")) <= LARGEST:
        return False
    return isinstance(value.get("type"), str) and isinstance(value.get("name"), str)


def _count(value: Json) -> int:
    return value if is_count(value) else 0
