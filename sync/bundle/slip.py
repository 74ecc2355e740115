"""The slip 接入单: what a station must know of its county before it can ask for a certificate by stick.

It is handed over as the one-time code is: by a person the county sent. Its signature shows that it came whole, not that
the county is the right one; that is what the fingerprint is read aloud for.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from domain.canonical import canonical_bytes
from sync.bundle.medium import KeyText, MediumRefused
from sync.log.chain import SigningKey, verify_message
from sync.protocol import Id

SLIP_TAG: Final = b"xinfang-slip-1"
FORM: Final = 1
MAX_SLIP: Final = 16 << 10


class Slip(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One window's way in. The code is good once."""

    v: int
    county: Id
    county_name: str
    county_key: KeyText
    """Ed25519: signs answers and certificates."""
    sealing: KeyText
    """X25519: what is meant for the county is sealed to it."""
    office: str
    window: str
    code: str

    @property
    def fingerprint(self) -> str:
        """Of the county's key, short enough for the telephone: ``3f9a-01c2-…``."""
        text = hashlib.sha256(bytes.fromhex(self.county_key)).hexdigest()[:16]
        return "-".join(text[place : place + 4] for place in range(0, 16, 4))


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    slip: Slip
    sig: bytes


def write_slip(slip: Slip, key: SigningKey) -> bytes:
    """The bytes of a slip's file."""
    return msgspec.json.format(msgspec.json.encode(_Signed(slip=slip, sig=key.sign(SLIP_TAG, _said(slip)))), indent=1)


def read_slip(data: bytes) -> Slip:
    """A slip; raises MediumRefused ``not_a_slip``."""
    try:
        found = msgspec.json.decode(data[: MAX_SLIP + 1], type=_Signed)
        slip = found.slip
        good = verify_message(bytes.fromhex(slip.county_key), SLIP_TAG + b"\x00" + _said(slip), found.sig)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise MediumRefused("not_a_slip") from None
    if not good or slip.v != FORM:
        raise MediumRefused("not_a_slip")
    return slip


def _said(slip: Slip) -> bytes:
    return canonical_bytes(msgspec.to_builtins(slip))
