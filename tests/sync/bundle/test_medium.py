"""One part of a medium in bytes: sealed for one reader, useful when cut, refused when changed, bounded in memory."""

from __future__ import annotations

import io
import random
import tracemalloc
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.bundle.medium import MAGIC, MAX_HEADER, MAX_PARTS, Frame, Header, MediumRefused, Reader, Writer, cost
from sync.bundle.seal import CHUNK, KEY, Chunks, SealBroken, unwrap_key, wrap_key
from sync.log import SigningKey
from sync.log.chain import sealing_public
from sync.protocol import MAX_FRAME

SENDER = SigningKey(bytes(range(32)))
READER = bytes(range(100, 132))
OTHER = bytes(range(50, 82))
HEADER = Header(v=1, kind="report", county="c0" * 16, station="5a" * 16, serial=4, number=3, sender=SENDER.public.hex())
FRAMES = (
    Frame(1, b"a short request"),
    Frame(1, random.Random(1).randbytes(3 * CHUNK - 5)),  # ends with its chunk
    Frame(3, b""),
    Frame(2, random.Random(2).randbytes(CHUNK + 1)),
)


def entropy(seed: int = 7) -> Callable[[int], bytes]:
    return random.Random(seed).randbytes


def written(
    frames: tuple[Frame, ...] = FRAMES, header: Header = HEADER, key: SigningKey = SENDER, seed: int = 7
) -> bytes:
    out = io.BytesIO()
    writer = Writer(out, msgspec.structs.replace(header, part=MAX_PARTS, parts=MAX_PARTS), entropy(seed)(KEY))
    for frame in frames:
        writer.add(frame)
    assert writer.whole_size == writer.close(header, key, sealing_public(READER)).size == len(out.getvalue())
    return out.getvalue()


def read(data: bytes, private: bytes = READER) -> tuple[list[Frame], str]:
    reader = Reader(io.BytesIO(data))
    frames = list(reader.frames(reader.unlock(private)))
    return frames, reader.state


def boundaries() -> list[int]:
    """Where each frame of the sample ends."""
    at = len(written(())) - 4 - 16 - 96
    found = [at]
    for frame in FRAMES:
        at += cost(frame.data)
        found.append(at)
    return found


def test_what_was_written_is_read_and_the_header_says_whose_it_is():
    reader = Reader(io.BytesIO(written()))
    assert reader.header == HEADER
    assert list(reader.frames(reader.unlock(READER))) == list(FRAMES)
    assert reader.state == "whole"


def test_a_medium_without_a_frame_is_a_medium():
    assert read(written(())) == ([], "whole")


def test_nothing_of_the_contents_can_be_read_without_the_key():
    assert b"a short request" not in written()
    with pytest.raises(MediumRefused, match="sealed_to_another"):
        read(written(), OTHER)


def test_the_same_contents_written_twice_look_different():
    one, two = written(), written()
    assert one != two  # the key is wrapped with fresh chance, whatever entropy the writer was given
    assert read(one) == read(two)


def test_cut_at_every_frame_the_frames_before_the_cut_are_used():
    data = written()
    for count, end in enumerate(boundaries()):
        assert read(data[:end]) == (list(FRAMES[:count]), "cut")


def test_cut_anywhere_the_whole_frames_before_the_cut_are_used():
    data, ends = written(), boundaries()
    places = {*range(ends[0], ends[1] + 40), *range(ends[0], len(data), 997), *range(len(data) - 130, len(data))}
    for place in sorted(places):
        count = sum(1 for end in ends[1:] if end <= place)
        assert read(data[:place]) == (list(FRAMES[:count]), "cut"), place


def test_cut_inside_the_head_it_is_no_medium():
    data = written()
    for place in range(boundaries()[0]):
        with pytest.raises(MediumRefused, match="not_a_medium"):
            read(data[:place])


def test_a_changed_bit_in_the_head_is_refused_whole():
    data = written()
    for place in range(boundaries()[0]):
        for bit in (0, 5, 7):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            with pytest.raises(MediumRefused):
                read(bytes(changed))


def test_a_changed_bit_behind_the_head_costs_the_frame_it_is_in_and_is_told():
    data, ends = written(), boundaries()
    places = {*range(ends[0], ends[1] + 30), *range(ends[0], len(data), 1013), *range(len(data) - 130, len(data))}
    for place in sorted(places):
        changed = bytearray(data)
        changed[place] ^= 4
        frames, state = read(bytes(changed))
        assert state in ("damaged", "cut"), place
        count = sum(1 for end in ends[1:] if end <= place)
        assert frames == list(FRAMES[:count]), place


def test_bytes_behind_the_end_are_told():
    assert read(written() + b"\0") == (list(FRAMES), "damaged")


def test_chunks_of_one_medium_do_not_open_in_another_nor_in_another_place():
    same, head = written((Frame(1, b"one"), Frame(1, b"two"))), boundaries()[0]
    size = cost(b"one")
    swapped = same[:head] + same[head + size : head + 2 * size] + same[head : head + size] + same[head + 2 * size :]
    assert read(swapped) == ([], "damaged")
    doubled = same[: head + size] + same[head:]
    assert read(doubled) == ([Frame(1, b"one")], "damaged")
    left_out = same[:head] + same[head + size :]
    assert read(left_out) == ([], "damaged")


