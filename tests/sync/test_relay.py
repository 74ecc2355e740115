"""A county relays to a city: two server processes, stations of both, over real HTTP."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import urllib3
from sqlcipher3 import dbapi2

from domain.acts import encode_act
from sync import client
from sync.exchange import Covered, Realm, Relayed, relayed
from sync.log import SigningKey
from sync.log.chain import sealing_public
from sync.protocol import REQUEST_TAG, Answer, encode_frame, issue_certificate
from sync.server.relay import Prepared, Relay, carry
from sync.server.store import CountyStore
from tests.sync.cluster import Cluster
from tests.sync.harness import County, Station

CODE = "370205"
TOWN, OTHER_TOWN, CITY_OFFICE = "370205001", "370205002", "3702"


class Relaying(County):
    """A server that can be asked in this process as well, over the same file, as an admin command is."""

    def store(self) -> CountyStore:
        return CountyStore(self.folder, lambda: time.time_ns() // 1_000_000, secrets.token_bytes)

    def up(self, *words: str) -> dict[str, Any]:
        found = self.admin("relay-now", *words)
        assert found.returncode == 0, found.stderr
        told: dict[str, Any] = json.loads(found.stdout)
        return told

    def scopes(self, act_id: str) -> set[str]:
        """The feeds an act lies in."""
        rows = self.select("SELECT a.act_id, f.scope FROM feed f JOIN act a ON a.seq = f.act_seq")
        return {str(scope) for each, scope in rows if bytes(each).hex() == act_id}

    def copy(self, to: Path) -> None:
        """What an administrator's copy of the folder holds."""
        db = dbapi2.connect(str(self.folder / "county.db"))
        try:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            db.close()
        shutil.copytree(self.folder, to)

    def put_back(self, copy: Path) -> None:
        """Stop, go back to a copy, start again."""
        self.stop()
        shutil.rmtree(self.folder)
        shutil.copytree(copy, self.folder)
        self.start()


class World:
    """A city with a desk, a county below it with two township desks."""

    def __init__(self, folder: Path, new_station: Callable[..., Station], cluster: Cluster | None = None) -> None:
        self.city, self.county = Relaying(folder / "city"), Relaying(folder / "county")
        for server in (self.city, self.county):
            server.cluster, server.database = cluster, "" if cluster is None else cluster.new_database()
        self.city.start()
        self.county.start()
        self.town = new_station("town", self.county, TOWN)
        self.other = new_station("other", self.county, OTHER_TOWN)
        self.desk = new_station("desk", self.city, CITY_OFFICE)

    def join(self, *words: str, code: str = CODE) -> None:
        found = self.city.admin("enrol-relay", "--code", code, "--name", "市南区", *words)
        assert found.returncode == 0, found.stderr
        up = self.county.admin("relay", "--to", self.city.url, "--code", found.stdout.strip())
        assert up.returncode == 0, up.stderr

    def settle(self, rounds: int = 3) -> None:
        for _ in range(rounds):
            self.town.sync(self.county.url)
            self.other.sync(self.county.url)
            self.county.up()
            self.desk.sync(self.city.url)

    def proved(self) -> None:
        for server in (self.city, self.county):
            report = server.admin("verify")
            assert report.returncode == 0, report.stderr
        for station in (self.town, self.other, self.desk):
            station.verify()
            assert station.feed.pending() == 0

    def close(self) -> None:
        for server in (self.city, self.county):
            if server.process is not None and server.process.poll() is None:
                assert server.stop() == 0


@pytest.fixture
def world(tmp_path: Path, new_station: Callable[..., Station]) -> Iterator[World]:
    found = World(tmp_path, new_station)
    yield found
    found.close()


@pytest.fixture
def world_in_postgres(tmp_path: Path, new_station: Callable[..., Station], cluster: Cluster) -> Iterator[World]:
    found = World(tmp_path, new_station, cluster)
    yield found
    found.close()


@pytest.fixture
def joined(world: World) -> World:
    world.join()
    return world


def held(station: Station) -> set[str]:
    return {bytes(row[0]).hex() for row in station.db.execute("SELECT act_id FROM act")}


# ---------------------------------------------------------------- up


