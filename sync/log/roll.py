"""The rolling hash of a feed: a pure function of the acts in their order of delivery."""

from __future__ import annotations

import hashlib

from sync.log.chain import content_hash


def start_roll(scope: str) -> bytes:
    """The rolling hash of an empty feed."""
    return hashlib.sha256(b"xinfang-feed-1-start" + scope.encode()).digest()[:16]


def roll(previous: bytes, entry_hash: bytes, content: bytes) -> bytes:
    """The rolling hash after one more act: over its place in its author's chain and over its content."""
    return hashlib.sha256(b"xinfang-feed-1" + previous + entry_hash + content_hash(content)).digest()[:16]
