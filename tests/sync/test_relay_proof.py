"""What a city believes of a county that relays: proofs, rights, restricted scopes; refused forgeries."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import urllib3

from domain.acts import encode_act
from sync import client
from sync.exchange import Covered, Realm, Relayed, relayed
from sync.log import SigningKey
from sync.log.chain import sealing_public
from sync.protocol import REQUEST_TAG, Answer, encode_frame, issue_certificate
from sync.server.relay import Prepared, Relay, carry
from sync.server.store import CountyStore
from tests.sync.harness import Station
from tests.sync.relay_world import CITY_OFFICE, CODE, TOWN, Relaying, World, held, joined, world

__all__ = ["joined", "world"]

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