def test_a_visit_at_a_township_reaches_the_city_byte_for_byte(joined):
    acts = [joined.town.set("c1" * 16, summary="征地补偿款未按时发放𠮷", n=n) for n in range(5)]
    joined.settle()
    assert {encode_act(act) for act in acts} <= set(joined.city.contents())
    assert set(joined.county.contents()) <= set(joined.city.contents())
    assert joined.city.states()["c1" * 16] == joined.county.states()["c1" * 16] == joined.town.states()["c1" * 16]
    assert joined.city.scopes(acts[0].act_id) == {f"county/{CODE}"}
    assert not held(joined.desk) & {act.act_id for act in acts}
    joined.proved()
    status = json.loads(joined.county.admin("relay-status").stdout)
    assert (status["pending"], status["error"]) == (0, "")


def test_the_city_holds_every_writer_in_its_own_chain_with_its_birth(joined):
    joined.town.set("c2" * 16, a=1)
    joined.other.set("c3" * 16, a=1)
    joined.settle()
    store = joined.city.store()
    try:
        for station in (joined.town, joined.other):
            row = store.log.writer(station.identity.writer)
            assert row is not None
            assert (row.station, row.public_key) == (station.identity.station, station.identity.public_key)
            assert (row.birth, row.attested) == (station.identity.birth, False)
            assert row.have == station.log.writer(row.writer).have
    finally:
        store.close()


def test_a_round_with_nothing_new_is_one_short_question(joined):
    joined.town.set("c4" * 16, a=1)
    joined.settle()
    store = joined.county.store()
    try:
        prepared = Relay(store).begin()
        assert prepared is not None
        assert prepared.request.q
        transport = client.HttpTransport(prepared.url, prepared.signed)
        assert carry(prepared, transport).same
        transport.close()
    finally:
        store.close()


def test_the_running_server_goes_up_by_itself_when_told_to(joined):
    joined.county.stop()
    joined.county._command = lambda: [*County._command(joined.county), "--relay-every", "0.1"]
    joined.county.start()
    act = joined.town.set("c5" * 16, a=1)
    joined.town.sync(joined.county.url)
    for _ in range(300):
        if encode_act(act) in joined.city.contents():
            break
        time.sleep(0.1)
    assert encode_act(act) in joined.city.contents()
    del joined.county._command
    health = json.loads(urllib3.request("GET", joined.county.url + "/health").data)
    assert health["relay"]["error"] == ""
    page = urllib3.request("GET", joined.county.url + "/").data.decode()
    assert "上级：" in page
    assert "下级服务器" in urllib3.request("GET", joined.city.url + "/").data.decode()


def test_an_act_the_county_refuses_is_kept_at_the_city_and_folded_at_neither(joined):
    mine = joined.town.set("c6" * 16, a=1)
    joined.town.sync(joined.county.url)
    guessed = joined.other.act("c6" * 16, {"a": 2})
    joined.other.write(guessed)
    joined.other.sync(joined.county.url)
    joined.county.up()
    assert encode_act(guessed) in joined.city.contents()
    assert joined.city.scopes(guessed.act_id) == set()
    assert joined.city.states()["c6" * 16] == joined.county.states()["c6" * 16]
    # shared later, the county takes it after all; so does the city
    joined.town.write(joined.town.act("c6" * 16, {f"audience.office/{OTHER_TOWN}": True}, kind="case_shared"))
    joined.settle()
    assert joined.county.scopes(guessed.act_id) >= {f"office/{OTHER_TOWN}"}
    assert joined.city.scopes(guessed.act_id) == {f"county/{CODE}"}
    assert joined.city.states()["c6" * 16] == joined.county.states()["c6" * 16]
    assert mine.act_id != guessed.act_id
    joined.proved()


# ---------------------------------------------------------------- down


def test_what_the_city_assigns_reaches_the_township_concerned_and_nobody_else(joined):
    act = joined.desk.act(
        "d1" * 16, {"summary": "督办：限期报送处理意见", f"audience.office/{TOWN}": True}, kind="case_shared"
    )
    joined.desk.write(act)
    joined.settle()
    assert act.act_id in held(joined.town)
    assert act.act_id not in held(joined.other)
    assert joined.county.scopes(act.act_id) == {f"office/{CITY_OFFICE}", f"office/{TOWN}"}
    answer = joined.town.set("d1" * 16, reply="已办理")
    joined.settle()
    assert answer.act_id in held(joined.desk)
    assert joined.town.states()["d1" * 16] == joined.desk.states()["d1" * 16] == joined.city.states()["d1" * 16]
    joined.proved()


