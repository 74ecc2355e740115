"""A client that calls an ASGI application in this process, with its start and its end; for what no socket changes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from types import TracebackType
from typing import Any


@dataclass
class Reply:
    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


class Line:
    """``with Line(app) as line: line.get("/")``."""

    def __init__(self, app: Any, client: tuple[str, int] = ("127.0.0.1", 1)) -> None:
        self._app, self._client = app, client

    def __enter__(self) -> Line:
        self._runner = asyncio.Runner()
        self._runner.run(self._start())
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._runner.run(self._end())
        self._runner.close()

    async def _start(self) -> None:
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
        self._life = asyncio.ensure_future(self._app(scope, self._in.get, self._out.put))
        await self._in.put({"type": "lifespan.startup"})
        assert (await self._out.get())["type"] == "lifespan.startup.complete"

    async def _end(self) -> None:
        await self._in.put({"type": "lifespan.shutdown"})
        assert (await self._out.get())["type"] == "lifespan.shutdown.complete"
        await self._life

    def get(self, path: str) -> Reply:
        return self._runner.run(self._ask("GET", path, b""))

    def post(self, path: str, *, content: bytes) -> Reply:
        return self._runner.run(self._ask("POST", path, content))

    async def _ask(self, method: str, path: str, body: bytes) -> Reply:
        said: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
            "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": [], "scheme": "http",
            "client": self._client, "server": ("127.0.0.1", 80),
        }  # fmt: skip
        await self._app(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in said[0]["headers"]}
        return Reply(said[0]["status"], headers, b"".join(part.get("body", b"") for part in said[1:]))
