"""The attachments of a backup: a folder beside it that several backups share, each file sealed by itself, copied once.

``attachments-<name>/head`` holds the folder's key inside the seal of the passphrase (``sealed.py``); a backup by
another passphrase finds no head it can open and begins a folder of its own. A file lies under a name that only who has
the key can tell from its hash, in chunks (``sync.bundle.seal``) by a key of its own. ``attachments-plain`` has no key:
there the files lie as they are. What bears its name is whole: it was written beside it, made durable, read again, then
named.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.faults import SurroundingsFault
from domain.files import is_hash
from sync.blobs.slots import sync_folder
from sync.bundle.seal import CHUNK, KEY, TAG, Chunks, SealBroken
from sync.server.file import surroundings
from sync.server.files import FileStore, disk
from sync.server.sealed import MAGIC, SealDamaged, SealReader, SealWriter, WrongPassphrase

PREFIX: Final = "attachments-"
PLAIN: Final = "attachments-plain"
HEAD: Final = "head"
_INFO: Final = b"xinfang-backup-file-1\x00"
_LISTED: Final = 2000
"""Files named in one frame."""


class Kept(msgspec.Struct, forbid_unknown_fields=True, frozen=True, array_like=True):
    """One attachment: its SHA-256, its bytes, and the stations that had them (``FileStore``)."""

    hash: str
    size: int
    stations: list[str]


class Attachments(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag="attachments"):
    """A frame of a backup: some of the attachments that belong to it."""

    folder: str
    """Beside the backup; empty where the attachments were left out."""
    files: list[Kept]


class Shelf:
    """A folder of sealed attachments. Adds, never takes away: several backups rest on it."""

    def __init__(self, folder: Path, key: bytes | None) -> None:
        self.folder, self._key = folder, key
        self.copied = 0
        """Files written here by this backup."""

    def path(self, digest: str) -> Path:
        """Where a file lies here."""
        name = digest if self._key is None else hmac.digest(self._key, digest.encode("ascii"), "sha256").hex()
        return self.folder / name[:2] / name

    def holds(self, digest: str, size: int) -> bool:
        """Whether a file lies here, as long as it should be. It got its name only when it was read again."""
        try:
            return self.path(digest).stat().st_size == self._length(size)
        except FileNotFoundError:
            return False

    def sound(self, digest: str, size: int) -> bool:
        """Whether it is whole; reads it through."""
        found = hashlib.sha256()
        try:
            for piece in self.read(digest, size):
                found.update(piece)
        except (SealBroken, FileNotFoundError):
            return False
        return found.hexdigest() == digest

    def keep(self, source: Path, digest: str, size: int) -> bool:
        """Copy a file, durably, and read it again; False when its bytes are not what its name says.

        Then nothing of it is sealed: its key is for the true bytes alone. Raises SurroundingsFault ``disk_full``,
        ``backup_unsound`` …
        """
        with disk(), source.open("rb") as plain:
            if hashlib.file_digest(plain, "sha256").hexdigest() != digest:
                return False
        target = self.path(digest)
        fresh = target.with_name(target.name + ".part")
        seal = self._chunks(digest)
        with disk():
            target.parent.mkdir(exist_ok=True)
            with source.open("rb") as plain, os.fdopen(_new(fresh), "wb") as file:
                left = size
                while left > 0 and (piece := plain.read(min(CHUNK, left))):
                    left -= len(piece)
                    file.write(piece if seal is None else seal.seal(piece, last=left == 0))
                _settle(file)
            self._drop_from_memory(fresh)
            again = hashlib.sha256()
            try:
                for piece in self._opened(fresh, digest, size):
                    again.update(piece)
            except SealBroken:
                again = hashlib.sha256()
            if again.hexdigest() != digest:
                raise SurroundingsFault("backup_unsound", facts={"file": fresh.name})
            fresh.replace(target)
            sync_folder(target.parent)
        self.copied += 1
        return True

    def read(self, digest: str, size: int) -> Iterator[bytes]:
        """A file, piece by piece. Raises SealBroken for anything else, FileNotFoundError."""
        return self._opened(self.path(digest), digest, size)

    def _opened(self, path: Path, digest: str, size: int) -> Iterator[bytes]:
        seal, left = self._chunks(digest), size
        more = 0 if seal is None else TAG
        with path.open("rb") as file:
            while left > 0:
                length = min(CHUNK, left)
                left -= length
                sealed = file.read(length + more)
                if len(sealed) < length + more:
                    raise SealBroken
                yield sealed if seal is None else seal.open(sealed, last=left == 0)
            if file.read(1):
                raise SealBroken

    def _chunks(self, digest: str) -> Chunks | None:
        """By a key for this file alone: written twice, it is the same bytes, and no key seals two texts."""
        if self._key is None:
            return None
        return Chunks(HKDF(SHA256(), KEY, None, _INFO + bytes.fromhex(digest)).derive(self._key))

    def _length(self, size: int) -> int:
        return size if self._key is None else size + TAG * -(-size // CHUNK)

    def _drop_from_memory(self, path: Path) -> None:
        """So that reading it again asks the disk, where the system can be told."""
        if hasattr(os, "posix_fadvise"):
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def shelf_for(beside: Path, passphrase: str | None, entropy: Callable[[int], bytes]) -> Shelf:
    """The folder this passphrase opens, or a new one. Raises SurroundingsFault."""
    with surroundings():
        if passphrase is None:
            (beside / PLAIN).mkdir(mode=0o700, exist_ok=True)
            return Shelf(beside / PLAIN, None)
        for head in sorted(beside.glob(f"{PREFIX}*/{HEAD}")):
            try:
                return Shelf(head.parent, _key(head, passphrase))
            except (WrongPassphrase, SealDamaged):
                continue
        folder, key = beside / f"{PREFIX}{entropy(4).hex()}", entropy(KEY)
        folder.mkdir(mode=0o700)
        fresh = folder / f"{HEAD}.part"
        with os.fdopen(_new(fresh), "wb") as file:
            sealed = SealWriter(file, passphrase, entropy)
            sealed.write(key)
            sealed.close()
            _settle(file)
        fresh.replace(folder / HEAD)
        sync_folder(folder)
        sync_folder(beside)
    return Shelf(folder, key)


def shelf_named(beside: Path, name: str, passphrase: str) -> Shelf | None:
    """The folder a backup names; None when it is not there or is another's."""
    if name == PLAIN:
        return Shelf(beside / name, None)
    try:
        return Shelf(beside / Path(name).name, _key(beside / Path(name).name / HEAD, passphrase))
    except (WrongPassphrase, SealDamaged, OSError):
        return None


