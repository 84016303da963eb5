"""From weighed money to points: exact, cut once, for a whole order and for what is left alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from msgspec import Struct

from regulars.engine.returning import pieces_left, share_left
from regulars.engine.state import Piece, Record
from regulars.engine.weighing import Factors


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

    def earned(self, groups: Mapping[int, int], factors: Factors) -> int:
        """The same as `worth` for money that was all paid, by the mask of its modifiers."""
        one = factors.one
        if self.base_first:
            extra: dict[int, int] = {}
            for mask, amount in groups.items():
                more = factors.join(mask) - one
                extra[more] = extra.get(more, 0) + amount
            base = self.points(sum(groups.values()))
            return base + sum(self.points(amount) * more // one for more, amount in extra.items())
        weight = sum(amount * factors.join(mask) for mask, amount in groups.items())
        return weight * self.num // (self.den * one)

    def worth(self, groups: Iterable[tuple[Fraction | int, Fraction]]) -> int:
        """What amounts of money are worth, each with the factor of its modifiers (P2, P4)."""
        if self.base_first:
            parts = _grouped(groups)
            base = self.points(sum(parts.values()))
            return base + sum(
                int(self.points(amount) * (factor - 1) // 1) for factor, amount in parts.items()
            )
        return int(sum(amount * factor for amount, factor in groups) * self.num // self.den)


def frozen(
    rate: Rate, share: Fraction, factors: list[Fraction | None], further: int | None = None
) -> list[Any]:
    """A decision as integers: the share paid in money, the factor of each piece ([0, 0] where it
    earns nothing), and the further amount of money that earned instead of the goods, if one did."""
    flat = [[0, 0] if one is None else [one.numerator, one.denominator] for one in factors]
    flags = int(rate.full) + 2 * int(rate.base_first)
    head = [rate.num, rate.den, rate.step, flags]
    return [head, [share.numerator, share.denominator], flat, further]


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
    (num, den, step, flags), paid, factors, further = decision
    rate = Rate(num, den, step, bool(flags & 1), bool(flags & 2))
    money = Fraction(*paid)
    if further is not None:
        return max(rate.worth([(_further_left(record, further) * money, Fraction(*factors[0]))]), 0)
    earning = [
        (amount * money, Fraction(*factor))
        for amount, factor in zip(pieces_left(record), factors, strict=True)
        if factor[1]
    ]
    eligible = sum((amount for amount, _ in earning), Fraction(0))
    share = share_left(record, eligible) if eligible > 0 else 0
    if not share:
        return 0
    return max(rate.worth((amount * share, factor) for amount, factor in earning), 0)


def _further_left(record: Record, further: int) -> Fraction:
    if record.closed or not record.total:
        return Fraction(0 if record.closed else further)
    goods = Fraction(sum(pieces_left(record)), record.total)
    back = Fraction(record.back, record.basis) if record.basis else Fraction(0)
    return max((goods - back) * further - record.back_eligible, Fraction(0))


def _grouped(groups: Iterable[tuple[Fraction | int, Fraction]]) -> dict[Fraction, Fraction]:
    by_factor: dict[Fraction, Fraction] = {}
    for amount, factor in groups:
        by_factor[factor] = by_factor.get(factor, Fraction(0)) + amount
    return by_factor


__all__ = ["Factors", "Rate", "frozen", "worth"]
