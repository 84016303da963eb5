"""Waits that may not last for ever, many at a time: one timer looks after all of them.

A timer of its own for each wait, as asyncio has them, costs as much as all else that is done for a
short request. Here a wait ends up to a quarter of a second late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

Result = TypeVar("Result")
TICK = 0.25
OVER = -1.0


class Deadlines:
    """The waits of one event loop, each by its task."""

    def __init__(self) -> None:
        self._until: dict[asyncio.Task[Any], float] = {}
        self._looking = False

    async def within(self, seconds: float, awaited: Awaitable[Result]) -> Result:
        """What is awaited. Raises TimeoutError where it takes longer."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs has a task
        loop = task.get_loop()
        self._until[task] = loop.time() + seconds
        if not self._looking:
            self._looking = True
            loop.call_later(TICK, self._look, loop)
        try:
            return await awaited
        except asyncio.CancelledError:
            if self._until[task] == OVER and not task.uncancel():
                raise TimeoutError from None
            raise
        finally:
            del self._until[task]

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task, until in self._until.items():
            if OVER < until <= now:
                self._until[task] = OVER
                task.cancel()
        self._looking = bool(self._until)
        if self._looking:
            loop.call_later(TICK, self._look, loop)
