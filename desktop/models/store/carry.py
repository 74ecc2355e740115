"""Writes what a file of release 0.1.0 holds into a new file, act for act, and proves that nothing was lost.

It writes through the store's own functions only; the earlier file is read and stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Final

from desktop.models.store import drafts, proof
from desktop.models.store.connection import immediate
from desktop.models.store.earlier import EarlierFile, EarlierSeries, LyingAct, lying
from desktop.models.store.series import top_of
from desktop.models.store.store import Stamp, Store
from domain.acts import ActDraft, CaseKind
from domain.faults import SurroundingsFault
from domain.series import HIGHEST, REASONS, Block, Cause, SeriesState, own_lease, seal_sets, series_named
from sync.log.log import Position, batched
from sync.log.values import WriterRow

Step = Callable[[str, int, int], None]
"""Told (what is being done, done, all) now and then; may raise to cancel."""

COPY, PAPERS, REBUILD, PROVE = "copy", "papers", "rebuild", "prove"

PIECE: Final = 500
"""Acts written in one transaction: nobody reads the new file before it is whole."""

SOME_PAPERS: Final = 50

WHY: Final = "由 0.1.0 版升级，沿用原有文号"

Opener = Callable[[Path, bytes], Store]
"""Opens the new file as a store, with the tables this program measures by."""


def carry(
    earlier: EarlierFile, target: Path, key: bytes, *, opener: Opener, entropy: Callable[[int], bytes],
    stamp: Stamp, step: Step, leases: Sequence[EarlierSeries],
) -> WriterRow:  # fmt: skip
    """Make the new file at ``target``, of the same station and under the same data key, and close it.

    The station goes on as a new incarnation, whose writer and end are returned: the earlier file, or a copy of it,
    may still be written to elsewhere. Its first commit says anew which of ``leases`` are its own. Raises
    SurroundingsFault ``disk_full`` …, ``upgrade_unsound`` when the new file does not prove; what ``step`` raises.
    """
    Store.create(target, key, earlier.identity, entropy, earlier.last_known_ms, signing_key=earlier.signing_key)
    store = opener(target, key)
    try:
        _writers(earlier, store)
        places = _acts(earlier, store, step)
        _feeds(earlier, store, places)
        _own_things(earlier, store, step)
        proof.rebuild(store, lambda done, every: step(REBUILD, done, every))
        _prove_same(earlier, store)
        store.begin_incarnation()
        said_anew = list(_numbers(leases, store, earlier.identity.writer))
        if said_anew:
            with store.transaction(stamp) as writing:
                writing.record(said_anew)
            store.note_search()
        report = proof.verify(store, lambda done, every: step(PROVE, done, every))
        if report.damaged or report.differing or report.unsound_file:
            detail = report.damaged or report.unsound_file or report.differing[0]
            raise SurroundingsFault("upgrade_unsound", facts={"detail": detail})
        own = store.log.writer(store.identity.writer)
        if own is None:
            raise SurroundingsFault("upgrade_unsound", facts={"detail": "writers"})
        return own
    finally:
        store.close()


def _writers(earlier: EarlierFile, store: Store) -> None:
    """Everybody who ever wrote here; the station's own writers are born anew under the station key."""
    own, station_key = earlier.feed.own_writers(), store.station_key
    with immediate(store.db) as transaction:
        for row in earlier.log.writers():
            birth = station_key.sign_birth(row.station, row.writer, row.public_key) if row.writer in own else b""
            store.log.add_writer(row.writer, row.station, row.office, row.public_key, birth)
            store.log.set_writer_state(row.writer, row.state)
        for writer in own:
            store.feed.add_own_writer(writer)
        transaction.commit()


def _acts(earlier: EarlierFile, store: Store, step: Step) -> dict[int, int]:
    """Every act byte for byte, in the order of arrival; where each lies now, by where it lay.

    An act that was seen before its author's chain had come to it found its place later: it does so again at the end.
    """
    places: dict[int, int] = {}
    late: dict[str, list[LyingAct]] = {}
    ends: dict[str, int] = {}
    after, every = 0, earlier.log.count()
    while piece := lying(earlier.db, after, PIECE):
        step(COPY, len(places), every)
        with immediate(store.db) as transaction:
            for (writer, chained), run in groupby(_follows(piece, ends), key=lambda pair: pair[0]):
                acts = [act for _key, act in run]
                entries = [act.entry for act in acts]
                held = store.log.admit(entries) if chained else store.log.admit_loose(entries)
                places |= {act.seq: item.seq for act, item in zip(acts, held, strict=True)}
                if not chained:
                    late.setdefault(writer, []).extend(act for act in acts if act.chained)
            transaction.commit()
        after = piece[-1].seq
    for waiting in late.values():
        for some in batched(sorted(waiting, key=lambda act: act.entry.n), PIECE):
            with immediate(store.db) as transaction:
                store.log.admit([act.entry for act in some])
                transaction.commit()
    return places


