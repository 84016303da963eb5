"""Chance in whole numbers.

Every draw is integer arithmetic on the bits of a Mersenne Twister, and the only logarithms are
taken with `decimal`, so the same seed gives the same data on every machine and Python version.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Context, Decimal
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

from msgspec import Struct

Choice = TypeVar("Choice")

GRAINS = 1024
"""Steps in which the exponential distribution is laid out; a power of two."""

WAITS = 4096
"""Ready-made waits to draw from; a power of two."""


class Weighted(Struct, Generic[Choice], frozen=True):
    """Choices with the running sums of their weights."""

    choices: tuple[Choice, ...]
    sums: tuple[int, ...]


def weighted(weights: dict[Choice, int]) -> Weighted[Choice]:
    """Choices to draw from, each as often as its weight says. Weights are not negative."""
    return Weighted(tuple(weights), tuple(accumulate(weights.values())))


class Dice:
    """A seeded source of whole numbers."""

    def __init__(self, seed: int) -> None:
        self._bits = Random(seed).getrandbits  # noqa: S311 (made-up data, no secrets)
        grains = _exponential_grains()
        self._waits = {
            shape: tuple(self._gamma(grains, shape) for _ in range(WAITS)) for shape in (1, 2, 4)
        }

    def _gamma(self, grains: Sequence[int], shape: int) -> int:
        return sum(grains[self._bits(10)] for _ in range(shape)) // shape

    def below(self, end: int) -> int:
        """A whole number from 0 to `end` - 1, all equally likely."""
        return self._bits(32) * end >> 32

    def between(self, least: int, most: int) -> int:
        """A whole number from `least` to `most`, both included."""
        return least + (self._bits(32) * (most - least + 1) >> 32)

    def chance(self, per_mille: int) -> bool:
        """True in `per_mille` of 1,000 cases."""
        return self._bits(32) * 1000 >> 32 < per_mille

    def pick(self, choices: Sequence[Choice]) -> Choice:
        """One of `choices`, all equally likely."""
        return choices[self._bits(32) * len(choices) >> 32]

    def draw(self, among: Weighted[Choice]) -> Choice:
        """One of the choices, by weight."""
        sums = among.sums
        return among.choices[bisect_right(sums, self._bits(32) * sums[-1] >> 32)]

    def wait(self, mean: int, shape: int) -> int:
        """A gamma-distributed whole number. Shape 1 is erratic, 2 is loose, 4 is regular."""
        return mean * self._waits[shape][self._bits(12)] // 1000


def _exponential_grains() -> list[int]:
    """Quantiles of the exponential distribution with the mean 1,000, at the middle of each step."""
    context = Context(prec=20)
    steps = (Decimal(2 * grain + 1) / (2 * GRAINS) for grain in range(GRAINS))
    return [int(-1000 * context.ln(1 - step)) for step in steps]
