"""The county's cases to a batch file of the exchange with the system above, and such a file into the county's log."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import resources
from domain.acts import Act, CaseKind
from domain.beijing import beijing_date
from domain.canonical import Json
from domain.fold import CaseState, fold
from sync.log.log import batched
from sync.server.file import surroundings
from sync.server.store import CountyStore
from sync.upstream.batch import BatchDamaged, Manifest, read_manifest, read_records, write_batch
from sync.upstream.changes import Batch, Change, changes
from sync.upstream.codes import Codes, Finding
from sync.upstream.incoming import Incoming, Reader
from sync.upstream.outgoing import SENDER, Dossier, Writer
from sync.upstream.values import RecordRefused

_RESTRICTED: Final = "restricted/"


class UpstreamRefused(Exception):
    """The command cannot be carried out as asked: ``code`` is stable, ``detail`` says where."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


# ---------------------------------------------------------------- out


@dataclass(slots=True)
class Exported:
    """What an export wrote. ``withheld`` is told here and never in the file."""

    manifest: Manifest
    withheld: int
    findings: list[Finding]


def export_batch(
    store: CountyStore, target: Path, prefix: str, after: str, codes: Codes, *, restricted: bool = False
) -> Exported:
    """Write the matters that changed behind mark ``after`` (empty: all) to ``target``, in one snapshot.

    The same acts give the same bytes. Without ``restricted`` nothing of a restricted case and no accusation leaves.
    Raises UpstreamRefused ``prefix_invalid``, ``mark_unknown``; SurroundingsFault.
    """
    if not SENDER.fullmatch(prefix):
        raise UpstreamRefused("prefix_invalid")
    with store.snapshot():
        upto, changed = _mark(store), _changed(store, after)
        refused = {bytes(row[0]) for row in store.database.execute(_REFUSED)}
        names = _institutions(store)
        writer = Writer(prefix, codes, names)
        chosen = _Chosen(store, refused, restricted)
        records = chosen.records(writer, changed)
        part = target.with_name(target.name + ".part")
        with surroundings(), _gone_after(part):
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                manifest = write_batch(out, records, prefix, after, upto)
                out.flush()
                os.fsync(out.fileno())
            part.replace(target)
    return Exported(manifest, chosen.withheld, writer.findings)


@contextmanager
def _gone_after(part: Path) -> Iterator[None]:
    """Personal data is not left lying in half a file."""
    try:
        yield
    finally:
        part.unlink(missing_ok=True)


@dataclass(slots=True)
class _Chosen:
    """Chooses what leaves, visit by visit."""

    store: CountyStore
    refused: set[bytes]
    restricted: bool
    withheld: int = 0

    def records(self, writer: Writer, changed: set[str] | None) -> Iterator[Json]:
        visits = self.store.database.execute(
            "SELECT case_id FROM county_case WHERE case_kind = ? ORDER BY case_id", (CaseKind.VISIT,)
        ).fetchall()
        for ids in batched([str(row[0]) for row in visits], 200):
            folded = self._fold(ids)
            parts = {name for visit in folded.values() for name in _parts(visit)}
            folded |= self._fold(sorted(parts))
            for visit_id in ids:
                visit = folded.get(visit_id)
                if visit is not None:
                    yield from self._of_visit(writer, visit, folded, changed)

    def _of_visit(
        self, writer: Writer, visit: CaseState, folded: Mapping[str, CaseState], changed: set[str] | None
    ) -> Iterator[Json]:
        people = {key: folded[key] for key in visit.items("person") if key in folded}
        matters = [folded[key] for key in visit.items("matter") if key in folded]
        free = [matter for matter in matters if self._free(matter, visit, *people.values())]
        narrative = len(free) == len(matters)
        for matter in matters:
            touched = {matter.case_id, visit.case_id, *people, matter.text("petitioner")}
            if changed is not None and changed.isdisjoint(touched):
                continue
            if matter not in free:
                self.withheld += 1
                continue
            own = dict(people)
            late = matter.text("petitioner")  # who supplied a name later stands in the matter only
            if late and late not in own:
                own |= self._fold([late])
            earlier = self._fold([matter.text("repeat.earlier")]).get(matter.text("repeat.earlier"))
            if earlier is not None and not self._free(earlier):
                earlier = None
            secret = any(map(_is_restricted, (matter, visit, *own.values())))
            yield writer.record(Dossier(matter, visit, own, earlier, secret, narrative))

    def _free(self, *states: CaseState) -> bool:
        return self.restricted or not any(map(_is_restricted, states))

    def _fold(self, case_ids: Iterable[str]) -> dict[str, CaseState]:
        return _fold(self.store, case_ids, self.refused)


