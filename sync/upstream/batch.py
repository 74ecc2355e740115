"""A batch as a file: JSON lines, one record each, closed by a manifest line that proves the lines before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from domain.canonical import Json, canonical_bytes

FORMAT: Final = "xinfang-upstream-1"
LONGEST_LINE: Final = 1 << 20
"""Bytes of one record; the longest real one seen is far below."""
LARGEST_FILE: Final = 1 << 30


class BatchDamaged(ValueError):
    """A file that is no whole batch: ``code`` is stable, ``line`` counts from 1 (0: the file as a whole)."""

    def __init__(self, code: str, line: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.line = line


@dataclass(frozen=True, slots=True)
class Manifest:
    """The last line. It is last so that a batch is written in one pass and a cut one shows itself."""

    sender: str
    after: str
    """Mark the batch begins behind; empty: from the beginning."""
    upto: str
    """Mark to begin the next batch with."""
    records: int
    digest: str
    """SHA-256 of every byte before the manifest line."""

    @property
    def batch(self) -> str:
        """The batch's id: made of what it holds, so the same acts give the same batch."""
        text = f"{FORMAT}\n{self.sender}\n{self.after}\n{self.upto}\n{self.records}\n{self.digest}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def line(self) -> bytes:
        """The line as it stands in the file."""
        return canonical_bytes({
            "format": FORMAT, "sender": self.sender, "after": self.after, "upto": self.upto,
            "records": self.records, "sha256": self.digest, "batch": self.batch,
        }) + b"\n"  # fmt: skip


def write_batch(out: BinaryIO, records: Iterable[Json], sender: str, after: str, upto: str) -> Manifest:
    """Write every record and the manifest; the caller makes it durable and gives it its name."""
    digest, count = hashlib.sha256(), 0
    for record in records:
        line = canonical_bytes(record) + b"\n"
        digest.update(line)
        out.write(line)
        count += 1
    manifest = Manifest(sender, after, upto, count, digest.hexdigest())
    out.write(manifest.line())
    return manifest


def read_manifest(file: BinaryIO) -> Manifest:
    """Prove the whole file before anything is taken from it; leaves the file at its beginning.

    Raises BatchDamaged: ``too_large``, ``line_too_long``, ``manifest_missing``, ``manifest_invalid``,
    ``newer_format``, ``batch_damaged`` (the bytes are not those that were written).
    """
    digest, before, count, size, last = hashlib.sha256(), "", -1, 0, b""
    for number, line in enumerate(_lines(file), start=1):
        size += len(line)
        if size > LARGEST_FILE:
            raise BatchDamaged("too_large", number)
        before = digest.hexdigest()
        digest.update(line)
        count, last = number - 1, line
    file.seek(0)
    body = _parse(last)
    if not isinstance(body, dict) or not isinstance(body.get("format"), str):
        raise BatchDamaged("manifest_missing")
    if body["format"] != FORMAT:
        raise BatchDamaged("newer_format")
    texts = [body.get(name) for name in ("sender", "after", "upto", "sha256", "batch")]
    records = body.get("records")
    if not all(isinstance(text, str) and len(text) <= 200 for text in texts) or type(records) is not int:
        raise BatchDamaged("manifest_invalid")
    manifest = Manifest(str(texts[0]), str(texts[1]), str(texts[2]), records, str(texts[3]))
    if manifest.digest != before or manifest.records != count or manifest.batch != texts[4]:
        raise BatchDamaged("batch_damaged")
    return manifest


def read_records(file: BinaryIO, manifest: Manifest) -> Iterator[tuple[int, Json | None]]:
    """(line number, record) of a proved file; None for a line that is no JSON fit for a record."""
    for number, line in zip(range(1, manifest.records + 1), _lines(file), strict=False):
        yield number, _parse(line)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise BatchDamaged("line_too_long", number)
        yield line


def _parse(line: bytes) -> Json | None:
    """JSON without repeated names, without floats, with a byte form of its own; None for anything else."""
    try:
        value: Json = json.loads(
            line.decode("utf-8"), object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse
        )
        canonical_bytes(value)
    except (ValueError, RecursionError):
        return None
    return value


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _refuse(text: str) -> Json:
    raise ValueError(f"{len(text)} characters of a number that has no one form")