def test_a_township_shares_a_case_with_the_city_and_gets_what_is_done_there(joined):
    first = joined.town.set("d2" * 16, summary="x")
    joined.settle()
    assert first.act_id not in held(joined.desk)
    shared = joined.town.act("d2" * 16, {f"audience.office/{CITY_OFFICE}": True}, kind="case_shared")
    joined.town.write(shared)
    joined.settle()
    assert {first.act_id, shared.act_id} <= held(joined.desk)
    supervised = joined.desk.set("d2" * 16, supervision="督办")
    joined.settle()
    assert supervised.act_id in held(joined.town)
    assert supervised.act_id not in held(joined.other)
    joined.proved()


def test_the_citys_own_act_into_the_county_lands_at_the_bureau_of_that_code(joined, new_station):
    bureau = new_station("bureau", joined.county, CODE)
    store = joined.city.store()
    try:
        act = store.record("case_supervised", "matter", "d3" * 16, f"county/{CODE}", {"supervision": "督办"})
    finally:
        store.close()
    joined.settle()
    bureau.sync(joined.county.url)
    assert act.act_id in held(bureau)
    assert not {act.act_id} & (held(joined.town) | held(joined.other) | held(joined.desk))
    joined.proved()


def test_what_the_city_keeps_among_its_own_desks_enters_no_common_feed_of_the_county(joined):
    """A scope ``county`` from above means the city's own desks, not every desk of the county."""
    sets = {"a": 1, "audience.county": True, f"audience.office/{TOWN}": True}
    act = joined.desk.act("d4" * 16, sets, kind="case_shared")
    joined.desk.write(act)
    joined.settle()
    assert "county" in joined.city.scopes(act.act_id)
    assert "county" not in joined.county.scopes(act.act_id)
    assert act.act_id in held(joined.town)
    assert act.act_id not in held(joined.other)
    joined.proved()


def test_a_case_goes_from_one_county_to_another_through_the_city(joined, tmp_path, new_station):
    far = Relaying(tmp_path / "far")
    far.start()
    try:
        desk = new_station("far desk", far, "370206001")
        code = joined.city.admin("enrol-relay", "--code", "370206").stdout.strip()
        assert far.admin("relay", "--to", joined.city.url, "--code", code).returncode == 0
        act = joined.town.act("d5" * 16, {"a": 1, "audience.office/370206001": True}, kind="case_shared")
        joined.town.write(act)
        quiet = joined.town.set("d6" * 16, a=1)
        for _ in range(2):
            joined.settle(1)
            far.up()
            desk.sync(far.url)
        assert act.act_id in held(desk)
        assert quiet.act_id not in held(desk)
        assert encode_act(quiet) not in far.contents()
        answer = desk.set("d5" * 16, reply="收到")
        desk.sync(far.url)
        far.up()
        joined.settle()
        assert answer.act_id in held(joined.town)
        assert far.admin("verify").returncode == 0
        joined.proved()
    finally:
        assert far.stop() == 0


# ---------------------------------------------------------------- copies put back


def test_a_city_restored_from_an_older_copy_is_refilled(joined, tmp_path):
    joined.town.set("e1" * 16, a=1)
    joined.settle()
    joined.city.copy(tmp_path / "city copy")
    joined.town.set("e1" * 16, a=2)
    joined.other.set("e2" * 16, a=1)
    own = joined.desk.act("e3" * 16, {"a": 1, f"audience.office/{TOWN}": True}, kind="case_shared")
    joined.desk.write(own)
    joined.settle()
    before = sorted(joined.city.contents())
    joined.city.put_back(tmp_path / "city copy")
    assert sorted(joined.city.contents()) != before
    joined.settle(4)
    assert sorted(joined.city.contents()) == before
    assert joined.city.states()["e1" * 16] == joined.town.states()["e1" * 16]
    joined.proved()
    assert json.loads(joined.county.admin("relay-status").stdout)["pending"] == 0


def test_a_city_that_forgot_the_county_wholly_takes_it_again_by_its_certificate(joined, tmp_path, world):
    joined.town.set("e4" * 16, a=1)
    joined.city.copy(tmp_path / "young")
    joined.settle()
    before = set(joined.city.contents())
    store_rows = dbapi2.connect(str(tmp_path / "young" / "county.db"), isolation_level=None)
    store_rows.execute("DELETE FROM station WHERE home = ?", (f"county/{CODE}",))
    store_rows.close()
    joined.city.put_back(tmp_path / "young")
    joined.settle(4)
    assert before <= set(joined.city.contents())
    world.proved()


