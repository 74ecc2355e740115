"""Which delivered acts name which files: a table of its own that follows the county's log; who may bring or fetch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from domain.canonical import Json
from domain.files import LARGEST, PIECE_BYTES, is_hash
from domain.fold import is_count
from sync.blobs import Shape
from sync.log.content import read_act
from sync.log.feed import CountyFeed

STRIDE: Final = 2000
"""Acts looked through at once; between two such pieces the rounds of the stations go on."""
_MARK: Final = b'"k":"file_attached"'

FILE_SCHEMA: Final[tuple[str, ...]] = (
    (
        "CREATE TABLE IF NOT EXISTS file_named (act_seq BIGINT NOT NULL, hash TEXT NOT NULL, station TEXT NOT NULL,"
        " size BIGINT NOT NULL, PRIMARY KEY (act_seq, hash))"
    ),
    "CREATE INDEX IF NOT EXISTS file_named_hash ON file_named (hash)",
    "CREATE INDEX IF NOT EXISTS file_named_station ON file_named (station)",
    "CREATE TABLE IF NOT EXISTS file_seen (seq BIGINT NOT NULL)",
)


@dataclass(frozen=True, slots=True)
class Claims:
    """What the record says of one file toward one station."""

    size: int | None
    """As a delivered act of the station's own says it: then the station may bring the file."""
    shown: bool
    """An act in a feed of its scopes names the file."""
    authors: frozenset[str]
    """The stations of these acts, where the act is proved to be theirs: one attested by another proves nothing."""
    first: str
    """Whose proved act named the file before any other; empty for none."""

    @property
    def named(self) -> bool:
        """Whether the station may ask about the file at all."""
        return self.size is not None or self.shown


class FileIndex:
    """Which acts name which files; follows the log by its own mark. Used on the lane that owns the database."""

    def __init__(self, db: Any, feed: CountyFeed, transaction: Callable[[], Any]) -> None:
        self._db, self._feed, self._transaction = db, feed, transaction
        self._ready = False

    def follow(self) -> bool:
        """Look through the next acts; True while more wait."""
        with self._transaction():
            if not self._ready:
                for sql in FILE_SCHEMA:
                    self._db.execute(sql)
                if self._db.execute("SELECT seq FROM file_seen").fetchone() is None:
                    self._db.execute("INSERT INTO file_seen VALUES (0)")
            seen = int(self._db.execute("SELECT seq FROM file_seen").fetchone()[0])
            sql = (
                "SELECT a.seq, a.content, w.station FROM act a JOIN writer w ON w.writer = a.writer"
                " WHERE a.seq > ? ORDER BY a.seq LIMIT ?"
            )
            rows = self._db.execute(sql, (seen, STRIDE)).fetchall()
            named = [
                (int(seq), *found, str(station))
                for seq, content, station in rows
                if _MARK in bytes(content)
                for found in _files_of(bytes(content))
            ]
            if named:
                self._db.executemany(
                    "INSERT INTO file_named (act_seq, hash, size, station) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (act_seq, hash) DO NOTHING",
                    named,
                )
            if rows:
                self._db.execute("UPDATE file_seen SET seq = ?", (int(rows[-1][0]),))
        self._ready = True
        return len(rows) == STRIDE

    def claims(self, digest: str, station: str, scopes: tuple[str, ...]) -> Claims:
        """What the record says of one file toward one station that is shown ``scopes``."""
        sql = (
            "SELECT n.act_seq, n.size, w.station, w.attested = 0 AND (a.chained = 1 OR NOT EXISTS"
            " (SELECT 1 FROM attested t WHERE t.act_seq = a.seq)) FROM file_named n JOIN act a ON a.seq = n.act_seq"
            " JOIN writer w ON w.writer = a.writer WHERE n.hash = ? ORDER BY n.act_seq"
        )
        rows = self._db.execute(sql, (digest,)).fetchall()
        delivered = self._feed.scopes_of(int(row[0]) for row in rows)
        size, first = None, ""
        authors: set[str] = set()
        for seq, bytes_named, author, proved in rows:
            lies_in = delivered.get(int(seq))
            if not lies_in:
                continue
            if size is None and author == station:
                size = int(bytes_named)
            if proved:
                first = first or str(author)
                authors |= {str(author)} if not lies_in.isdisjoint(scopes) else set()
        shown = any(not delivered.get(int(row[0]), set()).isdisjoint(scopes) for row in rows)
        return Claims(size, shown, frozenset(authors), first)

    def claims_on(self, digests: Iterable[str], station: str, scopes: tuple[str, ...]) -> dict[str, Claims]:
        """The same of several files."""
        return {digest: self.claims(digest, station, scopes) for digest in digests}

    def named_by(self, station: str) -> list[str]:
        """Every file that delivered acts of a station name, the latest first."""
        sql = (
            "SELECT n.hash FROM file_named n WHERE n.station = ?"
            " AND EXISTS (SELECT 1 FROM feed f WHERE f.act_seq = n.act_seq)"
            " GROUP BY n.hash ORDER BY max(n.act_seq) DESC"
        )
        return [str(row[0]) for row in self._db.execute(sql, (station,)).fetchall()]


def _files_of(content: bytes) -> Iterator[tuple[str, int]]:
    """(hash, size) of the files an act names; an act from elsewhere may hold anything."""
    try:
        act = read_act(content)
    except ValueError:  # a later envelope
        return
    for name, value in act.sets.items():
        if name.startswith("file.") and name.count(".") == 1:
            shape = shape_of(value)
            if shape is not None:
                yield shape.hash, shape.size


def shape_of(value: Json) -> Shape | None:
    """The file a field ``file.<id>`` names, where it is one this release can carry."""
    if not isinstance(value, dict) or value.get("piece") != PIECE_BYTES:
        return None
    digest, size = value.get("hash"), value.get("size")
    if not (isinstance(digest, str) and is_hash(digest) and is_count(size) and 0 < size <= LARGEST):
        return None
    return Shape(digest, size)
