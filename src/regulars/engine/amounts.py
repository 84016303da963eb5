"""From weighed money to points: exact, cut once, for a whole order and for what is left alike.

All in integers: amounts of money over a common `unit`, factors of modifiers over a common `one`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from msgspec import Struct

from regulars.engine.returning import pieces_left, rest
from regulars.engine.state import Piece, Record

NOTHING = -1
"""The factor of a piece that earns nothing."""


class Rate(Struct, frozen=True):
    """`num` smallest units of an asset for `den` smallest units of money; with `full`, only for
    each full `step` of money. `base_first` cuts before modifiers multiply."""

    num: int
    den: int
    step: int
    full: bool = False
    base_first: bool = False

    def points(self, amount: int, unit: int = 1) -> int:
        """What `amount / unit` of money is worth without modifiers, cut to the asset's smallest
        unit."""
        if self.full:
            return amount // (self.step * unit) * self.step * self.num // self.den
        return amount * self.num // (self.den * unit)

    def earned(self, groups: Mapping[int, int], one: int, unit: int = 1) -> int:
        """What amounts of money (over `unit`) are worth, by the factor of their modifiers (over
        `one`; P2, P4)."""
        if self.base_first:
            return self.stepped(groups, one, unit)
        weight = sum([amount * factor for factor, amount in groups.items()])
        return weight * self.num // (self.den * one * unit)

    def stepped(self, groups: Mapping[int, int], one: int, unit: int) -> int:
        """The same where the base is cut first. What has the highest factor is cut alone, what has
        the next one together with it, and so on: so less money is never worth more points."""
        factors = sorted(groups, reverse=True)
        value = money = 0
        for factor, below in zip(factors, [*factors[1:], 0], strict=False):
            money += groups[factor]
            if money > 0:
                value += self.points(money, unit) * (factor - below)
        return value // one


class Weighed(Struct, frozen=True):
    """How an order was weighed: `paid` of `total` in money that counts, the factor of each piece
    over `one`, NOTHING where it earns nothing. `further` is the further amount of money that earned
    instead of the goods, if one did, by the one factor."""

    paid: int
    total: int
    one: int
    factors: list[int]
    further: int | None = None


def frozen(rate: Rate, weighed: Weighed) -> list[Any]:
    """A decision as integers: the rate, and how the order was weighed."""
    flags = int(rate.full) + 2 * int(rate.base_first)
    head = [rate.num, rate.den, rate.step, flags]
    share = [weighed.paid, weighed.total, weighed.one]
    return [head, share, weighed.factors, weighed.further]


def stands_for(record: Record, further: int) -> None:
    """A further amount that earned may come back; where an order tells no goods it is what the
    order cost."""
    if not record.total and not record.basis:
        record.basis = record.total = further
        record.pieces = [Piece("", "", further)]
        record.back_lines = [0]
    record.eligible = max(record.eligible, further)


def worth(decision: list[Any], record: Record) -> int:
    """What a frozen decision gives for what is left of the order (P9)."""
    (num, den, step, flags), (paid, total, one), factors, further = decision
    rate = Rate(num, den, step, bool(flags & 1), bool(flags & 2))
    if further is not None:
        left_of_it = _further_left(record, further)
        group = {factors[0]: left_of_it.numerator * paid}
        return max(rate.earned(group, one, total * left_of_it.denominator), 0)
    groups: dict[int, int] = {}
    for factor, left in zip(factors, pieces_left(record), strict=True):
        if factor != NOTHING:
            groups[factor] = groups.get(factor, 0) + left * paid
    eligible = sum(groups.values())
    share, of = rest(record, eligible, total) if eligible > 0 else (0, 1)
    if not share:
        return 0
    groups = {factor: amount * share for factor, amount in groups.items()}
    return max(rate.earned(groups, one, total * of), 0)


def _further_left(record: Record, further: int) -> Fraction:
    if record.closed or not record.total:
        return Fraction(0 if record.closed else further)
    goods = Fraction(sum(pieces_left(record)), record.total)
    back = Fraction(record.back, record.basis) if record.basis else Fraction(0)
    return max((goods - back) * further - record.back_eligible, Fraction(0))