def test_a_county_restored_from_an_older_copy_is_refilled_by_the_city_and_its_stations(joined, tmp_path):
    joined.town.set("e5" * 16, a=1)
    joined.settle()
    joined.county.copy(tmp_path / "county copy")
    joined.town.set("e5" * 16, a=2)
    lost = joined.other.set("e6" * 16, a=1)
    store = joined.county.store()
    try:
        store.record_office({"code": "370205003", "name": "新街道"})
    finally:
        store.close()
    joined.settle()
    before = set(joined.county.contents())
    joined.county.put_back(tmp_path / "county copy")
    joined.county.up()  # before any station comes: the city alone gives everything back
    assert before <= set(joined.county.contents())
    assert joined.county.scopes(lost.act_id) == {f"office/{OTHER_TOWN}"}
    later = joined.town.set("e5" * 16, a=3)
    store = joined.county.store()
    try:
        fresh = store.record_office({"code": "370205004", "name": "又一街道"})
    finally:
        store.close()
    joined.settle(4)
    assert {encode_act(later), encode_act(fresh)} <= set(joined.city.contents())
    assert joined.city.states()["e5" * 16] == joined.county.states()["e5" * 16] == joined.town.states()["e5" * 16]
    joined.proved()
    assert json.loads(joined.county.admin("relay-status").stdout)["pending"] == 0


def test_doubled_and_late_answers_change_nothing(joined):
    joined.town.set("e7" * 16, a=1)
    joined.town.sync(joined.county.url)
    store = joined.county.store()
    try:
        relay = Relay(store)
        old = relay.begin()
        assert old is not None
        transport = client.HttpTransport(old.url, old.signed)
        answers: list[tuple[Prepared, Answer]] = []
        prepared: Prepared | None = old
        while prepared is not None:
            answers.append((prepared, carry(prepared, transport)))
            done = relay.finish(*answers[-1])
            prepared = relay.begin() if done.more else None
        transport.close()
        before = dump(store)
        for each in (*reversed(answers), *answers):
            relay.finish(*each)
        assert dump(store) == before
    finally:
        store.close()
    joined.settle()
    joined.proved()


def dump(store: CountyStore) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("act", "feed", "audience", "county_case", "confirmed", "cursor", "adrift", "refused_act")
    return {name: sorted(map(tuple, store.database.execute(f"SELECT * FROM {name}"))) for name in tables}


def test_both_servers_on_postgresql_hold_and_refill_the_same(world_in_postgres, tmp_path):
    world = world_in_postgres
    world.join()
    world.town.set("e8" * 16, a=1)
    down = world.desk.act("e9" * 16, {"a": 1, f"audience.office/{TOWN}": True}, kind="case_shared")
    world.desk.write(down)
    world.settle()
    world.city.keep(tmp_path / "city then")
    world.county.keep(tmp_path / "county then")
    world.town.set("e8" * 16, a=2)
    world.other.set("ea" * 16, a=1)
    world.settle()
    before = set(world.city.contents())
    assert set(world.county.contents()) == before
    for server, copy in ((world.county, "county then"), (world.city, "city then")):
        server.go_back(tmp_path / copy)
        world.settle(4)
        assert set(world.city.contents()) == set(world.county.contents()) == before
    assert down.act_id in held(world.town)
    world.proved()
    assert json.loads(world.county.admin("relay-status").stdout)["pending"] == 0


# ---------------------------------------------------------------- proof, not word


def prepared_of(world: World) -> tuple[CountyStore, Prepared]:
    world.town.set("f1" * 16, a=1)
    world.town.sync(world.county.url)
    store = world.county.store()
    prepared = Relay(store).begin()
    assert prepared is not None
    return store, prepared


def sent(prepared: Prepared, **changes: Any) -> Answer:
    transport = client.HttpTransport(prepared.url, prepared.signed)
    try:
        return carry(replace(prepared, request=msgspec.structs.replace(prepared.request, **changes)), transport)
    finally:
        transport.close()


