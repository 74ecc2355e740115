"""The hash chain and the commit signature: pure functions over bytes, no database."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

BIRTH_TAG = b"xinfang-birth-1"
_CHAIN_TAG = b"xinfang-act-1"
_COMMIT_TAG = b"xinfang-commit-1"


class LogDamaged(Exception):
    """The log contradicts itself: a broken chain, a bad signature, a changed act. Says where, never what was in it."""

    def __init__(self, code: str, *, writer: str = "", n: int = 0, detail: str = "") -> None:
        super().__init__(f"{code} writer={writer[:8]} n={n} {detail}".strip())
        self.code = code
        self.writer = writer
        self.n = n


class Entry(NamedTuple):
    """An act at its place in one writer's history.

    ``n`` counts from 1. ``hash`` covers the hash before it, the writer, ``n`` and the content, so an act re-homed
    under another writer keeps its content hash and gets a new place.
    """

    writer: str
    n: int
    hash: bytes
    content: bytes
    sig: bytes | None
    """Ed25519 signature over the commit, on the last entry of each commit only."""


@dataclass(frozen=True, slots=True)
class Commit:
    """The contents one transaction appended; they were signed together."""

    contents: tuple[bytes, ...]
    sig: bytes


class SigningKey:
    """An Ed25519 key: of a writer (signs commits), of a station or a county (signs frames, births, certificates)."""

    def __init__(self, raw: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(raw)
        self.public: bytes = self._key.public_key().public_bytes_raw()

    def sign_commit(self, last_hash: bytes) -> bytes:
        """Sign the hash of a commit's last entry, and by the chain everything before it."""
        return self._key.sign(_COMMIT_TAG + last_hash)

    def sign(self, tag: bytes, message: bytes) -> bytes:
        """Sign another kind of message under its own tag, so that no signature can be taken for a commit's."""
        return self._key.sign(tag + b"\x00" + message)

    def sign_birth(self, station: str, writer: str, writer_key: bytes) -> bytes:
        """As a station key: this writer, with this key, is an incarnation of mine."""
        return self.sign(BIRTH_TAG, _birth(station, writer, writer_key))


def sealing_public(raw: bytes) -> bytes:
    """The X25519 public key, 32 bytes, of a private sealing key: what sticks are sealed to."""
    return X25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw()


def verify_birth(station_key: bytes, station: str, writer: str, writer_key: bytes, birth: bytes) -> bool:
    """True when the holder of ``station_key`` says that this writer is an incarnation of this station."""
    return verify_message(station_key, BIRTH_TAG + b"\x00" + _birth(station, writer, writer_key), birth)


def _birth(station: str, writer: str, writer_key: bytes) -> bytes:
    return bytes.fromhex(station) + bytes.fromhex(writer) + writer_key


def verify_signature(public: bytes, last_hash: bytes, sig: bytes) -> bool:
    """True when ``sig`` is the writer's signature of the commit ending in ``last_hash``."""
    return verify_message(public, _COMMIT_TAG + last_hash, sig)


def verify_message(public: bytes, message: bytes, sig: bytes) -> bool:
    """Plain Ed25519 verification that answers instead of raising."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(sig, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def first_hash(writer: str) -> bytes:
    """The hash before a writer's first act."""
    return hashlib.sha256(_CHAIN_TAG + b"-start" + bytes.fromhex(writer)).digest()


def content_hash(content: bytes) -> bytes:
    """The hash of an act's content alone: equal wherever the act lies."""
    return hashlib.sha256(content).digest()


def link(previous: bytes, writer: str, n: int, content: bytes) -> bytes:
    """The hash of entry ``n`` of ``writer`` after ``previous``."""
    return _link(previous, bytes.fromhex(writer) + n.to_bytes(8, "big"), content)


def _link(previous: bytes, place: bytes, content: bytes) -> bytes:
    return hashlib.sha256(_CHAIN_TAG + previous + place + hashlib.sha256(content).digest()).digest()


def extend_chain(
    writer: str, after_n: int, after_hash: bytes, contents: Sequence[bytes], sigs: Sequence[bytes | None]
) -> list[Entry]:
    """Place ``contents`` behind entry ``after_n``; hashes are computed here, never taken from outside."""
    entries: list[Entry] = []
    previous, place = after_hash, bytes.fromhex(writer)
    for n, (content, sig) in enumerate(zip(contents, sigs, strict=True), start=after_n + 1):
        previous = _link(previous, place + n.to_bytes(8, "big"), content)
        entries.append(Entry(writer, n, previous, content, sig))
    return entries


def verify_signatures(
    public: bytes, entries: Iterable[Entry], proved: Container[tuple[bytes, bytes, bytes]] = ()
) -> None:
    """Check that a valid signature closes every commit of a run whose hashes were computed here.

    ``proved`` holds (public key, hash, signature) of those that :func:`verify_signature` found good before.

    Raises LogDamaged ``bad_signature`` or, for a last commit without one, ``unsigned_tail``.
    """
    entry: Entry | None = None
    for entry in entries:
        if entry.sig is None or (public, entry.hash, entry.sig) in proved:
            continue
        if not verify_signature(public, entry.hash, entry.sig):
            raise LogDamaged("bad_signature", writer=entry.writer, n=entry.n)
    if entry is not None and entry.sig is None:
        raise LogDamaged("unsigned_tail", writer=entry.writer, n=entry.n)


def verify_entries(public: bytes, before: bytes, entries: Iterable[Entry]) -> None:
    """Check a run of one writer's entries: chain, density, and a valid signature closing every commit.

    Raises LogDamaged naming the first wrong entry; an unsigned tail is ``unsigned_tail``.
    """
    previous, last_n, pending = before, None, False
    entry: Entry | None = None
    for entry in entries:
        if last_n is not None and entry.n != last_n + 1:
            raise LogDamaged("gap", writer=entry.writer, n=entry.n)
        if link(previous, entry.writer, entry.n, entry.content) != entry.hash:
            raise LogDamaged("chain_broken", writer=entry.writer, n=entry.n)
        if entry.sig is not None and not verify_signature(public, entry.hash, entry.sig):
            raise LogDamaged("bad_signature", writer=entry.writer, n=entry.n)
        pending = entry.sig is None
        previous, last_n = entry.hash, entry.n
    if pending and entry is not None:
        raise LogDamaged("unsigned_tail", writer=entry.writer, n=entry.n)
