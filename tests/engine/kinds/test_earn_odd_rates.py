"""An order may tell its own rate; what is no rate gives nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from regulars.engine.compiling import compiled
from regulars.engine.facts import Order
from regulars.engine.fold import fold
from regulars.programmes.loading import load

PROGRAMME = """
format: 1
edition: shop
name: Shop
assets: [{id: points, name: points}]
earn: [{kind: per_amount, points: 1, step: 1.00 EUR}]
"""


@pytest.mark.parametrize(
    ("rate", "points"),
    [
        ("1.5", 150),
        ("0.000000000001", 0),
        ("0", 0),
        ("-1", 0),
        ("NaN", 0),
        ("sNaN", 0),
        ("Infinity", 0),
        ("-Infinity", 0),
        ("1e999", 0),
        ("1e999999", 0),
        ("1e-999999", 0),
    ],
)
def test_a_rate_that_is_none_gives_nothing(rate: str, points: int) -> None:
    edition = load(PROGRAMME, "shop.yaml").edition
    assert edition is not None
    order = Order(
        key="o",
        at=datetime(2025, 1, 1, tzinfo=UTC),
        currency="USD",
        amount_minor=10_000,
        counts={"points_per_unit": Decimal(rate)},
    )
    assert fold(compiled([edition]), [order]).state.holdings[0].balance == points
