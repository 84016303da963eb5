"""What to book so that what is booked becomes what is wanted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

from regulars.engine.run import Change, Row

Kept = TypeVar("Kept", Row, Change)


def difference(booked: Sequence[Row], wanted: Sequence[Row]) -> list[Row]:
    """Rows that, booked after `booked`, make the net of all rows that of `wanted`.

    Net by (fact, rule, step, lot, instant, asset). The instant belongs to the difference: a
    transfer that moved in time is taken back at its old instant and booked at the new one. Amounts
    may be negative: a transfer from target to source. Nothing is edited.
    """
    start = _same(booked, wanted)
    old, new = booked[start:], wanted[start:]
    end = _same(old[::-1], new[::-1])
    net: defaultdict[Row, int] = defaultdict(int)
    for row in new[: len(new) - end]:
        net[_named(row)] += row.amount
    for row in old[: len(old) - end]:
        net[_named(row)] -= row.amount
    return [msgspec.structs.replace(row, amount=amount) for row, amount in net.items() if amount]


def news(told: Sequence[Change], changes: Sequence[Change]) -> Iterator[Change]:
    """The changes that were not told yet, from the first one that differs."""
    start = _same(told, changes)
    before: defaultdict[tuple[str, str, int], list[Change]] = defaultdict(list)
    for one in told[start:]:
        before[one.what, one.id, one.at].append(one)
    for one in changes[start:]:
        if one not in before[one.what, one.id, one.at]:
            yield one


def _named(row: Row) -> Row:
    return Row(row.key, row.rule, row.step, row.at, row.asset, 0, row.lot)


def _same(one: Sequence[Kept], other: Sequence[Kept]) -> int:
    """How many of them at the beginning are the same."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
