"""Search as you type over N synthetic documents in an encrypted file: p50 and p95 beside a bare look-up of one row.

    python benchmarks/search.py [N] [--file PATH]

Every document carries a name, its initials, an ID number, a phone and about 100 characters of text, every third
one a number. With ``--file`` the filled file is kept and used again. People, numbers and texts are made by a
seeded generator.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from desktop.models.store import search
from desktop.models.store.connection import Connection, Database, immediate, open_connection
from desktop.models.store.write_ahead import checkpoint

KEY = bytes(range(32))
START_MS = 1_450_000_000_000
CHARS = bytes(byte for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFF) for byte in (high, low)).decode("gb2312")
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万"
)
LETTERS = "abcdefghjklmnpqrstwxyz"


class People:
    """A seeded source of synthetic documents."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.surname_weights = [1 / (rank + 5) for rank in range(len(SURNAMES))]
        self.given = self.random.sample(CHARS, 600)
        self.given_weights = [1 / (rank + 20) for rank in range(600)]
        self.words = ["".join(self.random.choices(CHARS, k=2)) for _ in range(6000)]
        weights = [1 / (rank + 10) for rank in range(len(self.words))]
        self.cumulative = list(itertools.accumulate(weights))
        self.letter = {char: self.random.choice(LETTERS) for char in CHARS + SURNAMES}

    def name(self) -> str:
        surname = self.random.choices(SURNAMES, self.surname_weights)[0]
        return surname + "".join(
            self.random.choices(self.given, self.given_weights, k=self.random.choice((1, 2, 2, 2)))
        )

    def initials(self, name: str) -> str:
        return "".join(self.letter[char] for char in name)

    def text(self, size: int) -> str:
        return "".join(self.random.choices(self.words, cum_weights=self.cumulative, k=size))

    def id_number(self) -> str:
        year, month, day = self.random.randint(1940, 2005), self.random.randint(1, 12), self.random.randint(1, 28)
        region = self.random.choice(("370205", "370205", "370205", "370283", "370211"))
        return f"{region}{year}{month:02}{day:02}{self.random.randrange(1000):03}{self.random.choice('0123456789X')}"

    def phone(self) -> str:
        return self.random.choice(("138", "139", "150", "186", "177")) + f"{self.random.randrange(10**8):08}"

    def documents(self, count: int, *, start_ms: int = START_MS, years: int = 10) -> Iterator[search.SearchDoc]:
        step = years * 365 * 86_400_000 // count
        for number in range(count):
            name = self.name()
            at_ms = start_ms + number * step
            yield search.SearchDoc(
                kind=search.KINDS[number % 3],
                ref=f"{self.random.getrandbits(128):032x}",
                at_ms=at_ms,
                names=(name,),
                id_number=self.id_number(),
                phones=(self.phone(),),
                initials=(self.initials(name),),
                texts=("，".join((self.text(15), self.text(20), self.text(15))),),
                numbers=(time.strftime(f"370205-%Y%m%d-{number % 10_000:04}", time.gmtime(at_ms / 1000)),)
                * (number % 3 == 2),
            )


def fill(conn: Connection, count: int) -> None:
    started = time.perf_counter()
    database = Database(conn)
    search.create_search_tables(database)
    batch = 50_000
    documents = People(1).documents(count)
    for at in range(0, count, batch):
        with immediate(conn) as transaction:
            for doc in itertools.islice(documents, batch):
                search.index(conn, doc)
            transaction.commit()
        while search.catch_up(conn, docs=batch):
            pass
        checkpoint(conn, truncate=True)
        print(f"  {at + batch:>9,} documents after {time.perf_counter() - started:6.1f} s", file=sys.stderr)
    merging = time.perf_counter()
    while search.merge_some(conn, pages=2_000):
        pass
    checkpoint(conn, truncate=True)
    print(f"filled in {time.perf_counter() - started:.0f} s, of it merging {time.perf_counter() - merging:.1f} s")


def timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def one_row(conn: Connection, doc_id: int) -> object:
    return conn.execute("SELECT * FROM search_doc WHERE id = ?", (doc_id,)).fetchone()


def line(label: str, times: list[float], note: str = "") -> None:
    times = sorted(times)
    p95 = times[int(len(times) * 0.95) - 1]
    print(f"{label:<38}{statistics.median(times):>9.2f}{p95:>9.2f}{times[-1]:>9.2f}  {note}")


