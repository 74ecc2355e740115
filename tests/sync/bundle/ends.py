"""Both ends of a stick in one process: a county's store and stations reduced to what syncs, without any line."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

from sync.bundle.replies import Answers
from sync.exchange import Applied
from sync.exchange.courier import answers_ahead, fitted, requests_ahead
from sync.log import SigningKey
from sync.protocol import ANSWER_TAG, CAPABILITIES, PROTOCOL, Answer, Enrol, Request, encode_frame
from sync.server.store import CountyStore
from tests.sync.harness import Station

OFFICE = "370205"
NOW = 1_763_900_000_000


def new_county(folder: Path) -> CountyStore:
    return CountyStore(folder, lambda: NOW, secrets.token_bytes)


class Desk(Station):
    """A station whose only way is the stick."""

    def enrol_at(self, county: CountyStore, window: str = "1") -> None:
        code = county.issue_code(OFFICE, "城关镇", window)
        own = self.identity
        self.signed = county.enrol(
            Enrol(
                v=PROTOCOL, code=code, station=own.station, office=own.office, writer=own.writer,
                public_key=self.key.public, caps=list(CAPABILITIES),
            )
        )  # fmt: skip
        self.db.execute("UPDATE me SET body = ?, sig = ?", (self.signed.body, self.signed.sig))

    def now(self) -> tuple[()]:
        return ()

    def requests(self, budget: int = 1 << 20) -> list[Request]:
        with self.transaction():
            return list(requests_ahead(self.log, self.db, self.identity, *self.now(), budget=budget))

    def answers(self, county: CountyStore, requests: Iterable[Request], most: int = 1 << 30) -> list[Answer]:
        row = county.station(self.identity.station)
        assert row is not None
        return [answer for _, answer in answers_ahead(requests, lambda asked: county.exchange(asked, row), most)]

    def carry(self, county: CountyStore, budget: int = 1 << 20, most: int = 1 << 30) -> list[Answer]:
        return self.answers(county, self.requests(budget), most)

    def take(self, answer: Answer) -> tuple[Applied, bool, bool]:
        """As :meth:`sync.bundle.replies.Answers.step` wants it."""
        before = self.feed.cursors()
        asked = Request(v=PROTOCOL, st=self.identity.station)
        with self.transaction():
            fit, ahead = fitted(self.feed, answer)
        return self.apply(asked, fit), before != self.feed.cursors(), ahead

    def apply_replies(self, replies: Iterable[Iterable[Answer]]) -> Answers:
        key = SigningKey(bytes(32))
        frames = [encode_frame(answer, ANSWER_TAG, key) for reply in replies for answer in reply]
        found = Answers(frames, key.public)
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

    @staticmethod
    def copy_county(county: CountyStore, to: Path) -> None:
        """A backup of the county as it stands now."""
        to.mkdir()
        source = Path(county.log._db.execute("PRAGMA database_list").fetchone()[2])  # type: ignore[attr-defined]
        county.log._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for name in ("county.db", "county.key"):
            shutil.copy(source.parent / name, to / name)
