"""Processes beside the county's own that verify and open requests: most of the work of a round that needs no database.

A worker knows no database and keeps nothing between two requests. What it does can be done here as well: where one is
missing, dies or says nothing, its request is opened by the county itself, and nobody outside notices.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any, Final, TypeAlias

import msgspec

from domain.acts import Act
from sync.exchange import Opened, open_request
from sync.log.chain import Entry
from sync.log.content import Unread, made_act
from sync.protocol import REQUEST_TAG, Request, Run, WireDamaged, decode_frame, verify_frame

MOST: Final = 4
"""Workers started by themselves: one opens what two lanes could take in."""
PATIENCE_S: Final = 20.0
"""A worker that has said nothing for so long is ended; the largest frame is opened within a second."""
_WAIT_S: Final = 1.0
logger = logging.getLogger("xinfang.county")

_Told: TypeAlias = tuple[str, str, str, str, str, int, int, str, str, str, str, tuple[str, ...], str, int | None]
"""An act's fields in their order, without what it sets."""


class _Job(msgspec.Struct, array_like=True):
    frame: bytes
    key: bytes
    """The station's, by which the frame is verified."""
    keys: dict[str, bytes]
    """Those of the writers of its runs that are known."""


class _Run(msgspec.Struct, array_like=True):
    """A run that could be read: of each entry its hash, that of its content, its act; where a signature is good."""

    hashes: list[bytes]
    digests: list[bytes]
    proved: list[int]
    acts: list[_Told]


class _Found(msgspec.Struct, array_like=True):
    verified: bool
    runs: list[_Run | None]
    """Those that were pushed, then the recovered ones."""


def usual_count() -> int:
    """Workers where nobody says how many: the processors this program may use but one, which is the county's own."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores - 1, MOST)


class Workers:
    """So many workers, started when the first request comes that is worth one. For several threads."""

    def __init__(self, count: int) -> None:
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._counting = threading.Lock()
        self.count = count
        """Workers that there are or will be; fewer where one could not be started."""
        self.opened = 0
        """Requests they opened so far."""
        for _ in range(count):
            self._idle.put(_Worker())

    def open(
        self, frame: bytes, request: Request, key: bytes, writers: dict[str, bytes]
    ) -> tuple[bool, Opened | None] | None:
        """Whether ``key`` verifies the frame that ``request`` was read from, and then what is in it.

        None where no worker did it: the caller does. ``writers`` are the writers' keys as last seen.
        """
        try:
            worker = self._idle.get(timeout=_WAIT_S) if self.count else None
        except queue.Empty:
            return None
        if worker is None:
            return None
        runs = (*request.push, *request.recovered)
        known = {run.w: hint for run in runs if (hint := writers.get(run.w)) is not None}
        try:
            said = worker.ask(_encoder.encode(_Job(frame, key, known)))
        except (EOFError, OSError, TimeoutError):
            self._replace(worker)
            return None
        self._idle.put(worker)
        if not said:
            return None
        found = _decoder.decode(said)
        self.opened += 1
        return found.verified, _opened(request, runs, found, writers, known) if found.verified else None

    def _replace(self, worker: _Worker) -> None:
        """Another one in its place, unless it did not even begin: then this machine starts none."""
        worker.end()
        logger.warning('{"event": "worker_lost", "began": %s}', "true" if worker.ready else "false")
        if worker.ready:
            self._idle.put(_Worker())
        else:
            with self._counting:
                self.count -= 1

    def close(self) -> None:
        """End them; nobody asks any more."""
        while not self._idle.empty():
            self._idle.get().end()


class _Worker:
    """One process and the line to it."""

    def __init__(self) -> None:
        self._process: multiprocessing.process.BaseProcess | None = None
        self._line: Connection[Any, Any]
        self.ready = False

    def ask(self, job: bytes) -> bytes:
        """What it makes of a job; nothing where it cannot or has not begun yet.

        Raises EOFError, OSError for one that has ended, TimeoutError for one that says nothing.
        """
        if self._process is None:
            self._start()
        if not self.ready:
            if not self._line.poll():
                return b""
            self._line.recv_bytes()
            self.ready = True
        self._line.send_bytes(job)
        if not self._line.poll(PATIENCE_S):
            raise TimeoutError
        return self._line.recv_bytes()

    def _start(self) -> None:
        spawn = multiprocessing.get_context("spawn")  # threads run here: a fork would copy their locks
        self._line, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_serve, args=(theirs,), name="county-worker", daemon=True)
        self._process.start()
        theirs.close()

    def end(self) -> None:
        """It ends when its line does; one that does not hear is ended."""
        if self._process is None:
            return
        self._line.close()
        self._process.join(_WAIT_S)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()


def _opened(
    request: Request, runs: tuple[Run, ...], found: _Found, writers: dict[str, bytes], known: Mapping[str, bytes]
) -> Opened:
    """As :func:`sync.exchange.open_request` makes it."""
    opened = Opened(request, {}, {}, writers, set())
    for run, told in zip(runs, found.runs, strict=True):
        if told is None:
            continue
        contents = [bytes(raw) for raw in run.a]
        places = enumerate(zip(told.hashes, contents, strict=True))
        entries = [Entry(run.w, run.n + at, hashed, content, run.s.get(at)) for at, (hashed, content) in places]
        for act, content in zip(told.acts, contents, strict=True):
            opened.acts[content] = made_act(*act[:11], Unread(content), *act[11:])
        opened.runs[id(run)] = entries
        opened.digests.update(zip(contents, told.digests, strict=True))
        opened.proved.update((known[run.w], entries[at].hash, run.s[at]) for at in told.proved)
    return opened


# the worker's own side ----------------------------------------------------------------------------------------------


def _serve(line: Connection[Any, Any]) -> None:
    """Open requests until the county closes the line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells everybody; the county ends when its rounds are done
    gc.freeze()
    gc.set_threshold(300_000, 20, 20)
    try:
        line.send_bytes(b"ready")
        while True:
            line.send_bytes(_done(line.recv_bytes()))
    except (EOFError, OSError):
        return


def _done(said: bytes) -> bytes:
    """The answer to one job; nothing for one that cannot be told."""
    job = _job_decoder.decode(said)
    try:
        verify_frame(job.frame, REQUEST_TAG, job.key)
        request, _ = decode_frame(job.frame, Request)
    except WireDamaged:
        return _encoder.encode(_Found(verified=False, runs=[]))
    opened = open_request(request, job.keys)
    runs = [_told(run, opened) for run in (*request.push, *request.recovered)]
    try:
        return _encoder.encode(_Found(verified=True, runs=runs))
    except (ValueError, OverflowError):
        return b""  # an act of a later release may hold what this form cannot


def _told(run: Run, opened: Opened) -> _Run | None:
    entries = opened.runs.get(id(run))
    if entries is None:
        return None
    key = opened.keys.get(run.w, b"")
    proved = [at for at, entry in enumerate(entries) if entry.sig and (key, entry.hash, entry.sig) in opened.proved]
    acts = [opened.acts[entry.content] for entry in entries]
    digests = [hashlib.sha256(entry.content).digest() for entry in entries]
    return _Run([entry.hash for entry in entries], digests, proved, [_fields(act) for act in acts])


def _fields(act: Act) -> _Told:
    return (
        act.act_id, act.kind, act.case_kind, act.case_id, act.scope, act.lamport, act.wall_ms, act.clock, act.office,
        act.station, act.by, act.over, act.why, act.clock_offset_ms,
    )  # fmt: skip


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(_Found)
_job_decoder: Final = msgspec.msgpack.Decoder(_Job)
