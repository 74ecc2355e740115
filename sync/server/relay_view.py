"""The county's log as the city sees it: one station that speaks for every writer. All SQL of the relay's rounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from domain.acts import Act
from sync.exchange.audience import REFUSED_BELOW
from sync.log import ActLog
from sync.log.chain import Entry, first_hash
from sync.log.feed import StationFeed
from sync.log.log import Database, Held, Position, WriterRow
from sync.protocol import Mark

_SCANNED: Final = "relay_scanned"
_SECRET: Final = "scope LIKE 'restricted/%'"


class RelayLog(ActLog):
    """The county's log in a round with the city: ``forked`` means toward the city; notes what came from there."""

    def __init__(self, db: Database, county: str, county_key: bytes) -> None:
        super().__init__(db)
        self._own = (county, county_key)
        self.came: list[Held] = []
        """Acts of the running answer that are new here."""

    def writer(self, writer: str) -> WriterRow | None:
        """One writer; its state is what it is toward the city."""
        row = super().writer(writer)
        if row is None:
            return None
        sql = "SELECT forked FROM relay_writer WHERE writer = ?"
        found = self._db.execute(sql, (bytes.fromhex(writer),)).fetchone()
        return replace(row, state="forked" if found is not None and found[0] else "active")

    def set_writer_state(self, writer: str, state: str) -> None:
        """Note that the city's copy of a writer is not ours."""
        sql = "UPDATE relay_writer SET forked = ? WHERE writer = ?"
        self._db.execute(sql, (int(state == "forked"), bytes.fromhex(writer)))

    def add_writer(
        self, writer: str, station: str, office: str, public_key: bytes, birth: bytes = b"", *, attested: bool = False
    ) -> None:
        """A writer the city names is known on its word only, until its own station proves it to us."""
        word = attested or (station, public_key) != self._own
        super().add_writer(writer, station, office, public_key, birth, attested=word)

    def name_writer(self, writer: str, station: str, office: str, public_key: bytes, birth: bytes) -> None:
        """The city knows better only where we have no proof of our own; it proves nothing here either."""
        row = super().writer(writer)
        if row is not None and row.attested:
            super().name_writer(writer, station, office, public_key, birth)
            self._db.execute("UPDATE writer SET attested = 1 WHERE writer = ?", (bytes.fromhex(writer),))

    def admit_loose(self, entries: Sequence[Entry], acts: Sequence[Act] | None = None) -> list[Held]:
        """As ever, and remembered for delivery to our own desks."""
        held = super().admit_loose(entries, acts)
        self.came += [item for item in held if item.new]
        return held