def test_a_certificate_the_county_did_not_sign_is_refused(joined):
    store, prepared = prepared_of(joined)
    me = joined.town.identity
    forger = SigningKey(secrets.token_bytes(32))
    true = prepared.request.stations[me.station].read()
    forged = issue_certificate(msgspec.structs.replace(true, county_key=forger.public.hex()), forger)
    answer = sent(prepared, stations={**prepared.request.stations, me.station: forged})
    store.close()
    assert answer.broken == {me.writer: "birth_unproved"}
    assert not any(b'"f1f1' in content for content in joined.city.contents())
    # set aside and told; when the true proof comes it is taken
    joined.settle()
    assert any(b'"f1f1' in content for content in joined.city.contents())


def test_a_birth_the_station_did_not_sign_is_refused_and_retried_when_a_person_says_so(joined):
    store, prepared = prepared_of(joined)
    me = joined.town.identity
    forger = SigningKey(secrets.token_bytes(32))
    birth = forger.sign_birth(me.station, me.writer, me.public_key)
    info = msgspec.structs.replace(prepared.request.writers[me.writer], birth=birth)
    request = msgspec.structs.replace(prepared.request, writers={**prepared.request.writers, me.writer: info})
    lying = replace(prepared, request=request)
    transport = client.HttpTransport(prepared.url, prepared.signed)
    applied = Relay(store).finish(lying, carry(lying, transport))
    transport.close()
    assert applied.broken == (me.writer,)
    status = Relay(store).status()
    assert status is not None
    assert status.error == "birth_unproved"
    store.close()
    assert joined.county.up()["aside"] == [me.writer]
    assert not any(b'"f1f1' in content for content in joined.city.contents())
    assert joined.county.up("--retry")["aside"] == []
    assert any(b'"f1f1' in content for content in joined.city.contents())


def test_a_relay_cannot_write_as_a_station_of_the_city_or_of_another_county(joined):
    """Its own hand may be in any office it covers, and in no other."""
    store = joined.county.store()
    act = store.record("matter_corrected", "matter", "f2" * 16, f"office/{CITY_OFFICE}", {"a": 1})
    good = store.record("matter_corrected", "matter", "f3" * 16, f"office/{TOWN}", {"a": 1})
    store.close()
    joined.settle()
    assert joined.city.scopes(act.act_id) == set()
    assert "f2" * 16 not in joined.city.states()
    assert joined.city.scopes(good.act_id) == {f"county/{CODE}"}
    assert act.act_id not in held(joined.desk)


def test_a_frame_not_signed_by_the_countys_key_is_refused(joined):
    store, prepared = prepared_of(joined)
    store.close()
    frame = encode_frame(prepared.request, REQUEST_TAG, SigningKey(secrets.token_bytes(32)))
    reply = urllib3.request("POST", joined.city.url + "/v1/exchange", body=frame)
    assert (reply.status, json.loads(reply.data)) == (401, {"code": "bad_signature"})


def test_a_station_that_enrolled_anew_is_relayed_under_its_new_certificate(joined):
    joined.town.set("f4" * 16, a=1)
    joined.settle()
    joined.town.enrol_anew(joined.county.url, joined.county.code(TOWN))
    act = joined.town.set("f4" * 16, a=2)
    joined.settle()
    assert encode_act(act) in joined.city.contents()
    store = joined.city.store()
    row = store.log.writer(joined.town.identity.writer)
    store.close()
    assert row is not None
    assert row.birth == joined.town.identity.birth
    joined.proved()


# ---------------------------------------------------------------- who may be let in


def test_two_counties_or_a_county_and_a_desk_never_cover_one_office(joined):
    for words in (["--code", "3702051"], ["--code", "37"], ["--code", "3702", "--covers", "3702"]):
        assert joined.city.admin("enrol-relay", *words).returncode == 2, words
    assert joined.city.admin("enrol", "--office", TOWN).returncode == 2
    assert joined.city.admin("enrol-relay", "--code", "370206", "--covers", "370207").returncode == 2
    assert joined.city.admin("enrol-relay", "--code", "370206", "--covers", "37*").returncode == 2


def test_a_stations_code_lets_no_county_in(world):
    code = world.city.code("370299")
    found = world.county.admin("relay", "--to", world.city.url, "--code", code)
    assert found.returncode == 1
    assert world.county.admin("relay-now").returncode == 1


