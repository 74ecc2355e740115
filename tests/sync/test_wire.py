"""Bytes from elsewhere: flipped, cut, blown up or made up, they are refused and change nothing."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import urllib3
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from domain.acts import Act, decode_act, encode_act
from domain.faults import SurroundingsFault
from sync.client import HttpTransport, go_round, write_request
from sync.log import LogDamaged, SigningKey
from sync.log.chain import extend_chain, first_hash
from sync.log.content import read_act, write_act
from sync.packing import FLAG_ZSTD
from sync.protocol import (
    ANSWER_TAG,
    MAX_FRAME,
    REQUEST_TAG,
    Answer,
    Mark,
    Request,
    Run,
    WireDamaged,
    decode_frame,
    encode_frame,
    open_frame,
)
from tests.sync.simulation import SimCounty, SimStation

KEY = SigningKey(bytes(32))
ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent / "fixtures"


def frame_of(body: bytes, flags: int = 0, version: int = 2, tag: bytes = REQUEST_TAG) -> bytes:
    head = b"XF" + bytes([version, flags]) + body
    return head + KEY.sign(tag, head)


def read(frame: bytes) -> Request:
    return open_frame(frame, Request, REQUEST_TAG, KEY.public)


def test_a_frame_comes_out_as_it_went_in_and_acts_keep_their_bytes():
    content = '{"a":"𠮷\\u0001 龘"}'.encode()
    request = Request(v=2, st="0" * 32, push=[Run(w="1" * 32, n=1, a=[msgspec.Raw(content)] * 3, s={2: bytes(64)})])
    found = read(encode_frame(request, REQUEST_TAG, KEY))
    assert [bytes(raw) for raw in found.push[0].a] == [content] * 3
    assert found.push[0].s == {2: bytes(64)}


def test_every_flipped_bit_is_noticed():
    request = Request(v=2, st="0" * 32, feeds={"dict": Mark(3, bytes(16))}, q=b"x" * 16)
    frame = encode_frame(request, REQUEST_TAG, KEY)
    for place in range(len(frame) * 8):
        flipped = bytearray(frame)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(WireDamaged):
            read(bytes(flipped))


def test_every_shortened_frame_is_noticed():
    frame = encode_frame(Request(v=2, st="0" * 32, q=b"y" * 200), REQUEST_TAG, KEY)
    for length in range(len(frame)):
        with pytest.raises(WireDamaged):
            read(frame[:length])


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (frame_of(zstd.compress(bytes(1 << 30)), FLAG_ZSTD), "too_large"),
        (frame_of(b"\x28\xb5\x2f\xfdnonsense", FLAG_ZSTD), "bad_compression"),
        (
            frame_of(zstd.compress(b'{"v":2,"st":"00000000000000000000000000000000"}') + b"tail", FLAG_ZSTD),
            "bad_compression",
        ),
        (frame_of(b'{"v":2,"st":"00000000000000000000000000000000"}', version=3), "newer_protocol"),
        (frame_of(b'{"v":2,"st":"00000000000000000000000000000000"}', version=1), "older_protocol"),
        (frame_of(b'{"v":2,"st":"00000000000000000000000000000000"}', 2), "unknown_flags"),
        (frame_of(b'{"v":2,"st":"00000000000000000000000000000000","surprise":1}'), "bad_message"),
        (frame_of(b'{"v":"1","st":"00000000000000000000000000000000"}'), "bad_message"),
        (frame_of(b"[" * 100_000), "bad_message"),
        (frame_of(b'{"v":2,"st":"00000000000000000000000000000000"}', tag=ANSWER_TAG), "bad_signature"),
        (b"XF" + bytes(MAX_FRAME), "too_large"),
        (b"GET / HTTP/1.1", "not_a_frame"),
    ],
)
def test_a_frame_that_is_not_ours_is_refused_by_name(frame, code):
    with pytest.raises(WireDamaged) as damaged:
        read(frame)
    assert damaged.value.code == code


@given(st.binary(max_size=300))
def test_no_bytes_at_all_bring_the_reader_down(data):
    for body in (data, b"XF\x02\x00" + data, b"XF\x02\x01" + data):
        with pytest.raises(WireDamaged):
            read(body)


@given(st.binary(max_size=120))
def test_no_message_at_all_brings_the_decoder_down(data):
    with pytest.raises(WireDamaged):
        decode_frame(frame_of(b'{"v":2,"st":"00000000000000000000000000000000","q":' + data), Request)


# ---------------------------------------------------------------- a signed request whose content is wrong


def act(**changes) -> Act:
    values: dict[str, Any] = {
        "act_id": "a" * 32, "kind": "matter_corrected", "case_kind": "matter", "case_id": "c" * 32, "scope": "office/1",
        "lamport": 1, "wall_ms": 5, "clock": "ok", "office": "1", "station": f"{1:032x}", "by": "x", "sets": {"a": 1},
    }  # fmt: skip
    return Act(**(values | changes))


@pytest.fixture
def ends():
    rng = random.Random(3)
    county, station = SimCounty(rng), SimStation(rng, 1)
    county.admit(station)
    station.settle(county)
    return county, station


def pushed(station: SimStation, contents: list[bytes], **changes) -> bytes:
    writer = station.identity.writer
    values: dict[str, Any] = {
        "w": writer,
        "n": 1,
        "a": [msgspec.Raw(content) for content in contents],
        "s": {len(contents) - 1: bytes(64)},
    }
    request = Request(
        v=2, st=station.identity.station, push=[Run(**(values | changes))], own={writer: Mark(0, first_hash(writer))}
    )
    return encode_frame(request, REQUEST_TAG, station.key)


def served(county: SimCounty, frame: bytes, station: SimStation) -> Answer:
    return open_frame(county.serve(frame, station), Answer, ANSWER_TAG, county.key.public)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "bad_signature"),
        ({"s": {}}, "unsigned_tail"),
        ({"n": 0}, "bad_run"),
        ({"a": []}, "bad_run"),
        ({"c": 3}, "bad_run"),
    ],
    ids=str,
)
def test_a_run_that_is_broken_in_itself_is_named_and_left_out(ends, changes, code):
    county, station = ends
    before = county.dump()
    answer = served(county, pushed(station, [encode_act(act())], **changes), station)
    assert answer.broken == {station.identity.writer: code}
    assert county.dump() == before


@pytest.mark.parametrize("changes", [{"w": "zz"}, {"w": "A" * 32}, {"n": 1 << 60}, {"n": -5}], ids=str)
def test_a_message_that_is_none_leaves_the_county_as_it_was(ends, changes):
    county, station = ends
    before = county.dump()
    with pytest.raises(WireDamaged, match="bad_message"):
        county.serve(pushed(station, [encode_act(act())], **changes), station)
    assert county.dump() == before


@pytest.mark.parametrize(
    "content",
    [
        b"1", b"null", b"[]", b'{"e":1}', b'{"e":0}',
        encode_act(act(lamport=2**60)), encode_act(act(lamport=-1)), encode_act(act(wall_ms=2**60)),
        encode_act(act(act_id="A" * 32)), encode_act(act(act_id="g" * 32)),
        encode_act(act()).replace(b'"a":1', b'"a":1.5'), encode_act(act()).replace(b'"a":1', b'"a": 1'),
        encode_act(act()).replace(b'"a":1', b'"a":"\\u0041"'), encode_act(act()).replace(b'"a":1', b'"a":1,"a":1'),
        b'{"e":1,"x":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    ],
    ids=lambda content: content[-40:].decode(),
)  # fmt: skip
def test_a_properly_signed_run_with_a_thing_that_is_no_act_is_left_out_whole(ends, content):
    county, station = ends
    writer, key = station.identity.writer, station.writer_key
    good = encode_act(act(act_id="b" * 32))
    entries = extend_chain(writer, 0, first_hash(writer), [good, content], [None, None])
    before = county.dump()
    frame = pushed(station, [good, content], s={1: key.sign_commit(entries[-1].hash)})
    try:
        answer = served(county, frame, station)
    except WireDamaged as damaged:
        assert damaged.code == "bad_message"  # noqa: PT017 - either way nothing of it may remain
    else:
        assert answer.broken == {writer: "not_an_act"}
    assert county.dump() == before
    with pytest.raises(ValueError):
        read_act(content)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)
    )
)
def test_the_quick_reader_reads_every_act_as_the_slow_one_does(value):
    try:
        content = encode_act(act(sets={"f": value}))
    except ValueError:
        return
    assert read_act(content) == decode_act(content)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
        lambda s: st.lists(s) | st.dictionaries(st.text() | st.integers(), s),
    )
)
def test_the_quick_writer_writes_the_bytes_of_the_slow_one_and_refuses_what_it_refuses(value):
    one = act(sets={"f": value})
    try:
        expected = encode_act(one)
    except ValueError:
        with pytest.raises(ValueError):
            write_act(one)
    else:
        assert write_act(one) == expected


@given(st.binary(max_size=60))
def test_the_quick_reader_accepts_nothing_the_slow_one_refuses(noise):
    content = encode_act(act()).replace(b'"a":1', b'"a":' + noise)
    try:
        expected = decode_act(content)
    except (ValueError, RecursionError):
        with pytest.raises(ValueError):
            read_act(content)
    else:
        assert read_act(content) == expected


# ---------------------------------------------------------------- over real HTTP


def test_damaged_frames_over_http_are_refused_and_change_nothing(county, new_station):
    one = new_station("one", county)
    one.set("1" * 32, name="张三")
    before = county.contents()
    frame = write_request(one.request(), one.key)
    for body, status in (
        (frame[:-10], 401),
        (frame[:90] + bytes([frame[90] ^ 1]) + frame[91:], 400),
        (b"", 400),
        (frame_of(zstd.compress(bytes(1 << 30)), FLAG_ZSTD), 413),
        (bytes(MAX_FRAME + 1), 413),
        (b"XF\x03" + frame[3:], 426),
        (b"XF\x01" + frame[3:], 426),
    ):
        reply = urllib3.request("POST", county.url + "/v1/exchange", body=body, retries=False)
        assert reply.status == status or (status in (400, 401) and reply.status in (400, 401)), reply.data
        assert county.contents() == before
    one.sync(county.url)
    assert one.feed.pending() == 0


def test_a_damaged_answer_changes_nothing_at_the_station(county, new_station):
    one = new_station("one", county)
    one.set("1" * 32, name="张三")
    request = one.request()
    transport = HttpTransport(county.url)
    answer = transport.exchange(write_request(request, one.key))
    transport.close()

    class Line:
        def __init__(self, reply):
            self.reply = reply

        def exchange(self, frame):
            return self.reply

    for place in range(0, len(answer), 7):
        spoilt = answer[:place] + bytes([answer[place] ^ 4]) + answer[place + 1 :]
        with pytest.raises(SurroundingsFault) as fault:
            go_round(Line(spoilt), request, one.key, one.certificate)
        assert fault.value.facts["reason"] == "bad_answer"
    assert one.feed.pending() == 1
    one.apply(request, go_round(Line(answer), request, one.key, one.certificate)[0])
    assert one.feed.pending() == 0


# ---------------------------------------------------------------- the log itself


def test_an_act_in_the_log_can_be_neither_changed_nor_deleted(ends):
    _, station = ends
    station.write("1" * 32, "a", "x")
    for sql in (
        "UPDATE act SET content = x'00'",
        "UPDATE act SET sig = NULL",
        "UPDATE act SET chained = 0",
        "DELETE FROM act",
    ):
        with pytest.raises(Exception, match="acts are"):
            station.db.execute(sql)


def test_verify_notices_a_changed_act(ends):
    county, station = ends
    station.write("1" * 32, "a", "x")
    station.settle(county)
    for end in (county, station):
        end.db.execute("DROP TRIGGER act_is_immutable")
        end.db.execute("UPDATE act SET content = CAST(replace(CAST(content AS TEXT), 'x', 'y') AS BLOB)")
        with pytest.raises(LogDamaged):
            list(end.log.verify())
        with pytest.raises(LogDamaged):
            list(end.feed.verify())


AT_ONCE = """
import sys, threading
from sync.protocol import Answer, Request, decode_frame

sys.setswitchinterval(1e-6)
frame, others = sys.stdin.buffer.read(), threading.Barrier(4)

def read():
    others.wait()
    decode_frame(frame, Request)

threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_the_first_frames_of_a_process_may_be_read_by_several_threads_at_once():
    """msgspec makes what it knows of a type at its first use; before it was made ahead, one run in four fell over."""
    frame = (FIXTURES / "request.xf").read_bytes()
    for _ in range(12):
        done = subprocess.run([sys.executable, "-c", AT_ONCE], input=frame, capture_output=True, timeout=60, cwd=ROOT)
        assert done.returncode == 0, done.stderr