class RelayFeed(StationFeed):
    """The county's own view of the city's feeds, beside the feeds it makes itself."""

    def __init__(self, db: Database, log: RelayLog, *, restricted: bool) -> None:
        """``restricted``: the city's certificate allows us to relay 检举控告."""
        super().__init__(db)
        self._log = log
        self._restricted = restricted

    def prepare(self, own: WriterRow | None) -> None:
        """Bring the view up to the county's log, before a request is built; ``own`` is the county's own writer."""
        if own is not None:
            self.add_own_writer(own.writer)
        self._db.execute(
            "INSERT INTO own_writer (writer, county_n, seen) SELECT w.writer, 0, 0 FROM writer w"
            " WHERE w.have_n > 0 AND w.attested = 0 AND NOT EXISTS"
            " (SELECT 1 FROM own_writer o WHERE o.writer = w.writer) ON CONFLICT (writer) DO NOTHING"
        )
        self._introduce()
        self._scan()
        self._heal()
        self._pardoned()

    def note_positions(self, have: Iterable[tuple[str, Mark]]) -> None:
        """Where the city says its copies end: a writer we are behind with is ours again once we have caught up."""
        self._db.executemany(
            "UPDATE relay_writer SET city_n = ?, city_hash = ? WHERE writer = ?",
            [(mark.n, mark.hash, bytes.fromhex(writer)) for writer, mark in have],
        )

    def _introduce(self) -> None:
        """Writers that are new, born again, or whose station has a new certificate travel with their proof."""
        rows = self._db.execute(
            "SELECT o.writer, w.birth, coalesce(s.serial, 0), r.birth, r.serial FROM own_writer o"
            " JOIN writer w ON w.writer = o.writer LEFT JOIN station s ON s.station = w.station"
            " LEFT JOIN relay_writer r ON r.writer = o.writer"
        ).fetchall()
        for writer, birth, serial, told_birth, told_serial in rows:
            if told_serial is None:
                self._db.execute(
                    "INSERT INTO relay_writer VALUES (?, ?, ?, 0, 0, 0, ?)",
                    (writer, birth, serial, first_hash(bytes(writer).hex())),
                )
                self._count_seen(bytes(writer))
            elif (serial, bytes(birth or b"")) != (told_serial, bytes(told_birth or b"")):
                sql = "UPDATE relay_writer SET birth = ?, serial = ? WHERE writer = ?"
                self._db.execute(sql, (birth, serial, writer))
                self._db.execute("UPDATE own_writer SET acknowledged = 0 WHERE writer = ?", (writer,))
                self._db.execute("DELETE FROM set_aside WHERE writer = ?", (writer,))

    def _scan(self) -> None:
        """Acts that came since the last request: restricted ones set their writer apart, loose ones are offered."""
        last = self.mark(_SCANNED)
        top = int(self._db.execute("SELECT coalesce(max(seq), 0) FROM act").fetchone()[0])
        if not self._restricted:
            rows = self._db.execute(f"SELECT DISTINCT writer FROM act WHERE seq > ? AND {_SECRET}", (last,)).fetchall()
            for (writer,) in rows:
                sql = "UPDATE relay_writer SET mixed = 1, forked = 1 WHERE writer = ? AND mixed = 0 RETURNING writer"
                if self._db.execute(sql, (writer,)).fetchall():
                    self.offer_forked(bytes(writer).hex())
        self._db.execute(
            "INSERT INTO adrift SELECT a.seq FROM act a WHERE a.seq > ? AND (a.chained = 0 OR EXISTS"
            " (SELECT 1 FROM relay_writer r WHERE r.writer = a.writer AND r.forked = 1))"
            " AND NOT EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq)"
            " AND NOT EXISTS (SELECT 1 FROM refused_act f WHERE f.act_seq = a.seq) ON CONFLICT (act_seq) DO NOTHING",
            (last,),
        )
        if top != last:
            self.set_mark(_SCANNED, top)

    def _heal(self) -> None:
        """A writer the city was ahead with (we were restored) is pushed in its chain again once we hold as much."""
        mixed = "" if self._restricted else " AND mixed = 0"
        rows = self._db.execute(f"SELECT writer, city_n, city_hash FROM relay_writer WHERE forked = 1{mixed}")
        for raw, n, city_hash in rows.fetchall():
            if self._log.hash_at(bytes(raw).hex(), int(n)) == bytes(city_hash):
                self._db.execute("UPDATE relay_writer SET forked = 0, mixed = 0 WHERE writer = ?", (raw,))
                self.set_county_n(bytes(raw).hex(), int(n))
                self._db.execute(
                    "DELETE FROM adrift WHERE act_seq IN (SELECT seq FROM act WHERE writer = ? AND chained = 1)", (raw,)
                )
                self._count_seen(bytes(raw))

    def _pardoned(self) -> None:
        """Acts we refused and have since delivered are offered once more."""
        rows = self._db.execute(
            "DELETE FROM refused_act WHERE code = ? AND NOT EXISTS"
            " (SELECT 1 FROM reject j WHERE j.act_seq = refused_act.act_seq) RETURNING act_seq",
            (REFUSED_BELOW,),
        ).fetchall()
        sql = "INSERT INTO adrift VALUES (?) ON CONFLICT (act_seq) DO NOTHING"
        self._db.executemany(sql, [(row[0],) for row in rows])

    def is_mixed(self, writer: str) -> bool:
        """True for a writer some of whose acts we may not relay."""
        row = self._db.execute("SELECT mixed FROM relay_writer WHERE writer = ?", (bytes.fromhex(writer),)).fetchone()
        return row is not None and bool(row[0])

    def _count_seen(self, writer: bytes) -> None:
        self._db.execute(
            "UPDATE own_writer SET seen = (SELECT count(*) FROM act a WHERE a.writer = own_writer.writer"
            " AND a.chained = 1 AND EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq)) WHERE writer = ?",
            (writer,),
        )

    # what a station's side asks, answered for a county -------------------------------------------------------------

    def unacknowledged(self) -> list[str]:
        """Writers to introduce; not those whose run was set aside: a person looks first."""
        aside = self.set_aside()
        return [writer for writer in super().unacknowledged() if writer not in aside]

    def pending(self) -> int:
        """Acts the city has not shown us back yet, of those it may have."""
        (open_,) = self._db.execute(
            "SELECT coalesce(sum(w.have_n - o.seen), 0) - (SELECT count(*) FROM refused_act f JOIN act a"
            " ON a.seq = f.act_seq JOIN relay_writer q ON q.writer = a.writer WHERE a.chained = 1 AND q.forked = 0)"
            " FROM own_writer o JOIN writer w ON w.writer = o.writer JOIN relay_writer r ON r.writer = o.writer"
            " WHERE r.forked = 0"
        ).fetchone()
        return int(open_) + len(self.adrift(1 << 62))

    def rewind(self, scope: str, to: Position) -> None:
        """The city was restored: what lies behind counts as unseen, for every writer however it travels."""
        super().rewind(scope, to)
        for (writer,) in self._db.execute("SELECT writer FROM relay_writer WHERE forked = 1").fetchall():
            self.offer_forked(bytes(writer).hex())

    def _unchained(self) -> str:
        """As the city has them: which writers' logs differ there is not what it is for our own desks."""
        return "(a.chained = 0 OR EXISTS (SELECT 1 FROM relay_writer q WHERE q.writer = a.writer AND q.forked = 1))"

    def wants_newest(self) -> bool:
        """Nobody looks at a county's screen for what the city has."""
        return False

    def _withheld(self) -> str:
        """No restricted act where we may not relay them."""
        return "" if self._restricted else f" AND NOT a.{_SECRET}"

    def refused_here(self, entries: Iterable[tuple[str, int, int]]) -> dict[str, str]:
        """Of these places (writer, first n, last n) the acts we keep and do not deliver: act id → code."""
        found: dict[str, str] = {}
        for writer, first, last in entries:
            rows = self._db.execute(
                "SELECT a.act_id, j.code FROM reject j JOIN act a ON a.seq = j.act_seq"
                " WHERE a.writer = ? AND a.n BETWEEN ? AND ?",
                (bytes.fromhex(writer), first, last),
            )
            found |= {bytes(row[0]).hex(): str(row[1]) for row in rows}
        return found

    def _verify_loose(self) -> None:
        """Loose acts came from below too: the county's feeds prove them."""
