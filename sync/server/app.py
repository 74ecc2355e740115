"""The county's HTTP routes: bytes in, bytes out. What is written is written on one lane. Logs no personal data."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from domain.faults import SurroundingsFault
from domain.files import PIECE_BYTES
from sync.blobs import FILE_TAG, file_message
from sync.log.chain import verify_message
from sync.protocol import (
    CAPABILITIES,
    ENROL_TAG,
    LEAST_PROTOCOL,
    MAX_FRAME,
    PROTOCOL,
    REQUEST_TAG,
    Enrol,
    Enrolled,
    WireDamaged,
    decode_frame,
    encode_frame,
    frame_dictionary,
    refuse_protocol,
    verify_frame,
)
from sync.server.files import Asked, FileDesk, FileRefused, read_path
from sync.server.frames import FrameDesk
from sync.server.lane import LONGEST_QUEUE, Busy, Lane
from sync.server.limits import Buckets
from sync.server.metrics import CONTENT_TYPE, Tally, metrics_text
from sync.server.overview import Overview, Seen
from sync.server.page import county_page
from sync.server.relay_loop import NEVER, RelayLoop
from sync.server.rounds import shown_certificate
from sync.server.stations import RequestRefused
from sync.server.store import CountyStore

CERTIFICATE_HEADER: Final = "x-xinfang-certificate"
STATION_HEADER: Final = "x-xinfang-station"
SIGNATURE_HEADER: Final = "x-xinfang-signature"
FRAME_TYPE: Final = "application/x-xinfang-frame"
MAX_ENROL: Final = 64 << 10
logger = logging.getLogger("xinfang.county")
T = TypeVar("T")

_PROTOCOL_CODES: Final = frozenset({"newer_protocol", "older_protocol", "unknown_flags"})
_DAMAGED_STATUS: Final = dict.fromkeys(_PROTOCOL_CODES, 426) | {"too_large": 413, "bad_signature": 401}
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
_FAULT_STATUS: Final = {"disk_full": 507}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one sender may ask for. A station's loop goes as fast as its line; these stop what is no station."""

    station_rate: float = 50.0
    station_burst: float = 200.0
    address_rate: float = 400.0
    address_burst: float = 800.0
    enrol_rate: float = 0.2
    """Enrolments per second and address: a one-time code cannot be guessed by trying."""
    enrol_burst: float = 30.0
    body_s: float = 30.0
    """A body may take so long, and one second more for every ``slowest`` bytes of it."""
    slowest: int = 1000
    queue: int = LONGEST_QUEUE


class TooMany(Exception):
    """A sender asks too often; ``wait`` seconds until it is served again."""

    def __init__(self, wait: float, code: str = "too_many", status: int = 429) -> None:
        super().__init__(code)
        self.wait, self.code, self.status = max(1, math.ceil(wait)), code, status


