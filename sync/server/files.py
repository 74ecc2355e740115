"""The county's files: their bytes on disk by hash, whole only when verified, and the answers to requests about them."""

from __future__ import annotations

import asyncio
import base64
import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from domain.faults import SurroundingsFault
from domain.files import PIECE_BYTES, is_hash
from sync.blobs import Checked, Shape, SlotFile, held_bits
from sync.blobs.slots import sync_folder
from sync.log.feed import CountyFeed
from sync.server.file_index import Claims, FileIndex

RESERVE: Final = 256 << 20
"""Bytes that stay free for acts: no piece is taken where less is left."""
MOST_LACKING: Final = 500
FILES: Final = "files"
"""Their folder in the county's data folder."""
PARTS: Final = "parts"
T = TypeVar("T")


class FileStore:
    """The bytes: a plain file by hash once it is whole and verified, before that slots for each station apart.

    Apart, so that a station that brings wrong pieces spoils its own copy only. Beside a whole file lies
    ``<hash>.from``: the stations that had its bytes, by bringing them or by being shown them. It goes where the bytes
    go: a county put back without its files has forgotten both.
    """

    def __init__(self, folder: Path, reserve: int = RESERVE) -> None:
        self.folder, self._reserve = folder, reserve
        self._held: dict[tuple[str, str], set[int]] = {}

    def path(self, digest: str) -> Path:
        """Where a whole file lies."""
        return self.folder / digest[:2] / digest

    def whole(self, digest: str) -> bool:
        """Whether the file is there: it gets its name only after its hash was verified."""
        return self.path(digest).is_file()

    def bringers(self, digest: str, first: str = "") -> set[str]:
        """The stations that had the bytes of a whole file. ``first`` stands in for files of earlier releases.

        Those kept no such note: there it is the station that named the file before any other, and that is noted now.
        """
        try:
            found = {line for line in self._from(digest).read_text("ascii").split("\n") if line}
        except FileNotFoundError:
            found = set()
        if not found and first and self.whole(digest):
            self.note_bringer(digest, first)
            found = {first}
        return found

    def note_bringer(self, digest: str, station: str) -> None:
        """A station had these bytes: acts of its own that name them open the file to whoever is shown them."""
        found = self.bringers(digest)
        if station in found:
            return
        target = self._from(digest)
        fresh = target.with_suffix(".new")
        with disk():
            target.parent.mkdir(parents=True, exist_ok=True)
            with fresh.open("w", encoding="ascii") as file:
                file.write("".join(f"{each}\n" for each in sorted({*found, station})))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(target)
            sync_folder(target.parent)

    def open_to(self, digest: str, station: str, claims: Claims) -> bool:
        """Whether a whole file is served to a station: it had the bytes, or is shown an act of one that had them.

        To name a hash in an act of one's own is not enough: whoever only knows the hash is answered as if nothing were
        here, and may bring the bytes.
        """
        if not claims.named or not self.whole(digest):
            return False
        had = self.bringers(digest, claims.first)
        if station in had:
            return True
        if had.isdisjoint(claims.authors):
            return False
        if claims.size is not None:  # shown the bytes, it may pass them on in the act of its own
            self.note_bringer(digest, station)
        return True

    def held(self, shape: Shape, station: str) -> set[int]:
        """The pieces this station has brought so far, read from what the slots prove."""
        key = (shape.hash, station)
        if key not in self._held:
            self._held[key] = self._part(shape, station).held()
        return self._held[key]

    def put(self, shape: Shape, station: str, index: int, data: bytes) -> bool:
        """Keep a piece; with the last one the file is verified and named. True when it is whole.

        Raises ValueError, IndexError for no such piece; SurroundingsFault ``disk_full``; FileDiffers when all pieces
        are there and are not the file: then none of them is kept.
        """
        if self.whole(shape.hash) and station in self.bringers(shape.hash):
            return True
        held = self.held(shape, station)
        part = self._part(shape, station)
        with disk():
            part.path.parent.mkdir(parents=True, exist_ok=True)
            left = (shape.pieces - len(held)) * PIECE_BYTES + shape.size  # the plain file is written beside the slots
            if shutil.disk_usage(part.path.parent).free < self._reserve + left:
                raise SurroundingsFault("disk_full")
            part.write(index, data)
            held.add(index)
            return len(held) == shape.pieces and self._finish(shape, station, part)

    def piece(self, digest: str, index: int) -> bytes:
        """A piece of a whole file; raises IndexError for none, FileNotFoundError."""
        path = self.path(digest)
        shape = Shape(digest, path.stat().st_size)
        length = shape.length(index)
        with path.open("rb") as file:
            file.seek(index * PIECE_BYTES)
            return file.read(length)

    def sound(self) -> tuple[int, list[str]]:
        """How many whole files lie here, and the hashes of those whose bytes are not what their name says."""
        count, differing = 0, []
        for path in sorted(self.folder.glob("??/*")):
            if not is_hash(path.name):
                continue
            count += 1
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != path.name:
                    differing.append(path.name)
        return count, differing

    def _finish(self, shape: Shape, station: str, part: SlotFile) -> bool:
        target = self.path(shape.hash)
        target.parent.mkdir(exist_ok=True)
        fresh = part.path.with_suffix(".whole")
        digest, torn = hashlib.sha256(), set()
        with fresh.open("wb") as file:
            for index, piece in enumerate(part.pieces()):
                if piece is None:
                    torn.add(index)
                    continue
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if torn:  # a slot was damaged on the disk: only that piece comes again
            fresh.unlink()
            self.held(shape, station).difference_update(torn)
            return False
        self._held.pop((shape.hash, station), None)
        if digest.hexdigest() != shape.hash:
            fresh.unlink()
            part.path.unlink()
            raise FileDiffers
        self.note_bringer(shape.hash, station)
        fresh.replace(target)
        sync_folder(target.parent)
        sync_folder(self.folder)
        part.path.unlink()
        return True

    def _from(self, digest: str) -> Path:
        return self.path(digest).with_suffix(".from")

    def _part(self, shape: Shape, station: str) -> SlotFile:
        name = f"{shape.hash}.{shape.size}.{hashlib.sha256(station.encode()).hexdigest()[:16]}"
        return SlotFile(self.folder / PARTS / name, shape, Checked())


