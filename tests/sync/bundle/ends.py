"""Both ends of a stick in one process: a county's store and stations reduced to what syncs, without any line."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sync.bundle.files import Part, Sealing, write_medium
from sync.bundle.medium import FORM, Frame, FrameKind, Header
from sync.bundle.replies import Answers, Papers, ReadPart, read_replies, report_frame, report_header
from sync.exchange import Applied
from sync.exchange.courier import answers_ahead, fitted, requests_ahead
from sync.log import SigningKey
from sync.log.chain import sealing_public
from sync.protocol import (
    ANSWER_TAG,
    CAPABILITIES,
    ENROL_TAG,
    PROTOCOL,
    Answer,
    Enrol,
    Enrolled,
    Request,
    SignedCertificate,
    encode_frame,
    open_frame,
)
from sync.server.sticks import Sticks
from sync.server.store import CountyStore
from tests.sync.harness import Station

OFFICE = "370205"
NOW = 1_763_900_000_000


def new_county(folder: Path) -> CountyStore:
    return CountyStore(folder, lambda: NOW, secrets.token_bytes)


class Desk(Station):
    """A station whose only way is the stick."""

    def __init__(self, path: Path, office: str = OFFICE) -> None:
        super().__init__(path, office)
        self.reports = 0

    @property
    def sealing(self) -> bytes:
        return self.sealing_key

    def question(self, code: str) -> Enrol:
        own = self.identity
        return Enrol(
            v=PROTOCOL, code=code, station=own.station, office=own.office, station_key=self.key.public,
            sealing_key=sealing_public(self.sealing), writer=own.writer, public_key=own.public_key, birth=own.birth,
            caps=list(CAPABILITIES),
        )  # fmt: skip

    def keep(self, signed: SignedCertificate) -> None:
        self.signed = signed
        self.db.execute("UPDATE me SET body = ?, sig = ?", (signed.body, signed.sig))

    def enrol_at(self, county: CountyStore, window: str = "1") -> None:
        self.keep(county.enrol(self.question(county.issue_code(OFFICE, "城关镇", window))))

    # rounds without media --------------------------------------------------------------------------------------------

    def requests(self, budget: int = 1 << 20) -> list[Request]:
        with self.transaction():
            return list(requests_ahead(self.log, self.db, self.identity, budget))

    def answers(self, county: CountyStore, requests: Iterable[Request], most: int = 1 << 30) -> list[Answer]:
        row = county.station(self.identity.station)
        assert row is not None
        return [answer for _, answer in answers_ahead(requests, lambda asked: county.exchange(asked, row), most)]

    def carry(self, county: CountyStore, budget: int = 1 << 20, most: int = 1 << 30) -> list[Answer]:
        return self.answers(county, self.requests(budget), most)

    def take(self, answer: Answer) -> tuple[Applied, bool, bool]:
        """As :meth:`sync.bundle.replies.Answers.step` wants it."""
        before = self.feed.cursors()
        fit, ahead = fitted(self.feed, answer)
        applied = self.apply(Request(v=PROTOCOL, st=self.identity.station), fit)
        return applied, before != self.feed.cursors(), ahead

    def apply_replies(self, replies: Iterable[Iterable[Answer]]) -> Answers:
        key = SigningKey(bytes(32))
        found = Answers([encode_frame(one, ANSWER_TAG, key) for reply in replies for one in reply], key.public)
        while found.more:
            found.step(self.take)
        assert not found.damaged
        return found

    def twin(self) -> Desk:
        """The same station in another file, as it stands now."""
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        path = self.path.with_name(f"{self.path.stem}-twin.db")
        path.write_bytes(self.path.read_bytes())
        return Desk(path)

    def twin_answers(self, county: CountyStore) -> list[Answer]:
        """What the county would answer this station had it seen nothing yet."""
        fresh = Request(v=PROTOCOL, st=self.identity.station, own=self.requests()[0].own, limit=1 << 20)
        return self.answers(county, [fresh])

    def dump(self) -> str:
        tables = ("act", "writer", "cursor", "checkpoint", "confirmed", "own_writer", "adrift", "sync_flag", "folded")
        return repr([self.db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables])

    # media -----------------------------------------------------------------------------------------------------------

    def papers(self) -> Papers:
        found = self.certificate
        return Papers(
            found.county, bytes.fromhex(found.county_key), bytes.fromhex(found.sealing), sealing_public(self.sealing),
            found.station, found.serial, self.key, self.signed,
        )  # fmt: skip

    def seal(self, county: CountyStore) -> Sealing:
        return Sealing(self.key, sealing_public(county.sealing_key), secrets.token_bytes)

    def report(self, path: Path, budget: int = 256 << 10, **changes: Any) -> list[Part]:
        """A report medium as the desktop writes it; ``changes`` are lies in its head."""
        papers = self.papers()
        self.reports += 1
        header = report_header(papers, self.reports)
        for name, value in changes.items():
            header = replace_header(header, name, value)
        sealing = Sealing(self.key, papers.county_sealing, secrets.token_bytes)
        return write_medium(path, header, [report_frame(each, self.key) for each in self.requests(budget)], sealing)

    def ask(self, path: Path, county: CountyStore, code: str) -> None:
        """The question for a certificate on a medium."""
        header = Header(
            v=FORM, kind="enrol", county=county.county, station=self.identity.station, serial=0, number=1,
            sender=self.key.public.hex(), sealing=sealing_public(self.sealing).hex(),
        )  # fmt: skip
        frame = Frame(FrameKind.ENROL, encode_frame(self.question(code), ENROL_TAG, self.key))
        write_medium(path, header, [frame], self.seal(county))

    def read(self, paths: Sequence[Path]) -> list[ReadPart]:
        return read_replies(paths, self.papers(), self.sealing)

    def bring(self, *paths: Path) -> Answers:
        """Read replies and take them in."""
        frames = [frame.data for part in self.read(paths) for frame in part.frames if frame.kind == FrameKind.ANSWER]
        found = Answers(frames, self.papers().county_key)
        while found.more:
            found.step(self.take)
        return found

    def bring_enrolment(self, path: Path, county: CountyStore) -> Answers:
        papers = Papers(
            county.county, county.public_key, b"", b"", self.identity.station, 0, self.key, None
        )  # fmt: skip
        (part,) = read_replies([path], papers, self.sealing)
        assert part.frames[0].kind == FrameKind.ENROLLED
        self.keep(open_frame(part.frames[0].data, Enrolled, ENROL_TAG, county.public_key).certificate)
        return self.bring(path)


def replace_header(header: Header, name: str, value: Any) -> Header:
    values = {each: getattr(header, each) for each in Header.__struct_fields__}
    return Header(**(values | {name: value}))


def copy_county(county: CountyStore, to: Path) -> CountyStore:
    """An older copy of the county, as it stands now."""
    to.mkdir()
    db: Any = county.log._db
    source = Path(db.execute("PRAGMA database_list").fetchone()[2])
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for name in ("county.db", "county.key", "sealing.key"):
        shutil.copy(source.parent / name, to / name)
    return new_county(to)


def sticks_of(county: CountyStore, folder: Path) -> Sticks:
    folder.mkdir(exist_ok=True)
    return Sticks(county, folder, lambda: NOW, secrets.token_bytes)


def work(desk: Desk, visits: int, start: int = 0) -> None:
    for number in range(start, start + visits):
        desk.set(f"matter/{desk.path.stem}/{number}", summary="占地补偿" * 20, note=secrets.token_hex(200))


def level(county: CountyStore, *desks: Desk) -> None:
    for desk in desks:
        desk.verify()
        assert desk.feed.pending() == 0
        assert desk.states() == county.case_bytes()
    county.verify()
