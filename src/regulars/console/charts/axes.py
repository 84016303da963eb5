"""Axes: round ticks, scales, and labels that do not collide. Decimals only, so pictures repeat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from msgspec import Struct

from regulars.console.charts.figures import Figure, Number
from regulars.words import formats

LETTER = Decimal("7.1")
"""How wide a letter of the charts' 13 px type is at most, on average."""
SPARE = Decimal("0.4")
"""A tick above all values is kept if at most this part of a step is empty below it."""
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
EVERY = (1, 2, 3, 4, 6, 12, 24, 48, 96, 192, 384)


def show(figure: Figure, value: Number | None, language: str, *, axis: bool = False) -> str:
    """A value of `figure` as its reader writes it; on an axis, money goes without its cents."""
    if value is None:
        return "–"
    if figure.unit == "share":
        return formats.share(value, language, figure.decimals)
    if figure.unit == "money":
        whole = formats.whole_money if axis else formats.money
        return whole(int(value), figure.currency, language)
    return formats.number(value, language, None if axis else figure.decimals)


def text_width(text: str) -> Decimal:
    """About how many pixels `text` takes in the charts' type; never less than it does."""
    return LETTER * len(text)


class Scale(Struct, frozen=True):
    """Values between `low` and `high` along the pixels from `start` to `end`."""

    low: Decimal
    high: Decimal
    start: Decimal
    end: Decimal

    def at(self, value: Number) -> Decimal:
        """The pixel of `value`."""
        part = (Decimal(value) - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)


def ticks(
    values: Iterable[Number], *, from_zero: bool, whole: bool, about: int = 4
) -> list[Decimal]:
    """Round values that enclose `values` from below, about so many steps apart.

    The last one is left out where it would lie far above all values. `whole` keeps steps at whole
    numbers (counts, cents).
    """
    known = [Decimal(value) for value in values] or [Decimal(0)]
    low, high = min(known), max(known)
    if from_zero:
        low, high = min(low, Decimal(0)), max(high, Decimal(0))
    if low == high:
        high = low + (1 if whole else Decimal("0.1"))
    step = _step((high - low) / about, whole=whole)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    marks = [step * n for n in range(int(first), int(last) + 1)]
    return marks[:-1] if len(marks) > 2 and marks[-1] - high > step * SPARE else marks


def _step(least: Decimal, *, whole: bool) -> Decimal:
    size = Decimal(1).scaleb(least.adjusted())
    if whole and size < 1:
        return Decimal(1)
    steps = (size * step for step in STEPS)
    return next(s for s in steps if s >= least and (not whole or s == s.to_integral_value()))


def thinned(labels: Sequence[str], pitch: Decimal) -> list[int]:
    """Which labels to write, `pitch` pixels apart: as many as fit, the last one always."""
    widest = max((text_width(label) for label in labels), default=Decimal(0)) + 8
    every = next((n for n in EVERY if n * pitch >= widest), EVERY[-1])
    last = len(labels) - 1
    return [n for n in range(len(labels)) if (last - n) % every == 0]


def apart(places: Sequence[Decimal], gap: Decimal, bottom: Decimal) -> list[Decimal]:
    """`places` moved as little as needed to lie `gap` apart and above `bottom`; same order."""
    order = sorted(range(len(places)), key=lambda n: places[n])
    moved = list(places)
    floor = Decimal("-Infinity")
    for n in order:
        moved[n] = max(moved[n], floor)
        floor = moved[n] + gap
    ceiling = bottom
    for n in reversed(order):
        moved[n] = min(moved[n], ceiling)
        ceiling = moved[n] - gap
    return moved
