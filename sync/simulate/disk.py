"""A disk that can be cut off in the middle of a write: files in memory under an SQLite VFS that loses unsynced writes.

A file is its durable bytes and the list of writes since the last sync. A power cut keeps, loses or tears each of those
writes by itself, so that a later one may survive an earlier one. The only module that knows apsw.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any, Final

import apsw

from sync.simulate.accidents import PowerCut

SECTOR: Final = 512
"""Bytes that reach the disk together: a torn write ends on such a border."""
VFS_NAME: Final = "xinfang-simulated"


@dataclass(slots=True)
class _File:
    """``live`` is what the running machine reads; ``durable`` with some of ``unsynced`` is what a cut leaves."""

    live: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    unsynced: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, bytes written there), or (new length, None) for a truncation."""

    def write(self, offset: int, data: bytes) -> None:
        _put(self.live, offset, data)
        self.unsynced.append((offset, data))

    def truncate(self, size: int) -> None:
        del self.live[size:]
        self.unsynced.append((size, None))

    def sync(self) -> None:
        self.durable = bytearray(self.live)
        self.unsynced.clear()

    def after_cut(self, chance: random.Random) -> bytearray:
        """What lies there after the cut; how careless the disk was is drawn once for the whole list."""
        left = bytearray(self.durable)
        kept, torn = chance.choice(((0.0, 0.0), (1.0, 0.0), (0.5, 0.0), (0.5, 0.5)))
        for offset, data in self.unsynced:
            if chance.random() >= kept:
                continue
            if data is None:
                del left[offset:]
                continue
            if len(data) > SECTOR and chance.random() < torn:
                _put(left, offset, data[: chance.randrange(0, len(data), SECTOR)])
            else:
                _put(left, offset, data)
        return left


def _put(target: bytearray, offset: int, data: bytes) -> None:
    if len(target) < offset:
        target.extend(bytes(offset - len(target)))
    target[offset : offset + len(data)] = data


class Disk:
    """The files of one machine, the count of writes and syncs so far, and the faults that wait for it."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self._files = {name: _File(bytearray(data), bytearray(data)) for name, data in (files or {}).items()}
        self.steps = 0
        """Writes, syncs, truncations and deletions so far: the places where a power cut can fall."""
        self.cut_at: int | None = None
        self.room: int | None = None
        """Bytes that files may still grow together; None is enough room."""
        self.broken_at: int | None = None
        """The step that answers with an input/output error, once."""
        self.dead = False
        self.wounds = 0
        """Full-disk and input/output errors answered."""
        _disks[id(self)] = self

    def path(self, name: str) -> str:
        """The name under which SQLite opens a file of this disk."""
        return f"/{id(self)}/{name}"

    def forget(self) -> None:
        """Take the disk off the list of disks SQLite can open."""
        _disks.pop(id(self), None)

    # faults ------------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One write or sync is about to happen; raises PowerCut or an input/output error when its time has come."""
        self.check()
        self.steps += 1
        if self.cut_at is not None and self.steps >= self.cut_at:
            self.dead = True
            raise PowerCut
        if self.broken_at is not None and self.steps >= self.broken_at:
            self.broken_at = None
            self.wounds += 1
            raise apsw.IOError("simulated")

    def check(self) -> None:
        """Raises PowerCut on a dead machine."""
        if self.dead:
            raise PowerCut

    def grow(self, more: int) -> None:
        """Take room; raises SQLITE_FULL when there is none."""
        if self.room is not None and more > 0:
            if more > self.room:
                self.wounds += 1
                raise apsw.FullError("simulated")
            self.room -= more

    def after_cut(self, chance: random.Random) -> Disk:
        """The disk as the next start finds it."""
        return Disk({name: bytes(self._files[name].after_cut(chance)) for name in sorted(self._files)})

    def copy(self) -> Disk:
        """A faithful copy of everything as the running machine sees it."""
        return Disk({name: bytes(file.live) for name, file in self._files.items()})

    # small files (fence, key): written beside, synced, renamed ----------------------------------------------------

    def keep(self, name: str, data: bytes) -> None:
        """Write a small file durably: to a new name, synced, renamed, the folder synced. Each step may be the last."""
        file = _File()
        self.step()
        file.write(0, data)
        self.step()
        file.sync()
        self.step()
        self._files[name] = file

    def read(self, name: str) -> bytes | None:
        """A small file, or None."""
        file = self._files.get(name)
        return None if file is None else bytes(file.live)

    # what the VFS asks -------------------------------------------------------------------------------------------

    def open(self, name: str) -> _File:
        """A file, made when it is not there."""
        self.check()
        return self._files.setdefault(name, _File())

    def has(self, name: str) -> bool:
        """True when the file is there."""
        return name in self._files

    def delete(self, name: str) -> None:
        """Remove a file, durably at once (SQLite asks for a synced folder)."""
        if not self.dead:
            self.step()
            self._files.pop(name, None)


_disks: dict[int, Disk] = {}


class _Handle:
    """One open file, as SQLite calls it."""

    def __init__(self, disk: Disk, name: str) -> None:
        self._disk = disk
        self._name = name
        self._file = disk.open(name)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._file.live[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self._disk.dead:
            return
        try:
            self._disk.step()
        except PowerCut:
            self._file.unsynced.append((offset, bytes(data)))  # it was on its way: the cut decides what came of it
            raise
        self._disk.grow(offset + len(data) - len(self._file.live))
        self._file.write(offset, bytes(data))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        if not self._disk.dead:
            self._disk.step()
            self._file.truncate(size)

    def xSync(self, _flags: int) -> None:  # noqa: N802
        if not self._disk.dead:
            self._disk.step()
            self._file.sync()

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._file.live)

    def xLock(self, _level: int) -> None:  # noqa: N802
        return

    def xUnlock(self, _level: int) -> None:  # noqa: N802
        return

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, _op: int, _pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0  # promises nothing: writes may tear and pass one another

    def xClose(self) -> None:  # noqa: N802
        return


class _Vfs(apsw.VFS):
    def __init__(self) -> None:
        super().__init__(VFS_NAME, base="")

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> Any:  # noqa: N802
        flags[1] = flags[0]
        if name is None:
            raise apsw.CantOpenError("temporary files are kept in memory")
        path = name if isinstance(name, str) else name.filename()
        return _Handle(*_place(path))

    def xDelete(self, name: str, _sync_folder: bool) -> None:  # noqa: N802
        disk, short = _place(name)
        disk.delete(short)

    def xAccess(self, name: str, _flags: int) -> bool:  # noqa: N802
        disk, short = _place(name)
        return disk.has(short)


def _place(path: str) -> tuple[Disk, str]:
    _, number, name = path.split("/", 2)
    return _disks[int(number)], name


_vfs: Final = _Vfs()
"""Kept for the life of the process: SQLite holds a pointer to it."""
