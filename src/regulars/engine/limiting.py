"""Limits while earning: how much of a wanted amount goes through, and what becomes of the rest."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from regulars.engine.edition import Overflow
from regulars.engine.run import Run


class Limiter(Struct):
    """One limit made ready. `room(run)` is what its period still lets through, `use(run, amount,
    at)` counts an amount (negative: gives room back) in the period of an instant; `next(run)` is
    the instant at which the next period begins, FOREVER if none does."""

    rule: str
    asset: str
    of: frozenset[str]
    overflow: Overflow
    room: Callable[[Run], int]
    use: Callable[[Run, int, int], None]
    next: Callable[[Run], int]

    def holds(self, rule: str, asset: str) -> bool:
        """Whether it limits what this rule gives of this asset."""
        return asset == self.asset and (not self.of or rule in self.of)
