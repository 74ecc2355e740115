"""How much and how long: 10,000 visits to an empty county, beside one zstd stream of the same facts in one transaction.

Run: python -m benchmarks.sync [VISITS]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from backports import zstd
from sqlcipher3 import dbapi2

from benchmarks.table import Row
from domain.acts import Act, encode_act
from domain.canonical import Json
from sync.client import HttpTransport
from sync.client.pace import LOOPBACK
from tests.sync.harness import County, Station

SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
TOPICS = ("征地补偿款未按时发放", "宅基地确权登记有误", "低保申请审批迟缓", "工程款拖欠", "道路施工扬尘扰民")
WISHES = ("核查", "发放", "更正")


def visit(station: Station, rng: random.Random, number: int, lamport: int) -> list[Act]:
    """Three acts as a registration writes them: petitioner, visit, matter."""
    office, who = station.identity.office, rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=2))
    ids = [rng.randbytes(16).hex() for _ in range(3)]
    fields: tuple[tuple[str, str, dict[str, Json]], ...] = (
        ("petitioner_recorded", "petitioner", {
            "name": who, "id_number": f"37020519{rng.randrange(10**10):010d}",
            "phone": f"139{rng.randrange(10**8):08d}",
            "address": f"城关镇{rng.choice('东西南北')}关村{rng.randrange(400)}号", "sex": rng.choice("男女"),
        }),
        ("visit_registered", "visit", {
            "number": f"370205-1-2026{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}-{number % 300:03d}",
            "petitioner": ids[0], "people": rng.randrange(1, 6), "matters": [ids[2]], "read_back": True,
        }),
        ("matter_registered", "matter", {
            "visit": ids[1], "petitioner": ids[0], "class": rng.randrange(1, 7), "stage": "registered",
            "summary": f"反映{rng.choice(TOPICS)}，涉及{rng.randrange(1, 90)}户，请求{rng.choice(WISHES)}。",
            "place": f"{rng.choice('东西南北')}关村", "repeat": rng.choice(("first", "again")),
        }),
    )  # fmt: skip
    return [
        Act(
            act_id=rng.randbytes(16).hex(), kind=kind, case_kind=case_kind, case_id=ids[place],
            scope=f"office/{office}", lamport=lamport + place, clock="ok", office=office,
            wall_ms=1_760_000_000_000 + number * 61_000,
            station=station.identity.station, by="clerk-1", sets=sets,
        )
        for place, (kind, case_kind, sets) in enumerate(fields)
    ]  # fmt: skip


class Counted(HttpTransport):
    """A line that counts what it carries."""

    sent = received = rounds = 0

    def exchange(self, frame: bytes) -> bytes:
        """Carry and count."""
        reply = super().exchange(frame)
        self.sent, self.received, self.rounds = self.sent + len(frame), self.received + len(reply), self.rounds + 1
        return reply


def reference(contents: list[bytes], folder: Path) -> tuple[int, float]:
    """One zstd stream of the same facts, unpacked and inserted in one durable transaction: (bytes, seconds)."""
    began = time.perf_counter()
    stream = zstd.compress(b"\n".join(contents))
    db = dbapi2.connect(str(folder / "plain.db"), isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE fact (seq INTEGER PRIMARY KEY, content BLOB) STRICT")
    db.execute("BEGIN IMMEDIATE")
    db.executemany("INSERT INTO fact (content) VALUES (?)", [(line,) for line in zstd.decompress(stream).split(b"\n")])
    db.execute("COMMIT")
    spent = time.perf_counter() - began
    db.close()
    return len(stream), spent


@dataclass(frozen=True, slots=True)
class Measured:
    """One first exchange and its reference: bytes on the wire both ways, seconds."""

    acts: int
    plain_bytes: int
    stream_bytes: int
    stream_seconds: float
    wire_bytes: int
    wire_seconds: float
    rounds: int
    quiet_bytes: int
    """A round without news, both ways."""
    pending: int


def run(visits: int) -> Measured:
    """A station with ``visits`` visits meets an empty county."""
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        county = County(folder / "county").start()
        station = Station(folder / "station.db")
        station.enrol(county.url, county.code())
        contents: list[bytes] = []
        lamport = 1
        with station.transaction():
            for number in range(visits):
                acts = visit(station, rng, number, lamport)
                lamport += len(acts)
                station.log.append(station.identity.writer, acts, station.writer_key)
                contents += [encode_act(act) for act in acts]
        stream, plain = reference(contents, folder)
        line = Counted(county.url)
        began = time.perf_counter()
        while station.round(line, LOOPBACK).more:
            pass
        spent = time.perf_counter() - began
        wire, rounds = line.sent + line.received, line.rounds
        station.round(line, LOOPBACK)
        quiet = line.sent + line.received - wire
        pending = station.feed.pending()
        line.close()
        station.close()
        county.stop()
    plain_bytes = sum(map(len, contents))
    return Measured(len(contents), plain_bytes, stream, plain, wire, spent, rounds, quiet, pending)


def measure(visits: int = 10_000) -> list[Row]:
    """Rows for the table of budgets."""
    done = run(visits)
    if done.pending:
        raise RuntimeError(f"{done.pending} acts did not reach the county")
    name, note = "one zstd stream, one transaction", f"{visits:,} visits, {done.rounds} rounds"
    kilo = 1000
    return [
        Row(
            "sync to an empty county, bytes",
            done.wire_bytes / kilo,
            "kB",
            name,
            done.stream_bytes / kilo,
            1.05,
            note=note,
        ),
        Row(
            "sync to an empty county, time",
            done.wire_seconds * kilo,
            "ms",
            name,
            done.stream_seconds * kilo,
            3,
            note=note,
        ),
        Row("a round without news", done.quiet_bytes, "bytes", "the smallest allowed", 300, 300, on_value=True),
    ]


def main(visits: int = 10_000) -> None:
    """Print the table."""
    done = run(visits)
    print(f"visits {visits}, acts {done.acts}, plain {done.plain_bytes:,} bytes, still pending {done.pending}")
    print(f"one zstd stream, one transaction   {done.stream_bytes:>12,} bytes   {done.stream_seconds:8.3f} s")
    print(f"exchange to an empty county        {done.wire_bytes:>12,} bytes   {done.wire_seconds:8.3f} s")
    print(f"rounds                             {done.rounds:>12}")
    bytes_ratio, time_ratio = done.wire_bytes / done.stream_bytes, done.wire_seconds / done.stream_seconds
    print(f"ratio                              {bytes_ratio:>12.3f}         {time_ratio:8.2f}")
    print(f"a round without news               {done.quiet_bytes:>12,} bytes")


if __name__ == "__main__":
    main(*[int(word) for word in sys.argv[1:2]])
