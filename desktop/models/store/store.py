"""The station's store: opens the file, hands out transactions, and is the only way to acts, rows and papers in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from desktop.models.store import ids, measuring, search, write_ahead
from desktop.models.store.connection import Connection, faults, immediate, joined, open_connection
from desktop.models.store.earlier import RELEASE, is_earlier
from desktop.models.store.files import Files
from desktop.models.store.incarnation import Incarnation, StationIdentity
from desktop.models.store.measuring import STRIDE, Progress
from desktop.models.store.migrate import migrate
from desktop.models.store.projector import (
    RowSet,
    Yardstick,
    clock_rows,
    remove_rows,
    rows_of,
    search_doc,
    with_rows,
    write_rows,
)
from desktop.models.store.rows import ClockRow
from desktop.models.store.schema import STEPS
from desktop.models.store.series import accounts
from desktop.models.store.tables import (
    TABULAR,
    Moved,
    Shipped,
    calendar_of,
    codes_of_file,
    rules_of_file,
    wording_of_file,
)
from domain.acts import Act, ActDraft
from domain.acttime import quality
from domain.faults import SurroundingsFault
from domain.fold import CaseState, fold
from sync.log import ActLog, SigningKey
from sync.log.feed import StationFeed
from sync.log.log import batched

IDLE_ACTS = 24
BEHIND_TOLERANCE_MS = 60_000
"""A clock this much earlier than the last known moment is ``behind``; a minute's step back is ordinary."""
TIME_LEFT_TO_IDLE_MS = 600_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who writes, and when by which clock."""

    by: str
    wall_ms: int


class Transaction:
    """One write transaction: acts, rows, search keys and numbers together, or none of them."""

    def __init__(self, store: Store, stamp: Stamp) -> None:
        self._store = store
        self._stamp = stamp
        self._recorded = False
        self.db = store.db
        self.clock = store.clock_quality(stamp.wall_ms)

    def record(self, drafts: Iterable[ActDraft]) -> list[Act]:
        """Append drafts as one signed commit and project the cases they touch.

        Only once in a transaction: a commit is signed as a whole.
        """
        if self._recorded:
            raise RuntimeError("a transaction records once")
        self._recorded = True
        store, stamp = self._store, self._stamp
        office, station = store.identity.office, store.identity.station_id
        tail = store.log.tail(store.identity.writer)
        acts = [
            Act(
                store.new_act_id(lamport), draft.kind, draft.case_kind, draft.case_id, draft.scope or store.home_scope,
                lamport, stamp.wall_ms, self.clock, office, station, stamp.by, draft.sets, draft.over, draft.why,
                store.clock_offset_ms,
            )
            for lamport, draft in enumerate(drafts, start=tail.lamport + 1)
        ]  # fmt: skip
        if not acts:
            return []
        by_case: dict[str, list[Act]] = {}
        for act in acts:
            by_case.setdefault(act.case_id, []).append(act)
        known = {case_id for case_id in by_case if case_id not in store.drawn and store.log.has_case(case_id)}
        store.log.append(store.identity.writer, acts, store.key, tail)
        store.project(
            (fold(store.log.case(case_id)) if case_id in known else fold(own) for case_id, own in by_case.items()),
            fresh=by_case.keys() - known,
        )
        store.remember_time(stamp.wall_ms, within_ms=TIME_LEFT_TO_IDLE_MS)
        return acts

    def begins(self, case_id: str) -> None:
        """Say that no act of this case lies here, for a caller that asked inside this transaction."""
        self._store.drawn.add(case_id)

    def keep_pdf(self, pdf: bytes) -> str:
        """Store a PDF by its SHA-256; the same bytes are kept once. Returns the hash as hexadecimal."""
        digest = hashlib.sha256(pdf).hexdigest()
        self._store.put_pdf(digest, pdf)
        return digest


class Store(Incarnation):
    """An open station file. Belongs to the thread that opened it."""

    def __init__(
        self,
        db: Connection,
        *,
        shipped: Shipped,
        initials: Callable[[str], tuple[str, ...]],
        entropy: Callable[[int], bytes],
    ) -> None:
        super().__init__(db, entropy)
        self.files = Files(db)
        self._drawn = (0, 0)
        self.drawn: set[str] = set()
        """Ids drawn since the transaction under way began: no act of theirs lies here yet."""
        self._shipped = shipped
        self._initials = initials
        last_known = db.execute("SELECT last_known_ms FROM station").fetchone()[0]
        self.last_known_ms = self._time_on_disk = int(last_known)
        self.yardstick = self.measure()
        self.waiting: list[measuring.Waiting] = measuring.unfinished(self)
        """Tables that came with an exchange and whose clocks are not all measured yet."""

    # opening ---------------------------------------------------------------------------------------------------

    @staticmethod
    def create(
        path: Path, data_key: bytes, identity: StationIdentity, entropy: Callable[[int], bytes], wall_ms: int,
        *, signing_key: bytes | None = None,
    ) -> None:  # fmt: skip
        """Make a new station file with its identity, its keys and an empty log.

        The writer's key is drawn, unless the station brings the one it wrote with in another file.
        """
        db = open_connection(path, data_key, create=True)
        try:
            migrate(db, STEPS)
            signing_key, station_key, sealing_key = signing_key or entropy(32), entropy(32), entropy(32)
            key = SigningKey(signing_key)
            birth = SigningKey(station_key).sign_birth(identity.station_id, identity.writer, key.public)
            with immediate(db) as transaction:
                db.execute(
                    "INSERT INTO station (one, station_id, office, window, writer, signing_key, last_known_ms, setup,"
                    " station_key, sealing_key) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        identity.station_id,
                        identity.office,
                        identity.window,
                        identity.writer,
                        signing_key,
                        wall_ms,
                        identity.setup,
                        station_key,
                        sealing_key,
                    ),
                )
                ActLog(db).add_writer(identity.writer, identity.station_id, identity.office, key.public, birth)
                StationFeed(db).add_own_writer(identity.writer)
                transaction.commit()
        finally:
            db.close()

    @staticmethod
    def open_file(path: Path, data_key: bytes) -> Connection:
        """Open and bring to the newest form; raises SurroundingsFault (older_file, newer_file, file_damaged …)."""
        if is_earlier(path, data_key):
            raise SurroundingsFault("older_file", facts={"release": RELEASE})
        db = open_connection(path, data_key)
        try:
            migrate(db, STEPS)
        except BaseException:
            db.close()
            raise
        return db

    def close(self) -> None:
        """Fold the write-ahead log into the file and close it; the latest moment known is noted where there is room."""
        with suppress(SurroundingsFault), joined(self.db):
            self.remember_time(self.last_known_ms)
        with faults():
            write_ahead.checkpoint(self.db, truncate=True)
        self.db.close()

    # writing ---------------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, stamp: Stamp) -> Iterator[Transaction]:
        """``BEGIN IMMEDIATE`` … COMMIT at the end of the block; an exception leaves nothing behind.

        When the block has been left, the work is durable (``synchronous=FULL``): only then may a screen say 已保存.
        """
        with immediate(self.db) as underlying:
            self.drawn.clear()
            yield Transaction(self, stamp)
            underlying.commit()
        self.last_known_ms = max(self.last_known_ms, stamp.wall_ms)

    def project(self, states: Iterable[CaseState], *, fresh: Collection[str] = ()) -> None:
        """Write the rows of cases, inside the transaction that changed them; the ``fresh`` ones had none before."""
        rows: RowSet = {}
        for state in states:
            if state.case_id not in fresh:
                remove_rows(self.db, state)
            for table, values in rows_of(state, self.yardstick).items():
                rows.setdefault(table, []).extend(values)
        write_rows(self.db, rows)

    def project_cases(self, changed: Mapping[str, Sequence[Act]]) -> None:
        """Project cases whose acts came from elsewhere; new tables move the clocks that run.

        A case that comes with acts has no others; the acts of one without are read. The search notes them later, by
        its own mark.
        """
        for case_id in sorted(changed):
            state = self.state(case_id) if case_id.startswith(TABULAR) else None
            if state is not None:
                self.project((state,))
                measuring.take_in(self, state)
        cases = [case_id for case_id in sorted(changed) if not case_id.startswith(TABULAR)]
        new = [case_id for case_id in cases if changed[case_id]]
        self.project((fold(changed[case_id]) for case_id in new), fresh=set(new))
        for some in batched([case_id for case_id in cases if not changed[case_id]]):
            self.project(self.states(some), fresh=set(some) - with_rows(self.db, some))

    # search ----------------------------------------------------------------------------------------------------

    def find(self, text: str, *, kinds: Collection[str] | None = None, limit: int = 50) -> list[search.Hit]:
        """Search everything on this disk; what was just saved is noted first, so nothing is ever missing."""
        self.note_search()
        return search.find(self.db, text, kinds=kinds, limit=limit)

    def note_search(self, most: int = 1 << 30) -> int:
        """Note the cases of up to ``most`` acts the search has not seen; returns how many acts that were.

        The search is a view that follows the log by its own mark, so that the clerk's save does not wait for it.
        """
        sql = "SELECT seq, case_id FROM act WHERE seq > (SELECT seq FROM search_seen) ORDER BY seq LIMIT ?"
        with joined(self.db):
            rows = self.db.execute(sql, (most,)).fetchall()
            for some in batched(list(dict.fromkeys(str(row[1]) for row in rows))):
                acts = self.log.cases(some)
                docs = (search_doc(fold(acts[case_id]), self.yardstick) for case_id in some)
                search.index_all(self.db, [doc for doc in docs if doc is not None])
            if rows:
                self.db.execute("UPDATE search_seen SET seq = ?", (rows[-1][0],))
                self.remember_time(self.last_known_ms)
        return len(rows)

    def forget_search(self) -> None:
        """Empty the search; :meth:`note_search` makes it anew from the log."""
        search.clear(self.db)
        self.db.execute("UPDATE search_seen SET seq = 0")

    def search_waiting(self) -> int:
        """Acts the search has not seen, and documents not yet spread over its index."""
        (unseen,) = self.db.execute("SELECT count(*) FROM act WHERE seq > (SELECT seq FROM search_seen)").fetchone()
        return int(unseen) + search.waiting(self.db)

    def rest(self) -> bool:
        """One short piece of work for a quiet moment; True while more waits."""
        if measuring.measure_some(self) or self.note_search(IDLE_ACTS) or search.idle(self.db):
            return True
        write_ahead.tidy(self.db)
        return False

    def reread_tables(self) -> None:
        """Measure by the tables as they stand in the file now; what they move and has not been measured waits."""
        self.yardstick = self.measure()
        self.waiting = measuring.unfinished(self)

    # reading ---------------------------------------------------------------------------------------------------

    def state(self, case_id: str) -> CaseState | None:
        """The folded state of a case, or None when no act of it lies here."""
        acts = self.log.case(case_id)
        return fold(acts) if acts else None

    def states(self, case_ids: Sequence[str]) -> Iterator[CaseState]:
        """The folded states of cases of which acts lie here, read many at a time."""
        for some in batched(list(case_ids)):
            for acts in self.log.cases(some).values():
                yield fold(acts)

    def clocks_of(self, matter_id: str) -> list[ClockRow]:
        """Every clock of a matter, in the order they started."""
        state = self.state(matter_id)
        return clock_rows(state, self.yardstick) if state else []

    def number_gaps(self) -> list[tuple[str, int]]:
        """Numbers of a series that nobody can account for: neither issued, voided, sealed nor still open."""
        return [(found.series, n) for found in accounts(self) for low, high in found.gaps for n in range(low, high + 1)]

    def clock_quality(self, wall_ms: int) -> str:
        """The mark an act written at ``wall_ms`` would get: ``behind`` · ``off`` · ``ok`` · ``unsure``."""
        return quality(
            wall_ms,
            self.last_known_ms,
            self.clock_offset_ms,
            enrolled=self.enrolled(),
            tolerance_ms=BEHIND_TOLERANCE_MS,
        )

    def trust_time(self, wall_ms: int) -> None:
        """The county's clock agrees with ours: the last known moment is now, inside the caller's transaction.

        A clock that ran ahead once had left a moment in the future behind, and every true time would be ``behind`` it.
        """
        if self.last_known_ms > wall_ms + BEHIND_TOLERANCE_MS:
            self.db.execute("UPDATE station SET last_known_ms = ?", (wall_ms,))
            self.last_known_ms = self._time_on_disk = wall_ms

    def put_pdf(self, digest: str, pdf: bytes) -> None:
        """Keep a PDF under its hash, inside the caller's transaction."""
        self.db.execute("INSERT INTO pdf VALUES (?, ?) ON CONFLICT (hash) DO NOTHING", (digest, pdf))

    def new_id(self, wall_ms: int) -> str:
        """A fresh id for a case or a paper, behind those drawn before it at that time."""
        self._drawn = (wall_ms, self._drawn[1] + 1 if self._drawn[0] == wall_ms else 1)  # 0 is what a form begun
        drawn = ids.case_id(wall_ms, self._drawn[1], self._entropy)
        self.drawn.add(drawn)
        return drawn

    def new_act_id(self, lamport: int) -> str:
        """A fresh id for an act: its lamport, so that new acts lie at the end of the index, and 80 random bits.

        Act ids break ties in the fold between acts of equal lamport; there the random bits alone decide.
        """
        return ids.act_id(lamport, self._entropy)

    def remember_time(self, wall_ms: int, *, within_ms: int = BEHIND_TOLERANCE_MS) -> None:
        """Note the latest moment known, inside the caller's transaction, when what the disk holds is older than that.

        Idle time notes it with the search; a save does so only where there was none for long.
        """
        if wall_ms > self._time_on_disk + within_ms:
            self.db.execute("UPDATE station SET last_known_ms = ?", (wall_ms,))
            self._time_on_disk = wall_ms

    def entropy(self, count: int) -> bytes:
        """Random bytes from the injected source."""
        return self._entropy(count)

    def measure(self, without: tuple[str, str] = ("", "")) -> Yardstick:
        """Calendar, rules, codes and wording of the file over the shipped ones; ``without`` one version of a case."""
        calendar = calendar_of(self.db, self._shipped, without)
        rules, codes = rules_of_file(self.db, self._shipped, without), codes_of_file(self.db, self._shipped)
        return Yardstick(calendar, rules, codes, self._initials, wording_of_file(self.db, self._shipped))


__all__ = ["STRIDE", "Moved", "Progress", "Shipped", "Stamp", "StationIdentity", "Store", "Transaction"]
