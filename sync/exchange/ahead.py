"""The next round of a line before the last one is taken in: what a station may ask while it still applies an answer.

Nothing rests on it. The request claims where the answer leads; the county checks every claim against its own, and the
station takes answers in their order, each only where it follows what is held. An answer that was not taken in makes the
next one late, and a late one changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sync.exchange.parts import run_of
from sync.exchange.recents import fresh, wanted
from sync.log.log import ActLog
from sync.protocol import Answer, Mark, Request, Run


def push_ahead(log: ActLog, request: Request, budget: int) -> list[Run]:
    """The acts behind those a request brings, whole commits up to ``budget`` bytes, had the county taken those.

    Nothing when it brings nothing, or the logs of several incarnations: then only the answer tells. Reads only.
    """
    if len(request.push) != 1:
        return []
    (run,) = request.push
    end = run.n + len(run.a) - 1
    entries, before = log.commits(run.w, end, budget), log.hash_at(run.w, end)
    return [run_of(entries, before=before)] if entries and before is not None else []


def next_request(
    request: Request, answer: Answer, push: Sequence[Run] = (), now_ms: int = 0, limit: int = 0
) -> Request | None:
    """What the station asks next when it will have taken this answer in; None when only taking it in can tell.

    ``push`` is what :func:`push_ahead` said of this request; ``limit`` is for the next answer, 0 for as before.
    """
    limit = limit or request.limit
    odd = (answer.same, answer.full, answer.fork, answer.broken, answer.rewind, answer.reject, answer.lost)
    taken = all(answer.have.get(run.w, Mark(0, b"")).n == run.n + len(run.a) - 1 for run in request.push)
    if any(odd) or not (taken and request.own.keys() <= answer.have.keys()) or request.recovered or request.checkpoints:
        return None
    if not (push or (answer.more and answer.pull)):
        return None
    return msgspec.structs.replace(
        request,
        feeds=request.feeds | {pull.scope: pull.to for pull in answer.pull},
        push=list(push),
        writers={},
        limit=limit,
        recent=wanted(limit) if fresh(request, answer) else 0,
        serial_list=request.serial_list if answer.revoked is None else answer.revoked.version,
        t=now_ms,
    )
