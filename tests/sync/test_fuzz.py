"""Made-up bytes against the readers: an enrolled station gone mad, a county gone mad, and noise; in one process."""

from __future__ import annotations

import copy
import random
import resource
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from backports import zstd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.log import SigningKey
from sync.log.chain import extend_chain, first_hash
from sync.packing import FLAG_ZSTD, MAX_PLAIN
from sync.protocol import (
    ANSWER_TAG,
    CERTIFICATE_TAG,
    ENROL_TAG,
    REQUEST_TAG,
    Answer,
    Enrol,
    Enrolled,
    Mark,
    Request,
    Run,
    SignedCertificate,
    WireDamaged,
    WriterInfo,
    decode_frame,
    encode_frame,
    open_frame,
)
from tests.sync.simulation import SimCounty, SimStation

ONE_WORLD = (HealthCheck.function_scoped_fixture,)
COUNTS = st.sampled_from([-(2**63), -1, 0, 1, 2, 2**31, 2**53 - 1, 2**53, 2**63, 2**64, 10**400])
TEXTS = st.sampled_from(
    ["", "0" * 32, "f" * 32, "F" * 32, "office/1", "office/2", "dict", "county", "restricted/1", "../../etc/passwd",
     "a\x00b", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "龘" * 5_000, "audience.county"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | COUNTS | TEXTS | st.floats(allow_nan=False, allow_infinity=False) | st.text()
NONSENSE = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=8
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [at] if at else []
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        found += places(inner, (*at, step))
    return found


def spoil(value: Any, draw: Any) -> Any:
    """A JSON value with one to three places replaced, doubled or taken away."""
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        somewhere = places(value)
        if not somewhere:
            return draw(NONSENSE)
        *way, last = draw(st.sampled_from(somewhere))
        inside = value
        for step in way:
            inside = inside[step]
        match draw(st.sampled_from(("replace", "remove", "again"))):
            case "replace":
                inside[last] = draw(NONSENSE)
            case "remove":
                del inside[last]
            case _ if isinstance(inside, list):
                inside.append(copy.deepcopy(inside[last]))
            case _:
                inside[draw(TEXTS)] = copy.deepcopy(inside[last])
    return value


def signed(body: Any, tag: bytes, key: SigningKey, *, packed: bool = False) -> bytes:
    """A frame with whatever body, properly signed."""
    plain = msgspec.json.encode(body) if not isinstance(body, bytes) else body
    frame = b"XF\x02" + (bytes([FLAG_ZSTD]) + zstd.compress(plain) if packed else b"\x00" + plain)
    return frame + key.sign(tag, frame)


class World:
    """A county, two stations of one office and one of another, with acts on both sides."""

    def __init__(self) -> None:
        rng = random.Random(11)
        self.county = SimCounty(rng)
        self.one, self.two, self.far = SimStation(rng, 1), SimStation(rng, 2), SimStation(rng, 3, "2")
        for station in (self.one, self.two, self.far):
            self.county.admit(station)
            station.settle(self.county)
        self.two.write("1" * 32, "a", "x")
        self.far.write("2" * 32, "a", "x")
        for station in (self.two, self.far, self.one):
            station.settle(self.county)
        self.one.write("1" * 32, "a", "y")
        self.one.write("3" * 32, "b", "z")
        self.two.write("1" * 32, "c", "w")
        self.two.settle(self.county)
        self.request, self.frame = self.one.ask(1 << 20)
        self.whole = self._whole()

    def _whole(self) -> Request:
        """The request with every part filled: push, recovered, checkpoints, writers."""
        me, row = self.one.identity, self.two.log.writer(self.two.identity.writer)
        assert row is not None
        entries = self.one.log.entries(me.writer, 0)
        lent = self.two.log.entries(self.two.identity.writer, 0)
        raws = [msgspec.Raw(entry.content) for entry in entries]
        signatures = {place: entry.sig for place, entry in enumerate(entries) if entry.sig}
        theirs = {place: entry.sig for place, entry in enumerate(lent) if entry.sig}
        return Request(
            v=2, st=me.station, feeds={"dict": Mark(0, bytes(16)), "office/1": Mark(1, bytes(16))},
            checkpoints={"office/1": [Mark(1, bytes(16)), Mark(0, bytes(16))]},
            own={me.writer: Mark(len(entries), entries[-1].hash)},
            push=[Run(w=me.writer, n=1, p=first_hash(me.writer), a=raws, s=signatures)],
            recovered=[Run(w=row.writer, n=1, p=first_hash(row.writer),
                           a=[msgspec.Raw(entry.content) for entry in lent], s=theirs)],
            writers={row.writer: WriterInfo(row.station, row.office, row.public_key, row.birth),
                     me.writer: WriterInfo(me.station, me.office, me.public_key, me.birth)},
            limit=4096, serial_list=0, t=5,
        )  # fmt: skip


@pytest.fixture
def start() -> World:
    """One for all examples of a test: each works on copies of its files."""
    return World()


def county_of(start: World) -> SimCounty:
    """The county as it was, in a file of its own."""
    county = SimCounty.__new__(SimCounty)
    county.key, county.grants, county.rng = start.county.key, start.county.grants, start.county.rng
    county.db = start.county.copy()
    county.bind()
    return county


def station_of(start: World) -> SimStation:
    return start.one.twin(random.Random(5))


@settings(max_examples=300, suppress_health_check=ONE_WORLD)
@given(data=st.data())
def test_a_signed_request_with_anything_in_it_is_answered_or_refused_and_the_record_holds(start: World, data):
    """Whatever an enrolled station sends: only WireDamaged, then nothing changed; or an answer, and all is provable."""
    body = spoil(msgspec.json.decode(msgspec.json.encode(start.whole)), data.draw)
    county = county_of(start)
    before = county.dump()
    try:
        county.serve(signed(body, REQUEST_TAG, start.one.key, packed=data.draw(st.booleans())), start.one)
    except WireDamaged:
        assert county.dump() == before
    else:
        list(county.log.verify())
        list(county.feed.verify())
        held, kept = {row[1] for row in county.dump()["act"]}, {row[1] for row in before["act"]}
        assert kept <= held, "an act is gone"
    finally:
        county.db.close()


@settings(max_examples=300, suppress_health_check=ONE_WORLD)
@given(data=st.data())
def test_a_signed_answer_with_anything_in_it_is_applied_or_refused_and_the_station_holds(start: World, data):
    county = county_of(start)
    request, frame = start.one.ask(1 << 20)
    answer = msgspec.json.decode(msgspec.json.encode(open_frame(county.serve(frame, start.one), Answer, ANSWER_TAG,
                                                                county.key.public)))  # fmt: skip
    station = station_of(start)
    before = station.dump()
    try:
        station.take(request, signed(spoil(answer, data.draw), ANSWER_TAG, county.key), county)
    except WireDamaged:
        assert station.dump() == before
    else:
        list(station.log.verify())
        list(station.feed.verify())
        assert {row[1] for row in before["act"]} <= {row[1] for row in station.dump()["act"]}
        assert station.feed.pending() >= 0
    finally:
        county.db.close()
        station.db.close()


@settings(max_examples=200, suppress_health_check=ONE_WORLD)
@given(data=st.data())
def test_a_signed_run_of_spoilt_acts_is_left_out_or_provable(start: World, data):
    """The acts themselves spoilt, chained and signed as if nothing were wrong."""
    station, county = station_of(start), county_of(start)
    writer = station.identity.writer
    row = county.log.writer(writer)
    have = row.have if row is not None else None
    n, hash_before = (have.n, have.hash) if have is not None else (0, first_hash(writer))
    plain = msgspec.json.decode(start.one.log.entries(writer, 0)[-1].content)
    contents = [msgspec.json.encode(spoil(plain, data.draw)) for _ in range(data.draw(st.integers(1, 3)))]
    entries = extend_chain(writer, n, hash_before, contents, [None] * len(contents))
    run = Run(w=writer, n=n + 1, p=hash_before, a=[msgspec.Raw(content) for content in contents],
              s={len(contents) - 1: station.writer_key.sign_commit(entries[-1].hash)})  # fmt: skip
    request = Request(v=2, st=station.station, push=[run], own={writer: Mark(entries[-1].n, entries[-1].hash)})
    before = county.dump()
    try:
        answer = open_frame(county.serve(encode_frame(request, REQUEST_TAG, station.key), station), Answer, ANSWER_TAG,
                            county.key.public)  # fmt: skip
    except WireDamaged:
        assert county.dump() == before
    else:
        list(county.log.verify())
        list(county.feed.verify())
        if answer.broken or answer.fork:
            assert county.dump()["act"] == before["act"]
        elsewhere = {row[0] for row in county.db.execute("SELECT case_id FROM act WHERE scope = 'dict'")}
        for content in contents:  # nothing a station says gets into what only the county says
            act = msgspec.json.decode(content)
            assert not (isinstance(act, dict) and act.get("s") == "dict" and act.get("c") in elsewhere
                        and act.get("i") not in answer.reject and not answer.broken
                        and not answer.fork)  # fmt: skip
    finally:
        county.db.close()
        station.db.close()


@settings(max_examples=400, suppress_health_check=ONE_WORLD)
@given(data=st.data())
def test_a_frame_flipped_cut_spliced_or_doubled_is_refused(start: World, data):
    frame = bytearray(start.frame)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, max(0, len(frame) - 1)))
        match data.draw(st.sampled_from(("flip", "cut", "insert", "double", "swap"))):
            case "flip":
                frame[place : place + 1] = bytes([frame[place] ^ data.draw(st.integers(1, 255))]) if frame else b""
            case "cut":
                del frame[place:]
            case "insert":
                frame[place:place] = data.draw(st.binary(min_size=1, max_size=9))
            case "double":
                frame += frame[place:]
            case _:
                frame[place:] = frame[place:][::-1]
    if bytes(frame) == start.frame:
        return
    with pytest.raises(WireDamaged):
        open_frame(bytes(frame), Request, REQUEST_TAG, start.one.key.public)
    for kind in (Request, Answer, Enrol, Enrolled, SignedCertificate):  # unsigned reading must not fall either
        with suppress(WireDamaged):
            decode_frame(bytes(frame), kind)


