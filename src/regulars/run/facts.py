"""The route of single facts, past Django: `POST /api/v1/facts`.

The request is read and its answer sent here; the writer's thread does the rest.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import parse_qsl

from msgspec import structs

from regulars.api import gate, grouped
from regulars.api.grouped import Reply, Sent
from regulars.db import disk
from regulars.run import body, crowd
from regulars.run.deadlines import Deadlines
from regulars.run.group import Waiting, Writer
from regulars.run.server import PLAIN_HEADERS, Route

PATH = "/api/v1/facts"
MOST_BYTES = 6 * 1024 * 1024
TURNED_A_SECOND, ASIDE_SECONDS = 250, 10.0
"""So many are told in a second that there is no room; more wait for their turn, so long at most."""
NOBODY = "0" * 32
"""Stands for whose request it is, in an answer that is kept."""


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
        self._turned: dict[str, Reply] = {}
        self._next = 0.0

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self._loop = asyncio.get_running_loop()
        headers = dict(scope["headers"])
        if self._writer.is_full():
            await self._aside()
            reply = self._busy(_language(headers), scope.get("request_id", ""))
        else:
            reply = await self._answer(_sent(scope, headers, await self._read(receive, headers)))
        await send(_start(reply))
        await send({"type": "http.response.body", "body": reply.body})

    async def _aside(self) -> None:
        """Let those who are sent away go one after the other: a flood of them would keep the
        processor from booking those who are let in."""
        now = time.monotonic()
        self._next = min(max(now, self._next + 1 / TURNED_A_SECOND), now + ASIDE_SECONDS)
        if self._next > now:
            await asyncio.sleep(self._next - now)

    def _busy(self, language: str, request_id: str) -> Reply:
        """The answer to those who come in a flood. Nothing is read of what they sent, and the words
        are found once a language: who is sent away costs those nothing who are not."""
        if language not in self._turned:
            sent = Sent(body=b"", language=language, request_id=NOBODY)
            self._turned[language] = grouped.unanswered(sent, "busy")
        told = self._turned[language]
        return structs.replace(told, body=told.body.replace(NOBODY.encode(), request_id.encode()))

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
        language=_language(headers),
        request_id=scope.get("request_id", ""),
        minimal=b"return=minimal" in headers.get(b"prefer", b""),
        query=dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {},
    )


def _language(headers: dict[bytes, bytes]) -> str:
    return gate.language(headers.get(b"accept-language", b"").decode("latin-1"))


def _start(reply: Reply) -> dict[str, Any]:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(reply.body)).encode()),
        *PLAIN_HEADERS,
    ]
    headers += [(name.encode(), value.encode()) for name, value in reply.headers.items()]
    return {"type": "http.response.start", "status": reply.status, "headers": headers}