def test_the_head_of_one_medium_does_not_fit_the_contents_of_another():
    header = msgspec.structs.replace(HEADER, number=4)
    end = boundaries()[0]
    assert read(written()[:end] + written((Frame(1, b"other"),), header, seed=8)[end:]) == ([], "damaged")
    # even with equal content keys (broken chance) the trailer tells that head and contents are not of one medium
    assert read(written()[:end] + written((Frame(1, b"other"),), header)[end:])[1] == "damaged"


def test_a_medium_cannot_be_passed_on_under_another_senders_name():
    """Taking the wrapped key over into a head of one's own does not open: the key is bound to the head."""
    data = written()
    thief = SigningKey(bytes(32))
    text = msgspec.json.encode(msgspec.structs.replace(HEADER, sender=thief.public.hex()))
    length = int.from_bytes(data[8:12], "big")
    named = data[:12] + text.ljust(length)
    head = named + data[12 + length : 12 + length + 80]
    forged = head + thief.sign(b"xinfang-medium-head-1", head) + data[boundaries()[0] :]
    with pytest.raises(MediumRefused, match="sealed_to_another"):
        read(forged)


def test_a_key_wrapped_under_one_head_does_not_open_under_another():
    wrapped = wrap_key(bytes(KEY), sealing_public(READER), b"head")
    assert unwrap_key(wrapped, READER, b"head") == bytes(KEY)
    with pytest.raises(SealBroken):
        unwrap_key(wrapped, READER, b"heat")


def test_a_chunk_that_is_not_the_last_does_not_pass_for_the_last():
    sealed = Chunks(bytes(KEY)).seal(b"")
    with pytest.raises(SealBroken):
        Chunks(bytes(KEY)).open(sealed, last=True)


def test_a_later_form_is_told_apart_from_rubbish():
    newer = b"XFSTICK2" + written()[8:]
    with pytest.raises(MediumRefused, match="newer_medium"):
        read(newer)
    with pytest.raises(MediumRefused, match="newer_medium"):
        read(written(header=msgspec.structs.replace(HEADER, v=2)))
    with pytest.raises(MediumRefused, match="not_a_medium"):
        read(b"PK\x03\x04" + bytes(2000))


def test_a_header_that_says_part_three_of_two_is_no_medium():
    with pytest.raises(MediumRefused, match="not_a_medium"):
        read(written(header=msgspec.structs.replace(HEADER, part=3, parts=2)))


def test_a_frame_that_claims_to_be_endless_is_not_waited_for():
    """A hostile medium of the right reader: the memory it takes is that of one frame."""
    out = io.BytesIO()
    writer = Writer(out, HEADER, bytes(KEY))
    endless = bytes([1]) + (0xFFFFFFFF).to_bytes(4, "big")
    for start in range(64):
        writer._chunk((endless if start == 0 else b"") + bytes(CHUNK - (5 if start == 0 else 0)))
    writer.close(HEADER, SENDER, sealing_public(READER))
    data = out.getvalue()
    del out
    tracemalloc.start()
    frames, state = read(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (frames, state) == ([], "damaged")
    assert peak < len(data) + (1 << 20)  # the stream itself is one copy


def test_a_frame_too_large_for_the_line_is_too_large_for_the_stick():
    writer = Writer(io.BytesIO(), HEADER, bytes(KEY))
    with pytest.raises(ValueError, match="more than a medium holds"):
        writer.add(Frame(1, bytes(MAX_FRAME + 1)))


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=3 * CHUNK // 2), max_size=4), st.data())
def test_any_frames_survive_and_any_cut_gives_a_prefix(contents, data):
    frames = tuple(Frame(1 + place % 5, content) for place, content in enumerate(contents))
    whole = written(frames)
    assert read(whole) == (list(frames), "whole")
    cut = data.draw(st.integers(boundaries()[0], len(whole) - 1))
    found, state = read(whole[:cut])
    assert state == "cut"
    assert found == list(frames[: len(found)])


@settings(max_examples=150)
@given(st.data())
def test_whatever_is_done_to_the_bytes_only_true_frames_come_out(data):
    original = written()
    changed = bytearray(original)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(changed) - 1))
        what = data.draw(st.sampled_from(("flip", "drop", "insert", "zero")))
        if what == "flip":
            changed[place] ^= 1 << data.draw(st.integers(0, 7))
        elif what == "drop":
            del changed[place : place + data.draw(st.integers(1, 5000))]
        elif what == "insert":
            changed[place:place] = data.draw(st.binary(min_size=1, max_size=200))
        else:
            changed[place : place + 64] = bytes(len(changed[place : place + 64]))
        if not changed:
            break
    try:
        frames, state = read(bytes(changed))
    except MediumRefused:
        return
    assert frames == list(FRAMES[: len(frames)])
    assert (state == "whole") == (bytes(changed) == original)


@settings(max_examples=200)
@given(st.binary(max_size=400), st.booleans())
def test_rubbish_is_refused(rubbish, with_magic):
    length = len(rubbish).to_bytes(4, "big")
    with pytest.raises(MediumRefused):
        read(MAGIC + length + rubbish if with_magic else rubbish)


def test_a_header_longer_than_any_of_ours_is_not_read():
    with pytest.raises(MediumRefused, match="not_a_medium"):
        read(MAGIC + (MAX_HEADER + 1).to_bytes(4, "big") + bytes(MAX_HEADER + 200))
