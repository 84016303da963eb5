"""A clock that jumps is told: nobody finds out otherwise why sessions ended or nothing was due."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

words = logging.getLogger("regulars.clock")
LEAST_SECONDS = 60.0
"""Less is how clocks are set right, and a process that was stopped for a moment."""


class Jumps:
    """Compares the clock on the wall with one that only goes on."""

    def __init__(
        self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall, self._steady = wall, steady
        self._apart = wall() - steady()

    def look(self) -> None:
        """Say by how much the clock jumped since the last look, if it did."""
        apart = self._wall() - self._steady()
        jumped = apart - self._apart
        if abs(jumped) >= LEAST_SECONDS:
            words.warning(
                "the clock of this machine jumped %s by %.0f seconds",
                "ahead" if jumped > 0 else "back",
                abs(jumped),
            )
        self._apart = apart
