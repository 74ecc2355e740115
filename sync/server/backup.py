"""A county's whole record as one file that either database takes back: frames of rows, signed, with the county's keys.

``XFCOUNTY1`` newline, then frames, each with its length in four bytes: a head (who, when, the keys), parts (rows of one
table), the attachments that belong to it (they lie beside it: ``backup_files.py``), an end (rows per table, SHA-256 of
everything before it). It holds private keys and personal data: it is written
inside a seal (``sealed.py``) unless a plain one is asked for by name.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from domain.faults import SurroundingsFault
from sync.blobs.slots import sync_folder
from sync.log import SigningKey
from sync.protocol import WireDamaged, decode_frame, encode_frame, verify_frame
from sync.server.backup_files import Attachments, Return, frames_of, keep_all, shelf_for
from sync.server.databases import SCHEMA_VERSION, CountyDatabase, Reader, Table, settled_since, tables
from sync.server.file import surroundings
from sync.server.sealed import MAGIC as SEALED_MAGIC
from sync.server.sealed import Readable, SealDamaged, SealReader, SealWriter, WrongPassphrase, check_passphrase
from sync.server.store import CountyStore

MAGIC: Final = b"XFCOUNTY1\n"
TAG: Final = b"xinfang-backup-1"
_KEYS: Final = ("county.key", "sealing.key", "county-tls.key", "county-tls.crt")
_PAGE: Final = 500
_PART_BYTES: Final = 2 << 20


class BackupDamaged(Exception):
    """The file is no backup, is cut short, or was changed; nothing was restored."""


class Head(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag="head"):
    """The first frame."""

    county: str
    made_ms: int
    schema: int
    keys: dict[str, bytes]


class Part(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag="part"):
    """Rows of one table. Bytes are ``t`` and text where they are UTF-8, else ``b`` and Base64."""

    table: str
    columns: list[str]
    rows: list[list[Any]]


class End(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag="end"):
    """The last frame."""

    counts: dict[str, int]
    digest: bytes


_FRAMES: Final[Any] = Head | Part | Attachments | End


@dataclass(slots=True)
class Written:
    """What a backup holds now."""

    counts: dict[str, int] = field(default_factory=dict)
    """Rows per table."""
    folder: str = ""
    """Where its attachments lie, beside it; empty when they were left out."""
    attachments: int = 0
    copied: int = 0
    """Of these, copied by this backup; the rest lay there already."""
    differing: list[str] = field(default_factory=list)
    """Files of the county whose bytes are not what their name says: they are not in the backup."""


def write_backup(
    store: CountyStore, folder: Path, to: Path, now_ms: int, passphrase: str | None, entropy: Callable[[int], bytes],
    *, attachments: bool = True, read_all: bool = False,
) -> Written:  # fmt: skip
    """Write everything of one moment to a new file, durably, then read it again; the server may go on working.

    The attachments go into a folder beside it first, each once for all backups there; what lies there is read through
    again with ``read_all``. ``passphrase`` None writes everything in clear. Raises PassphraseShort; SurroundingsFault
    ``backup_exists``, ``backup_unsound``, ``disk_full`` …
    """
    if to.exists():
        raise SurroundingsFault("backup_exists", facts={"file": to.name})
    new = to.with_name(to.name + ".part")
    if passphrase is not None:
        check_passphrase(passphrase)
    done = Written()
    shelf = shelf_for(to.absolute().parent, passphrase, entropy) if attachments else None
    if shelf is not None:
        keep_all(store.files.store, shelf, read_all=read_all)
    reader = store.reader()
    try:
        with surroundings(), os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            sealed = None if passphrase is None else SealWriter(file, passphrase, entropy)
            with reader.snapshot():
                frames: Iterable[Attachments] = (Attachments(folder="", files=[]),)
                if shelf is not None:  # what was brought meanwhile: every file an act of this moment names
                    kept, done.differing = keep_all(store.files.store, shelf)
                    done.folder, done.attachments, done.copied = shelf.folder.name, len(kept), shelf.copied
                    frames = frames_of(shelf, kept)
                for piece in dump(reader, store.county, store.key, folder, now_ms, frames):
                    (sealed or file).write(piece)
            if sealed is not None:
                sealed.close()
            file.flush()
            os.fsync(file.fileno())
    finally:
        reader.close()
    try:
        with new.open("rb") as file:
            done.counts = next(
                part.counts for part in _parts(opened(file, lambda: passphrase or "")) if isinstance(part, End)
            )
    except (BackupDamaged, WrongPassphrase) as damaged:
        raise SurroundingsFault("backup_unsound", facts={"file": to.name}) from damaged
    new.replace(to)
    sync_folder(to.absolute().parent)
    return done


def opened(file: BinaryIO, passphrase: Callable[[], str]) -> Readable:
    """What a backup says behind its magic; a locked one is opened, and only then ``passphrase`` is asked for.

    Raises BackupDamaged, WrongPassphrase.
    """
    magic = file.read(len(MAGIC))
    if magic == MAGIC:
        return file
    if magic != SEALED_MAGIC:
        raise BackupDamaged("not a backup of a county")
    try:
        inside = SealReader(file, passphrase())
        plain = inside.read(len(MAGIC)) == MAGIC
    except SealDamaged:
        raise BackupDamaged("cut short, or changed") from None
    if not plain:
        raise BackupDamaged("not a backup of a county")
    return inside


def dump(
    reader: Reader, county: str, key: SigningKey, folder: Path, now_ms: int, attachments: Iterable[Attachments] = ()
) -> Iterator[bytes]:
    """The bytes of a backup: equal for equal records, whichever database they lie in. The caller holds a snapshot."""
    digest = hashlib.sha256(MAGIC)
    yield MAGIC

    def framed(message: Head | Part | Attachments | End) -> bytes:
        frame = encode_frame(message, TAG, key)
        piece = len(frame).to_bytes(4, "big") + frame
        digest.update(piece)
        return piece

    keys = {name: (folder / name).read_bytes() for name in _KEYS if (folder / name).exists()}
    yield framed(Head(county=county, made_ms=now_ms, schema=SCHEMA_VERSION, keys=keys))
    counts: dict[str, int] = {}
    for table in tables():
        counts[table.name] = 0
        for rows in _pages(reader, table):
            counts[table.name] += len(rows)
            yield framed(Part(table=table.name, columns=list(table.columns), rows=rows))
    for frame in attachments:
        yield framed(frame)
    yield framed(End(counts=counts, digest=digest.digest()))


def _pages(reader: Reader, table: Table) -> Iterator[list[list[Any]]]:
    """Every row by its key, in lists that fit a frame."""
    names, keys = (", ".join(f'"{name}"' for name in found) for found in (table.columns, table.key))
    places = [list(table.columns).index(name) for name in table.key]
    after = f" WHERE ({keys}) > ({', '.join('?' * len(places))})"
    last: tuple[Any, ...] = ()
    kept: list[list[Any]] = []
    size = 0
    while True:
        sql = f"SELECT {names} FROM {table.name}{after if last else ''} ORDER BY {keys} LIMIT {_PAGE}"
        found = reader.execute(sql, last).fetchall()
        for row in found:
            written = [_written(value) for value in row]
            kept.append(written)
            size += sum(len(value) for value in written if isinstance(value, str))
            if size > _PART_BYTES:
                yield kept
                kept, size = [], 0
        if len(found) < _PAGE:
            break
        last = tuple(found[-1][place] for place in places)
    if kept:
        yield kept


def _written(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return "t" + value.decode()
    except UnicodeDecodeError:
        return "b" + base64.b64encode(value).decode()


def _read(value: Any, kind: str) -> Any:
    if kind != "BLOB" or value is None:
        return value
    return value[1:].encode() if value[0] == "t" else base64.b64decode(value[1:])


def _parts(file: Readable) -> Iterator[Head | Part | Attachments | End]:
    """The frames behind the magic, each proved; raises BackupDamaged where the file does not end as it should."""
    digest = hashlib.sha256(MAGIC)
    public = b""
    while True:
        try:
            size = file.read(4)
            frame = file.read(int.from_bytes(size, "big")) if len(size) == 4 else b""
            message: Head | Part | Attachments | End = decode_frame(frame, _FRAMES)[0]
            if isinstance(message, Head):
                public = SigningKey(message.keys["county.key"]).public
            verify_frame(frame, TAG, public)
            if isinstance(message, End) and (message.digest != digest.digest() or file.read(1)):
                raise BackupDamaged("changed")
        except (WireDamaged, KeyError, ValueError, SealDamaged):
            raise BackupDamaged("cut short, or changed") from None
        if isinstance(message, End):
            yield message
            return
        digest.update(size + frame)
        yield message


def read_backup(
    file: BinaryIO, folder: Path, open_db: Callable[[], CountyDatabase], passphrase: Callable[[], str], files: Return
) -> dict[str, int]:
    """Put a backup into an empty folder and an empty database, in one transaction; returns rows per table.

    ``files`` brings the attachments back; those it does not find are no damage, stations bring them again.

    Raises BackupDamaged, WrongPassphrase; SurroundingsFault ``newer_file``, ``wrong_database`` when something lies
    there already. The caller verifies what is there now.
    """
    counts: dict[str, int] = {}
    parts = _parts(opened(file, passphrase))
    head = next(parts)
    if not isinstance(head, Head):
        raise BackupDamaged("it does not begin with its head")
    if head.schema > SCHEMA_VERSION:
        raise SurroundingsFault("newer_file")
    kinds = {table.name: table.columns for table in tables()}
    db = open_db()
    try:
        with db.transaction():
            if not db.prepare():
                raise SurroundingsFault("wrong_database", facts={"reason": "not_empty"})
            db.execute("DELETE FROM log_head")  # a new database begins with one
            for part in parts:
                if isinstance(part, End):
                    if {name: count for name, count in part.counts.items() if count} != counts:
                        raise BackupDamaged("rows are missing")
                    break
                if isinstance(part, Attachments):
                    files.take(part)
                    continue
                if not isinstance(part, Part) or not set(part.columns) <= set(kinds.get(part.table, ())):
                    raise BackupDamaged("a table nobody knows")
                columns = kinds[part.table]
                rows = [[_read(value, columns[name]) for name, value in zip(part.columns, row, strict=True)]
                        for row in part.rows]  # fmt: skip
                names, places = ", ".join(f'"{name}"' for name in part.columns), ", ".join("?" * len(part.columns))
                db.executemany(f"INSERT INTO {part.table} ({names}) VALUES ({places})", rows)
                counts[part.table] = counts.get(part.table, 0) + len(rows)
            for sql in settled_since(head.schema):
                db.execute(sql)
            _write_keys(folder, head.keys)
    finally:
        db.close()
    return counts


def _write_keys(folder: Path, keys: dict[str, bytes]) -> None:
    with surroundings():
        for name in _KEYS:
            if name in keys:
                with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(keys[name])
                    file.flush()
                    os.fsync(file.fileno())
