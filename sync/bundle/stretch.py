"""A password or passphrase made into a key: Argon2id, with its parameters and their bounds; keeps and reads nothing."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw

KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
MOST_MEMORY_KIB: Final = 1024 * 1024
MOST_TIME: Final = 64
"""Parameters out of a file from elsewhere may not make the PC compute for an hour."""


@dataclass(frozen=True, slots=True)
class Argon2Parameters:
    """Work of one guess: ``time`` passes over ``memory_kib`` KiB in ``lanes`` lanes."""

    time: int
    memory_kib: int
    lanes: int

    def check(self) -> None:
        """Raise ValueError for parameters out of bounds."""
        in_bounds = 1 <= self.time <= MOST_TIME and 1 <= self.lanes <= 64
        if not in_bounds or not 8 * self.lanes <= self.memory_kib <= MOST_MEMORY_KIB:
            raise ValueError("parameters out of bounds")


STRONG: Final = Argon2Parameters(time=4, memory_kib=64 * 1024, lanes=2)
"""About 0.3 s of one desktop core and 64 MiB; written beside what is locked, so it can grow and the old still opens."""


def stretch(password: str, salt: bytes, parameters: Argon2Parameters) -> bytes:
    """The key a password gives."""
    return hash_secret_raw(
        plain_form(password).encode("utf-8", "surrogatepass"),
        salt,
        parameters.time,
        parameters.memory_kib,
        parameters.lanes,
        KEY_BYTES,
        Type.ID,
        ARGON2_VERSION,
    )


def plain_form(password: str) -> str:
    """NFKC: an input method left in full-width mode types the same password."""
    return unicodedata.normalize("NFKC", password)
