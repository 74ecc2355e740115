"""Which delivered acts name which files: a table of its own that follows the county's log; who may bring or fetch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from domain.canonical import Json
from domain.files import LARGEST, PIECE_BYTES, is_hash
from domain.fold import is_count
from sync.blobs import Shape
from sync.log.content import read_act
from sync.log.feed import CountyFeed
from sync.log.log import marks

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

    def may_put(self, digest: str, station: str) -> int | None:
        """The size of a file that a delivered act of this station names; None when none does."""
        sql = "SELECT act_seq, size FROM file_named WHERE hash = ? AND station = ?"
        sizes = {int(row[0]): int(row[1]) for row in self._db.execute(sql, (digest, station)).fetchall()}
        delivered = self._feed.scopes_of(sizes)
        return next((size for seq, size in sorted(sizes.items()) if delivered.get(seq)), None)

    def may_get(self, digest: str, scopes: tuple[str, ...]) -> bool:
        """Whether an act in a feed of these scopes names the file."""
        sql = (
            "SELECT 1 FROM file_named n JOIN feed f ON f.act_seq = n.act_seq"
            f" WHERE n.hash = ? AND f.scope IN ({marks(scopes)}) LIMIT 1"
        )
        return bool(scopes) and self._db.execute(sql, (digest, *scopes)).fetchone() is not None

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
