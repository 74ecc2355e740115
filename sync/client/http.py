"""HTTP to the county by urllib3, and enrolment. Knows nothing of acts; a failed round changes nothing here."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import msgspec
import urllib3

from domain.faults import SurroundingsFault
from sync.client.pinning import open_pool
from sync.exchange import Identity
from sync.log.chain import SigningKey
from sync.packing import NEWEST, capability
from sync.protocol import (
    ANSWER_TAG,
    CAPABILITIES,
    ENROL_TAG,
    MAX_FRAME,
    PROTOCOL,
    REQUEST_TAG,
    Answer,
    Certificate,
    Enrol,
    Enrolled,
    Request,
    SignedCertificate,
    WireDamaged,
    decode_frame,
    encode_frame,
    frame_dictionary,
    open_frame,
    verify_frame,
)

CONNECT_S: Final = 10.0
READ_S: Final = 60.0
_SHOWS_CERTIFICATE: Final = frozenset({"certificate_wanted", "bad_signature"})
"""A restored county has forgotten this station, or knows an earlier key of it."""
ASK_S: Final = 5.0
_CERTIFICATE_HEADER: Final = "x-xinfang-certificate"


class Transport(Protocol):
    """One round's way to the county: a line, or a stick."""

    def exchange(self, frame: bytes) -> bytes:
        """Carry a request frame there and the answer frame back; raises SurroundingsFault when it cannot."""