def test_a_replayed_request_under_every_other_key_and_tag_is_refused(start: World):
    for tag in (REQUEST_TAG, ANSWER_TAG, ENROL_TAG, CERTIFICATE_TAG):
        for key in (start.one.key, start.two.key, start.far.key, start.county.key, start.one.writer_key):
            if (tag, key) == (REQUEST_TAG, start.one.key):
                continue
            with pytest.raises(WireDamaged, match="bad_signature"):
                open_frame(signed(msgspec.json.encode(start.request), tag, key), Request, REQUEST_TAG,
                           start.one.key.public)  # fmt: skip


def test_an_old_request_sent_a_hundred_times_later_changes_nothing(start: World):
    county = county_of(start)
    first = county.serve(start.frame, start.one)
    settled = county.dump()
    for _ in range(100):
        assert county.serve(start.frame, start.one) == first
    assert county.dump() == settled
    county.db.close()


@pytest.mark.parametrize("deep", [100, 1_000, 100_000])
@pytest.mark.parametrize("opened", [b"[", b'{"a":'])
def test_deep_nesting_in_any_part_of_a_frame_is_refused(start: World, deep: int, opened: bytes):
    closed = b"]" if opened == b"[" else b"}"
    for part in (b'"feeds"', b'"push"', b'"own"', b'"q"', b'"surprise"'):
        body = b'{"v":2,"st":"%s",%s:%s}' % (start.one.station.encode(), part, opened * deep + b"1" + closed * deep)
        with pytest.raises(WireDamaged, match="bad_message"):
            open_frame(signed(body, REQUEST_TAG, start.one.key, packed=True), Request, REQUEST_TAG,
                       start.one.key.public)  # fmt: skip


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_is_refused_without_being_unpacked(start: World, layers: int):
    """A gibibyte of blanks in a few kilobytes; and a frame of exactly one byte too many."""
    bomb = zstd.compress(b" " * (1 << 30))
    for _ in range(layers - 1):
        bomb = zstd.compress(bomb)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for body in (bomb, zstd.compress(b" " * (MAX_PLAIN + 1))):
        frame = b"XF\x02\x01" + body
        with pytest.raises(WireDamaged):
            open_frame(frame + start.one.key.sign(REQUEST_TAG, frame), Request, REQUEST_TAG, start.one.key.public)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 4 * MAX_PLAIN >> 10


@given(data=st.data())
def test_a_certificate_with_anything_in_it_is_read_or_refused(data):
    key = SigningKey(bytes(32))
    good = {"county": "0" * 32, "county_name": "县", "county_writer": "1" * 32, "county_key": key.public.hex(),
            "station": "2" * 32, "office": "1", "office_name": "镇", "window": "1", "key": key.public.hex(),
            "scopes": ["office/1"], "serial": 1}  # fmt: skip
    body = msgspec.json.encode(spoil(good, data.draw))
    with suppress(WireDamaged):
        SignedCertificate(body=body, sig=key.sign(CERTIFICATE_TAG, body)).read()
