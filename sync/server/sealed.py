"""A backup locked with a passphrase: bytes sealed in chunks on their way into a file and opened on their way out.

``XFCOUNTY2`` newline | length of the head (2) | head JSON | chunks: plain length (4, highest bit: last), sealed bytes.
The first chunk is always the same: whether it opens tells a wrong passphrase from a damaged file. The key is Argon2id
of the passphrase, then HKDF over the head; the chunks are those of a medium (``sync.bundle.seal``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import BinaryIO, Final, Literal, Protocol

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.bundle.seal import CHUNK, KEY, TAG, Chunks, SealBroken
from sync.bundle.stretch import SALT_BYTES, STRONG, Argon2Parameters, plain_form, stretch

MAGIC: Final = b"XFCOUNTY2\n"
SHORTEST: Final = 12
"""Letters of a passphrase. A backup is taken away and tried at leisure; a clerk's password is not."""
_INFO: Final = b"xinfang-backup-seal-1\x00"
_FIRST: Final = b"xinfang-backup"
_LAST: Final = 1 << 31
_MAX_HEAD: Final = 1000


class Readable(Protocol):
    """What a backup is read from."""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; fewer only at the end."""


class SealDamaged(Exception):
    """The file is cut short or was changed."""


class WrongPassphrase(Exception):
    """The passphrase does not open it (or its first hundred bytes were changed: the two cannot be told apart)."""


class PassphraseShort(Exception):
    """Shorter than :data:`SHORTEST`."""


class _Head(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    kdf: Literal["argon2id"]
    time: int
    memory_kib: int
    lanes: int
    salt: bytes

    def parameters(self) -> Argon2Parameters:
        found = Argon2Parameters(self.time, self.memory_kib, self.lanes)
        found.check()
        if len(self.salt) < SALT_BYTES:
            raise ValueError("the salt is too short")
        return found


class SealWriter:
    """Seals what is written to it. Nothing is whole before :meth:`close`."""

    def __init__(self, out: BinaryIO, passphrase: str, entropy: Callable[[int], bytes]) -> None:
        """Raises PassphraseShort before anything is written."""
        check_passphrase(passphrase)
        head = _Head(
            kdf="argon2id", time=STRONG.time, memory_kib=STRONG.memory_kib, lanes=STRONG.lanes, salt=entropy(SALT_BYTES)
        )
        text = msgspec.json.encode(head)
        start = MAGIC + len(text).to_bytes(2, "big") + text
        self._out = out
        self._chunks = Chunks(_key(passphrase, head, start))
        self._waiting = bytearray()
        out.write(start)
        self._chunk(_FIRST)

    def write(self, data: bytes) -> None:
        """Take bytes; whole chunks go out at once."""
        self._waiting += data
        while len(self._waiting) >= CHUNK:
            self._chunk(bytes(self._waiting[:CHUNK]))
            del self._waiting[:CHUNK]

    def close(self) -> None:
        """What waits, and the empty chunk that says that nothing follows. The stream under it stays open."""
        if self._waiting:
            self._chunk(bytes(self._waiting))
        self._chunk(b"", last=True)

    def _chunk(self, plain: bytes, *, last: bool = False) -> None:
        self._out.write((len(plain) | (_LAST if last else 0)).to_bytes(4, "big"))
        self._out.write(self._chunks.seal(plain, last=last))


class SealReader:
    """Opens what :class:`SealWriter` wrote; behind its magic, which the caller has read."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        """Raises WrongPassphrase, SealDamaged."""
        size = file.read(2)
        text = file.read(min(int.from_bytes(size, "big"), _MAX_HEAD))
        try:
            head = msgspec.json.decode(text, type=_Head)
            key = _key(passphrase, head, MAGIC + size + text)
        except (msgspec.MsgspecError, ValueError):
            raise SealDamaged from None
        self._in, self._chunks = file, Chunks(key)
        self._held = bytearray()
        self._ended = False
        try:
            self._next()
        except SealBroken:
            raise WrongPassphrase from None
        if self.read(len(_FIRST)) != _FIRST:
            raise SealDamaged

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; fewer only at the end. Raises SealDamaged."""
        while len(self._held) < size and not self._ended:
            try:
                self._next()
            except SealBroken:
                raise SealDamaged from None
        found = bytes(self._held[:size])
        del self._held[:size]
        return found

    def _next(self) -> None:
        start = self._in.read(4)
        word = int.from_bytes(start, "big")
        last, size = bool(word & _LAST), word & ~_LAST
        if len(start) < 4 or size > CHUNK or last == bool(size):
            raise SealDamaged
        sealed = self._in.read(size + TAG)
        if len(sealed) < size + TAG or (last and self._in.read(1)):
            raise SealDamaged
        self._held += self._chunks.open(sealed, last=last)
        self._ended = last


def check_passphrase(passphrase: str) -> None:
    """Raise PassphraseShort for one that is soon guessed."""
    if len(plain_form(passphrase)) < SHORTEST:
        raise PassphraseShort


def _key(passphrase: str, head: _Head, start: bytes) -> bytes:
    """The content key: new with every salt, and good under this very head only."""
    info = _INFO + hashlib.sha256(start).digest()
    stretched = stretch(passphrase, head.salt, head.parameters())
    return HKDF(algorithm=SHA256(), length=KEY, salt=None, info=info).derive(stretched)
