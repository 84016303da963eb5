"""Who may bring the next friend: customers who come often, while they come."""

from __future__ import annotations

from msgspec import Struct

from regulars.sources.corner_coffee.dice import Dice
from regulars.sources.corner_coffee.habits import Visits

BROUGHT = 150
"""Per mille of new customers whom somebody brought, if there is somebody to bring them."""
ATTEMPTS = 6
VISITS_BEFORE = 3
"""Nobody recommends a café before having been there so many times."""
DAYS_AFTER = 10
"""Somebody who has stopped coming still talks about the café for a few days."""


class Advocate(Struct, kw_only=True):
    """A customer who will bring `friends` more people between two days, both included."""

    external_id: str
    from_day: int
    to_day: int
    friends: int


class Advocates:
    """A bounded pool: the longest-standing make room when it is full, so memory stays flat."""

    def __init__(self, dice: Dice, most: int) -> None:
        self._dice = dice
        self._most = most
        self._pool: list[Advocate] = []
        self._oldest = 0

    def welcome(self, external_id: str, visits: Visits) -> None:
        """Takes note of a customer who may bring friends."""
        if len(visits.days) <= VISITS_BEFORE:
            return
        friends = self._dice.draw(visits.kind.brings)
        if not friends:
            return
        advocate = Advocate(
            external_id=external_id,
            from_day=visits.days[VISITS_BEFORE] + 1,
            to_day=visits.days[-1] + DAYS_AFTER,
            friends=friends,
        )
        if len(self._pool) < self._most:
            self._pool.append(advocate)
        else:
            self._pool[self._oldest] = advocate
            self._oldest = (self._oldest + 1) % self._most

    def who_brings_somebody(self, day: int) -> str:
        """The external id of whoever brings a newcomer on `day`; empty if nobody does."""
        dice = self._dice
        if not dice.chance(BROUGHT):
            return ""
        for _ in range(ATTEMPTS):
            if not self._pool:
                return ""
            at = dice.below(len(self._pool))
            advocate = self._pool[at]
            if advocate.to_day < day:
                self._drop(at)
            elif advocate.from_day <= day:
                advocate.friends -= 1
                if not advocate.friends:
                    self._drop(at)
                return advocate.external_id
        return ""

    def _drop(self, at: int) -> None:
        self._pool[at] = self._pool[-1]
        self._pool.pop()
        self._oldest = 0
