"""Frames packed with the shipped dictionary: only toward a side that named it, and never a reason not to exchange."""

from __future__ import annotations

import hashlib

import msgspec
import pytest

import resources
from domain.faults import SurroundingsFault
from sync.client import HttpTransport
from sync.log import SigningKey
from sync.packing import FLAG_DICTIONARY, FLAG_ZSTD, NEWEST
from sync.protocol import (
    REQUEST_TAG,
    Request,
    Run,
    WireDamaged,
    encode_frame,
    frame_dictionary,
    open_frame,
)

KEY = SigningKey(bytes(range(32)))
ACT = '{"c":"%032x","ck":"matter","e":1,"f":{"summary":"反映征地补偿款未按时发放"},"i":"%032x","k":"matter_registered"}'
REQUEST = Request(
    v=2, st="0" * 32, push=[Run(w="1" * 32, n=1, a=[msgspec.Raw((ACT % (n, n)).encode()) for n in range(9)])]
)


class Watched(HttpTransport):
    """A line that keeps with which dictionaries frames went there and back; ``lacking``: the county has none."""

    def __init__(self, url: str, *, lacking: bool = False) -> None:
        super().__init__(url)
        self.lacking = lacking
        self.seen: list[tuple[int, int]] = []

    def exchange(self, frame: bytes) -> bytes:
        if self.lacking and frame[3] & FLAG_DICTIONARY:
            raise SurroundingsFault("county_refused", facts={"status": 426, "reason": "unknown_flags"})
        reply = super().exchange(frame)
        self.seen.append((frame_dictionary(frame), frame_dictionary(reply)))
        return reply


def signed(flags: int, body: bytes) -> bytes:
    frame = b"XF\x02" + bytes([flags]) + body
    return frame + KEY.sign(REQUEST_TAG, frame)


def test_a_frame_packed_with_the_dictionary_says_the_same_in_fewer_bytes():
    plain, packed = (encode_frame(REQUEST, REQUEST_TAG, KEY, number) for number in (0, NEWEST))
    assert open_frame(packed, Request, REQUEST_TAG, KEY.public) == open_frame(plain, Request, REQUEST_TAG, KEY.public)
    assert (frame_dictionary(plain), frame_dictionary(packed)) == (0, NEWEST)
    assert len(packed) < len(plain)


def test_every_flipped_bit_of_a_packed_frame_is_noticed():
    frame = encode_frame(REQUEST, REQUEST_TAG, KEY, NEWEST)
    for place in range(len(frame) * 8):
        flipped = bytearray(frame)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(WireDamaged):
            open_frame(bytes(flipped), Request, REQUEST_TAG, KEY.public)


@pytest.mark.parametrize(
    ("flags", "number"),
    [
        (FLAG_ZSTD | FLAG_DICTIONARY, bytes([NEWEST + 1])),
        (FLAG_ZSTD | FLAG_DICTIONARY, b"\0"),
        (FLAG_ZSTD | FLAG_DICTIONARY, b""),
        (FLAG_DICTIONARY, bytes([NEWEST])),
        (FLAG_DICTIONARY, b""),
    ],
)
def test_a_dictionary_not_known_here_is_refused_as_a_flag_not_known_here(flags, number):
    with pytest.raises(WireDamaged) as damaged:
        open_frame(signed(flags, number), Request, REQUEST_TAG, KEY.public)
    assert damaged.value.code == "unknown_flags"


def test_the_wrong_dictionary_is_a_damaged_frame_and_no_other_message():
    packed = encode_frame(REQUEST, REQUEST_TAG, KEY, NEWEST)[5:-64]
    with pytest.raises(WireDamaged) as damaged:
        open_frame(signed(FLAG_ZSTD, packed), Request, REQUEST_TAG, KEY.public)
    assert damaged.value.code == "bad_compression"


def test_a_released_dictionary_is_the_one_that_was_released():
    told = resources.path("wire/SOURCES.md").read_text(encoding="utf-8")
    for number in range(1, NEWEST + 1):
        assert hashlib.sha256(resources.path(f"wire/{number}.dict").read_bytes()).hexdigest() in told


def test_a_station_packs_with_it_once_the_county_has_named_it_and_is_answered_alike(county, new_station):
    one = new_station("one", county)
    line = Watched(county.url)
    for n in range(2):
        one.write(*[one.act(f"{n:016x}{m:016x}", {"summary": "反映征地补偿款未按时发放"}) for m in range(30)])
        one.round(line)
    line.close()
    assert line.seen == [(0, 0), (NEWEST, NEWEST)]
    assert one.feed.pending() == 0


def test_a_county_that_no_longer_has_it_is_asked_again_without(county, new_station):
    one = new_station("one", county)
    one.dictionary = NEWEST
    one.write(one.act("c" * 32, {"summary": "反映征地补偿款未按时发放" * 20}))
    line = Watched(county.url, lacking=True)
    one.round(line)
    line.close()
    assert line.seen == [(0, 0)]
    assert one.feed.pending() == 0


def test_no_other_refusal_is_a_reason_to_ask_again(county, new_station):
    one = new_station("one", county)
    one.dictionary = NEWEST
    one.write(one.act("c" * 32, {"summary": "反映征地补偿款未按时发放" * 20}))
    asked = []

    class Line:
        def exchange(self, frame):
            asked.append(frame_dictionary(frame))
            raise SurroundingsFault("county_refused", facts={"status": 403, "reason": "revoked"})

    with pytest.raises(SurroundingsFault):
        one.round(Line())
    assert asked == [NEWEST]