def keep_all(files: FileStore, shelf: Shelf, *, read_all: bool = False) -> tuple[list[Kept], list[str]]:
    """Every whole file of the county on the shelf: what lies there now, and those whose bytes are not what they should.

    What lies there whole is not copied again; ``read_all`` reads it through first.
    """
    found: list[Kept] = []
    differing: list[str] = []
    for path in sorted(files.folder.glob("??/*")):
        digest = path.name
        if not is_hash(digest):
            continue
        size = path.stat().st_size
        there = shelf.holds(digest, size) and (not read_all or shelf.sound(digest, size))
        if there or shelf.keep(path, digest, size):
            found.append(Kept(digest, size, sorted(files.bringers(digest))))
        else:
            differing.append(digest)
    return found, differing


def frames_of(shelf: Shelf, kept: list[Kept]) -> Iterator[Attachments]:
    """What a backup says of its attachments; at least one frame."""
    for start in range(0, max(len(kept), 1), _LISTED):
        yield Attachments(folder=shelf.folder.name, files=kept[start : start + _LISTED])


class Return:
    """Brings the attachments a backup names back into a county's folder. What is not there, stations will bring."""

    def __init__(self, beside: Path, folder: Path, passphrase: Callable[[], str]) -> None:
        """``beside``: where the backup lies. ``folder``: the county's folder of files."""
        self._beside, self._files, self._passphrase = beside, FileStore(folder), passphrase
        self._shelves: dict[str, Shelf | None] = {}
        self.back, self.lacking = 0, 0
        self.left_out = True
        """The backup holds none: they were left out, or it is of a release that kept none."""

    def take(self, frame: Attachments) -> None:
        """The files of one frame, each verified before it is named."""
        if not frame.folder:
            return
        self.left_out = False
        if frame.folder not in self._shelves:
            secret = "" if frame.folder == PLAIN else self._passphrase()
            self._shelves[frame.folder] = shelf_named(self._beside, frame.folder, secret)
        shelf = self._shelves[frame.folder]
        for kept in frame.files:
            if shelf is not None and is_hash(kept.hash) and self._bring(shelf, kept):
                self.back += 1
            else:
                self.lacking += 1

    def _bring(self, shelf: Shelf, kept: Kept) -> bool:
        target = self._files.path(kept.hash)
        fresh = target.with_suffix(".whole")
        found = hashlib.sha256()
        with disk():
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with fresh.open("wb") as file:
                    for piece in shelf.read(kept.hash, kept.size):
                        found.update(piece)
                        file.write(piece)
                    _settle(file)
            except (SealBroken, FileNotFoundError):
                fresh.unlink(missing_ok=True)
                return False
            if found.hexdigest() != kept.hash:
                fresh.unlink()
                return False
            for station in kept.stations:
                self._files.note_bringer(kept.hash, station)
            fresh.replace(target)
            sync_folder(target.parent)
        return True


def _key(head: Path, passphrase: str) -> bytes:
    with head.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise SealDamaged
        key = SealReader(file, passphrase).read(KEY + 1)
    if len(key) != KEY:
        raise SealDamaged
    return key


def _new(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
