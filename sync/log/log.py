"""The log's tables over a DB-API connection; the only module that inserts acts. It never commits: its caller does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from domain.acts import Act
from sync.log.chain import Entry, LogDamaged, SigningKey, extend_chain, first_hash
from sync.log.content import read_act, read_acts, write_act
from sync.log.foreseen import MOST_CASES, Foreseen, Place, read_known, refuse_elsewhere
from sync.log.log_proof import prove_log
from sync.log.rows import Database, Rows, batched, marks, padded, put_in
from sync.log.schema import SCHEMA
from sync.log.values import WRITER_COLUMNS, Held, Position, Tail, WriterRow, entry_from_row, writer_from_row

__all__ = [
    "SCHEMA",
    "ActLog",
    "Database",
    "Held",
    "Position",
    "Rows",
    "Tail",
    "WriterRow",
    "batched",
    "entry_from_row",
    "marks",
    "padded",
    "put_in",
    "read_acts",
]


class ActLog:
    """Acts on disk: append my own, admit another writer's, read by case or by writer, verify."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._fresh: dict[bytes, Act] = {}
        self._foreseen: Foreseen | None = None

    # many rounds at once ---------------------------------------------------------------------------------------

    def foresee(self, act_ids: Iterable[str], stations: Iterable[str], case_ids: Collection[str]) -> Iterator[None]:
        """Look up at once what several rounds of one transaction will ask: acts, stations' writers, acts of cases.

        For :func:`sync.log.rows.in_step`: ``case_ids`` may be filled until the second step. The caller's transaction is
        the only writer, and says :meth:`forget` where it ends or takes something back.
        """
        asked, writers = set(act_ids), {station: list[WriterRow]() for station in stations}
        places = self._ask_known(asked)
        theirs = [
            self._db.execute(
                f"SELECT {WRITER_COLUMNS} FROM writer WHERE station IN ({marks(some)}) ORDER BY writer", some
            )
            for some in batched(sorted(writers))
        ]
        yield
        known = read_known(places)
        for rows in theirs:
            for row in rows:
                writers[str(row[1])].append(writer_from_row(row))
        wanted = case_ids if len(case_ids) <= MOST_CASES else ()
        acts = self._ask_cases(wanted)
        yield
        cases = {case_id: list[Act]() for case_id in wanted} | self._read_cases(acts)
        self._foreseen = Foreseen(asked, writers, *known, cases)

    def forget(self) -> None:
        """What was looked up before does not hold any more."""
        self._foreseen = None

    # writers ---------------------------------------------------------------------------------------------------

    def add_writer(
        self, writer: str, station: str, office: str, public_key: bytes, birth: bytes = b"", *, attested: bool = False
    ) -> None:
        """Make a writer known, with an empty history; a known writer stays as it is."""
        self._moved(writer, station)
        self._db.execute(
            "INSERT INTO writer (writer, station, office, public_key, have_n, have_hash, lamport, state, birth,"
            " attested) VALUES (?, ?, ?, ?, 0, ?, 0, 'active', ?, ?) ON CONFLICT (writer) DO NOTHING",
            (bytes.fromhex(writer), station, office, public_key, first_hash(writer), birth or None, int(attested)),
        )

    def name_writer(self, writer: str, station: str, office: str, public_key: bytes, birth: bytes) -> None:
        """Say anew whose key a known writer has, now proved (or, at a station, as the county says)."""
        self._moved(writer, station)
        self._db.execute(
            "UPDATE writer SET station = ?, office = ?, public_key = ?, birth = ?, attested = 0 WHERE writer = ?",
            (station, office, public_key, birth or None, bytes.fromhex(writer)),
        )

    def writer(self, writer: str) -> WriterRow | None:
        """One writer, or None."""
        row = self._db.execute(
            f"SELECT {WRITER_COLUMNS} FROM writer WHERE writer = ?", (bytes.fromhex(writer),)
        ).fetchone()
        return None if row is None else writer_from_row(row)

    def writers(self) -> list[WriterRow]:
        """Every writer known here, by id."""
        return [
            writer_from_row(row) for row in self._db.execute(f"SELECT {WRITER_COLUMNS} FROM writer ORDER BY writer")
        ]

    def writers_of(self, station: str) -> list[WriterRow]:
        """Every writer of one station, by id."""
        if self._foreseen is not None and station in self._foreseen.writers:
            return list(self._foreseen.writers[station])
        sql = f"SELECT {WRITER_COLUMNS} FROM writer WHERE station = ? ORDER BY writer"
        return [writer_from_row(row) for row in self._db.execute(sql, (station,))]

    def set_writer_state(self, writer: str, state: str) -> None:
        """Mark a writer active, closed or forked."""
        self._moved(writer)
        self._db.execute("UPDATE writer SET state = ? WHERE writer = ?", (state, bytes.fromhex(writer)))

    # writing ---------------------------------------------------------------------------------------------------

    def lamport(self) -> int:
        """Highest lamport held here; the next own act takes one more."""
        return int(self._db.execute(_LAMPORT).fetchone()[0])

    def tail(self, writer: str) -> Tail:
        """Where the next own commit goes; raises LogDamaged ``unknown_writer``. Good inside one transaction only."""
        sql = (
            f"SELECT have_n, have_hash, (SELECT coalesce(max(seq), 0) FROM act), ({_LAMPORT})"
            " FROM writer WHERE writer = ?"
        )
        row = self._db.execute(sql, (bytes.fromhex(writer),)).fetchone()
        if row is None:
            raise LogDamaged("unknown_writer", writer=writer)
        return Tail(int(row[0]), bytes(row[1]), int(row[2]), int(row[3]))

    def append(self, writer: str, acts: Sequence[Act], key: SigningKey, tail: Tail | None = None) -> list[Entry]:
        """Append one commit of my own acts, signed on its last entry. The caller's transaction makes it durable.

        The acts' ids are new: one that lies here already breaks the constraint of the table. ``tail`` is what
        :meth:`tail` said in this transaction, for a caller that asked.
        """
        after = tail or self.tail(writer)
        contents = [write_act(act) for act in acts]
        entries = extend_chain(writer, after.n, after.hash, contents, [None] * len(contents))
        last = entries[-1]
        entries[-1] = Entry(last.writer, last.n, last.hash, last.content, key.sign_commit(last.hash))
        self._fresh = dict(zip(contents, acts, strict=True))
        together = zip(entries, acts, strict=True)
        rows = [_row(seq, entry, act, 1) for seq, (entry, act) in enumerate(together, start=after.seq + 1)]
        self._db.executemany(_INSERT, rows)
        together = zip(entries, acts, strict=True)
        together = zip(entries, acts, strict=True)
        places = {act.act_id: (seq, entry.hash, True) for seq, (entry, act) in enumerate(together, start=after.seq + 1)}
        self._lie_now(after.seq + len(rows), places, acts)
        self._move_head(entries[-1], max(act.lamport for act in acts))
        return entries

    def admit(
        self, entries: Sequence[Entry], row: WriterRow | None = None, acts: Sequence[Act] | None = None
    ) -> list[Held]:
        """Insert a dense run of a writer's entries that follows what is held of its chain; one :class:`Held` for each.

        ``row`` is what :meth:`writer` says in this transaction, ``acts`` what :func:`read_acts` says of the entries,
        for a caller that asked already.

        The caller has verified chain and signatures (:func:`sync.log.chain.verify_entries`). An act already known from
        a feed at this very place is taken into the chain and comes back with ``new`` False. Raises LogDamaged: ``gap``
        when the run does not follow, ``act_elsewhere`` when an act already lies at another place, ``not_an_act``.
        """
        if not entries:
            return []
        row = row or self.writer(entries[0].writer)
        if row is None:
            raise LogDamaged("unknown_writer", writer=entries[0].writer)
        if entries[0].n != row.have.n + 1:
            raise LogDamaged("gap", writer=row.writer, n=entries[0].n)
        return self._insert(entries, read_acts(entries) if acts is None else acts)

    def admit_loose(self, entries: Sequence[Entry], acts: Sequence[Act] | None = None) -> list[Held]:
        """Insert acts of other writers that need not be dense (a feed shows one scope only); held ones are kept as is.

        ``acts`` is what :func:`read_acts` says of the entries, for a caller that asked already.

        The caller proves them by the feed's rolling hash, or takes them on the word of the station that offers them.
        Raises LogDamaged ``act_elsewhere``, ``not_an_act``.
        """
        if not entries:
            return []
        return self._insert(entries, read_acts(entries) if acts is None else acts, chained=False)

    def _insert(self, entries: Sequence[Entry], acts: Sequence[Act], *, chained: bool = True) -> list[Held]:
        self._fresh = {entry.content: act for entry, act in zip(entries, acts, strict=True)}
        seq, known = self._places([act.act_id for act in acts])
        refuse_elsewhere(entries, acts, known, chained=chained)
        if not (chained or known or self._foreseen) and len({act.act_id for act in acts}) == len(acts):  # a pull
            together = enumerate(zip(entries, acts, strict=True), start=seq + 1)
            held = [Held(at, entry, act, True) for at, (entry, act) in together]
            put_in(self._db, "act", [_row(at, entry, act, 0) for at, entry, act, _new, _chained in held])
            self._note_lamport(acts)
            return held
        held = []
        fresh: list[tuple[object, ...]] = []
        for entry, act in zip(entries, acts, strict=True):
            place = known.get(act.act_id)
            if place is not None:
                held.append(Held(place[0], entry, act, new=False))
                if chained:
                    sql = "UPDATE act SET chained = 1, sig = coalesce(sig, ?) WHERE seq = ?"
                    self._db.execute(sql, (entry.sig, place[0]))
                    known[act.act_id] = (*place[:2], True)
                continue
            seq += 1
            held.append(Held(seq, entry, act, True, chained))
            known[act.act_id] = (seq, entry.hash, chained)
            fresh.append(_row(seq, entry, act, int(chained)))
        if chained or self._foreseen is not None:
            self._db.executemany(_INSERT, fresh)
        else:
            put_in(self._db, "act", fresh)
        self._lie_now(seq, known, [item.act for item in held if item.new])
        if chained:
            self._move_head(entries[-1], max([act.lamport for act in acts]))
        else:
            self._note_lamport(acts)
        return held

    def _note_lamport(self, acts: Sequence[Act]) -> None:
        """Acts that are in no chain here came: the next own act is later."""
        top = max([act.lamport for act in acts])
        self._db.execute(f"UPDATE log_head SET {_HIGHEST}", (top, top))

    def _places(self, act_ids: list[str]) -> tuple[int, dict[str, Place]]:
        """As :meth:`_known`, of the acts that were foreseen without asking."""
        seen = self._foreseen.places(act_ids) if self._foreseen is not None else None
        return self._known(act_ids) if seen is None else seen

    def _lie_now(self, top: int, places: Mapping[str, Place], acts: Iterable[Act]) -> None:
        if self._foreseen is not None:
            self._foreseen.lie_now(top, places, acts)

    def _move_head(self, last: Entry, top: int) -> None:
        self._moved(last.writer)
        sql = f"UPDATE writer SET have_n = ?, have_hash = ?, {_HIGHEST} WHERE writer = ?"
        self._db.executemany(sql, [(last.n, last.hash, top, top, bytes.fromhex(last.writer))])

    def _moved(self, writer: str, station: str = "") -> None:
        if self._foreseen is not None:
            self._foreseen.moved(writer, station)

    def _known(self, act_ids: Iterable[str]) -> tuple[int, dict[str, Place]]:
        """The highest storage key, and of these acts the ones that lie here."""
        return read_known(self._ask_known(act_ids))

    def _ask_known(self, act_ids: Iterable[str]) -> list[Rows]:
        asked = map(padded, batched([bytes.fromhex(act_id) for act_id in act_ids]))
        return [self._db.execute(_KNOWN.format(marks(ids)), ids) for ids in asked]

    # reading ---------------------------------------------------------------------------------------------------

    def case(self, case_id: str) -> list[Act]:
        """Every act of one case held here, in order of arrival."""
        rows = self._db.execute("SELECT content FROM act WHERE case_id = ? ORDER BY seq", (case_id,))
        return [self._read(bytes(row[0])) for row in rows]

    def cases(self, case_ids: Iterable[str]) -> dict[str, list[Act]]:
        """Every act of several cases, in order of arrival: what a projector of many cases asks."""
        wanted = list(case_ids)
        if self._foreseen is not None and self._foreseen.cases.keys() >= set(wanted):
            return {case_id: list(acts) for case_id in wanted if (acts := self._foreseen.cases[case_id])}
        return self._read_cases(self._ask_cases(wanted))

    def _ask_cases(self, case_ids: Iterable[str]) -> list[Rows]:
        asked = batched(list(case_ids))
        return [self._db.execute(_OF_CASES.format(marks(ids)), ids) for ids in asked]

    def _read_cases(self, answers: Iterable[Rows]) -> dict[str, list[Act]]:
        found: dict[str, list[Act]] = {}
        for row in chain(*answers):
            act = self._read(bytes(row[0]))
            found.setdefault(act.case_id, []).append(act)
        return found

    def _read(self, content: bytes) -> Act:
        """An act just admitted is folded next: it is not decoded twice."""
        return self._fresh.get(content) or read_act(content)

    def has_case(self, case_id: str) -> bool:
        """True when any act of the case lies here."""
        return self._db.execute("SELECT 1 FROM act WHERE case_id = ? LIMIT 1", (case_id,)).fetchone() is not None

    def grown(self, came: Mapping[str, int]) -> set[str]:
        """Those of these cases of which more acts lie here than came (case → how many): they were here before.

        Answers with few rows: each row fetched gives the interpreter away, and waits to have it back.
        """
        of: dict[int, list[str]] = {}
        for case_id, count in came.items():
            of.setdefault(count, []).append(case_id)
        found: set[str] = set()
        for count, case_ids in of.items():
            for ids in batched(case_ids):
                sql = f"SELECT case_id FROM act WHERE case_id IN ({marks(ids)}) GROUP BY case_id HAVING count(*) > ?"
                found |= {str(row[0]) for row in self._db.execute(sql, (*ids, count))}
        return found

    def case_ids(self) -> Iterator[str]:
        """Every case, each once."""
        for row in self._db.execute("SELECT DISTINCT case_id FROM act ORDER BY case_id").fetchall():
            yield str(row[0])

    def has(self, act_id: str) -> bool:
        """True when the act lies here."""
        return self._db.execute("SELECT 1 FROM act WHERE act_id = ?", (bytes.fromhex(act_id),)).fetchone() is not None

    def lacking(self, act_ids: Iterable[str]) -> list[str]:
        """Those of these acts that do not lie here, in the order given."""
        asked = list(act_ids)
        lying: set[str] = set()
        for ids in batched([bytes.fromhex(act_id) for act_id in asked]):
            rows = self._db.execute(f"SELECT act_id FROM act WHERE act_id IN ({marks(ids)})", ids)
            lying |= {bytes(row[0]).hex() for row in rows}
        return [act_id for act_id in asked if act_id not in lying]

    def held(self, entries: Iterable[Entry], *, new: bool = False) -> list[Held]:
        """Entries of this log with their storage keys; raises LogDamaged ``gap`` for one that is not here."""
        found: list[Held] = []
        for entry in entries:
            sql = "SELECT seq FROM act WHERE writer = ? AND n = ? AND hash = ? AND chained = 1"
            row = self._db.execute(sql, (bytes.fromhex(entry.writer), entry.n, entry.hash)).fetchone()
            if row is None:
                raise LogDamaged("gap", writer=entry.writer, n=entry.n)
            found.append(Held(int(row[0]), entry, read_act(entry.content), new=new))
        return found

    def count(self) -> int:
        """Number of acts."""
        return int(self._db.execute("SELECT count(*) FROM act").fetchone()[0])

    def entries(self, writer: str, after_n: int, limit: int = 1 << 30) -> list[Entry]:
        """A writer's chained entries behind ``after_n``, whole commits at a time is the caller's care."""
        rows = self._db.execute(
            "SELECT n, hash, content, sig FROM act WHERE writer = ? AND n > ? AND chained = 1 ORDER BY n LIMIT ?",
            (bytes.fromhex(writer), after_n, limit),
        )
        return [entry_from_row(writer, row) for row in rows]

    def commits(self, writer: str, after_n: int, budget: int) -> list[Entry]:
        """Whole commits behind ``after_n``, up to ``budget`` bytes of content but one commit at least."""
        sql = "SELECT n, hash, content, sig FROM act WHERE writer = ? AND n > ? AND chained = 1 ORDER BY n"
        entries: list[Entry] = []
        whole = size = 0
        for row in self._db.execute(sql, (bytes.fromhex(writer), after_n)):
            entry = entry_from_row(writer, row)
            size += len(entry.content)
            if whole and size > budget:
                break
            entries.append(entry)
            if entry.sig is not None:
                whole = len(entries)
        return entries[:whole]

    def hash_at(self, writer: str, n: int) -> bytes | None:
        """The chain hash of a writer's entry ``n``; None when it is not held here."""
        if n == 0:
            return first_hash(writer)
        sql = "SELECT hash FROM act WHERE writer = ? AND n = ? AND chained = 1"
        row = self._db.execute(sql, (bytes.fromhex(writer), n)).fetchone()
        return None if row is None else bytes(row[0])

    def hashes(self, writer: str, first_n: int, last_n: int) -> dict[int, bytes]:
        """The chain hashes held of a writer between two places: n → hash."""
        sql = "SELECT n, hash FROM act WHERE writer = ? AND chained = 1 AND n BETWEEN ? AND ?"
        rows = self._db.execute(sql, (bytes.fromhex(writer), first_n, last_n))
        return {int(row[0]): bytes(row[1]) for row in rows}

    # proof -----------------------------------------------------------------------------------------------------

    def verify(self) -> Iterable[tuple[str, int]]:
        """Prove every writer's chain and signatures; yields (writer, entries) as it goes, raises LogDamaged.

        Loose acts are not proved here: their proof is the feed (``StationFeed.verify``, ``CountyFeed.verify``).
        """
        return prove_log(self, self._db)


_INSERT = "INSERT INTO act VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_KNOWN = (
    "SELECT act_id, seq, hash, chained FROM act WHERE act_id IN ({})"
    " UNION ALL SELECT act_id, seq, NULL, 0 FROM act WHERE seq = (SELECT max(seq) FROM act)"
)
_OF_CASES = "SELECT content FROM act WHERE case_id IN ({}) ORDER BY seq"
_LAMPORT = "SELECT max(lamport) FROM (SELECT lamport FROM log_head UNION ALL SELECT lamport FROM writer) AS held"
_HIGHEST = "lamport = CASE WHEN lamport < ? THEN ? ELSE lamport END"


def _row(seq: int, entry: Entry, act: Act, chained: int) -> tuple[object, ...]:
    writer, n, hash_, content, sig = entry
    act_id, place = bytes.fromhex(act.act_id), bytes.fromhex(writer)
    return (seq, act_id, place, n, hash_, act.case_id, act.scope, content, sig, chained)
