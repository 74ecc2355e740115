"""A county relays to a city: two server processes, stations of both, over real HTTP."""

from __future__ import annotations

import json
from typing import Any

import urllib3
from sqlcipher3 import dbapi2

from domain.acts import encode_act
from sync import client
from sync.protocol import Answer
from sync.server.relay import Prepared, Relay, carry
from sync.server.store import CountyStore
from tests.sync.harness import wait_until
from tests.sync.relay_world import (
    CITY_OFFICE,
    CODE,
    OTHER_TOWN,
    TOWN,
    Relaying,
    held,
    joined,
    world,
    world_in_postgres,
)

__all__ = ["joined", "world", "world_in_postgres"]

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
    joined.county.words = ("--relay-every", "0.1")
    joined.county.start()
    act = joined.town.set("c5" * 16, a=1)
    joined.town.sync(joined.county.url)
    wait_until(lambda: encode_act(act) in joined.city.contents(), "the act did not reach the city")
    joined.county.words = ()
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
    above, below = set(world.city.contents()), set(world.county.contents())
    assert below <= above
    for server, copy in ((world.county, "county then"), (world.city, "city then")):
        server.go_back(tmp_path / copy)
        world.settle(4)
        assert above <= set(world.city.contents())
        assert below <= set(world.county.contents()) <= set(world.city.contents())
    assert down.act_id in held(world.town)
    world.proved()
    assert json.loads(world.county.admin("relay-status").stdout)["pending"] == 0
