"""The route of single facts, past Django: `POST /api/v1/facts`.

The request is read and its answer sent here; the writer's thread does the rest.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import parse_qsl

from regulars.api import grouped
from regulars.api.gate import language
from regulars.api.grouped import Reply, Sent
from regulars.db import disk
from regulars.run import body, crowd
from regulars.run.deadlines import Deadlines
from regulars.run.group import Waiting, Writer
from regulars.run.server import PLAIN_HEADERS, Route

PATH = "/api/v1/facts"
MOST_BYTES = 6 * 1024 * 1024


def route() -> Route:
    """The route, for the worker process that asks."""
    facts = FactRoute()
    return Route(method="POST", path=PATH, app=facts, close=facts.close)


class FactRoute:
    """Answers requests by groups. Made by the worker process that serves it."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer = Writer(self._hand_over)
        self._deadlines = Deadlines()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self._loop = asyncio.get_running_loop()
        headers = dict(scope["headers"])
        reply = await self._answer(_sent(scope, headers, await self._read(receive, headers)))
        await send(_start(reply))
        await send({"type": "http.response.body", "body": reply.body})

    async def _read(self, receive: Any, headers: dict[bytes, bytes]) -> bytes:
        told = headers.get(b"content-length", b"")
        length = int(told) if told.isdigit() else None
        reading = body.whole(receive, limit=MOST_BYTES, length=length)
        try:
            return await self._deadlines.within(body.seconds(MOST_BYTES, length), reading)
        except TimeoutError:
            raise body.CutShort from None

    async def _answer(self, sent: Sent) -> Reply:
        if disk.ROOM.is_over():
            return grouped.unanswered(sent, "disk_full")
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        if not self._writer.put(Waiting(sent, time.monotonic(), future)):
            return grouped.unanswered(sent, "busy")
        try:
            return await self._deadlines.within(crowd.FACT_SECONDS, future)
        except TimeoutError:
            # It may be booked yet: who sends it again under its key hears what became of it.
            return grouped.unanswered(sent, "busy")

    def _hand_over(self, answered: list[tuple[Waiting, Reply]]) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(_tell, answered)

    def close(self) -> None:
        """End the writer's thread, once it has booked what waits."""
        self._writer.close()


def _tell(answered: list[tuple[Waiting, Reply]]) -> None:
    for waiting, reply in answered:
        if not waiting.to.done():
            waiting.to.set_result(reply)


def _sent(scope: dict[str, Any], headers: dict[bytes, bytes], told: bytes) -> Sent:
    query = scope.get("query_string", b"")
    return Sent(
        body=told,
        authorization=headers.get(b"authorization", b"").decode("latin-1"),
        language=language(headers.get(b"accept-language", b"").decode("latin-1")),
        request_id=scope.get("request_id", ""),
        minimal=b"return=minimal" in headers.get(b"prefer", b""),
        query=dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {},
    )


def _start(reply: Reply) -> dict[str, Any]:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(reply.body)).encode()),
        *PLAIN_HEADERS,
    ]
    headers += [(name.encode(), value.encode()) for name, value in reply.headers.items()]
    return {"type": "http.response.start", "status": reply.status, "headers": headers}
