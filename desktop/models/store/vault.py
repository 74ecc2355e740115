"""The vault: attached files on this disk, sealed piece by piece under keys from the station's data key; no SQL here."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desktop.models.store.connection import fault_of_os_error, sync_directory
from domain.faults import SurroundingsFault
from sync.blobs import Sealed, Shape, SlotFile

ROOM_BYTES: Final = 500 << 20
"""With less free on the disk nothing is fetched: what is left belongs to recording."""


class Vault:
    """Files by hash. Safe to use from several lanes: each file is written by one of them, and read by any.

    The names on the disk are keyed: whoever has the disk and not the key cannot even tell whether a known file is here.
    """

    def __init__(self, folder: Path, data_key: bytes, entropy: Callable[[int], bytes]) -> None:
        self.folder, self._entropy = folder, entropy
        self._names = _derived(data_key, b"xinfang-file-names-1")
        self._files = _derived(data_key, b"xinfang-files-1")

    def has(self, shape: Shape) -> bool:
        """Whether the whole file is here."""
        return self._path(shape).is_file()

    def keep(self, shape: Shape, data: bytes) -> None:
        """Keep a file durably: tmp, fsync, rename, fsync of the folder. After this an act may name it.

        Raises SurroundingsFault ``disk_full``, ``read_only``, ``io_error``; then nothing of it is left.
        """
        target = self._path(shape)
        if self.has(shape) and self._slots(target, shape).sound():
            return
        fresh = target.with_suffix(".tmp")
        try:
            self._room(target)
            self._slots(fresh, shape).write_whole(data)
            fresh.replace(target)
            sync_directory(target.parent)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise fault_of_os_error(error, fresh) from error

    def read(self, shape: Shape, name: str = "") -> bytes:
        """The file, opened and verified. Raises SurroundingsFault ``file_not_here``, ``file_damaged_here``."""
        if not self.has(shape):
            raise SurroundingsFault("file_not_here", facts={"name": name})
        data = self._slots(self._path(shape), shape).whole()
        if data is None:
            raise SurroundingsFault("file_damaged_here", facts={"name": name})
        return data

    def sound(self, shape: Shape) -> bool:
        """Whether the file is here and its bytes are what its hash says."""
        return self._slots(self._path(shape), shape).sound()

    def piece(self, shape: Shape, index: int) -> bytes:
        """One piece of a whole file, to carry away. Raises SurroundingsFault as :meth:`read`."""
        piece = self._slots(self._path(shape), shape).read(index) if self.has(shape) else None
        if piece is None:
            raise SurroundingsFault("file_damaged_here" if self.has(shape) else "file_not_here")
        return piece

    # what is on its way here ---------------------------------------------------------------------------------------

    def held(self, shape: Shape) -> set[int]:
        """The pieces of a file that is being fetched; after a crash those that were written whole."""
        return self._slots(self._part(shape), shape).held()

    def take(self, shape: Shape, index: int, piece: bytes) -> None:
        """Keep a piece that came. Raises SurroundingsFault ``disk_full`` …"""
        part = self._part(shape)
        try:
            self._room(part)
            self._slots(part, shape).write(index, piece)
        except OSError as error:
            raise fault_of_os_error(error, part) from error

    def finish(self, shape: Shape) -> bool:
        """All pieces came: the file is verified and named. False when they are not the file; then none is kept."""
        part = self._part(shape)
        slots = self._slots(part, shape)
        try:
            if not slots.sound():
                part.unlink(missing_ok=True)
                return False
            slots.settle(self._path(shape))
        except OSError as error:
            raise fault_of_os_error(error, part) from error
        return True

    def copy_of(self, shape: Shape, folder: Path) -> Path:
        """Where the file lies in a copy of the vault."""
        return folder / self._path(shape).relative_to(self.folder)

    def _room(self, path: Path) -> None:
        if not path.parent.is_dir():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_directory(self.folder)
            sync_directory(self.folder.parent)

    def _path(self, shape: Shape) -> Path:
        name = hmac.new(self._names, bytes.fromhex(shape.hash), hashlib.sha256).hexdigest()
        return self.folder / name[:2] / f"{name}.blob"

    def _part(self, shape: Shape) -> Path:
        return self._path(shape).with_suffix(".part")

    def _slots(self, path: Path, shape: Shape) -> SlotFile:
        key = _derived(self._files, b"xinfang-file-1" + bytes.fromhex(shape.hash))
        return SlotFile(path, shape, Sealed(key, self._entropy))


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)
