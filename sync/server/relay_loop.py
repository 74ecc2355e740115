"""The relay's rounds inside a running server: now and then, on the store's thread and beside it. Decides nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from domain.faults import SurroundingsFault
from sync.client import HttpTransport
from sync.server.relay import MOST_ROUNDS, Relay, carry

if TYPE_CHECKING:
    from sync.server.store import CountyStore

logger = logging.getLogger("xinfang.relay")
OnLane = Callable[[Callable[[], Any]], Awaitable[Any]]
NEVER: Final = 0.0


class RelayLoop:
    """Goes up every so many seconds until the server stops; a round that fails is tried again next time."""

    def __init__(self, store: CountyStore, on_lane: OnLane, every_s: float) -> None:
        """``on_lane`` runs work on the thread the store belongs to; ``every_s`` 0 for never."""
        self._relay = Relay(store)
        self._on_lane = on_lane
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, inside the running event loop; nothing when it is off."""
        if self._every_s > NEVER:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End between two steps: what is in hand on the store's thread is finished there."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self._level()
            except SurroundingsFault as fault:
                logger.info('{"event": "relay_waits", "code": "%s"}', fault.code)
                await self._on_lane(partial(self._relay.failed, fault))
            except Exception:
                logger.exception("relay failed")
            await asyncio.sleep(self._every_s)

    async def _level(self) -> None:
        transport: HttpTransport | None = None
        try:
            for _ in range(MOST_ROUNDS):
                prepared = await self._on_lane(self._relay.begin)
                if prepared is None:
                    return
                line = transport = transport or HttpTransport(prepared.url, prepared.signed)
                answer = await asyncio.to_thread(carry, prepared, line)
                applied = await self._on_lane(partial(self._relay.finish, prepared, answer))
                if not applied.more:
                    return
        finally:
            if transport is not None:
                transport.close()