def _follows(piece: Iterable[LyingAct], ends: dict[str, int]) -> Iterable[tuple[tuple[str, bool], LyingAct]]:
    """Each act with its writer, and whether it is the next of that writer's chain."""
    for act in piece:
        writer = act.entry.writer
        follows = act.chained and act.entry.n == ends.get(writer, 0) + 1
        if follows:
            ends[writer] = act.entry.n
        yield (writer, follows), act


def _feeds(earlier: EarlierFile, store: Store, places: dict[int, int]) -> None:
    """What was seen of each feed, up to every position that was noted: the proof of what others wrote."""
    with immediate(store.db) as transaction:
        for scope, end in earlier.feed.cursors().items():
            seen = [(feed_seq, places[seq]) for feed_seq, seq in earlier.seen(scope)]
            before = 0
            for mark in [*reversed(earlier.feed.checkpoints(scope)), end]:
                store.feed.advance(scope, Position(mark.n, mark.hash), seen[before : mark.n])
                before = mark.n
        store.feed.refuse(earlier.refusals())
        store.feed.offer(places[seq] for seq in earlier.adrift())
        for writer, n in earlier.feed.own_writers().items():
            store.feed.set_county_n(writer, n)
        transaction.commit()


def _own_things(earlier: EarlierFile, store: Store, step: Step) -> None:
    """Papers as they were printed, drafts as they lay."""
    every, pdfs, done = earlier.pdf_count(), earlier.pdfs(), 0
    while some := list(islice(pdfs, SOME_PAPERS)):
        step(PAPERS, done, every)
        with immediate(store.db) as transaction:
            for digest, pdf in some:
                store.put_pdf(digest, pdf)
            transaction.commit()
        done += len(some)
    drafts.write_all(store.db, earlier.drafts())


def _numbers(leases: Sequence[EarlierSeries], store: Store, before: str) -> Iterable[ActDraft]:
    """What says anew which numbers this station holds: 0.1.0 leased a series to a station, and whole.

    Up to the highest on paper they are those of ``before``, the writer that issued them; the rest is the new one's.
    The papers of 0.1.0 count in the series that goes on (``domain.series.series_named``). A series that another
    machine holds is not touched.
    """
    for lease in leases:
        if lease.holder != store.identity.station_id or not 1 <= lease.first <= lease.last <= HIGHEST:
            continue
        name, now = series_named(lease.case_id), store.identity.writer
        held = SeriesState(name, (Block(lease.first, lease.last, before),))
        sets, _ = own_lease(held, now, {before}, top_of(store, name))
        yield ActDraft("series_leased", CaseKind.SERIES, name, sets, why=WHY)
        if lease.first > 1:
            reason = REASONS[Cause.EARLIER]
            skipped = seal_sets([(1, lease.first - 1)], Cause.EARLIER, reason)
            yield ActDraft("series_sealed", CaseKind.SERIES, name, skipped, why=reason)


def _prove_same(earlier: EarlierFile, store: Store) -> None:
    """Every act, its place, its signature and its proof are the same bytes in both files, and no act is in one only."""

    def differ(what: str) -> SurroundingsFault:
        return SurroundingsFault("upgrade_unsound", facts={"detail": what})

    after_old = after_new = 0
    while True:
        old, new = lying(earlier.db, after_old, PIECE), lying(store.db, after_new, PIECE)
        if [(act.entry, act.chained) for act in old] != [(act.entry, act.chained) for act in new]:
            raise differ("acts")
        if not old:
            break
        after_old, after_new = old[-1].seq, new[-1].seq
    heads = {row.writer: (row.public_key, row.have, row.state) for row in earlier.log.writers()}
    if heads != {row.writer: (row.public_key, row.have, row.state) for row in store.log.writers()}:
        raise differ("writers")
    if earlier.feed.cursors() != store.feed.cursors() or earlier.feed.pending() != store.feed.pending():
        raise differ("feeds")
    if earlier.pdf_count() != store.pdf_count():
        raise differ("papers")
