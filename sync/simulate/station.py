"""One machine with a station's file: writes acts, builds requests, takes answers in; production code does the work."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from domain.acts import Act, encode_act
from domain.canonical import Json
from domain.fold import CaseState, fold, state_bytes
from domain.series import read_series
from sync.exchange import Applied, Identity, NewWriter, apply_answer, begin_incarnation, build_request
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
from sync.simulate import database
from sync.simulate.accidents import demand
from sync.simulate.beneath import act_ids
from sync.simulate.database import Tables, transaction
from sync.simulate.keys import key_of, pool_key, raw_key

FENCE: Final = "fence"
KEYS: Final = 64
"""Keys of the pool below this number are station keys; writers draw from the 256 behind."""

SEALING: Final = 1000
"""Keys of the pool from here on open media."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Who a station is, whichever machine it works on and whichever key it has."""

    station: str
    office: str
    window: str
    scopes: tuple[str, ...]

    @property
    def home(self) -> str:
        """The scope this desk writes."""
        return self.scopes[0]


class SimStation:
    """A machine. A clone shares its past, not its future."""

    def __init__(
        self, name: str, tables: Tables, desk: Desk, key: SigningKey, entropy: Callable[[int], bytes], machine: str = ""
    ) -> None:
        self.name = name
        self.desk = desk
        self.key = key
        """The station key: signs frames and births."""
        self.machine = machine or name
        """What the fingerprint says; the same for machines that cannot be told apart."""
        self.certificate: SignedCertificate | None = None
        self.revoked = False
        self.level = False
        """The county's last answer was that nothing is new on either side."""
        self.acked: set[str] = set()
        """Acts whose saving has returned on this machine: they must survive every cut."""
        self.unfenced = False
        """It goes on from an older copy that had no fence, and has not set one since: an answer may still show it."""
        self.cut_in_project = False
        self.incarnations = 0
        self._entropy = entropy
        self._open(tables)

    @property
    def scopes(self) -> tuple[str, ...]:
        """What it may read."""
        return self.desk.scopes

    @property
    def sealing(self) -> bytes:
        """The desk's own raw X25519 key: replies by stick are sealed to it."""
        return raw_key(SEALING + int(self.desk.window))

    @property
    def home(self) -> str:
        """The scope it writes."""
        return self.desk.home

    def begin(self) -> None:
        """A new file: its first writer."""
        with transaction(self.db):
            new = self.reborn()
            self.log.add_writer(new.writer, self.desk.station, self.desk.office, new.public_key, new.birth)
            self.feed.add_own_writer(new.writer)

    def _open(self, tables: Tables) -> None:
        self.tables = tables
        self.db = tables.db
        self.log = ActLog(self.db)
        self.feed = StationFeed(self.db)

    # who writes --------------------------------------------------------------------------------------------------

    @property
    def identity(self) -> Identity:
        """Who this file is on the wire now."""
        writer, _ = database.current_writer(self.db)
        row = self.log.writer(writer)
        assert row is not None
        return Identity(self.desk.station, self.desk.office, writer, row.public_key, row.birth)

    def reborn(self) -> NewWriter:
        """A new incarnation, its key kept in the running transaction."""
        writer = self._entropy(16).hex()
        number = KEYS + int.from_bytes(self._entropy(1), "big")
        key = pool_key(number)
        database.keep_writer(self.db, writer, raw_key(number))
        self.incarnations += 1
        return NewWriter(writer, key.public, self.key.sign_birth(self.desk.station, writer, key.public))

    def look_at_fence(self) -> bool:
        """What a start does first: when this file is not what left this disk last, begin a new incarnation."""
        if not self._restored():
            return False
        with transaction(self.db):
            begin_incarnation(self.log, self.feed, self.reborn(), self.desk.station, self.desk.office)
        self.keep_fence()
        return True

    def born_again(self, key: SigningKey) -> None:
        """The county has enrolled this desk under a new station key: every own writer is an incarnation of it too."""
        with transaction(self.db):
            for writer in self.feed.own_writers():
                row = self.log.writer(writer)
                assert row is not None
                birth = key.sign_birth(self.desk.station, writer, row.public_key)
                self.log.name_writer(writer, row.station, row.office, row.public_key, birth)
            self.feed.introduce_again(self.feed.own_writers())
        self.key = key

    def _restored(self) -> bool:
        kept = self.tables.read(FENCE)
        if kept is None:
            return any(self.feed.own_writers().values())
        fence = json.loads(kept)
        if fence["machine"] != self.machine or fence["writer"] not in self.feed.own_writers():
            return True
        return self.log.hash_at(fence["writer"], int(fence["n"])) != bytes.fromhex(fence["hash"])

    def keep_fence(self, **numbers: int) -> None:
        """Note outside the database where it stands, and the next numbers of series."""
        row = self.log.writer(self.identity.writer)
        assert row is not None
        fence = {"writer": row.writer, "n": row.have.n, "hash": row.have.hash.hex(), "machine": self.machine}
        self.tables.keep(FENCE, json.dumps(fence | {"numbers": self._noted() | numbers}).encode())
        self.unfenced = False

    def _noted(self) -> dict[str, int]:
        kept = self.tables.read(FENCE)
        found: dict[str, int] = {} if kept is None else json.loads(kept)["numbers"]
        return found

    # numbers -----------------------------------------------------------------------------------------------------

    def noted(self, series: str) -> int:
        """The next number as noted outside the database; 0 when none was."""
        return self._noted().get(series, 0)

    def note_number(self, series: str, following: int) -> None:
        """Note the next number, before the one drawn is on paper."""
        self.keep_fence(**{series: following})

    def top_of(self, series: str) -> Callable[[int, int], int]:
        """The highest number issued between two numbers, as this file knows it."""
        return lambda first, last: database.top_of(self.db, series, first, last)

    def papers(self, like: str) -> list[tuple[str, str]]:
        """(case, paper) of papers with a number of these series."""
        return database.papers(self.db, like)

    # accidents ---------------------------------------------------------------------------------------------------

    def restart(self, chance: random.Random) -> bool:
        """The power came back; True when a new incarnation began though nothing but the power had gone.

        Broken I1 when an act that was saved is gone. An older copy without a fence was told from its own past by no
        start before an answer named its acts: this start is the first that can.
        """
        unfenced = self.unfenced
        self._open(self.tables.restart(chance))
        lost = self.acked - act_ids(self.db)
        demand(not lost, "I1", f"{self.name} lost {len(lost)} saved acts in a power cut")
        return self.look_at_fence() and not unfenced

    def restore(self, backup: Tables, *, with_fence: bool) -> bool:
        """Go on from an older copy of the database, or of the whole folder; True when that was noticed at once."""
        fence = self.tables.read(FENCE)
        self.tables.close()
        self._open(backup.copy())
        if not with_fence and fence is not None:
            self.tables.keep(FENCE, fence)
        self.acked = act_ids(self.db)
        self.unfenced = self.tables.read(FENCE) is None
        return self.look_at_fence()

    def clone(self, name: str, *, like_hardware: bool) -> SimStation:
        """A second machine with a copy of this disk."""
        machine = self.machine if like_hardware else name
        twin = SimStation(name, self.tables.copy(), self.desk, self.key, self._entropy, machine)
        twin.certificate, twin.acked, twin.revoked = self.certificate, set(self.acked), self.revoked
        twin.unfenced = twin.tables.read(FENCE) is None
        twin.look_at_fence()
        return twin

    # writing -----------------------------------------------------------------------------------------------------

    def state(self, case_id: str) -> CaseState | None:
        """The folded case as this file tells it."""
        acts = self.log.case(case_id)
        return fold(acts) if acts else None

    def write(self, acts: Sequence[Act]) -> None:
        """One commit, durable when this returns."""
        with transaction(self.db):
            writer, raw = database.current_writer(self.db)
            self.log.append(writer, acts, key_of(raw))
            self.project(sorted({act.case_id for act in acts}))
        self.acked |= {act.act_id for act in acts}

    def write_later(self, act: Act, content: bytes) -> None:
        """One act as a later release would encode it."""
        module: Any = log_module
        kept = module.write_act
        module.write_act = lambda _: content
        try:
            self.write([act])
        finally:
            module.write_act = kept

    def act(
        self, kind: str, case_id: str, sets: Mapping[str, Json], chance: random.Random, wall_ms: int, after: int = 0
    ) -> Act:
        """An act over what its fields hold here now; ``after`` so many others of the same commit."""
        known = self.state(case_id)
        return Act(
            act_id=chance.randbytes(16).hex(), kind=kind, case_kind=known.case_kind if known else "matter",
            case_id=case_id, scope=self.home, lamport=self.log.lamport() + 1 + after, wall_ms=wall_ms, clock="unsure",
            office=self.desk.office, station=self.desk.station, by=self.name, sets=dict(sets),
            over=known.over(*sets) if known else (),
        )  # fmt: skip

    @staticmethod
    def encoded(acts: Sequence[Act]) -> list[bytes]:
        """The bytes of acts."""
        return [encode_act(act) for act in acts]

    def position(self) -> tuple[object, ...]:
        """How far this file is in everything; two equal positions mean that nothing moved."""
        own = self.feed.own_writers()
        ends = [self.log.writer(writer) for writer in own]
        waits = (self.feed.pending(), len(self.feed.adrift(1 << 30)))
        return tuple(sorted(self.feed.cursors().items())), tuple(own.items()), tuple(ends), waits

    # rounds ------------------------------------------------------------------------------------------------------

    def ask(self, budget: int, wall_ms: int) -> tuple[Request, bytes]:
        """What the station says now, and its frame. The fence is set before anything new leaves the disk."""
        with transaction(self.db):
            request = build_request(self.log, self.feed, self.identity, budget, wall_ms)
        if request.push:
            self.keep_fence()
        return request, encode_frame(request, REQUEST_TAG, self.key)

    def asked(self, request: Request) -> bool:
        """True when this file can have asked so: it holds the logs the request claims. Not so after a restore."""
        return all(self.log.hash_at(writer, mark.n) == mark.hash for writer, mark in request.own.items())

    def take(self, request: Request, frame: bytes) -> tuple[Answer, Applied]:
        """Verify, read and apply an answer. Raises WireDamaged; then nothing has changed."""
        certificate = self.read_certificate()
        answer = open_frame(frame, Answer, ANSWER_TAG, bytes.fromhex(certificate.county_key))
        return answer, self.apply(request, answer)

    def apply(self, request: Request, answer: Answer) -> Applied:
        """Apply an answer that was verified. Raises WireDamaged; then nothing has changed."""
        with transaction(self.db):
            return apply_answer(self.log, self.feed, request, answer, self.project, self.reborn)

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
        states = {case_id: fold(acts) for case_id, acts in self.log.cases(case_ids).items()}
        database.keep_folded(self.db, ((case_id, state_bytes(state)) for case_id, state in states.items()))
        papers: list[tuple[str, int, str, str]] = []
        leases: list[tuple[str, int, int]] = []
        for case_id, state in states.items():
            if case_id.startswith("series/"):
                leases += [(case_id, block.first, block.last) for block in read_series(state).blocks]
            elif any(act.kind == "paper_issued" for act in state.acts):
                papers += [
                    (str(value["series"]), int(str(value["n"])), paper, case_id)
                    for paper, value in state.items("paper").items()
                    if isinstance(value, Mapping)
                ]
        if papers or leases:
            database.keep_numbers(self.db, papers, leases)
