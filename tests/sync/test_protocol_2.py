"""What protocol 2 adds to a round: broken runs set aside, revoked serials, the handshake, births; and stored frames."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import urllib3

from domain.acts import Act, decode_act, encode_act
from domain.faults import SurroundingsFault
from sync.client import HttpTransport, write_request
from sync.exchange import answer_request, apply_answer
from sync.log import SigningKey
from sync.log.chain import BIRTH_TAG, Entry, extend_chain, first_hash, sealing_public, verify_birth
from sync.log.content import read_act
from sync.protocol import (
    ANSWER_TAG,
    PROTOCOL,
    REFUSALS,
    REQUEST_TAG,
    Answer,
    Certificate,
    Mark,
    Pull,
    Request,
    Revoked,
    Rewind,
    Run,
    SignedCertificate,
    WireDamaged,
    WriterInfo,
    encode_frame,
    issue_certificate,
    open_frame,
)
from tests.sync.harness import County
from tests.sync.simulation import SimCounty, SimStation

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def ends():
    rng = random.Random(7)
    county, station = SimCounty(rng), SimStation(rng, 1)
    county.admit(station)
    station.settle(county)
    return county, station


# ---------------------------------------------------------------- broken runs


def test_a_broken_run_is_set_aside_and_the_rest_goes_on_until_a_person_retries(ends):
    county, station = ends
    bad = station.write("1" * 32, "a", "x")
    first = station.identity.writer
    good_sig = station.db.execute("SELECT sig FROM act").fetchone()[0]
    station.db.execute("DROP TRIGGER act_is_immutable")
    station.db.execute("UPDATE act SET sig = ?", (bytes(64),))
    station.settle(county)
    assert station.feed.set_aside() == {first: "bad_signature"}
    assert station.feed.pending() == 1
    assert not county.log.has(bad.act_id)
    request, frame = station.ask(1 << 20)
    assert not request.push, "what is set aside is not sent again by itself"
    assert open_frame(county.serve(frame, station), Answer, ANSWER_TAG, county.key.public).same
    station.db.execute("UPDATE act SET sig = ?", (good_sig,))
    assert station.feed.retry() == 1
    station.settle(county)
    assert (station.feed.set_aside(), station.feed.pending()) == ({}, 0)
    assert county.log.has(bad.act_id)


def test_one_broken_run_does_not_stop_the_others_of_a_request(ends):
    county, station = ends
    other = SimStation(county.rng, 2)
    county.admit(other)
    other.settle(county)
    empty = county.copy()
    theirs = other.write("2" * 32, "a", "y")
    for each in (other, station):
        each.settle(county)
    county.restore(empty)
    mine = station.write("1" * 32, "a", "x")
    for _ in range(2):  # claims are doubted, then rewound: now the neighbour's act is offered beside the own one
        request, frame = station.ask(1 << 20)
        station.take(request, county.serve(frame, station), county)
    request, _ = station.ask(1 << 20)
    if not request.recovered:
        request, frame = station.ask(1 << 20)
        station.take(request, county.serve(frame, station), county)
        request, _ = station.ask(1 << 20)
    [run] = request.recovered
    spoilt = msgspec.structs.replace(request, recovered=[msgspec.structs.replace(run, s={0: bytes(64)})])
    frame = encode_frame(spoilt, REQUEST_TAG, station.key)
    answer = open_frame(county.serve(frame, station), Answer, ANSWER_TAG, county.key.public)
    assert answer.broken == {other.identity.writer: "bad_signature"}
    assert county.log.has(mine.act_id)
    assert not county.log.has(theirs.act_id)


# ---------------------------------------------------------------- births


def test_a_new_writer_of_a_station_is_taken_on_its_birth_only(ends):
    county, station = ends
    act = station.write("1" * 32, "a", "x")
    new = station.reborn()
    forged = replace(new, birth=SigningKey(bytes(32)).sign_birth(station.station, new.writer, new.public_key))
    for born, taken in ((forged, False), (new, True)):
        info = WriterInfo(station.station, "1", born.public_key, born.birth)
        request = Request(v=2, st=station.station, writers={born.writer: info}, own={})
        county.serve(encode_frame(request, REQUEST_TAG, station.key), station)
        assert (county.log.writer(new.writer) is not None) is taken
    assert station.log.has(act.act_id)


def test_a_birth_names_station_writer_and_key():
    key, writer_key = SigningKey(bytes(32)), SigningKey(bytes([1]) * 32)
    birth = key.sign_birth("a" * 32, "b" * 32, writer_key.public)
    assert verify_birth(key.public, "a" * 32, "b" * 32, writer_key.public, birth)
    assert not verify_birth(key.public, "c" * 32, "b" * 32, writer_key.public, birth)
    assert not verify_birth(key.public, "a" * 32, "c" * 32, writer_key.public, birth)
    assert not verify_birth(key.public, "a" * 32, "b" * 32, key.public, birth)
    assert BIRTH_TAG == b"xinfang-birth-1"


# ---------------------------------------------------------------- revoked serials, clocks, handshake


def test_the_list_of_revoked_serials_reaches_a_station_that_has_nothing_else_to_ask(ends):
    county, station = ends
    station.settle(county)
    revoked = Revoked(2, [3, 8])
    for _ in range(3):
        request, _frame = station.ask(1 << 20)
        answer = answer_request(
            county.log, county.feed, request, county.grants[station.station], county.project, 0, revoked=revoked
        )
        applied = apply_answer(station.log, station.feed, request, answer, station.project, station.reborn)
    assert station.feed.revoked() == {3, 8}
    assert answer.same
    assert not applied.more


def test_the_county_keeps_how_far_each_stations_clock_is_off(county: County, new_station):
    one = new_station("one", county)
    request = msgspec.structs.replace(one.request(), t=1_000)
    transport = HttpTransport(county.url)
    transport.exchange(write_request(request, one.key))
    transport.close()
    [(offset, contact)] = county.select("SELECT clock_offset_ms, contact_ms FROM station")
    assert offset == 1_000 - contact


def test_the_older_side_is_named_when_two_protocols_meet(county: County, new_station):
    one = new_station("one", county)
    frame = write_request(one.request(), one.key)
    for version, code in ((1, "older_protocol"), (3, "newer_protocol")):
        reply = urllib3.request(
            "POST", county.url + "/v1/exchange", body=b"XF" + bytes([version]) + frame[3:], retries=False
        )
        assert reply.status == 426
        assert json.loads(reply.data) == {"code": code, "least": 2, "most": 2}
    transport = HttpTransport(county.url)
    with pytest.raises(SurroundingsFault) as fault:
        transport.exchange(b"XF\x01" + frame[3:])
    transport.close()
    assert (fault.value.facts["reason"], fault.value.facts["least"], fault.value.facts["most"]) == (
        "older_protocol", 2, 2,
    )  # fmt: skip


def test_a_clock_offset_travels_in_an_act_and_an_older_reader_keeps_the_bytes():
    plain = Act("a" * 32, "matter_corrected", "matter", "c" * 32, "office/1", 1, 5, "ok", "1", "1" * 32, "x", {"a": 1})
    assert b'"co"' not in encode_act(plain)
    for act in (plain, replace(plain, clock_offset_ms=-250), replace(plain, clock_offset_ms=0)):
        content = encode_act(act)
        assert read_act(content) == decode_act(content) == act
        assert encode_act(read_act(content)) == content
    offset = encode_act(replace(plain, clock_offset_ms=7))
    with pytest.raises(ValueError, match="clock offset"):
        decode_act(offset.replace(b'"co":7', b'"co":"7"'))
    with pytest.raises(ValueError, match="out of range"):
        read_act(encode_act(replace(plain, clock_offset_ms=2**60)))


def _entry(writer: str, content: bytes, key: SigningKey) -> Entry:
    [entry] = extend_chain(writer, 0, first_hash(writer), [content], [None])
    return Entry(entry.writer, 1, entry.hash, content, key.sign_commit(entry.hash))


def test_a_county_refilled_to_the_very_position_it_had_forgotten_is_trusted_again(ends):
    county, station = ends
    older = county.copy()
    station.write("c" * 32, "a", "1")
    station.settle(county)
    county.restore(older)
    request, frame = station.ask(1 << 20)  # quiet: nothing new here
    assert station.take(request, county.serve(frame, station), county).more, "asked in full"
    for _ in range(4):
        request, frame = station.ask(1 << 20)
        station.take(request, county.serve(frame, station), county)
    assert station.feed.pending() == 0
    assert station.feed.doubted() == []
    request, _ = station.ask(1 << 20)
    assert request.q, "a quiet round is the short question again"


# ---------------------------------------------------------------- stored frames


def canonical() -> dict[str, bytes]:
    """One request, one answer and one certificate with every field in use; all keys are made up and well known."""
    county, station, writer = (SigningKey(bytes([n]) * 32) for n in (1, 2, 3))
    st, wr = "6f" * 16, "a4" * 16
    content = encode_act(
        Act("b0" * 16, "matter_registered", "matter", "c0" * 16, "office/370205", 1, 1_795_000_000_000, "ok", "370205",
            st, "王芳", {"summary": "征地补偿款未按时发放𠮷"}, (), "", -250)
    )  # fmt: skip
    entry = _entry(wr, content, writer)
    birth = station.sign_birth(st, wr, writer.public)
    run = Run(w=wr, n=1, a=[msgspec.Raw(content)], s={0: entry.sig or b""})
    info = {wr: WriterInfo(st, "370205", writer.public, birth)}
    mark = Mark(880, bytes(16))
    request = Request(
        v=PROTOCOL, st=st, feeds={"dict": Mark(12, bytes(16)), "office/370205": mark},
        checkpoints={"dict": [Mark(8, bytes(16))]}, own={wr: Mark(1, entry.hash)}, push=[run],
        recovered=[Run(w="a5" * 16, n=7, h=bytes(32), a=[msgspec.Raw(content)])], writers=info, limit=16384,
        serial_list=3, t=1_795_000_000_000,
    )  # fmt: skip
    answer = Answer(
        t=1_795_000_000_250, have={wr: Mark(1, entry.hash)}, fork=["a6" * 16], broken={"a7" * 16: "bad_signature"},
        rewind={"dict": Rewind(claim=Mark(12, bytes(16)), to=Mark(8, bytes(16)))},
        pull=[Pull(scope="office/370205", after=mark, to=Mark(881, bytes(16)), runs=[Run(w=wr, n=1, c=1)])],
        writers=info, reject={"b1" * 16: "case_not_yours"}, revoked=Revoked(4, [2, 5]), more=True, caps=["zstd"],
    )  # fmt: skip
    told = msgspec.structs.replace(request, told=["b2" * 16])
    lost = msgspec.structs.replace(answer, lost=["b2" * 16], caps=[REFUSALS])
    certificate = Certificate(
        county="01" * 16, county_name="滨海县信访局", county_writer="02" * 16, county_key=county.public.hex(),
        station=st, office="370205", office_name="城关镇", window="1", key=station.public.hex(),
        scopes=["office/370205", "county", "dict"], serial=6, home="office/370205",
        sealing=sealing_public(bytes([4]) * 32).hex(), station_sealing=sealing_public(bytes([5]) * 32).hex(),
    )  # fmt: skip
    return {
        "request.xf": encode_frame(request, REQUEST_TAG, station),
        "answer.xf": encode_frame(answer, ANSWER_TAG, county),
        "request-told.xf": encode_frame(told, REQUEST_TAG, station),
        "answer-lost.xf": encode_frame(lost, ANSWER_TAG, county),
        "certificate.json": msgspec.json.encode(issue_certificate(certificate, county)),
    }


def test_stored_frames_of_protocol_2_are_read_as_they_were_written():
    """A change that cannot read these needs a new protocol number: they are the promise to stations out there."""
    county, station = SigningKey(bytes([1]) * 32), SigningKey(bytes([2]) * 32)
    fresh = canonical()
    for name in ("request-told.xf", "request.xf"):
        request = open_frame((FIXTURES / name).read_bytes(), Request, REQUEST_TAG, station.public)
        assert request == open_frame(fresh[name], Request, REQUEST_TAG, station.public)
    for name in ("answer-lost.xf", "answer.xf"):
        answer = open_frame((FIXTURES / name).read_bytes(), Answer, ANSWER_TAG, county.public)
        assert answer == open_frame(fresh[name], Answer, ANSWER_TAG, county.public)
    stored = (FIXTURES / "certificate.json").read_bytes()
    assert stored == fresh["certificate.json"]
    certificate = msgspec.json.decode(stored, type=SignedCertificate).read()
    assert (certificate.home_scope, certificate.serial) == ("office/370205", 6)
    [run] = request.push
    content = bytes(run.a[0])
    assert encode_act(decode_act(content)) == content
    info = request.writers[run.w]
    assert verify_birth(station.public, info.station, run.w, info.public_key, info.birth)


def test_a_certificate_of_protocol_1_is_still_read(ends):
    key = SigningKey(bytes([1]) * 32)
    body = json.dumps(
        {"county": "c", "county_key": key.public.hex(), "county_name": "县", "county_writer": "0" * 32, "key": "00",
         "office": "1", "office_name": "甲", "scopes": ["office/1"], "serial": 1, "station": "a" * 32, "window": "1",
         "writer": "b" * 32},
        ensure_ascii=False, separators=(",", ":"),
    ).encode()  # fmt: skip
    found = SignedCertificate(body=body, sig=key.sign(b"xinfang-certificate-1", body)).read()
    assert (found.home_scope, found.sealing, found.writer) == ("office/1", "", "b" * 32)
    with pytest.raises(WireDamaged):
        SignedCertificate(body=body.replace(b'"1"', b'"2"', 1), sig=key.sign(b"xinfang-certificate-1", body)).read()


if __name__ == "__main__":
    FIXTURES.mkdir(exist_ok=True)
    for name, data in canonical().items():
        (FIXTURES / name).write_bytes(data)
