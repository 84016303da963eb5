"""From weighed money to points: exact, cut once, for a whole order and for what is left alike."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Final

from msgspec import Struct

from regulars.engine.returning import pieces_left, share_left
from regulars.engine.state import Record
from regulars.engine.weighing import Factors

FROZEN: Final = 5


class Rate(Struct, frozen=True):
    """`num` smallest units of an asset for `den` smallest units of money; with `full`, only for each
    full `step` of money. `base_first` cuts before modifiers multiply."""

    num: int
    den: int
    step: int
    full: bool = False
    base_first: bool = False

    def points(self, amount: Fraction | int) -> int:
        """What an amount of money is worth without modifiers, cut to the asset's smallest unit."""
        paid = amount // self.step * self.step if self.full else amount
        return int(paid * self.num // self.den)

    def worth(self, groups: Iterable[tuple[Fraction | int, Fraction]]) -> int:
        """What amounts of money are worth, each with the factor of its modifiers (P2, P4)."""
        if self.base_first:
            parts = list(groups)
            base = self.points(sum(amount for amount, _ in parts))
            return base + sum(
                int(self.points(amount) * (factor - 1) // 1)
                for amount, factor in parts
                if factor != 1
            )
        return int(sum(amount * factor for amount, factor in groups) * self.num // self.den)


def frozen(rate: Rate, share: Fraction, factors: list[Fraction | None], bonus: int) -> list[Any]:
    """A decision as integers: the share paid in money, the factor of each piece (0 where it earned
    nothing), and what came on top."""
    flat = [[0, 1] if one is None else [one.numerator, one.denominator] for one in factors]
    flags = int(rate.full) + 2 * int(rate.base_first)
    head = [rate.num, rate.den, rate.step, flags]
    return [head, [share.numerator, share.denominator], flat, bonus]


def worth(decision: list[Any], record: Record) -> int:
    """What a frozen decision gives for what is left of the order (P9)."""
    (num, den, step, flags), paid, factors, bonus = decision
    rate = Rate(num, den, step, bool(flags & 1), bool(flags & 2))
    left = pieces_left(record)
    money = Fraction(*paid)
    earning = [
        (amount * money, Fraction(*factor))
        for amount, factor in zip(left, factors, strict=True)
        if factor[0]
    ]
    eligible = sum((amount for amount, _ in earning), Fraction(0))
    if eligible <= 0:
        return 0
    share = share_left(record, eligible)
    if not share:
        return 0
    return max(rate.worth(_grouped(earning, share)), 0) + bonus


def _grouped(
    earning: list[tuple[Fraction, Fraction]], share: Fraction
) -> list[tuple[Fraction | int, Fraction]]:
    groups: dict[Fraction, Fraction] = {}
    for amount, factor in earning:
        groups[factor] = groups.get(factor, Fraction(0)) + amount * share
    return [(amount, factor) for factor, amount in groups.items()]


__all__ = ["Factors", "Rate", "frozen", "worth"]