class CountyFiles:
    """The county's files as one thing: their bytes, and which acts name them."""

    def __init__(self, folder: Path, db: Any, feed: CountyFeed, transaction: Callable[[], Any]) -> None:
        self.store = FileStore(folder)
        self.index = FileIndex(db, feed, transaction)


class FileDiffers(Exception):
    """All pieces are there and are not the file their hash names."""


class disk:  # noqa: N801 - used as ``with disk():``
    """Name what the disk did."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            raise SurroundingsFault("disk_full" if full else "read_only") from error


_PATH: Final = re.compile(r"/v1/file(?:/([0-9a-f]{64})(?:/(\d{1,6}))?)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request about files, its signature verified by the caller."""

    method: str
    station: str
    scopes: tuple[str, ...]
    digest: str
    index: int | None
    body: bytes


def read_path(path: str) -> tuple[str, int | None] | None:
    """(hash, piece) a path names; an empty hash for the list of what is lacking; None for none of ours."""
    found = _PATH.fullmatch(path)
    return None if found is None else (found[1] or "", int(found[2]) if found[2] else None)


class FileDesk:
    """Answers requests about files: rights on the database's lane, bytes on a thread of their own."""

    def __init__(self, store: FileStore, index: FileIndex) -> None:
        self.store, self._index = store, index
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="county-files")

    def close(self) -> None:
        """Finish the piece in hand."""
        self._thread.shutdown(wait=True)

    async def answer(self, asked: Asked, on_lane: Callable[[Callable[[], Any]], Any]) -> dict[str, object] | bytes:
        """The answer's JSON, or a piece's bytes. Raises FileRefused, SurroundingsFault."""
        while await on_lane(self._index.follow):
            pass
        if not asked.digest:
            return {"files": await self._lacking(asked, on_lane)}
        claims = await on_lane(lambda: self._index.claims(asked.digest, asked.station, asked.scopes))
        if asked.method == "PUT":
            size = claims.size
            if size is None or asked.index is None:
                raise FileRefused("file_not_yours", 403)
            shape, index = Shape(asked.digest, size), asked.index
            return await self._off(lambda: self._put(shape, index, asked, claims))
        if not claims.named:
            raise FileRefused("file_not_yours", 403)
        index_asked = asked.index
        if index_asked is not None:
            return await self._off(lambda: self._get(asked, index_asked, claims))
        return await self._off(lambda: self._told(asked, claims))

    async def _off(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _lacking(self, asked: Asked, on_lane: Callable[[Callable[[], Any]], Any]) -> list[str]:
        named = await on_lane(lambda: self._index.named_by(asked.station))
        doubtful = await self._off(lambda: self._not_from(asked.station, named))
        found = await on_lane(lambda: self._index.claims_on(doubtful, asked.station, asked.scopes))
        return await self._off(lambda: lacking(self.store, asked.station, found))

    def _not_from(self, station: str, named: list[str]) -> list[str]:
        store = self.store
        return [digest for digest in named if not (store.whole(digest) and station in store.bringers(digest))]

    def _put(self, shape: Shape, index: int, asked: Asked, claims: Claims) -> dict[str, object]:
        try:
            self.store.put(shape, asked.station, index, asked.body)
        except (ValueError, IndexError):
            raise FileRefused("bad_piece", 400) from None
        except FileDiffers:
            raise FileRefused("file_differs", 422) from None
        return self._told(asked, claims, brief=True)

    def _get(self, asked: Asked, index: int, claims: Claims) -> bytes:
        if not self.store.open_to(asked.digest, asked.station, claims):
            raise FileRefused("file_not_there", 404)
        try:
            return self.store.piece(asked.digest, index)
        except IndexError:
            raise FileRefused("bad_piece", 400) from None
        except FileNotFoundError:
            raise FileRefused("file_not_there", 404) from None

    def _told(self, asked: Asked, claims: Claims, *, brief: bool = False) -> dict[str, object]:
        if self.store.open_to(asked.digest, asked.station, claims):
            return {"size": self.store.path(asked.digest).stat().st_size, "whole": True}
        if claims.size is None:
            raise FileRefused("file_not_there", 404)
        shape = Shape(asked.digest, claims.size)
        held = b"" if brief else held_bits(shape, self.store.held(shape, asked.station))
        return {"size": shape.size, "whole": False, "held": base64.b64encode(held).decode()}


def lacking(store: FileStore, station: str, claims: Mapping[str, Claims]) -> list[str]:
    """Files a station names that the county does not hold whole as far as this station may know."""
    return [digest for digest, each in claims.items() if not store.open_to(digest, station, each)][:MOST_LACKING]


class FileRefused(Exception):
    """The county does not serve this request about a file: ``code`` is stable, ``status`` the HTTP status."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code, self.status = code, status