class HttpTransport:
    """The line: one POST per round over a kept connection. Uses no proxy; the county lies in the office's own net."""

    def __init__(self, url: str, certificate: SignedCertificate | None = None) -> None:
        """``certificate`` is shown only when the county asks for it (it was restored and forgot this station).

        Raises SurroundingsFault ``county_address`` when the URL is none.
        """
        parts = urlsplit(url if "//" in url else f"http://{url}")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SurroundingsFault("county_address", facts={"url": url})
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self.loopback = _is_loopback(parts.hostname)
        self._certificate = certificate
        timeout = urllib3.Timeout(connect=CONNECT_S, read=READ_S)
        self._pool = open_pool(parts, loopback=self.loopback, timeout=timeout)

    def exchange(self, frame: bytes) -> bytes:
        """One round. Raises SurroundingsFault ``county_unreachable``, ``county_full``, ``county_refused``."""
        try:
            return self.post("/v1/exchange", frame)
        except SurroundingsFault as fault:
            if fault.facts.get("reason") not in _SHOWS_CERTIFICATE or self._certificate is None:
                raise
        return self.post("/v1/exchange", frame, {_CERTIFICATE_HEADER: msgspec.json.encode(self._certificate).decode()})

    def post(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
        """POST bytes, get bytes; raises SurroundingsFault with ``reason`` as the county named it."""
        sent = {"content-type": "application/x-xinfang-frame", **(headers or {})}
        return self._ask("POST", path, body=body, headers=sent)[0]

    def get(self, path: str, *, within_s: float) -> bytes:
        """GET bytes; raises as :meth:`post`."""
        return self._ask("GET", path, timeout=urllib3.Timeout(within_s))[0]

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[bytes, Mapping[str, str]]:
        """One request; the body of the answer and its headers. Raises as :meth:`post`."""
        return self._ask(method, path, body=body, headers=headers)

    def _ask(self, method: str, path: str, **sent: Any) -> tuple[bytes, Mapping[str, str]]:
        try:
            reply = self._pool.request(method, self.url + path, preload_content=False, **sent)
            try:
                data = reply.read(MAX_FRAME + 1)
            finally:
                reply.release_conn()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise SurroundingsFault("county_unreachable", facts={"reason": type(error).__name__}) from error
        if len(data) > MAX_FRAME:
            raise SurroundingsFault("county_refused", facts={"reason": "too_large"})
        if reply.status != 200:
            raise _fault(reply.status, data)
        return data, reply.headers

    def close(self) -> None:
        """Let the connection go."""
        self._pool.clear()


def county_key_at(url: str) -> str:
    """The public key, as hexadecimal, that the county answering at ``url`` says is its own; nothing proves it here.

    Raises SurroundingsFault ``county_unreachable`` (``reason`` ``no_county`` when something else answers), or
    ``county_refused``.
    """
    transport = HttpTransport(url)
    try:
        found = json.loads(transport.get("/health", within_s=ASK_S))
        key = found["county_key"]
    except (ValueError, KeyError, TypeError) as error:
        raise SurroundingsFault("county_unreachable", facts={"reason": "no_county"}) from error
    finally:
        transport.close()
    return str(key)


def enrol(
    url: str, code: str, identity: Identity, key: SigningKey, sealing_key: bytes, name: str = ""
) -> SignedCertificate:
    """Turn a one-time code into this station's certificate; asking again after a lost answer is harmless.

    ``key`` is the station key that the certificate will name, ``sealing_key`` the public X25519 key sticks are sealed
    to; ``identity`` names the current writer with its birth by ``key``. Raises SurroundingsFault
    ``county_unreachable``; ``county_refused`` with ``reason`` ``wrong_code``, ``used_code``, ``wrong_office``,
    ``station_taken``, ``newer_protocol``, ``older_protocol`` or ``bad_answer``.
    """
    transport = HttpTransport(url)
    try:
        reply = transport.post("/v1/enrol", write_enrolment(code, identity, key, sealing_key, name))
    finally:
        transport.close()
    return read_enrolment(reply, identity, key)


def write_enrolment(code: str, identity: Identity, key: SigningKey, sealing_key: bytes, name: str = "") -> bytes:
    """The frame that asks for a certificate, signed by the station key."""
    asked = Enrol(
        v=PROTOCOL, code=code, station=identity.station, office=identity.office, station_key=key.public,
        sealing_key=sealing_key, writer=identity.writer, public_key=identity.public_key, birth=identity.birth,
        name=name, caps=list(CAPABILITIES),
    )  # fmt: skip
    return encode_frame(asked, ENROL_TAG, key)


def read_enrolment(reply: bytes, identity: Identity, key: SigningKey) -> SignedCertificate:
    """The certificate in the county's answer; raises SurroundingsFault ``county_refused``, reason ``bad_answer``."""
    try:
        enrolled, _ = decode_frame(reply, Enrolled)
        found = enrolled.certificate.read()
        verify_frame(reply, ENROL_TAG, bytes.fromhex(found.county_key))
    except WireDamaged as damaged:
        raise SurroundingsFault("county_refused", facts={"reason": "bad_answer", "code": damaged.code}) from damaged
    if (found.station, found.key) != (identity.station, key.public.hex()):
        raise SurroundingsFault("county_refused", facts={"reason": "bad_answer"})
    return enrolled.certificate


def write_request(request: Request, key: SigningKey, dictionary: int = 0) -> bytes:
    """The signed frame of a request; ``key`` is the station key, ``dictionary`` one the county named."""
    return encode_frame(request, REQUEST_TAG, key, dictionary)


def read_answer(data: bytes, certificate: Certificate) -> Answer:
    """Verify and read an answer; raises SurroundingsFault ``county_refused`` with reason ``bad_answer``."""
    try:
        return open_frame(data, Answer, ANSWER_TAG, bytes.fromhex(certificate.county_key))
    except WireDamaged as damaged:
        raise SurroundingsFault("county_refused", facts={"reason": "bad_answer", "code": damaged.code}) from damaged


def go_round(
    transport: Transport, request: Request, key: SigningKey, certificate: Certificate, dictionary: int = 0
) -> tuple[Answer, int]:
    """Write, carry, read: what the net lane does between building a request and applying its answer.

    Returns the answer with the bytes of both frames. Raises SurroundingsFault.
    """
    reply, size = send_request(transport, request, key, dictionary)
    return read_answer(reply, certificate), size


def send_request(
    transport: Transport,
    request: Request,
    key: SigningKey,
    dictionary: int,
    sending: Callable[[], object] = lambda: None,
) -> tuple[bytes, int]:
    """The reply to a request as it came, with the bytes of both frames; ``sending`` is called when the request leaves.

    A county that no longer reads what it once named, the ``dictionary``, ``told`` or ``recent``, is asked again without
    (it was put back to an earlier release). Raises SurroundingsFault.
    """
    frame = write_request(request, key, dictionary)
    sending()
    try:
        reply = transport.exchange(frame)
    except SurroundingsFault as fault:
        reason = fault.facts.get("reason")
        newer = frame_dictionary(frame) and reason == "unknown_flags"
        if not (newer or ((request.told or request.recent) and reason == "bad_message")):
            raise
        frame = write_request(msgspec.structs.replace(request, told=[], recent=0), key)
        sending()
        reply = transport.exchange(frame)
    return reply, len(frame) + len(reply)


def dictionary_of(answer: Answer, before: int) -> int:
    """The dictionary to pack the next request with: what the county names when it says what it can do."""
    return before if not answer.caps else NEWEST if capability(NEWEST) in answer.caps else 0


def _fault(status: int, data: bytes) -> SurroundingsFault:
    facts: dict[str, object] = {"status": status}
    try:
        told = json.loads(data)
        reason = str(told["code"])
        facts |= {name: int(told[name]) for name in ("least", "most") if name in told}
    except (ValueError, KeyError, TypeError):
        reason = f"http_{status}"
    if status == 507:
        return SurroundingsFault("county_full", facts={"reason": reason})
    if status >= 500 or status == 429:
        return SurroundingsFault("county_unreachable", facts={"reason": reason, "status": status})
    return SurroundingsFault("county_refused", facts={"reason": reason, **facts})


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