def _parts(visit: CaseState) -> list[str]:
    return [*visit.items("person"), *visit.items("matter")]


def _is_restricted(state: CaseState) -> bool:
    """In a restricted scope, or an accusation 检举控告 wherever it lies (R 30③)."""
    if state.text("matter_class") == "accusation" or state.text("purpose_code") == "揭发控告":
        return True
    return any(act.scope.startswith(_RESTRICTED) for act in state.acts)


# ---------------------------------------------------------------- in


@dataclass(slots=True)
class Imported:
    """What an import did, in numbers, and what a person must see."""

    manifest: Manifest
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


def import_batch(
    store: CountyStore, source: Path, prefix: str, office: str, codes: Codes, *, restricted: bool = False
) -> Imported:
    """Take a batch into the log as acts of the county's own, in one transaction.

    A matter sent to an institution this county knows goes to its scope, any other to that of ``office``. A record that
    cannot be taken is left out and named; the others are taken. The same batch again records nothing.
    Raises UpstreamRefused with a stable code; SurroundingsFault; and then nothing was recorded.
    """
    if not SENDER.fullmatch(prefix):
        raise UpstreamRefused("prefix_invalid")
    institutions = _institutions(store)
    if office not in institutions:
        raise UpstreamRefused("office_unknown", office)
    with surroundings(), source.open("rb") as file:
        try:
            manifest = read_manifest(file)
        except BatchDamaged as damaged:
            raise UpstreamRefused(damaged.code, str(damaged.line or "")) from None
        if not SENDER.fullmatch(manifest.sender):
            raise UpstreamRefused("manifest_invalid")
        if manifest.sender == prefix:
            raise UpstreamRefused("own_batch")
        reader = Reader(prefix, codes, beijing_date(store.now()), _private_use())
        done = Imported(manifest)
        work = _Import(store, reader, done, Batch(manifest.sender, manifest.batch, store.county), office, restricted)
        work.institutions = frozenset(institutions)
        store.record_all(work.commits(read_records(file, manifest)))
    return done


