"""One machine with a station's file: writes acts, builds requests, takes answers in; production code does the work."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from domain.acts import Act, encode_act
from domain.canonical import Json
from domain.fold import CaseState, fold, state_bytes
from sync.exchange import Applied, Identity, apply_answer, build_request
from sync.log import ActLog, SigningKey
from sync.log import log as log_module
from sync.log.feed import StationFeed
from sync.protocol import (
    ANSWER_TAG,
    REQUEST_TAG,
    Answer,
    Certificate,
    Request,
    SignedCertificate,
    encode_frame,
    open_frame,
)
from sync.simulate.accidents import demand
from sync.simulate.database import Tables, act_ids, keep_folded, transaction


class SimStation:
    """A machine. A clone shares its past, not its future."""

    def __init__(self, name: str, tables: Tables, identity: Identity, key: SigningKey, scopes: Sequence[str]) -> None:
        self.name = name
        self.identity = identity
        self.key = key
        self.scopes = tuple(scopes)
        self.home = next(scope for scope in scopes if scope.startswith(("office/", "restricted/")))
        self.certificate: SignedCertificate | None = None
        self.revoked = False
        self.acked: set[str] = set()
        """Acts whose saving has returned on this machine: they must survive every cut."""
        self.cut_in_project = False
        self._open(tables)

    def begin(self) -> None:
        """A new file: its first writer."""
        identity = self.identity
        with transaction(self.db):
            self.log.add_writer(identity.writer, identity.station, identity.office, self.key.public)
            self.feed.add_own_writer(identity.writer)

    def _open(self, tables: Tables) -> None:
        self.tables = tables
        self.db = tables.db
        self.log = ActLog(self.db)
        self.feed = StationFeed(self.db)

    # accidents ---------------------------------------------------------------------------------------------------

    def restart(self, chance: random.Random) -> None:
        """The power came back. Raises AssertionError when an act that was saved is gone (I1)."""
        self._open(self.tables.restart(chance))
        lost = self.acked - act_ids(self.db)
        demand(not lost, "I1", f"{self.name} lost {len(lost)} saved acts in a power cut")

    def restore(self, backup: Tables) -> None:
        """Go on from an older copy of the file."""
        self.tables.close()
        self._open(backup.copy())
        self.acked = act_ids(self.db)

    def clone(self, name: str) -> SimStation:
        """A second machine with a copy of this disk."""
        twin = SimStation(name, self.tables.copy(), self.identity, self.key, self.scopes)
        twin.certificate, twin.acked = self.certificate, set(self.acked)
        return twin

    # writing -----------------------------------------------------------------------------------------------------

    def state(self, case_id: str) -> CaseState | None:
        """The folded case as this file tells it."""
        acts = self.log.case(case_id)
        return fold(acts) if acts else None

    def write(self, acts: Sequence[Act]) -> None:
        """One commit, durable when this returns."""
        with transaction(self.db):
            self.log.append(self.identity.writer, acts, self.key)
            self.project(sorted({act.case_id for act in acts}))
        self.acked |= {act.act_id for act in acts}

    def write_later(self, act: Act, content: bytes) -> None:
        """One act as a later release would encode it."""
        later = log_module.encode_act
        log_module.encode_act = lambda _: content
        try:
            self.write([act])
        finally:
            log_module.encode_act = later

    def act(
        self, kind: str, case_id: str, sets: Mapping[str, Json], chance: random.Random, wall_ms: int, after: int = 0
    ) -> Act:
        """An act over what its fields hold here now; ``after`` so many others of the same commit."""
        known = self.state(case_id)
        return Act(
            act_id=chance.randbytes(16).hex(), kind=kind, case_kind="matter", case_id=case_id, scope=self.home,
            lamport=self.log.lamport() + 1 + after, wall_ms=wall_ms, clock="unsure", office=self.identity.office,
            station=self.identity.station, by=self.name, sets=dict(sets), over=known.over(*sets) if known else (),
        )  # fmt: skip

    @staticmethod
    def encoded(acts: Sequence[Act]) -> list[bytes]:
        """The bytes of acts."""
        return [encode_act(act) for act in acts]

    def position(self) -> tuple[object, ...]:
        """How far this file is in everything; two equal positions mean that nothing moved."""
        own = self.feed.own_writers()
        ends = [self.log.writer(writer) for writer in own]
        return tuple(sorted(self.feed.cursors().items())), tuple(own.items()), tuple(ends), self.feed.pending()

    # rounds ------------------------------------------------------------------------------------------------------

    def ask(self, budget: int, _wall_ms: int) -> tuple[Request, bytes]:
        """What the station says now, and its frame."""
        with transaction(self.db):
            request = build_request(self.log, self.feed, self.identity, budget)
        return request, encode_frame(request, REQUEST_TAG, self.key)

    def take(self, request: Request, frame: bytes) -> tuple[Answer, Applied]:
        """Verify, read and apply an answer. Raises WireDamaged; then nothing has changed."""
        certificate = self.read_certificate()
        answer = open_frame(frame, Answer, ANSWER_TAG, bytes.fromhex(certificate.county_key))
        with transaction(self.db):
            applied = apply_answer(self.log, self.feed, request, answer, self.project)
        return answer, applied

    def read_certificate(self) -> Certificate:
        """What the county vouches for."""
        assert self.certificate is not None
        return self.certificate.read()

    def header(self) -> str | None:
        """The certificate as it is shown to a county that forgot this station."""
        return None if self.certificate is None else msgspec.json.encode(self.certificate).decode()

    def project(self, case_ids: Iterable[str]) -> None:
        """Fold the cases that changed."""
        if self.cut_in_project:
            self.cut_in_project = False
            self.tables.cut()
        found = self.log.cases(case_ids)
        keep_folded(self.db, ((case_id, state_bytes(fold(acts))) for case_id, acts in found.items()))
