"""Pieces and slots: the arithmetic, the bytes for a stick, and slots that prove themselves whatever the disk did."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.files import LARGEST, PIECE_BYTES
from sync.blobs import (
    Box,
    Checked,
    Piece,
    PieceDamaged,
    Sealed,
    Shape,
    SlotFile,
    decode_piece,
    encode_piece,
    held_bits,
    read_bits,
)

HASH = hashlib.sha256(b"x").hexdigest()


def shape_of(data: bytes) -> Shape:
    return Shape(hashlib.sha256(data).hexdigest(), len(data))


@pytest.fixture(params=["sealed", "plain"])
def box(request) -> Box:
    return Sealed(b"k" * 32, secrets.token_bytes) if request.param == "sealed" else Checked()


@given(st.integers(1, LARGEST))
def test_the_pieces_of_a_file_are_its_size_together(size: int):
    shape = Shape(HASH, size)
    assert (shape.pieces - 1) * PIECE_BYTES + shape.length(shape.pieces - 1) == size
    assert all(shape.length(index) == PIECE_BYTES for index in range(min(3, shape.pieces - 1)))
    with pytest.raises(IndexError):
        shape.length(shape.pieces)


@given(st.integers(1, 40 * PIECE_BYTES), st.sets(st.integers(0, 39)))
def test_held_pieces_go_over_the_wire_as_bits_and_back(size: int, some: set[int]):
    shape = Shape(HASH, size)
    held = {index for index in some if index < shape.pieces}
    assert read_bits(shape, held_bits(shape, held)) == held
    assert sorted([*held, *shape.missing(held)]) == list(range(shape.pieces))


def test_a_piece_for_a_stick_reads_back_and_a_changed_head_or_a_cut_one_is_refused():
    data = secrets.token_bytes(PIECE_BYTES + 77)
    shape = shape_of(data)
    for index, piece in shape.cut(data):
        message = encode_piece(Piece(shape, index, piece))
        assert decode_piece(message) == Piece(shape, index, piece)
        for wrong in (message[:-1], message[:40], b"", b"XQ" + message[2:], message + b"x"):
            with pytest.raises(PieceDamaged):
                decode_piece(wrong)
    behind = message[:44] + (9).to_bytes(4, "big") + message[48:]
    with pytest.raises(PieceDamaged):
        decode_piece(behind)
    with pytest.raises(PieceDamaged):
        decode_piece(message[:36] + (LARGEST + 1).to_bytes(8, "big") + message[44:])


def test_pieces_in_any_order_and_twice_make_the_file(box: Box, tmp_path: Path):
    data = secrets.token_bytes(3 * PIECE_BYTES + 5)
    shape = shape_of(data)
    slots = SlotFile(tmp_path / "a.part", shape, box)
    assert slots.held() == set()
    pieces = dict(shape.cut(data))
    for index in (3, 1, 1, 0):
        slots.write(index, pieces[index])
    assert slots.held() == {0, 1, 3}
    assert not slots.sound()
    assert slots.whole() is None
    slots.write(2, pieces[2])
    assert slots.whole() == data
    slots.settle(tmp_path / "a")
    assert SlotFile(tmp_path / "a", shape, box).sound()


@pytest.mark.parametrize("damage", ["cut", "flipped", "zeroed", "swapped"])
def test_a_slot_that_was_torn_is_a_missing_piece_and_no_other_is(box: Box, tmp_path: Path, damage: str):
    data = secrets.token_bytes(3 * PIECE_BYTES)
    shape = shape_of(data)
    path = tmp_path / "a.part"
    slots = SlotFile(path, shape, box)
    slots.write_whole(data)
    raw, long = bytearray(path.read_bytes()), PIECE_BYTES + box.more
    missing = {1}
    if damage == "cut":
        raw, missing = raw[: long + 100], {1, 2}
    elif damage == "flipped":
        raw[long + 4000] ^= 1
    elif damage == "zeroed":
        raw[long + 512 : long + 4096] = bytes(4096 - 512)
    else:
        raw[:long], raw[long : 2 * long] = raw[long : 2 * long], raw[:long]
        missing = {0, 1}
    path.write_bytes(raw)
    assert set(range(3)) - slots.held() == missing
    for index in missing:
        assert slots.read(index) is None
        slots.write(index, dict(shape.cut(data))[index])
    assert slots.whole() == data


def test_sealed_slots_show_nothing_of_the_file_and_open_under_no_other_key(tmp_path: Path):
    data = b"\xe6\x9d\x8e" * 40_000
    shape = shape_of(data)
    SlotFile(tmp_path / "a", shape, Sealed(b"k" * 32, secrets.token_bytes)).write_whole(data)
    assert b"\xe6\x9d\x8e\xe6\x9d\x8e" not in (tmp_path / "a").read_bytes()
    assert SlotFile(tmp_path / "a", shape, Sealed(b"l" * 32, secrets.token_bytes)).held() == set()
    other = Shape(hashlib.sha256(b"other").hexdigest(), shape.size)
    assert SlotFile(tmp_path / "a", other, Sealed(b"k" * 32, secrets.token_bytes)).held() == set()


def test_pieces_that_are_all_whole_and_not_the_file_are_not_the_file(box: Box, tmp_path: Path):
    data = secrets.token_bytes(2 * PIECE_BYTES)
    slots = SlotFile(tmp_path / "a", Shape(HASH, len(data)), box)
    slots.write_whole(data)
    assert slots.held() == {0, 1}
    assert not slots.sound()
    assert slots.whole() is None
