"""Transfers: an amount of one asset moves from one account to another, once and for ever.

Amounts are integers of the asset's smallest unit; instants are microseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation

from msgspec import Struct

LARGEST = 2**63 - 1
"""The largest amount and the largest balance, above or below zero: they fit a bigint column."""

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_EXACT = Context(prec=40, traps=[Inexact, InvalidOperation])


class Asset(Struct, frozen=True, kw_only=True, gc=False):
    """A kind of value. One unit is 10**scale smallest units: EUR has scale 2, points mostly 0."""

    code: str
    scale: int = 0


class Transfer(Struct, frozen=True, kw_only=True, gc=False):
    """`amount` (above zero) of `asset` goes from account `source` to account `target`.

    `at` is when it was true, `booked_at` when it became known. It was wanted by (`fact`, `rule`,
    `step`): the key of what happened, the rule that answered, and which of its moves this is.
    """

    id: str
    group: str
    asset: str
    amount: int
    source: str
    target: str
    at: int
    booked_at: int
    fact: str = ""
    rule: str = ""
    step: str = ""


class Group(Struct, frozen=True, kw_only=True, gc=False):
    """Transfers that stand or fall together; each carries the id of its group.

    They may be of several assets, as when points are turned into store credit.
    """

    id: str
    transfers: tuple[Transfer, ...]


def written(amount: int, asset: Asset) -> str:
    """Smallest units as an exact decimal text in units: 1050 of a scale of 2 is `10.50`."""
    return f"{Decimal(amount).scaleb(-asset.scale, _EXACT):f}"


def read(text: str, asset: Asset) -> int:
    """The smallest units that `written` wrote, or any decimal text with at most `scale` decimals.

    Raises ValueError for what is no number or has a part smaller than the smallest unit.
    """
    try:
        if not _DECIMAL.fullmatch(text):
            raise InvalidOperation
        return int(Decimal(text).scaleb(asset.scale, _EXACT).to_integral_exact(context=_EXACT))
    except (Inexact, InvalidOperation):
        raise ValueError(f"{text!r} has no exact amount at scale {asset.scale}") from None
