"""Media as files: parts written under temporary names, synced, renamed, opened again and verified; and opened to read.

File names come from the caller alone; nothing inside a medium names a file.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from domain.faults import SurroundingsFault
from sync.blobs.slots import sync_folder
from sync.bundle.medium import MAX_PARTS, Frame, Header, MediumRefused, Reader, Writer, Written, cost
from sync.bundle.seal import KEY
from sync.log.chain import SigningKey

PART_LIMIT: Final = (2 << 30) - (1 << 20)
"""Bytes of one file: under 2 GB, so that every file system a stick may have can hold it."""
LARGEST_READ: Final = 2 << 30
"""A file beyond this is none of ours."""
Progress = Callable[[int], None]
"""Told the bytes handled so far, writing first and verifying after; raises :class:`Cancelled` to stop."""


class Cancelled(Exception):
    """The person who asked for the medium called it off; nothing is left of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file that was written and verified."""

    path: Path
    header: Header
    size: int
    hash: bytes
    """SHA-256 of its chunks: names this very medium in the ledger."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """Who writes and for whom."""

    key: SigningKey
    receiver: bytes
    """Raw X25519 public key."""
    entropy: Callable[[int], bytes]


def part_path(path: Path, part: int, parts: int) -> Path:
    """``report.xfs`` alone; ``report.1-3.xfs`` … where there are three."""
    return path if parts == 1 else path.with_name(f"{path.stem}.{part}-{parts}{path.suffix}")


def write_medium(
    path: Path, header: Header, frames: Iterable[Frame], sealing: Sealing,
    *, part_limit: int = PART_LIMIT, progress: Progress | None = None,
) -> list[Part]:  # fmt: skip
    """Write frames as one medium, in as many parts as needed; when this returns, every part was read back.

    ``header`` says everything but ``part`` and ``parts``. Raises SurroundingsFault ``medium_exists``, ``medium_full``,
    ``medium_read_only``, ``medium_missing``, ``medium_io_error``, ``medium_unsound``; Cancelled. Then no file of this
    medium is left under its name.
    """
    told = progress or (lambda _bytes: None)
    open_parts: list[tuple[Path, Written, Header]] = []
    temporary: list[Path] = []
    named: list[Path] = []
    with _faults(path):
        try:
            if path.exists() or part_path(path, 1, 2).exists():
                raise SurroundingsFault("medium_exists", facts={"file": path.name})
            writers = _written(path, header, frames, sealing, part_limit, told, temporary)
            open_parts.extend((each, written, final) for each, written, final in writers)
            done = sum(written.size for _, written, _ in open_parts)
            for each, written, final in open_parts:
                target = part_path(path, final.part, final.parts)
                if target.exists():
                    raise SurroundingsFault("medium_exists", facts={"file": target.name})
                each.replace(target)
                named.append(target)
                sync_folder(path.parent)
                _verify(target, written, told, done)
                done += written.size
        except BaseException:
            for each in (*temporary, *named):
                with suppress(OSError):
                    each.unlink(missing_ok=True)
            raise
    return [
        Part(target, final, written.size, written.body_hash)
        for target, (_, written, final) in zip(named, open_parts, strict=True)
    ]


def _written(
    path: Path, header: Header, frames: Iterable[Frame], sealing: Sealing, limit: int, told: Progress,
    temporary: list[Path],
) -> list[tuple[Path, Written, Header]]:  # fmt: skip
    """Every part under a temporary name, closed and synced."""
    longest = msgspec.structs.replace(header, part=MAX_PARTS, parts=MAX_PARTS)
    files: list[tuple[Path, BinaryIO, Writer]] = []
    done = 0
    try:
        for frame in _and_one(frames):
            if not files or (frame and files[-1][2].frames and files[-1][2].whole_size + cost(frame.data) > limit):
                if len(files) >= MAX_PARTS:
                    raise ValueError("more parts than a medium may have")
                done += files[-1][2].size if files else 0
                each = path.with_name(f"{path.name}.{len(files) + 1}.tmp")
                temporary.append(each)
                new = os.fdopen(os.open(each, _NEW, 0o600), "w+b")
                files.append((each, new, Writer(new, longest, sealing.entropy(KEY))))
            if frame:
                files[-1][2].add(frame)
                told(done + files[-1][2].size)
        found = []
        for number, (each, out, writer) in enumerate(files, start=1):
            final = msgspec.structs.replace(header, part=number, parts=len(files))
            written = writer.close(final, sealing.key, sealing.receiver)
            out.flush()
            os.fsync(out.fileno())
            found.append((each, written, final))
    finally:
        for _, each_out, _ in files:
            with suppress(OSError):  # what a full disk did not take at flush() it does not take here
                each_out.close()
    return found


def _and_one(frames: Iterable[Frame]) -> Iterator[Frame | None]:
    """The frames, and None at the end so that a medium without any has a part all the same."""
    yield from frames
    yield None


def _verify(path: Path, written: Written, told: Progress, done: int) -> None:
    """Read the file back from the medium itself and open every chunk of it; it must be what was meant."""
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):  # not what the page cache remembers: what the stick holds
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        reader = Reader(file)
        for _ in reader.frames(written.content_key):
            told(done + file.tell())
        said = (reader.state, reader.head, reader.plain_hash, reader.body_hash, reader.frames_read)
    if said != ("whole", written.head, written.plain_hash, written.body_hash, written.frames):
        raise SurroundingsFault("medium_unsound", facts={"file": path.name})


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """A part to read. Raises MediumRefused; SurroundingsFault ``medium_missing``, ``medium_io_error`` …"""
    with _faults(path):
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST_READ:  # opening a pipe would wait for ever
            raise MediumRefused("not_a_medium")
        with path.open("rb") as file:
            yield Reader(file)


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        code = _OS_FAULTS.get(errno.errorcode.get(error.errno or 0, ""), "medium_io_error")
        raise SurroundingsFault(code, facts={"file": path.name}) from error


_NEW: Final = os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_OS_FAULTS: Final = {
    "ENOSPC": "medium_full",
    "EDQUOT": "medium_full",
    "EFBIG": "medium_full",
    "EROFS": "medium_read_only",
    "EACCES": "medium_read_only",
    "EPERM": "medium_read_only",
    "ENOENT": "medium_missing",
    "ENODEV": "medium_missing",
    "EISDIR": "medium_missing",
}
