"""How sure a counted share is."""

from __future__ import annotations

from math import sqrt

from msgspec import Struct

NORMAL_95 = 1.959963984540054
"""The standard normal quantile at 0.975."""


class Interval(Struct, frozen=True):
    """Both ends of a range of fractions."""

    low: float
    high: float


def wilson(successes: int, trials: int) -> Interval | None:
    """The 95 % score interval of a share; None without trials.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    JASA 22 (1927) 209-212. Unlike the textbook interval it stays in [0, 1] and holds for few
    trials and for shares near 0 and 1.
    """
    if not trials:
        return None
    z2 = NORMAL_95**2
    share = successes / trials
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    spread = share * (1 - share) / trials + z2 / (4 * trials**2)
    half = NORMAL_95 * sqrt(spread) / (1 + z2 / trials)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def quantile(histogram: dict[int, int], at: float) -> float | None:
    """The quantile `at` (0..1) of values with their counts, interpolated as numpy does."""
    total = sum(histogram.values())
    if not total:
        return None
    place = (total - 1) * at
    lower, upper = _nth(histogram, int(place)), _nth(histogram, min(int(place) + 1, total - 1))
    return lower + (upper - lower) * (place - int(place))


def _nth(histogram: dict[int, int], index: int) -> int:
    seen = 0
    for value in sorted(histogram):
        seen += histogram[value]
        if seen > index:
            return value
    raise IndexError(index)
