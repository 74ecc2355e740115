"""Sealing: chunks only the receiver can open, in their order, bound to the head of their medium; pure over bytes.

The content key is random and wrapped for the receiver by HPKE (RFC 9180: X25519, HKDF-SHA-256, ChaCha20-Poly1305); the
chunks follow STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): their number and a last-flag are the nonce.
"""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

CHUNK: Final = 64 << 10
"""Bytes of plain text in one chunk at most."""
TAG: Final = 16
KEY: Final = 32
WRAPPED: Final = 32 + KEY + TAG
"""Bytes of a wrapped content key: the ephemeral public key, the key, its tag."""
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_INFO: Final = b"xinfang-medium-key-1\x00"
_MOST_CHUNKS: Final = 1 << 32


class SealBroken(Exception):
    """These bytes are not what was sealed, not in this place, or not for this receiver."""


def wrap_key(content_key: bytes, receiver: bytes, head: bytes) -> bytes:
    """The content key for the holder of ``receiver`` (a raw X25519 public key), good under this very head only."""
    public = X25519PublicKey.from_public_bytes(receiver)
    return _SUITE.encrypt(content_key, public, info=_INFO + hashlib.sha256(head).digest())


def unwrap_key(wrapped: bytes, private: bytes, head: bytes) -> bytes:
    """The content key again. Raises SealBroken when it was wrapped for somebody else or under another head."""
    own = X25519PrivateKey.from_private_bytes(private)
    try:
        key = _SUITE.decrypt(wrapped, own, info=_INFO + hashlib.sha256(head).digest())
    except (InvalidTag, ValueError):
        raise SealBroken from None
    if len(key) != KEY:
        raise SealBroken
    return key


class Chunks:
    """Seals or opens the chunks of one medium, first to last; a chunk left out, doubled or moved does not open."""

    def __init__(self, content_key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(content_key)
        self._next = 0

    def seal(self, plain: bytes, *, last: bool = False) -> bytes:
        """The next chunk."""
        return self._cipher.encrypt(self._nonce(last), plain, None)

    def open(self, sealed: bytes, *, last: bool = False) -> bytes:
        """The plain text of the next chunk. Raises SealBroken."""
        try:
            return self._cipher.decrypt(self._nonce(last), sealed, None)
        except (InvalidTag, ValueError):
            raise SealBroken from None

    def _nonce(self, last: bool) -> bytes:
        if self._next >= _MOST_CHUNKS:
            raise SealBroken
        nonce = bytes(7) + self._next.to_bytes(4, "big") + bytes([last])  # the key is new for every part
        self._next += 1
        return nonce