class County:
    """The routes over one store. One lane writes; reading for people has a connection and a thread of its own."""

    def __init__(
        self,
        store: CountyStore,
        clock: Callable[[], int],
        limits: Limits | None = None,
        steady: Callable[[], float] = time.monotonic,
        *,
        metrics_for_all: bool = False,
        relay_every_s: float = NEVER,
        workers: int = 0,
    ) -> None:
        """``steady`` gives seconds that never go back. ``metrics_for_all``: not only for this machine.

        ``relay_every_s``: how often to go up to the city this county relays to; 0 for never.
        ``workers``: processes that open requests beside this one; 0 for none.
        """
        self._workers = workers
        self._relay_every_s = relay_every_s
        self._store = store
        self._clock = clock
        self._steady = steady
        self._limits = limits or Limits()
        self._metrics_for_all = metrics_for_all
        self._tally = Tally()
        chosen = self._limits
        self._by_station = Buckets(chosen.station_rate, chosen.station_burst, steady)
        self._by_address = Buckets(chosen.address_rate, chosen.address_burst, steady)
        self._enrolments = Buckets(chosen.enrol_rate, chosen.enrol_burst, steady)
        self._files = FileDesk(store.files.store, store.files.index)

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/health", self.health),
                Route("/metrics", self.metrics),
                Route("/v1/enrol", self.enrol, methods=["POST"]),
                Route("/v1/exchange", self.exchange, methods=["POST"]),
                Route("/v1/file", self.file),
                Route("/v1/file/{rest:path}", self.file, methods=["GET", "PUT"]),
            ],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self._lane = Lane(self._store, self._limits.queue)
        self._frames = FrameDesk(self._store.key, self._workers)
        self._reads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="county-reader")
        self._reader = self._store.reader()
        self._overview = Overview(self._reader)
        relay = RelayLoop(self._store, self._lane.run, self._relay_every_s)
        relay.start()
        try:
            yield
        finally:
            await relay.stop()
            self._files.close()
            self._lane.close()  # the rounds in hand are finished and durable before the database is closed
            self._frames.close()
            self._reads.shutdown(wait=True)
            self._reader.close()

    async def exchange(self, http: HttpRequest) -> Response:
        """One round."""
        return await self._serve(http, "exchange", MAX_FRAME, self._exchange)

    async def enrol(self, http: HttpRequest) -> Response:
        """A code becomes a certificate."""
        return await self._serve(http, "enrol", MAX_ENROL, self._enrol)

    async def _serve(
        self, http: HttpRequest, what: str, largest: int, work: Callable[[bytes, str | None, str], Awaitable[bytes]]
    ) -> Response:
        address = http.client.host if http.client else ""
        try:
            self._admit(self._by_address, address)
            body = await self._body(http, largest)
            reply = await work(body, http.headers.get(CERTIFICATE_HEADER), address)
        except RequestRefused as refused:
            return self._refusal(what, refused.code, refused.status)
        except WireDamaged as damaged:
            return self._refusal(what, damaged.code, _DAMAGED_STATUS.get(damaged.code, 400))
        except SurroundingsFault as fault:
            return self._refusal(what, fault.code, _FAULT_STATUS.get(fault.code, 503))
        except TooMany as many:
            return self._refusal(what, many.code, many.status, {"retry-after": str(many.wait)})
        except Busy:
            return self._refusal(what, "busy", 503, {"retry-after": "2"})
        except ClientDisconnect:
            return self._refusal(what, "gone", 400)
        except Exception:
            logger.exception("%s failed", what)
            return self._refusal(what, "county_failed", 500)
        return Response(reply, media_type=FRAME_TYPE)

    def _admit(self, buckets: Buckets, key: str) -> None:
        wait = buckets.take(key)
        if wait:
            raise TooMany(wait)

    async def _body(self, http: HttpRequest, largest: int) -> bytes:
        """The body, refused as soon as it is too long, whatever its header says, or comes too slowly."""
        parts: list[bytes] = []
        size, loop = 0, asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout_at(began + self._limits.body_s) as patience:
                async for part in http.stream():
                    size += len(part)
                    if size > largest:
                        raise WireDamaged("too_large")
                    parts.append(part)
                    patience.reschedule(began + self._limits.body_s + size / self._limits.slowest)
        except TimeoutError:
            raise TooMany(1, "too_slow", 408) from None
        return b"".join(parts)

    async def _off(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work)

    async def _exchange(self, body: bytes, header: str | None, _address: str) -> bytes:
        began = self._steady()
        read = await self._frames.read(body, lambda station: self._admit(self._by_station, station))
        request = read.request

        def verify(key: bytes) -> None:
            if key != read.verified:
                verify_frame(body, REQUEST_TAG, key)
                self._frames.keep(request.st, key)

        try:
            answer = await self._lane.exchange(request, verify, len(body), read.opened)
        except (RequestRefused, WireDamaged) as refused:
            certificate = shown_certificate(refused, header, request, verify)
            await self._lane.run(lambda: self._store.readmit(certificate))
            answer = await self._lane.exchange(request, verify, len(body), read.opened)
        dictionary = frame_dictionary(body)  # the station packed with it, so it can read it
        reply = await self._frames.pack(answer, dictionary)
        pushed = sum(len(run.a) for run in request.push)
        self._tally.round(pushed, (len(body), len(reply)), self._steady() - began)
        _note(
            "exchange",
            station=request.st[:8],
            pushed=pushed,
            recovered=len(request.recovered),
            same=answer.same,
            forked=len(answer.fork),
            broken=sorted(answer.broken.values()),
            rejected=len(answer.reject),
            rewound=len(answer.rewind),
        )
        return reply

    async def _enrol(self, body: bytes, _header: str | None, address: str) -> bytes:
        self._admit(self._enrolments, address)
        asked, _ = decode_frame(body, Enrol)
        verify_frame(body, ENROL_TAG, asked.station_key)
        refuse_protocol(asked.v)
        _refuse_nul((asked.office, asked.code, asked.name))
        certificate = await self._lane.run(lambda: self._store.enrol(asked))
        _note("enrolled", station=asked.station[:8], office=asked.office)
        enrolled = Enrolled(t=self._clock(), certificate=certificate, caps=list(CAPABILITIES))
        return encode_frame(enrolled, ENROL_TAG, self._store.key)

    async def file(self, http: HttpRequest) -> Response:
        """A piece of a file up or down, or what is held of it; the answer signed like the request."""
        address = http.client.host if http.client else ""
        try:
            self._admit(self._by_address, address)
            asked = await self._asked_file(http)
            found = await self._files.answer(asked, self._lane.run)
        except (RequestRefused, FileRefused) as refused:
            return self._refusal("file", refused.code, refused.status)
        except WireDamaged as damaged:
            return self._refusal("file", damaged.code, _DAMAGED_STATUS.get(damaged.code, 400))
        except SurroundingsFault as fault:
            return self._refusal("file", fault.code, _FAULT_STATUS.get(fault.code, 503))
        except TooMany as many:
            return self._refusal("file", many.code, many.status, {"retry-after": str(many.wait)})
        except Busy:
            return self._refusal("file", "busy", 503, {"retry-after": "2"})
        except ClientDisconnect:
            return self._refusal("file", "gone", 400)
        except Exception:
            logger.exception("file failed")
            return self._refusal("file", "county_failed", 500)
        data = found if isinstance(found, bytes) else json.dumps(found).encode()
        signature = self._store.key.sign(FILE_TAG, file_message(f"answer {http.method}", http.url.path, data))
        return Response(data, headers={SIGNATURE_HEADER: base64.b64encode(signature).decode()})

    async def _asked_file(self, http: HttpRequest) -> Asked:
        body = await self._body(http, PIECE_BYTES)
        read, station = read_path(http.url.path), http.headers.get(STATION_HEADER, "")
        if read is None:
            raise RequestRefused("bad_piece", 404)
        row = await self._lane.run(lambda: self._store.station(station))
        if row is None:
            raise RequestRefused("certificate_wanted", 401)
        try:
            signature = base64.b64decode(http.headers.get(SIGNATURE_HEADER, ""))
        except ValueError:
            signature = b""
        message = FILE_TAG + b"\x00" + file_message(http.method, http.url.path, body)
        if not verify_message(row.public_key, message, signature):
            raise RequestRefused("bad_signature", 401)
        if row.revoked:
            raise RequestRefused("revoked", 403)
        return Asked(http.method, station, row.scopes, *read, body)

    def _look(self) -> Seen:
        with self._reader.snapshot():
            return self._overview.seen()

    def _look_at_all(self) -> Seen:
        with self._reader.snapshot():
            return self._overview.page(self._clock())

    async def health(self, _http: HttpRequest) -> Response:
        """Whether the county works, in numbers, and which one it is."""
        try:
            seen = await self._off(self._reads, self._look)
        except SurroundingsFault as fault:
            return JSONResponse({"ok": False, "code": fault.code, "protocol": PROTOCOL}, status_code=503)
        return JSONResponse(
            {
                "ok": True,
                "county_key": self._store.public_key.hex(),
                "protocol": PROTOCOL,
                "caps": list(CAPABILITIES),
                "time_ms": self._clock(),
                "stations": len(seen.stations),
                "backlog": sum(row.backlog for row in seen.stations),
                "forked": sum(row.forked for row in seen.stations),
                "queue": self._lane.waiting(),
                "workers": self._frames.workers.count,
                "relay": seen.above
                and {"contact_ms": seen.above.contact_ms, "pending": seen.above.pending, "error": seen.above.error},
                **seen.counts,
            }
        )

    async def metrics(self, http: HttpRequest) -> Response:
        """Numbers for a monitoring system; for this machine only, unless configured."""
        if not (self._metrics_for_all or (http.client and http.client.host in _LOOPBACK)):
            return JSONResponse({"code": "not_for_you"}, status_code=403)
        try:
            seen = await self._off(self._reads, self._look)
        except SurroundingsFault as fault:
            return JSONResponse({"code": fault.code}, status_code=503)
        text = metrics_text(seen, self._tally, self._lane.waiting(), self._frames.workers, self._clock())
        return Response(text, media_type=CONTENT_TYPE)

    async def page(self, _http: HttpRequest) -> Response:
        """The county page for a person."""
        try:
            seen = await self._off(self._reads, self._look_at_all)
        except SurroundingsFault:
            return HTMLResponse("<!doctype html><meta charset=utf-8><p>连不上数据库，请稍后再看。</p>", status_code=503)
        return HTMLResponse(county_page(self._store.name, seen, self._clock()))

    def _refusal(self, what: str, code: str, status: int, headers: dict[str, str] | None = None) -> Response:
        self._tally.refusal(code)
        _note("refused", what=what, code=code, status=status)
        told: dict[str, object] = {"code": code}
        if code in _PROTOCOL_CODES:
            told |= {"least": LEAST_PROTOCOL, "most": PROTOCOL}
        return JSONResponse(told, status_code=status, headers=headers)


def _refuse_nul(words: Iterable[str]) -> None:
    """No database text holds a NUL: refused here, on every database alike."""
    if any("\0" in word for word in words):
        raise WireDamaged("bad_message", "NUL")


def _note(event: str, **facts: object) -> None:
    """One structured line: numbers, codes and shortened station ids only."""
    logger.info("%s", json.dumps({"event": event, **facts}, ensure_ascii=False))
