"""Requests that wait: how many may, for how long, and what they are told who wait in vain.

A database that is slow or gone holds threads. Their number is bounded, and so is that of the
requests that wait for one; nobody waits longer than is written here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from regulars.run import body

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuse = Callable[[Scope, Send], Awaitable[None]]

FACT_SECONDS = 10.0
API_SECONDS = 20.0
PAGE_SECONDS = 60.0
"""Who waits longer than this for the first byte is told to come again."""
MOST = 64
"""So many requests may wait for a thread, or have one."""
LONG = 1024 * 1024
"""Whoever sends more than so many bytes knows that it takes its time."""


class Crowd:
    """Lets requests in, as long as there is room."""

    def __init__(self, refuse: Refuse) -> None:
        self._refuse = refuse
        self._inside = 0

    async def through(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a request answered by `app`, or tell it to come again."""
        if self._inside >= MOST:
            return await self._refuse(scope, send)
        door = _Door(send)
        self._inside += 1
        task = asyncio.ensure_future(app(scope, receive, door.send))
        task.add_done_callback(self._left)
        await asyncio.wait({task}, timeout=_seconds(scope))
        if task.done() or door.begun:
            return await task
        # Its thread may go on for a while, and nobody listens any more.
        door.shut = True
        return await self._refuse(scope, send)

    def _left(self, task: asyncio.Future[None]) -> None:
        self._inside -= 1
        if not task.cancelled():
            task.exception()


def _seconds(scope: Scope) -> float | None:
    if (body.announced(scope["headers"]) or 0) > LONG:
        return None
    return API_SECONDS if scope["path"].startswith("/api/") else PAGE_SECONDS


class _Door:
    """What goes out of a request, as long as somebody listens."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = self.shut = False

    async def send(self, message: Message) -> None:
        if not self.shut:
            self.begun = True
            await self._send(message)
