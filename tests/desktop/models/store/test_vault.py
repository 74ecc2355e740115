"""The vault: sealed, durable, named by keyed names, honest about damage, a full disk and pieces that came."""

from __future__ import annotations

import hashlib
import secrets
import subprocess
from pathlib import Path

import pytest

from desktop.models.store.vault import Vault
from domain.faults import SurroundingsFault
from domain.files import PIECE_BYTES
from sync.blobs import Shape

KEY = b"k" * 32


def shape_of(data: bytes) -> Shape:
    return Shape(hashlib.sha256(data).hexdigest(), len(data))


def vault(folder: Path, key: bytes = KEY) -> Vault:
    return Vault(folder / "files", key, secrets.token_bytes)


def code(doing) -> str:
    with pytest.raises(SurroundingsFault) as caught:
        doing()
    return caught.value.code


def test_a_file_is_kept_sealed_and_read_back(tmp_path):
    data = "补偿款领取表".encode() * 20_000
    shape = shape_of(data)
    kept = vault(tmp_path)
    assert not kept.has(shape)
    assert code(lambda: kept.read(shape)) == "file_not_here"
    kept.keep(shape, data)
    kept.keep(shape, data)
    assert kept.read(shape) == data
    assert kept.sound(shape)
    (file,) = (path for path in (tmp_path / "files").rglob("*") if path.is_file())
    assert "补偿款".encode() not in file.read_bytes()
    assert shape.hash[:8] not in str(file)
    assert file.stat().st_mode & 0o077 == 0
    assert code(lambda: vault(tmp_path, b"l" * 32).read(shape)) == "file_not_here"


def test_damage_is_found_and_keeping_the_file_again_mends_it(tmp_path):
    data = secrets.token_bytes(3 * PIECE_BYTES)
    shape, kept = shape_of(data), vault(tmp_path)
    kept.keep(shape, data)
    (file,) = (path for path in (tmp_path / "files").rglob("*.blob"))
    raw = bytearray(file.read_bytes())
    raw[PIECE_BYTES + 300] ^= 1
    file.write_bytes(raw)
    assert not kept.sound(shape)
    assert code(lambda: kept.read(shape)) == "file_damaged_here"
    assert code(lambda: kept.piece(shape, 1)) == "file_damaged_here"
    assert kept.piece(shape, 0) == data[:PIECE_BYTES]
    kept.keep(shape, data)
    assert kept.read(shape) == data


def test_pieces_that_came_wait_for_the_rest_and_wrong_ones_never_become_a_file(tmp_path):
    data = secrets.token_bytes(2 * PIECE_BYTES + 9)
    shape, kept = shape_of(data), vault(tmp_path)
    pieces = dict(shape.cut(data))
    kept.take(shape, 2, pieces[2])
    assert vault(tmp_path).held(shape) == {2}
    kept.take(shape, 0, pieces[0])
    kept.take(shape, 1, secrets.token_bytes(PIECE_BYTES))
    assert not kept.finish(shape)
    assert kept.held(shape) == set()
    assert not kept.has(shape)
    for index, piece in pieces.items():
        kept.take(shape, index, piece)
    assert kept.finish(shape)
    assert kept.read(shape) == data


def test_a_full_disk_keeps_nothing_of_a_file_that_does_not_fit(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small)], capture_output=True).returncode:
        pytest.skip("a 2 MB disk can only be mounted by root")
    try:
        kept, data = vault(small), secrets.token_bytes(3 << 20)
        assert code(lambda: kept.keep(shape_of(data), data)) == "disk_full"
        assert not kept.has(shape_of(data))
        assert not [path for path in small.rglob("*") if path.is_file()]
        fits = secrets.token_bytes(1 << 20)
        kept.keep(shape_of(fits), fits)
        assert kept.read(shape_of(fits)) == fits
    finally:
        subprocess.run(["umount", "--lazy", str(small)], check=True)