def test_three_levels_are_refused_in_plain_words(joined, tmp_path):
    above = Relaying(tmp_path / "province")
    above.start()
    try:
        code = above.admin("enrol-relay", "--code", "3702").stdout.strip()
        found = joined.city.admin("relay", "--to", above.url, "--code", code)
        assert found.returncode == 1
        assert "两级" in found.stderr
    finally:
        assert above.stop() == 0


# ---------------------------------------------------------------- 检举控告


def secret_desk(world: World, new_station: Callable[..., Station]) -> Station:
    desk: Station = new_station("secret", None, TOWN)
    found = world.county.admin("enrol", "--office", TOWN, "--window", "9", "--restricted")
    assert found.returncode == 0, found.stderr
    desk.signed = client.enrol(
        world.county.url, found.stdout.strip(), desk.identity, desk.key, sealing_public(desk.sealing_key)
    )
    desk.write(desk.act("5e" * 16, {"summary": "反映某干部"}, scope=f"restricted/{TOWN}"))
    desk.sync(world.county.url)
    return desk


def test_restricted_acts_stay_in_the_county_unless_the_city_has_the_right(joined, new_station):
    desk = secret_desk(joined, new_station)
    joined.town.set("f5" * 16, a=1)
    store = joined.county.store()
    frames: list[bytes] = []
    relay = Relay(store)
    prepared = relay.begin()
    while prepared is not None:
        frames.append(msgspec.json.encode(prepared.request))
        transport = client.HttpTransport(prepared.url, prepared.signed)
        done = relay.finish(prepared, carry(prepared, transport))
        transport.close()
        prepared = relay.begin() if done.more else None
    store.close()
    wire = b"".join(frames)
    assert wire.count(desk.identity.writer.encode()) == 0
    assert desk.identity.station.encode() not in wire
    assert b"restricted/" not in wire
    assert ("5e" * 16).encode() not in wire
    joined.settle()
    contents = joined.city.contents()
    assert not any(b"restricted/" in content for content in contents)
    assert set(joined.county.contents()) - set(contents) == {
        content for content in joined.county.contents() if b'"restricted/' in content
    }
    joined.proved()


def test_with_the_right_they_are_relayed_into_a_feed_of_their_own(joined, new_station):
    desk = secret_desk(joined, new_station)
    joined.settle()
    joined.join("--restricted")
    joined.settle()
    assert set(joined.county.contents()) <= set(joined.city.contents())
    ids = [bytes(row[0]).hex() for row in desk.db.execute("SELECT act_id FROM act WHERE case_id = ?", ("5e" * 16,))]
    assert {scope for act_id in ids for scope in joined.city.scopes(act_id)} == {f"restricted/county/{CODE}"}
    joined.proved()


# ---------------------------------------------------------------- the rules, pure


def test_the_grant_of_a_relay_is_read_from_the_scopes_of_its_certificate():
    grant = Relayed("370205", ("370205", "3702A"), restricted=True)
    assert relayed(grant.scopes()) == grant
    assert relayed(["office/370205", "county", "dict"]) is None
    assert relayed(["county/370205", "office/*"]) is None
    covered = Covered(grant, frozenset({"office/370205001", "office/3702", "dict", "county"}))
    assert [
        scope
        for scope in ("office/370205001", "office/3702", "dict", "county", "restricted/370205")
        if scope in covered
    ] == [
        "office/370205001",
        "county",
    ]


def test_one_feed_stands_for_many_offices_below_and_stays_while_one_of_them_does():
    realm = Realm(
        (Relayed("370205", ("370205",), restricted=False),), "", lambda station: "370205" if station == "t" else ""
    )
    assert realm.place("office/370205001", "t") == realm.place("county", "t") == "county/370205"
    assert realm.place("restricted/370205001", "t") == "restricted/county/370205"
    assert (realm.place("office/3702", "d"), realm.place("county", "d")) == ("office/3702", "county")
    places = [("office/370205001", False, "t"), ("office/370205002", True, "t")]
    assert realm.place_all(places) == {"county/370205": True}


def test_fold_of_every_case_is_equal_at_three_levels(joined):
    for n in range(6):
        station = (joined.town, joined.other, joined.desk)[n % 3]
        station.set(f"{n:02x}" * 16, a=n)
    joined.settle()
    converge_ids = set(joined.county.states()) & set(joined.city.states())
    assert len(converge_ids) >= 4
    for case_id in converge_ids:
        assert joined.county.states()[case_id] == joined.city.states()[case_id]
