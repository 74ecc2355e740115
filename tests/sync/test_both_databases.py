"""SQLite and PostgreSQL told one story: the same answers, byte for byte, and the same record."""

from __future__ import annotations

import random
from pathlib import Path

import psycopg

from sync.client import write_request
from sync.log.schema import statements
from sync.server.app import County as CountyApp
from sync.server.backup import dump
from sync.server.databases import FULL_SCHEMA, open_database, tables
from sync.server.postgres import _translated, postgres_schema
from sync.server.store import CountyStore
from tests.sync.asgi import Line
from tests.sync.harness import Entropy, Station
from tests.sync.test_limits import enrol_frame

NOW = 1_790_000_000_000


def test_every_table_of_the_schema_exists_with_the_same_columns(address, tmp_path):
    CountyStore(tmp_path / "county", lambda: NOW, Entropy(1), address).close()
    declared = [text for text in statements(FULL_SCHEMA) if text.startswith("CREATE TABLE")]
    assert len(tables()) == len(declared)
    with psycopg.connect(address) as db:
        for table in tables():
            sql = "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position"
            assert [row[0] for row in db.execute(sql, (table.name,))] == list(table.columns)
    assert len([text for text in postgres_schema() if "EXECUTE FUNCTION" in text]) == FULL_SCHEMA.count("TRIGGER") + 1


def test_our_sql_becomes_postgresqls():
    assert _translated("SELECT window, '%' FROM code WHERE x = ?") == "SELECT \"window\", '%%' FROM code WHERE x = %s"


def test_a_database_of_the_first_version_is_brought_to_this_one(address, tmp_path):
    """Its rows of cases are written in the form of today, and what comes next is taken."""
    for folder, database in (("file", ""), ("served", address)):
        store = CountyStore(tmp_path / folder, lambda: NOW, Entropy(5), database)
        for name in ("县信访局", "县信访接待中心"):
            store.record_office({"code": "370200", "name": name})
        store.record_office({"code": "370201", "name": "城关镇"})
        told = store.case_bytes()
        db = store.database
        blob = "BLOB" if not database else "BYTEA"
        with db.transaction():
            db.execute("DROP TABLE county_case")
            db.execute(
                "CREATE TABLE county_case (case_id TEXT PRIMARY KEY, case_kind TEXT NOT NULL, scope TEXT NOT NULL,"
                f" state {blob} NOT NULL)"
            )
            rows = [(case, "office", "dict", state) for case, state in told.items()]
            db.executemany("INSERT INTO county_case VALUES (?, ?, ?, ?)", rows)
            db.execute("PRAGMA user_version = 1" if not database else "UPDATE xinfang_county SET version = 1")
        store.close()
        store = CountyStore(tmp_path / folder, lambda: NOW, Entropy(6), database)
        found = store.database.execute("SELECT case_id FROM county_case WHERE state IS NULL").fetchall()
        assert [row[0] for row in found] == ["office/370201"]
        store.record_office({"code": "370202", "name": "临港街道"})
        assert store.case_bytes().items() >= told.items()
        store.verify()
        store.close()


def history(folder: Path, address: str, tmp_path: Path, stations: list[Station]) -> tuple[list[bytes], bytes]:
    """One and the same story told to a county; every answer, and a dump at the end."""
    store = CountyStore(folder, lambda: NOW, Entropy(5), address)
    answers: list[bytes] = []
    with Line(CountyApp(store, lambda: NOW).app()) as line:
        for number, station in enumerate(stations):
            code = store.issue_code("370205" if number < 2 else "370206", "城关镇\U0002a6a5", str(number))
            answers.append(line.post("/v1/enrol", content=enrol_frame(station, code)).content)
        store.record_office({"code": "370200", "name": "县信访局", "note": "\u0000"})
        for _turn in range(3):
            for station in stations:
                frame = write_request(station.request(budget=4_000), station.key)
                answers += [line.post("/v1/exchange", content=frame).content for _ in range(2)]
                answers.append(line.post("/v1/exchange", content=frame[:-1] + b"\0").content)
        store.revoke(stations[1].identity.station)
        answers.append(line.post("/v1/exchange", content=frame).content)
        page = line.get("/").text
    answers.append(page.encode())
    reader = store.reader()
    with reader.snapshot():
        made = b"".join(dump(reader, store.county, store.key, folder, NOW))
    reader.close()
    store.verify()
    store.close()
    return answers, made


def test_the_same_requests_get_the_same_bytes_from_either_database_and_leave_the_same_record(address, tmp_path):
    rng = random.Random(3)
    stations = [Station(tmp_path / f"{number}.db", "370205" if number < 2 else "370206") for number in range(3)]
    for station in stations:
        for number in range(40):
            station.set(f"{rng.randrange(60):032x}", name=f"张{number}\U00020000", text="龘\u0000" * rng.randrange(30))
        station.write(station.act("f" * 32, {"name": "x"}, scope="office/370299"))
    ours, theirs = (
        history(tmp_path / name, at, tmp_path, stations) for name, at in (("sqlite", ""), ("postgres", address))
    )
    assert len(ours[0]) == len(theirs[0]) > 30
    for number, (one, two) in enumerate(zip(ours[0], theirs[0], strict=True)):
        assert one == two, f"answer {number}"
    assert ours[1] == theirs[1]


def test_many_rows_at_once_are_the_same_as_one_by_one(address, tmp_path):
    db = open_database(tmp_path, address)
    with db.transaction():
        assert db.prepare()
    rows = [(f"案{number}", "matter", "a\tb\\N\n", bytes(range(number % 256)) * 3) for number in range(300)]
    upsert = "INSERT INTO county_case VALUES (?, ?, ?, ?) ON CONFLICT (case_id) DO UPDATE SET state = excluded.state"
    with db.transaction():
        db.executemany("INSERT INTO county_case VALUES (?, ?, ?, ?)", rows)
        db.executemany(upsert, [(row[0], "other", "other", row[3][::-1]) for row in rows[:200]])
        db.executemany(upsert, [(row[0], "other", "other", row[3][::-1]) for row in rows[200:205]])
    found = {row[0]: tuple(row[1:]) for row in db.execute("SELECT * FROM county_case").fetchall()}
    db.close()
    expected = {row[0]: (row[1], row[2], row[3][::-1] if place < 205 else row[3]) for place, row in enumerate(rows)}
    assert found == expected


def test_ids_in_a_list_are_found_whether_few_or_many(address, tmp_path):
    for database in (open_database(tmp_path), open_database(tmp_path, address)):
        with database.transaction():
            database.prepare()
            rows = [(n.to_bytes(16, "big"), "s", "o", b"k", 0, b"h", 0, "active", None, 0) for n in range(1, 300)]
            database.executemany(f"INSERT INTO writer VALUES ({', '.join('?' * 10)})", rows)
            for count in (1, 49, 50, 51, 400):
                asked = [n.to_bytes(16, "big") for n in range(count)]
                sql = f"SELECT writer FROM writer WHERE writer IN ({','.join('?' * count)}) ORDER BY writer"
                assert [bytes(row[0]) for row in database.execute(sql, asked)] == asked[1:300]
        database.close()
