"""Very many clients at once, each with a connection of its own, in one thread."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import suppress

from killed_shop import Sales, Shop
from msgspec import Struct, field

Link = tuple[asyncio.StreamReader, asyncio.StreamWriter]
STATUSES = {200, 429, 503}
MOST_LINKS = 4000
"""A crowd has so many connections: who finds none free has not come."""


class Told(Struct):
    """What clients were answered; `took` is the seconds of those that were booked."""

    statuses: Counter[int] = field(default_factory=Counter)
    booked: set[int] = field(default_factory=set)
    took: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    stayed_away: int = 0

    def note(self, number: int, status: int, head: str, took: float) -> None:
        self.statuses[status] += 1
        if status == 200:
            self.booked.add(number)
            self.took.append(took)
        elif status not in STATUSES or "retry-after:" not in head:
            self.wrong.append(f"{number}: {head[:200]}")


class Crowd:
    """Clients of a shop, who send orders of some sales."""

    def __init__(self, shop: Shop, sales: Sales) -> None:
        self._shop, self._sales = shop, sales
        self._free: deque[Link] = deque()
        self._writers: list[asyncio.StreamWriter] = []

    async def send(self, number: int, told: Told) -> None:
        """Send an order once, and note what becomes of it."""
        began = time.monotonic()
        link = self._free.popleft() if self._free else await self._connected()
        body = self._sales.body(number, self._sales.key(number, 0))
        try:
            link[1].write(self._head(len(body)) + body)
            head = (await link[0].readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.partition("content-length:")[2].split("\r\n")[0])
            await link[0].readexactly(length)
        except (OSError, EOFError) as error:
            told.wrong.append(f"{number}: {error!r}")
            link[1].close()
            return
        told.note(number, int(head[9:12]), head, time.monotonic() - began)
        self._free.append(link)

    async def send_all(self, numbers: Iterable[int], told: Told) -> None:
        """All of them at once."""
        await asyncio.gather(*(self.send(one, told) for one in numbers))

    async def send_steadily(self, first: int, rate: float, seconds: float, told: Told) -> int:
        """So many a second, whether they are answered or not, as long as there are connections;
        the number of the next one."""
        under_way: set[asyncio.Task[None]] = set()
        began, number = time.monotonic(), first
        while (passed := time.monotonic() - began) < seconds:
            while number - first < rate * passed:
                number += 1
                if len(under_way) >= MOST_LINKS:
                    told.stayed_away += 1
                    continue
                task = asyncio.create_task(self.send(number - 1, told))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            await asyncio.sleep(0.005)
        await asyncio.gather(*under_way)
        return number

    async def send_in_turn(self, first: int, clients: int, seconds: float, told: Told) -> int:
        """By clients who wait for each answer; the number of the next one."""
        until, numbers = time.monotonic() + seconds, iter(range(first, 1 << 40))

        async def go_on() -> None:
            while time.monotonic() < until:
                await self.send(next(numbers), told)

        await asyncio.gather(*(go_on() for _ in range(clients)))
        return next(numbers)

    async def close(self) -> None:
        """Hang up, whoever may still wait."""
        for writer in self._writers:
            writer.close()
        for writer in self._writers:
            with suppress(OSError):
                await writer.wait_closed()

    async def _connected(self) -> Link:
        link = await asyncio.open_connection("127.0.0.1", self._shop.port)
        self._writers.append(link[1])
        return link

    def _head(self, length: int) -> bytes:
        return (
            f"POST /api/v1/facts HTTP/1.1\r\nHost: 127.0.0.1\r\nPrefer: return=minimal\r\n"
            f"Authorization: Bearer {self._shop.key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {length}\r\n\r\n"
        ).encode()
