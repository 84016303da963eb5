"""Very many clients at once, each with a connection of its own, in one thread.

They read as little as they can, by bare sockets: what a crowd costs here, the server of the same
machine cannot use.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterable

from killed_shop import Sales, Shop
from msgspec import Struct, field

STATUSES = {200, 429, 503}
MOST_LINKS = 4000
"""A crowd has so many connections: who finds none free has not come."""
END = b"\r\n\r\n"


class Told(Struct):
    """What clients were answered; `took` is the seconds of those that were booked."""

    statuses: Counter[int] = field(default_factory=Counter)
    booked: set[int] = field(default_factory=set)
    took: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    stayed_away: int = 0

    def note(self, asked: Asked, answer: bytes) -> None:
        head = answer.partition(END)[0].lower()
        status = int(head[9:12])
        self.statuses[status] += 1
        if status == 200:
            self.booked.add(asked.number)
            self.took.append(time.monotonic() - asked.began)
        elif status not in STATUSES or b"retry-after:" not in head:
            self.wrong.append(f"{asked.number}: {answer[:400]!r}")

    def p99(self) -> float:
        """The seconds that ninety-nine of a hundred orders were booked within."""
        return sorted(self.took)[len(self.took) * 99 // 100]


class Asked(Struct, eq=False):
    """A request under way: what is still to be sent of it, and what came back."""

    link: socket.socket
    number: int
    began: float
    unsent: bytes
    came: bytes = b""

    def is_whole(self) -> bool:
        head, found, body = self.came.partition(END)
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        return bool(found) and len(body) >= int(length)


class Crowd:
    """Clients of a shop, who send orders of some sales."""

    def __init__(self, shop: Shop, sales: Sales) -> None:
        self._shop, self._sales = shop, sales
        self._free: list[socket.socket] = []
        self._under_way: dict[int, Asked] = {}
        self._any = selectors.DefaultSelector()

    def send_all(self, numbers: Iterable[int], told: Told, patience: float = 60) -> bool:
        """All of them at once; whether each was answered."""
        for number in numbers:
            self._send(number)
        return self._drained(told, patience)

    def send_steadily(self, first: int, rate: float, seconds: float, told: Told) -> int:
        """So many a second, whether they are answered or not, as long as there are connections;
        the number of the next one."""
        began, number = time.monotonic(), first
        while (passed := time.monotonic() - began) < seconds:
            while number - first < rate * passed:
                if len(self._under_way) < MOST_LINKS:
                    self._send(number)
                else:
                    told.stayed_away += 1
                number += 1
            self._hear(told, 0.002)
        assert self._drained(told)
        return number

    def send_in_turn(self, first: int, clients: int, seconds: float, told: Told) -> int:
        """By clients who wait for each answer; the number of the next one."""
        until, number = time.monotonic() + seconds, first
        while time.monotonic() < until:
            while len(self._under_way) < clients:
                self._send(number)
                number += 1
            self._hear(told, 0.1)
        assert self._drained(told)
        return number

    def close(self) -> None:
        """Hang up, whoever may still wait."""
        for link in (*self._free, *(one.link for one in self._under_way.values())):
            link.close()
        self._any.close()

    def _drained(self, told: Told, patience: float = 60) -> bool:
        until = time.monotonic() + patience
        while self._under_way and time.monotonic() < until:
            self._hear(told, 0.1)
        return not self._under_way

    def _send(self, number: int) -> None:
        body = self._sales.body(number, self._sales.key(number, 0))
        link = self._free.pop() if self._free else self._connected()
        asked = Asked(link, number, time.monotonic(), self._head(len(body)) + body)
        self._under_way[link.fileno()] = asked
        self._any.register(link, selectors.EVENT_READ | selectors.EVENT_WRITE, asked)

    def _hear(self, told: Told, seconds: float) -> None:
        """Hear what comes within so many seconds, at least once."""
        for found, events in self._any.select(seconds):
            asked: Asked = found.data
            try:
                if events & selectors.EVENT_WRITE:
                    self._go_on(asked)
                if events & selectors.EVENT_READ:
                    self._listen(asked, told)
            except OSError as error:
                told.wrong.append(f"{asked.number}: {error!r}")
                self._leave(asked).close()

    def _go_on(self, asked: Asked) -> None:
        asked.unsent = asked.unsent[asked.link.send(asked.unsent) :]
        if not asked.unsent:
            self._any.modify(asked.link, selectors.EVENT_READ, asked)

    def _listen(self, asked: Asked, told: Told) -> None:
        part = asked.link.recv(65536)
        if not part:
            raise ConnectionResetError(f"cut after {asked.came[:200]!r}")
        asked.came += part
        if asked.is_whole():
            told.note(asked, asked.came)
            self._free.append(self._leave(asked))

    def _leave(self, asked: Asked) -> socket.socket:
        del self._under_way[asked.link.fileno()]
        self._any.unregister(asked.link)
        return asked.link

    def _connected(self) -> socket.socket:
        link = socket.socket()
        link.setblocking(False)
        link.connect_ex(("127.0.0.1", self._shop.port))
        return link

    def _head(self, length: int) -> bytes:
        return (
            f"POST /api/v1/facts HTTP/1.1\r\nHost: 127.0.0.1\r\nPrefer: return=minimal\r\n"
            f"Authorization: Bearer {self._shop.key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {length}\r\n\r\n"
        ).encode()
