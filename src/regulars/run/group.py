"""The thread that books single facts: everything that waits goes into the next transaction.

While one group is booked the next gathers by itself. Groups of few cost three times as much a fact
as groups of many, so one begins no sooner than an instant after the one before, unless those are
back who were just answered; a fact that comes alone waits for nobody. What that spares is left for
quotes.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from django.db import DatabaseError, InterfaceError, connection
from msgspec import Struct

from regulars.api import grouped
from regulars.api.grouped import Keys, Reply, Sent
from regulars.db import disk
from regulars.run.room import Room

log = logging.getLogger("regulars.server")

AT_ONCE = 250
APART, BACK, GAP = 0.02, 0.002, 0.0005
"""Seconds from the beginning of a group to the next, in which those who were just answered are
back, and after which is looked again."""
PATIENCE = 10.0
"""Who waited so many seconds is told to come again: their sender has given up by now."""

Done = Callable[[list[tuple["Waiting", Reply]]], None]


class Waiting(Struct, eq=False):
    """A request that waits for its answer, since an instant; `to` is where that goes."""

    sent: Sent
    since: float
    to: asyncio.Future[Reply]


class Writer:
    """Books what waits, in a thread with a connection of its own. Answers are handed over to
    `done`, group by group."""

    def __init__(self, done: Done) -> None:
        self._done = done
        self._waiting: deque[Waiting] = deque()
        self._some = threading.Condition()
        self._keys = Keys()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._last = 1
        self._begun = self._answered = -APART
        self._room = Room(time.monotonic())

    def put(self, waiting: Waiting) -> bool:
        """Let a request wait for the next group; whether there is room for it."""
        with self._some:
            if self._closed or not self._room.lets_in(len(self._waiting), waiting.since):
                return False
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="facts", daemon=True)
                self._thread.start()
            self._waiting.append(waiting)
            self._some.notify()
        return True

    def is_full(self) -> bool:
        """Whether there is no room for one more just now."""
        with self._some:
            return not self._room.lets_in(len(self._waiting), time.monotonic())

    def close(self) -> None:
        """Book what waits, and end."""
        with self._some:
            self._closed = True
            self._some.notify()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while group := self._next():
            over = time.monotonic() - PATIENCE
            late = [one for one in group if one.since < over]
            busy = [(one, grouped.unanswered(one.sent, "busy")) for one in late]
            timely = [one for one in group if one.since >= over]
            self._done([*busy, *zip(timely, self._answers(timely), strict=True)])
            self._answered = time.monotonic()
            self._room.booked(len(timely), self._answered - self._begun)
        connection.close()

    def _next(self) -> list[Waiting]:
        with self._some:
            while not self._waiting and not self._closed:
                self._some.wait()
        while not self._closed and not self._moment().is_come():
            time.sleep(GAP)
        self._begun = time.monotonic()
        with self._some:
            size = min(AT_ONCE, len(self._waiting))
            # One that came alone among many does not make the next ones come alone.
            self._last = max(size, self._last // 2)
            if size:
                self._room.begin(self._begun - self._waiting[0].since, self._begun)
            return [self._waiting.popleft() for _ in range(size)]

    def _moment(self) -> Moment:
        now = time.monotonic()
        return Moment(len(self._waiting), self._last, now - self._begun, now - self._answered)

    def _answers(self, group: Sequence[Waiting]) -> list[Reply]:
        """The answers of a group; one that fails is taken apart."""
        if not group:
            return []
        self._keys.counted.clear()
        try:
            return grouped.answer([one.sent for one in group], self._keys)
        except Exception as error:
            log.warning("a group of %d facts failed: %s", len(group), type(error).__name__)
            _let_go(error)
        return [self._alone(one) for one in group]

    def _alone(self, one: Waiting) -> Reply:
        """The answer of one request. Its key makes sure that what the group has booked, unknown
        to us, is not booked twice."""
        try:
            return grouped.answer([one.sent], self._keys)[0]
        except DatabaseError as error:
            log.exception("request %s: the database did not answer", one.sent.request_id)
            _let_go(error)
            return grouped.unanswered(one.sent, disk.code_of(error))
        except Exception as error:
            log.exception("request %s failed", one.sent.request_id)
            _let_go(error)
            return grouped.unanswered(one.sent, "broken")


class Moment(Struct, frozen=True):
    """When a group may begin: how many wait, of how many the last groups were, and the seconds
    since the last one began and was answered."""

    waiting: int
    last: int
    begun: float
    answered: float

    def is_come(self) -> bool:
        """Whether the next group begins now, or waits for company."""
        alone = self.waiting <= 1 and self.last <= 1
        all_back = self.waiting >= self.last and self.answered < BACK
        return alone or all_back or self.waiting >= AT_ONCE or self.begun >= APART


def _let_go(error: Exception) -> None:
    """Give up a connection that may be broken, or whose transaction may be open still."""
    if isinstance(error, DatabaseError | InterfaceError) or connection.needs_rollback:
        connection.close()
