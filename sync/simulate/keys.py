"""Keys of a simulated world: a small pool made once, and what of signing and packing needs no second look.

Ed25519 is a third of a history's time. A signature made in this process is known to be good; remembering that is the
same pure function, only quicker. What was not made here, or was altered on the way, is verified in earnest. Packing
frames as thoroughly as a narrow line wants it is a tenth of the time; packed in a hurry they unpack to the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from sync import packing, protocol
from sync.log import chain
from sync.log.chain import SigningKey

_made: set[tuple[bytes, bytes, bytes]] = set()
_seen_good: set[tuple[bytes, bytes, bytes]] = set()
"""Signatures that were verified once in this process: births and certificates of the files every world begins with."""
_MOST_SEEN: Final = 10_000
_verify: Final = chain.verify_message
_sign: Final = SigningKey.sign
_sign_commit: Final = SigningKey.sign_commit
_COMMIT: Final = b"xinfang-commit-1"


@cache
def raw_key(number: int) -> bytes:
    """The private bytes of a key of the pool."""
    return hashlib.sha256(b"xinfang-simulated-key" + number.to_bytes(4, "big")).digest()


@cache
def key_of(raw: bytes) -> SigningKey:
    """The key made from private bytes, once."""
    return SigningKey(raw)


def pool_key(number: int) -> SigningKey:
    """A key of the pool."""
    return key_of(raw_key(number))


def _sign_remembering(self: SigningKey, tag: bytes, message: bytes) -> bytes:
    sig = _sign(self, tag, message)
    _made.add((self.public, tag + b"\x00" + message, sig))
    return sig


def _sign_commit_remembering(self: SigningKey, last_hash: bytes) -> bytes:
    sig = _sign_commit(self, last_hash)
    _made.add((self.public, _COMMIT + last_hash, sig))
    return sig


def _verify_remembering(public: bytes, message: bytes, sig: bytes) -> bool:
    asked = (public, message, sig)
    if asked in _made or asked in _seen_good:
        return True
    good = _verify(public, message, sig)
    if good:
        if len(_seen_good) >= _MOST_SEEN:
            _seen_good.clear()
        _seen_good.add(asked)
    return good


@contextmanager
def remembered(*, on: bool) -> Iterator[None]:
    """Within the block signatures made in it are not verified again, and frames are packed in a hurry."""
    _made.clear()
    if not on:
        yield
        return
    named: dict[object, dict[str, object]] = {
        SigningKey: {"sign": _sign_remembering, "sign_commit": _sign_commit_remembering},
        chain: {"verify_message": _verify_remembering},
        protocol: {"verify_message": _verify_remembering},
        packing: {"_LEVELS": ((packing.MAX_PLAIN, 1),)},
    }
    kept = [(owner, name, getattr(owner, name)) for owner, names in named.items() for name in names]
    for owner, names in named.items():
        for name, value in names.items():
            setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in kept:
            setattr(owner, name, value)
