"""One round at the county, frame in and frame out: whose frame it is, whether it is served, what is answered."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sync.exchange import Opened, open_request
from sync.protocol import (
    ANSWER_TAG,
    REQUEST_TAG,
    Answer,
    Certificate,
    Request,
    SignedCertificate,
    WireDamaged,
    decode_frame,
    encode_frame,
    frame_dictionary,
    refuse_protocol,
    verify_frame,
)
from sync.server.stations import RequestRefused, StationRow
from sync.server.store import CountyStore

Verify = Callable[[bytes], None]
"""Checks the frame's signature by a public key; raises WireDamaged ``bad_signature``."""


def answer_frame(store: CountyStore, body: bytes, header: str | None = None) -> bytes:
    """The answer to a request frame, durable before it is returned; ``header`` is the certificate shown with it.

    Raises RequestRefused, WireDamaged, SurroundingsFault; then nothing was changed.
    """
    request = read_request(body)

    def verify(key: bytes) -> None:
        verify_frame(body, REQUEST_TAG, key)

    try:
        with store.transaction():
            opened = open_request(request)
            store.foresee([(request, opened)])
            answer = round_inside(store, request, verify, opened)
    except (RequestRefused, WireDamaged) as refused:
        store.readmit(shown_certificate(refused, header, request, verify))
        with store.transaction():
            answer = round_inside(store, request, verify)
    return encode_frame(answer, ANSWER_TAG, store.key, frame_dictionary(body))


def read_request(body: bytes) -> Request:
    """A request, not verified yet. Raises WireDamaged."""
    request, _ = decode_frame(body, Request)
    refuse_protocol(request.v)
    # No database text holds a NUL: refused here, on every database alike.
    if any("\0" in word for info in request.writers.values() for word in (info.station, info.office)):
        raise WireDamaged("bad_message", "NUL")
    return request


def round_inside(store: CountyStore, request: Request, verify: Verify, opened: Opened | None = None) -> Answer:
    """One round inside the running transaction. Raises RequestRefused, WireDamaged."""
    station = store.station(request.st)
    if station is None:
        raise RequestRefused("certificate_wanted", 401)
    _check(store, station, verify)
    if station.revoked:
        raise RequestRefused("revoked", 403)
    return store.exchange_inside(request, station, opened=opened)


def _check(store: CountyStore, station: StationRow, verify: Verify) -> None:
    """The frame is signed by the key in force; one signed by an earlier key is told so."""
    try:
        verify(station.public_key)
    except WireDamaged:
        for key in store.earlier_keys(station.station):
            try:
                verify(key)
            except WireDamaged:
                continue
            raise RequestRefused("certificate_superseded", 401) from None
        raise


def shown_certificate(
    refused: RequestRefused | WireDamaged, header: str | None, request: Request, verify: Verify
) -> Certificate:
    """The certificate a station shows that this county forgot, or knows by an older key: it was put back to a copy.

    Raises ``refused`` again when a certificate would not help or none was shown, WireDamaged when it is not one.
    """
    if header is None or refused.code not in {"certificate_wanted", "bad_signature"}:
        raise refused
    try:
        certificate = msgspec.json.decode(header, type=SignedCertificate).read()
    except (msgspec.MsgspecError, ValueError):
        raise WireDamaged("bad_certificate") from None
    if certificate.station != request.st:
        raise WireDamaged("bad_certificate")
    verify(bytes.fromhex(certificate.key))
    return certificate