def queries(conn: Connection, people: People, rounds: int) -> dict[str, list[str]]:
    """Things a clerk types, taken from people and texts that are in the file."""
    made: dict[str, list[str]] = {}
    (least, most) = conn.execute("SELECT min(id), max(id) FROM search_doc").fetchone()

    def add(label: str, text: str) -> None:
        made.setdefault(label, []).append(text)

    for _ in range(rounds):
        near = people.random.randint(least, most)
        keys, body = conn.execute("SELECT keys, body FROM search_doc WHERE id >= ? LIMIT 1", (near,)).fetchone()
        value = {each[:1]: each[1:] for each in keys.split("\n")}
        place = people.random.randrange(len(body) - 12)
        words = body[place : place + 12].replace(" ", "")
        add("surname", value["n"][:1])
        add("name, 2 characters", value["n"][:2])
        add("name, whole", value["n"])
        add("given name", value["n"][1:] if len(value["n"]) > 2 else value["n"])
        add("initials, 1 letter", value["p"][:1])
        add("initials, 2 letters", value["p"][:2])
        add("initials, whole", value["p"])
        add("ID, first 6", value["i"][:6])
        add("ID, first 9", value["i"][:9])
        add("ID, first 12", value["i"][:12])
        add("ID, a year nobody was born in", value["i"][:7] + "88")
        add("ID, whole", value["i"])
        add("ID, last 4", value["j"][:4][::-1])
        add("phone, last 4", value["t"][:4][::-1])
        add("phone, whole", value["t"][::-1])
        if "m" in value:
            add("number, last 4", value["m"][-4:])
            add("number, first 9", value["m"][:9])
            add("number, whole", value["m"])
        add("text, 2 characters", words[:2])
        add("text, 3 characters", words[:3])
        add("text, 4 characters", words[:4])
        add("text, 8 characters", words[:8])
        add("name and phone tail", f"{value['n'][:2]} {value['t'][:4][::-1]}")
        add("nobody", "".join(people.random.choices(CHARS, k=3)))
    return made


def writing(conn: Connection, people: People, rounds: int) -> None:
    """What a save pays, and how long idle work holds the thread."""
    Database(conn).execute("CREATE TABLE IF NOT EXISTS raw (id INTEGER PRIMARY KEY, text TEXT)")

    def commit(write: Callable[[], object]) -> float:
        def run() -> None:
            with immediate(conn) as transaction:
                write()
                transaction.commit()

        return timed(run)

    (latest,) = conn.execute("SELECT max(at) FROM search_doc").fetchone()
    docs = list(People(people.random.getrandbits(32)).documents(rounds * 3, start_ms=latest + 60_000, years=1))

    def note(at: int) -> None:
        for doc in docs[at : at + 3]:
            search.index(conn, doc)

    raw = [commit(partial(conn.execute, "INSERT INTO raw (text) VALUES ('x')")) for _ in range(rounds)]
    noted = [commit(partial(note, at)) for at in range(0, len(docs), 3)]
    line("commit of one bare row", raw, "the same file: the reference")
    line("commit of 3 noted documents", noted)
    people_queries = queries(conn, people, 50)
    line(
        f"find with {search.waiting(conn)} waiting",
        [timed(partial(search.find, conn, text)) for each in people_queries.values() for text in each],
    )
    idle: list[float] = []
    while search.waiting(conn):
        idle.append(timed(partial(search.catch_up, conn)))
    line(f"idle: catch_up of {search.IDLE_DOCS}", idle)
    merging: list[float] = []
    more = True
    while more:
        started = time.perf_counter()
        more = search.merge_some(conn)
        merging.append((time.perf_counter() - started) * 1000)
    line(f"idle: merge_some of {search.IDLE_PAGES} pages", merging)
    line("idle: checkpoint", [timed(partial(checkpoint, conn))])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=100_000)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        path = options.file or Path(scratch) / "search.db"
        is_new = not path.exists()
        conn = open_connection(path, KEY, create=True)
        if is_new:
            fill(conn, options.count)
        (count,) = conn.execute("SELECT count(*) FROM search_doc").fetchone()
        print(f"{count:,} documents, encrypted file {path.stat().st_size / 1e6:,.0f} MB")
        people = People(2)
        made = queries(conn, people, options.rounds)
        print(f"{'milliseconds':<38}{'p50':>9}{'p95':>9}{'max':>9}")
        ids = [row[0] for row in conn.execute("SELECT id FROM search_doc ORDER BY random() LIMIT 500")]
        line(
            "one row by its id",
            [timed(partial(one_row, conn, each)) for each in ids],
            "the reference",
        )
        every: list[float] = []
        for label, texts in made.items():
            times = [timed(partial(search.find, conn, text)) for text in texts]
            found = statistics.mean(len(search.find(conn, text)) for text in texts)
            line(label, times, f"{found:4.1f} hits")
            every += times
        line("all together", every)
        writing(conn, people, 200)
        conn.close()


if __name__ == "__main__":
    main()
