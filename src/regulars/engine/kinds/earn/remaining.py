"""What of an order's goods is left, in the fractions that rules measure by."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from regulars.engine.returning import pieces_left
from regulars.engine.state import Record


def money_share(record: Record) -> Fraction:
    """Of the money for the lines that are left, the share that did not come back beside them: 1
    for a whole order, 0 for one of which nothing is left."""
    if record.closed:
        return Fraction(0)
    if not record.basis or not record.total:
        return Fraction(1)
    paid = Fraction(sum(pieces_left(record)) * record.basis, record.total)
    if paid <= 0:
        return Fraction(0)
    return max(1 - (record.back + record.back_eligible) / paid, Fraction(0))


def untouched(record: Record) -> bool:
    """Whether nothing of an order of goods that cost something has come back."""
    if record.total <= 0 or record.closed or record.back or record.back_eligible:
        return False
    return not any(record.back_lines)


def paid_for(record: Record, places: Iterable[int]) -> Fraction:
    """What is left of the money paid for some of the lines, in smallest units."""
    if not record.total:
        return Fraction(0)
    left = pieces_left(record)
    goods = sum(left[place] for place in places)
    return Fraction(goods * record.basis, record.total) * money_share(record)


def anything(record: Record) -> bool:
    """Whether anything of an order is left: an order for no money until it is all back, or all of
    its counts are; one that was paid by vouchers or points alone never."""
    if record.closed:
        return False
    if record.total:
        return paid_for(record, range(len(record.pieces))) > 0
    back = record.back_counts
    return not record.counts or any(
        count > back.get(name, 0) for name, count in record.counts.items()
    )


def free_items(record: Record) -> int:
    """How many things in an order were had for a voucher that is no money."""
    return sum(
        1
        for one in record.payments
        if one.voucher and not (one.amount_minor or one.percent or one.points or one.refused)
    )
