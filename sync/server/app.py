"""The county's HTTP routes: bytes in, bytes out; all work happens on one writer thread. Logs no personal data."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from domain.faults import SurroundingsFault
from sync.protocol import (
    ANSWER_TAG,
    CAPABILITIES,
    ENROL_TAG,
    LEAST_PROTOCOL,
    MAX_FRAME,
    PROTOCOL,
    REQUEST_TAG,
    Answer,
    Enrol,
    Enrolled,
    Request,
    SignedCertificate,
    WireDamaged,
    decode_frame,
    encode_frame,
    refuse_protocol,
    verify_frame,
)
from sync.server.page import county_page
from sync.server.stations import RequestRefused, StationRow
from sync.server.store import CountyStore

CERTIFICATE_HEADER: Final = "x-xinfang-certificate"
FRAME_TYPE: Final = "application/x-xinfang-frame"
MAX_ENROL: Final = 64 << 10
logger = logging.getLogger("xinfang.county")
T = TypeVar("T")

_PROTOCOL_CODES: Final = frozenset({"newer_protocol", "older_protocol", "unknown_flags"})
_DAMAGED_STATUS: Final = {
    "newer_protocol": 426,
    "older_protocol": 426,
    "unknown_flags": 426,
    "too_large": 413,
    "bad_signature": 401,
}
_FAULT_STATUS: Final = {"disk_full": 507}


class County:
    """The routes over one store. The writer thread is the only one that touches the database."""

    def __init__(self, store: CountyStore, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self._lane = ThreadPoolExecutor(max_workers=1, thread_name_prefix="county-writer")

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/health", self.health),
                Route("/v1/enrol", self.enrol, methods=["POST"]),
                Route("/v1/exchange", self.exchange, methods=["POST"]),
            ],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        yield
        self._lane.shutdown(wait=True)  # the round in hand is finished and durable before the file is closed

    async def _on_lane(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._lane, work)

    async def exchange(self, http: HttpRequest) -> Response:
        """One round."""
        return await self._serve(http, "exchange", MAX_FRAME, self._exchange)

    async def enrol(self, http: HttpRequest) -> Response:
        """A code becomes a certificate."""
        return await self._serve(http, "enrol", MAX_ENROL, self._enrol)

    async def _serve(
        self, http: HttpRequest, what: str, largest: int, work: Callable[[bytes, str | None], bytes]
    ) -> Response:
        try:
            body = await _body(http, largest)
            header = http.headers.get(CERTIFICATE_HEADER)
            reply = await self._on_lane(lambda: work(body, header))
        except RequestRefused as refused:
            return _refusal(what, refused.code, refused.status)
        except WireDamaged as damaged:
            return _refusal(what, damaged.code, _DAMAGED_STATUS.get(damaged.code, 400))
        except SurroundingsFault as fault:
            return _refusal(what, fault.code, _FAULT_STATUS.get(fault.code, 503))
        except ClientDisconnect:
            return _refusal(what, "gone", 400)
        except Exception:
            logger.exception("%s failed", what)
            return _refusal(what, "county_failed", 500)
        return Response(reply, media_type=FRAME_TYPE)

    def _exchange(self, body: bytes, header: str | None) -> bytes:
        request, _ = decode_frame(body, Request)
        station = self._known(request.st, header, body)
        if station.revoked:
            raise RequestRefused("revoked", 403)
        refuse_protocol(request.v)
        answer: Answer = self._store.exchange(request, station)
        _note(
            "exchange",
            station=station.station[:8],
            pushed=sum(len(run.a) for run in request.push),
            recovered=len(request.recovered),
            same=answer.same,
            forked=len(answer.fork),
            broken=sorted(answer.broken.values()),
            rejected=len(answer.reject),
            rewound=len(answer.rewind),
        )
        return encode_frame(answer, ANSWER_TAG, self._store.key)

    def _known(self, station: str, header: str | None, body: bytes) -> StationRow:
        """Whose frame this is, its signature verified; a forgotten station shows its certificate in a header."""
        found = self._store.station(station)
        if found is not None and (header is None or _signed(body, found.public_key)):
            if not _signed(body, found.public_key):
                superseded = any(_signed(body, key) for key in self._store.earlier_keys(station))
                raise RequestRefused("certificate_superseded" if superseded else "bad_signature", 401)
            return found
        if header is None:
            raise RequestRefused("certificate_wanted", 401)
        try:
            certificate = msgspec.json.decode(header, type=SignedCertificate).read()
        except (msgspec.MsgspecError, ValueError):
            raise WireDamaged("bad_certificate") from None
        if certificate.station != station:
            raise WireDamaged("bad_certificate")
        verify_frame(body, REQUEST_TAG, bytes.fromhex(certificate.key))
        return self._store.readmit(certificate)

    def _enrol(self, body: bytes, _header: str | None) -> bytes:
        asked, _ = decode_frame(body, Enrol)
        verify_frame(body, ENROL_TAG, asked.station_key)
        refuse_protocol(asked.v)
        certificate = self._store.enrol(asked)
        _note("enrolled", station=asked.station[:8], office=asked.office)
        enrolled = Enrolled(t=self._clock(), certificate=certificate, caps=list(CAPABILITIES))
        return encode_frame(enrolled, ENROL_TAG, self._store.key)

    async def health(self, _http: HttpRequest) -> Response:
        """Whether the county works, in numbers, and which one it is."""
        stations = await self._on_lane(self._store.stations)
        counts = await self._on_lane(self._store.counts)
        return JSONResponse(
            {
                "ok": True,
                "county_key": self._store.public_key.hex(),
                "protocol": PROTOCOL,
                "caps": list(CAPABILITIES),
                "time_ms": self._clock(),
                "stations": len(stations),
                "backlog": sum(row.backlog for row in stations),
                "forked": sum(row.forked for row in stations),
                **counts,
            }
        )

    async def page(self, _http: HttpRequest) -> Response:
        """The county page for a person."""
        stations = await self._on_lane(self._store.stations)
        counts = await self._on_lane(self._store.counts)
        return HTMLResponse(county_page(self._store.name, stations, counts, self._clock()))


def _signed(body: bytes, public_key: bytes) -> bool:
    try:
        verify_frame(body, REQUEST_TAG, public_key)
    except WireDamaged:
        return False
    return True


async def _body(http: HttpRequest, largest: int) -> bytes:
    """The body, refused as soon as it is too long, whatever its header says."""
    parts: list[bytes] = []
    size = 0
    async for part in http.stream():
        size += len(part)
        if size > largest:
            raise WireDamaged("too_large")
        parts.append(part)
    return b"".join(parts)


def _refusal(what: str, code: str, status: int) -> Response:
    _note("refused", what=what, code=code, status=status)
    told: dict[str, object] = {"code": code}
    if code in _PROTOCOL_CODES:
        told |= {"least": LEAST_PROTOCOL, "most": PROTOCOL}
    return JSONResponse(told, status_code=status)


def _note(event: str, **facts: object) -> None:
    """One structured line: numbers, codes and shortened station ids only."""
    logger.info("%s", json.dumps({"event": event, **facts}, ensure_ascii=False))
