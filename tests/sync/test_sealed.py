"""The lock of a county's backup: what goes in comes out, and nothing else opens or passes for it."""

from __future__ import annotations

import io
import json

import pytest

from sync.bundle.seal import CHUNK, TAG
from sync.server.sealed import MAGIC, PassphraseShort, SealDamaged, SealReader, SealWriter, WrongPassphrase
from tests.sync.harness import Entropy

SECRET = "海边的渔村门牌1号院东屋"


def sealed(data: bytes, step: int = 10_000) -> bytes:
    out = io.BytesIO()
    writer = SealWriter(out, SECRET, Entropy(4))
    for start in range(0, len(data), step):
        writer.write(data[start : start + step])
    writer.close()
    return out.getvalue()


def opened(file: bytes, secret: str = SECRET) -> bytes:
    stream = io.BytesIO(file)
    assert stream.read(len(MAGIC)) == MAGIC
    reader = SealReader(stream, secret)
    found = b""
    while piece := reader.read(7_777):
        found += piece
    return found


def chunks(file: bytes) -> tuple[bytes, list[bytes]]:
    """Everything before the chunks, and each of them."""
    place = len(MAGIC) + 2 + int.from_bytes(file[len(MAGIC) : len(MAGIC) + 2], "big")
    start, found = file[:place], []
    while place < len(file):
        size = (int.from_bytes(file[place : place + 4], "big") & ~(1 << 31)) + 4 + TAG
        found.append(file[place : place + size])
        place += size
    return start, found


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_goes_in_comes_out(size):
    data = Entropy(9)(size)
    file = sealed(data)
    assert opened(file) == data
    assert not data[:16] or data[:16] not in file or size == 1


def test_another_passphrase_opens_nothing_and_a_short_one_locks_nothing():
    file = sealed(b"names")
    for wrong in ("海边的渔村门牌1号院西屋", "", SECRET + "。"):
        with pytest.raises(WrongPassphrase):
            opened(file, wrong)
    out = io.BytesIO()
    with pytest.raises(PassphraseShort):
        SealWriter(out, "渔村门牌1号院东屋", Entropy(4))
    assert out.getvalue() == b""


def test_the_same_backup_locked_twice_shares_no_key():
    out = io.BytesIO()
    writer = SealWriter(out, SECRET, Entropy(5))
    writer.write(b"names")
    writer.close()
    assert chunks(out.getvalue())[1][0] != chunks(sealed(b"names"))[1][0]


def test_chunks_cut_off_moved_doubled_or_joined_on_are_damage():
    start, found = chunks(sealed(Entropy(9)(3 * CHUNK)))
    first, one, two, three, last = found
    for wrong in (
        [first, one, two, three],
        [first, one, two, last],
        [first, two, one, three, last],
        [first, one, one, two, three, last],
        [first, one, two, three[:-1]],
        [first, one, two, three, last, b"x"],
        [first, one, two, three, last, last],
        [first, last],
        [],
    ):
        with pytest.raises(SealDamaged):
            opened(start + b"".join(wrong))


@pytest.mark.parametrize(
    "change",
    [
        {"memory_kib": 1 << 30},
        {"time": 1 << 30},
        {"lanes": 0},
        {"kdf": "none"},
        {"salt": ""},
        {"more": 1},
    ],
)
def test_a_head_that_asks_for_nonsense_is_refused_before_any_work(change):
    start, found = chunks(sealed(b"names"))
    head = json.dumps(json.loads(start[len(MAGIC) + 2 :]) | change).encode()
    with pytest.raises(SealDamaged):
        opened(MAGIC + len(head).to_bytes(2, "big") + head + b"".join(found))


def test_a_head_that_asks_for_less_work_opens_nothing():
    """A key for the very head: whoever makes guessing cheaper makes another key."""
    start, found = chunks(sealed(b"names"))
    head = json.dumps(json.loads(start[len(MAGIC) + 2 :]) | {"time": 1}).encode()
    with pytest.raises(WrongPassphrase):
        opened(MAGIC + len(head).to_bytes(2, "big") + head + b"".join(found))
