"""Whether two counted shares differ by more than chance."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

SURE = Decimal(4)
"""The square of a difference of two standard errors: chance alone gives it once in twenty."""


class Share(Struct, frozen=True, kw_only=True):
    """So many of so many."""

    part: int
    whole: int


def together(shares: Iterable[Share]) -> Share:
    """Several groups as one."""
    held = list(shares)
    return Share(part=sum(one.part for one in held), whole=sum(one.whole for one in held))


def change(before: Share, now: Share) -> int:
    """1 if the share rose, -1 if it fell, 0 if that cannot be told from chance.

    The two-sample test of proportions with the pooled variance, squared to stay with exact
    numbers.
    """
    if not before.whole or not now.whole:
        return 0
    pooled = together([before, now])
    common = Decimal(pooled.part) / pooled.whole
    variance = common * (1 - common) * (Decimal(1) / before.whole + Decimal(1) / now.whole)
    gap = Decimal(now.part) / now.whole - Decimal(before.part) / before.whole
    if not variance or gap * gap <= SURE * variance:
        return 0
    return 1 if gap > 0 else -1
