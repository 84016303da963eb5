"""Money: integers of a currency's smallest unit, and the one rounding."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
DECIMALS_BESIDE_TWO = {
    **dict.fromkeys(NO_DECIMALS.split(), 0),
    **dict.fromkeys(THREE_DECIMALS.split(), 3),
}
"""Decimals of the smallest unit where ISO 4217 has not two."""


def decimals(currency: str) -> int:
    """How many decimals the smallest unit of `currency` has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return DECIMALS_BESIDE_TWO.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """`amount` in currency units, rounded half up (away from zero) to smallest units."""
    return int(amount.scaleb(decimals(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def from_minor(amount_minor: int, currency: str) -> Decimal:
    """Smallest units as an exact decimal of currency units."""
    return Decimal(amount_minor).scaleb(-decimals(currency))