@dataclass(slots=True)
class _Import:
    store: CountyStore
    reader: Reader
    done: Imported
    batch: Batch
    office: str
    restricted: bool
    institutions: frozenset[str] = frozenset()

    def commits(self, records: Iterable[tuple[int, Json | None]]) -> Iterator[list[Act]]:
        """One commit for each record that says something new."""
        seen: set[str] = set()
        refused = {bytes(row[0]) for row in self.store.database.execute(_REFUSED)}
        for number, body in records:
            try:
                incoming = self._read(number, body, seen)
                states = _fold(self.store, [told.case_id for told in incoming.cases], refused)
                scope = self._scope(incoming, states)
            except RecordRefused as wrong:
                self.done.counts["refused"] += 1
                self.done.findings.append(wrong.finding)
                continue
            self.done.findings += incoming.findings
            asked = [each for each in changes(incoming, states, self.batch) if not self.store.log.has(each.act_id)]
            known = incoming.matter.case_id in states
            self.done.counts["unchanged" if not asked else "changed" if known else "new"] += 1
            if asked:
                lamport = self.store.log.lamport()
                acts = [self._act(each, states, scope, lamport + n) for n, each in enumerate(asked, start=1)]
                self.done.counts["acts"] += len(acts)
                yield acts

    def _read(self, number: int, body: Json | None, seen: set[str]) -> Incoming:
        if body is None:
            raise RecordRefused(Finding(f"#{number}", "", "not_json"))
        try:
            incoming = self.reader.read(body)
        except RecordRefused as wrong:
            found = wrong.finding
            raise RecordRefused(Finding(found.record or f"#{number}", found.field, found.code)) from None
        if incoming.record in seen:
            raise RecordRefused(Finding(incoming.record, "XFJ.lhxfjid", "duplicate_id"))
        seen.add(incoming.record)
        return incoming

    def _scope(self, incoming: Incoming, states: Mapping[str, CaseState]) -> str:
        """Where new cases of this record go; refuses what may not be written at all."""
        own = self.reader.receiver
        for told in incoming.cases:
            if told.identity.startswith(own) and told.case_id not in states:
                raise RecordRefused(Finding(incoming.record, "XFJ.lhxfjid", "own_record_unknown"))
        if incoming.visit.identity.startswith(own) != incoming.matter.identity.startswith(own):
            raise RecordRefused(Finding(incoming.record, "XFJ.x_visit", "belongs_elsewhere"))
        secret = incoming.secret or any(map(_is_restricted, states.values()))
        if secret and not self.restricted:
            raise RecordRefused(Finding(incoming.record, "XFJ", "restricted_record"))
        to_office = incoming.to_office
        place = to_office if to_office in self.institutions else self.office
        scope = f"{_RESTRICTED}{place}" if secret else f"office/{place}"
        kinds = {state.scope.startswith(_RESTRICTED) for state in states.values()}
        if len(kinds | ({secret} if len(states) < len(incoming.cases) else set())) > 1:
            raise RecordRefused(Finding(incoming.record, "XFJ", "restricted_mixed"))
        return scope

    def _act(self, change: Change, states: Mapping[str, CaseState], scope: str, lamport: int) -> Act:
        state = states.get(change.case_id)
        return Act(
            act_id=change.act_id, kind=change.kind, case_kind=change.case_kind, case_id=change.case_id,
            scope=scope if state is None else state.scope, lamport=lamport, wall_ms=self.store.now(), clock="ok",
            office="county", station=self.store.county, by="county", sets=dict(change.sets), over=change.over,
            why=f"导入 {self.batch.sender} 批次 {self.batch.batch[:8]}",
        )  # fmt: skip


# ---------------------------------------------------------------- what both read

_REFUSED: Final = "SELECT a.act_id FROM reject r JOIN act a ON a.seq = r.act_seq"


def _mark(store: CountyStore) -> str:
    """The place of the newest act: a position with its hash, as nobody believes one without."""
    row = store.database.execute("SELECT seq, hash FROM act ORDER BY seq DESC LIMIT 1").fetchone()
    return f"{int(row[0])}-{bytes(row[1]).hex()[:16]}" if row is not None else ""


def _changed(store: CountyStore, after: str) -> set[str] | None:
    """Cases with an act behind the mark; None for all."""
    if not after:
        return None
    place, _, digest = after.partition("-")
    if not place.isascii() or not place.isdigit() or len(place) > 15:
        raise UpstreamRefused("mark_unknown")
    row = store.database.execute("SELECT hash FROM act WHERE seq = ?", (int(place),)).fetchone()
    if row is None or bytes(row[0]).hex()[:16] != digest:
        raise UpstreamRefused("mark_unknown")
    rows = store.database.execute("SELECT DISTINCT case_id FROM act WHERE seq > ?", (int(place),))
    return {str(each[0]) for each in rows}


def _fold(store: CountyStore, case_ids: Iterable[str], refused: set[bytes]) -> dict[str, CaseState]:
    found: dict[str, CaseState] = {}
    for case_id, acts in store.log.cases([each for each in case_ids if each]).items():
        delivered = [act for act in acts if bytes.fromhex(act.act_id) not in refused] if refused else acts
        if delivered:
            found[case_id] = fold(delivered)
    return found


def _institutions(store: CountyStore) -> dict[str, str]:
    rows = store.database.execute("SELECT case_id FROM county_case WHERE case_kind = ?", (CaseKind.OFFICE,)).fetchall()
    states = _fold(store, [str(row[0]) for row in rows], set())
    return {
        state.text("code") or case_id.removeprefix("office/"): state.text("name") for case_id, state in states.items()
    }


def _private_use() -> dict[str, str]:
    table: Any = resources.table("gb18030_private_use")
    return {chr(int(each["private"][2:], 16)): str(each["character"]) for each in table["characters"]}
