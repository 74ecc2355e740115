"""The rolling hash of a feed: a pure function of the acts in their order of delivery."""

from __future__ import annotations

from hashlib import sha256


def start_roll(scope: str) -> bytes:
    """The rolling hash of an empty feed."""
    return sha256(b"xinfang-feed-1-start" + scope.encode()).digest()[:16]


def roll(previous: bytes, entry_hash: bytes, content: bytes, digest: bytes | None = None) -> bytes:
    """The rolling hash after one more act: over its place in its author's chain and over its content.

    ``digest`` is the SHA-256 of the content, for a caller that has it.
    """
    digest = digest or sha256(content).digest()
    return sha256(b"xinfang-feed-1" + previous + entry_hash + digest).digest()[:16]
