"""A file on disk as slots, one for each piece: every slot proves itself, so a torn or lost write is a missing piece."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from domain.files import PIECE_BYTES
from sync.blobs.pieces import Shape

_NONCE: Final = 12
_TAG: Final = 16
_SUM: Final = 32


class Box(Protocol):
    """How a piece lies in its slot: longer by ``more`` bytes, and telling by itself whether it is whole."""

    more: int

    def put(self, shape: Shape, index: int, data: bytes) -> bytes:
        """The bytes of the slot."""

    def take(self, shape: Shape, index: int, slot: bytes) -> bytes | None:
        """The piece, or None for anything else."""


class Sealed:
    """Encrypted and bound to its file and place (ChaCha20-Poly1305 under the file's own key)."""

    more: int = _NONCE + _TAG

    def __init__(self, key: bytes, entropy: Callable[[int], bytes]) -> None:
        self._cipher = ChaCha20Poly1305(key)
        self._entropy = entropy

    def put(self, shape: Shape, index: int, data: bytes) -> bytes:
        """Sealed under a fresh nonce: a piece that came wrong and comes again never shares one."""
        nonce = self._entropy(_NONCE)
        return nonce + self._cipher.encrypt(nonce, data, _place(shape, index))

    def take(self, shape: Shape, index: int, slot: bytes) -> bytes | None:
        """Opened, or None."""
        try:
            return self._cipher.decrypt(slot[:_NONCE], slot[_NONCE:], _place(shape, index))
        except (InvalidTag, ValueError):
            return None


class Checked:
    """Plain, with a SHA-256 over place and bytes in front."""

    more: int = _SUM

    def put(self, shape: Shape, index: int, data: bytes) -> bytes:
        """With its sum."""
        return hashlib.sha256(_place(shape, index) + data).digest() + data

    def take(self, shape: Shape, index: int, slot: bytes) -> bytes | None:
        """The bytes when the sum holds."""
        data = slot[_SUM:]
        return data if hashlib.sha256(_place(shape, index) + data).digest() == slot[:_SUM] else None


def _place(shape: Shape, index: int) -> bytes:
    return b"xinfang-piece-1" + bytes.fromhex(shape.hash) + shape.size.to_bytes(8, "big") + index.to_bytes(4, "big")


class SlotFile:
    """One file as slots. Nothing is trusted but what a slot proves: no list of pieces is kept beside it.

    Methods raise OSError as it comes; whoever calls says what that means.
    """

    def __init__(self, path: Path, shape: Shape, box: Box) -> None:
        self.path, self.shape, self._box = path, shape, box

    def write(self, index: int, data: bytes) -> None:
        """Put a piece into its slot; the same piece twice is the same piece. Not durable before :meth:`settle`."""
        if len(data) != self.shape.length(index):
            raise ValueError("a piece of another length")
        slot = self._box.put(self.shape, index, data)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            os.lseek(handle, self._start(index), os.SEEK_SET)
            left = memoryview(slot)
            while left:
                left = left[os.write(handle, left) :]
        finally:
            os.close(handle)

    def write_whole(self, data: bytes) -> None:
        """Write every piece, and make it durable."""
        with self.path.open("wb") as file:
            self.path.chmod(0o600)
            for index, piece in self.shape.cut(data):
                file.write(self._box.put(self.shape, index, piece))
            file.flush()
            os.fsync(file.fileno())

    def read(self, index: int) -> bytes | None:
        """A piece, or None when it is not there or not whole."""
        length = self.shape.length(index)
        try:
            with self.path.open("rb") as file:
                file.seek(self._start(index))
                slot = file.read(length + self._box.more)
        except FileNotFoundError:
            return None
        return self._box.take(self.shape, index, slot) if len(slot) == length + self._box.more else None

    def pieces(self) -> Iterator[bytes | None]:
        """Every piece in order, None where one is missing."""
        try:
            with self.path.open("rb") as file:
                for index in range(self.shape.pieces):
                    length = self.shape.length(index)
                    slot = file.read(length + self._box.more)
                    whole = len(slot) == length + self._box.more
                    yield self._box.take(self.shape, index, slot) if whole else None
        except FileNotFoundError:
            for _ in range(self.shape.pieces):
                yield None

    def held(self) -> set[int]:
        """The pieces that are there and whole; reads the file through."""
        return {index for index, piece in enumerate(self.pieces()) if piece is not None}

    def sound(self) -> bool:
        """Whether all pieces are there and together are the file the hash names."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            if piece is None:
                return False
            digest.update(piece)
        return digest.hexdigest() == self.shape.hash

    def whole(self) -> bytes | None:
        """The file, or None unless it is the one the hash names."""
        parts: list[bytes] = []
        for piece in self.pieces():
            if piece is None:
                return None
            parts.append(piece)
        data = b"".join(parts)
        return data if hashlib.sha256(data).hexdigest() == self.shape.hash else None

    def settle(self, target: Path) -> None:
        """Make it durable and give it its name: fsync, rename, fsync of the folder."""
        with self.path.open("rb+") as file:
            os.fsync(file.fileno())
        self.path.replace(target)
        sync_folder(target.parent)

    def _start(self, index: int) -> int:
        return index * (PIECE_BYTES + self._box.more)


def sync_folder(path: Path) -> None:
    """Make names that were just made in a folder survive a power cut."""
    if os.name != "nt":  # there a folder cannot be opened, and NTFS logs the rename
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
