"""The station's line for files: one piece up or down, signed both ways; knows nothing of acts and keeps nothing."""

from __future__ import annotations

import base64
from typing import Final, TypeVar

import msgspec

from domain.faults import SurroundingsFault
from sync.blobs.pieces import FILE_TAG, Shape, file_message, read_bits
from sync.client.http import HttpTransport
from sync.log.chain import SigningKey, verify_message
from sync.protocol import Certificate

_T = TypeVar("_T")
STATION_HEADER: Final = "x-xinfang-station"
SIGNATURE_HEADER: Final = "x-xinfang-signature"


class FileThere(msgspec.Struct, frozen=True):
    """What the county says of a file: its size, whether it is whole and verified, the pieces held while it is not."""

    size: int
    whole: bool
    held: bytes = b""
    """Bits; Base64 on the wire."""


class Lacking(msgspec.Struct, frozen=True):
    """Files that delivered acts of this station name and the county does not hold whole."""

    files: list[str]


class FileLine:
    """One connection for files, beside the one for acts. Every method raises SurroundingsFault."""

    def __init__(self, url: str, certificate: Certificate, station: str, key: SigningKey) -> None:
        self._transport = HttpTransport(url)
        self._county_key = bytes.fromhex(certificate.county_key)
        self._station, self._key = station, key
        self.loopback = self._transport.loopback

    def ask(self, shape: Shape) -> tuple[bool, set[int]]:
        """Whether the county holds the file whole, and the pieces it holds while it does not."""
        there = self._read(self._go("GET", f"/v1/file/{shape.hash}"), FileThere)
        return there.whole, read_bits(shape, there.held)

    def put(self, shape: Shape, index: int, data: bytes) -> bool:
        """Bring one piece; True when with it the file is there, whole and verified."""
        return self._read(self._go("PUT", f"/v1/file/{shape.hash}/{index}", data), FileThere).whole

    def get(self, shape: Shape, index: int) -> bytes:
        """Fetch one piece. By its signature it is what the county sent; whether it is the file's, the whole tells."""
        data = self._go("GET", f"/v1/file/{shape.hash}/{index}")
        if len(data) != shape.length(index):
            raise SurroundingsFault("county_refused", facts={"reason": "bad_piece"})
        return data

    def lacking(self) -> list[str]:
        """Files named by delivered acts of this station that the county does not hold whole."""
        return self._read(self._go("GET", "/v1/file"), Lacking).files

    def close(self) -> None:
        """Let the connection go."""
        self._transport.close()

    def _go(self, method: str, path: str, body: bytes = b"") -> bytes:
        signature = self._key.sign(FILE_TAG, file_message(method, path, body))
        headers = {STATION_HEADER: self._station, SIGNATURE_HEADER: base64.b64encode(signature).decode()}
        data, answered = self._transport.send(method, path, body, headers)
        signed = FILE_TAG + b"\x00" + file_message(f"answer {method}", path, data)
        try:
            good = verify_message(self._county_key, signed, base64.b64decode(answered.get(SIGNATURE_HEADER, "")))
        except ValueError:
            good = False
        if not good:
            raise SurroundingsFault("county_refused", facts={"reason": "bad_answer"})
        return data

    def _read(self, data: bytes, kind: type[_T]) -> _T:
        try:
            return msgspec.json.decode(data, type=kind)
        except msgspec.MsgspecError as error:
            raise SurroundingsFault("county_refused", facts={"reason": "bad_answer"}) from error
