"""How many requests may wait to be booked.

A rush is let in: it is over before anybody gives up. A line that does not get shorter helps nobody,
since all who stand in it wait as long as it is: then only as many are let in as are booked within a
moment, and the others are told to come again. (The idea is CoDel's, controlled delay.)
"""

from __future__ import annotations

MOST_WAITING = 250
"""So many may wait in a rush: a full transaction."""
LEAST_WAITING = 16
"""So many may always wait."""
SOON, RUSH = 0.1, 0.5
"""Whoever was first in line has waited for so many seconds at most; if not for the second number of
seconds on end, the line stands. It does until nobody was sent away for as long."""
MOMENT = 0.025
"""As many as are booked within so many seconds may wait in a line that stands."""
NEWEST = 0.3
"""What the last group says of how many are booked in a second; the groups before say the rest."""


class Room:
    """Lets in who comes. All instants and waits are seconds of one clock that never goes back."""

    def __init__(self, now: float) -> None:
        self._moved = now
        self._sent_away = -RUSH
        self._a_second = 0.0
        self.most = MOST_WAITING

    def lets_in(self, waiting: int, now: float) -> bool:
        """Whether one more may wait beside so many."""
        if waiting < self.most:
            return True
        self._sent_away = now
        return False

    def begin(self, first: float, now: float) -> None:
        """A group begins; whoever is first in it has waited for `first` seconds."""
        if first <= SOON and now - self._sent_away >= RUSH:
            self._moved = now
        stands = now - self._moved >= RUSH
        self.most = max(LEAST_WAITING, int(self._a_second * MOMENT)) if stands else MOST_WAITING

    def booked(self, count: int, seconds: float) -> None:
        """So many were booked within so many seconds."""
        rate = count / max(seconds, 0.001)
        self._a_second += (rate - self._a_second) * (NEWEST if self._a_second else 1)
