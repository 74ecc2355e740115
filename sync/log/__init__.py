"""The act log: immutable, hash-chained, signed per commit; one linear history per writer. Same tables at both ends."""

from sync.log.chain import Commit, Entry, LogDamaged, SigningKey, extend_chain, first_hash, verify_signature
from sync.log.log import ActLog, Held, Position

__all__ = [
    "ActLog",
    "Commit",
    "Entry",
    "Held",
    "LogDamaged",
    "Position",
    "SigningKey",
    "extend_chain",
    "first_hash",
    "verify_signature",
]
