"""Figures of a ladder and names of vouchers, as pages tell them: of any money, of any asset."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from regulars.actions.looking import OpenVoucher
from regulars.engine.edition import Edition
from regulars.portal.telling import voucher_name
from regulars.programmes.loading import load
from regulars.words.amounts import of_metric

FILE = """format: 1
edition: first
name: Shop
zone: Asia/Tokyo
currency: JPY
assets:
  - {id: points, name: point, many: points}
  - {id: stars, name: star, many: stars, decimals: 1}
metrics:
  - {kind: spent}
  - {id: got, kind: earned, asset: stars}
  - {id: visits, kind: orders}
rewards:
  - {id: cup, kind: every, each: 9, name: a cup}
"""


@pytest.fixture(scope="module")
def shop() -> Edition:
    found = load(FILE, "shop.yaml")
    assert found.edition is not None, found.problems
    return found.edition


@pytest.mark.parametrize(
    ("metric", "told", "bare"),
    [
        ("spent", "JP¥30,000", "JP¥30,000"),
        ("got", "30,000\xa0stars", "30,000"),
        ("visits", "30,000", "30,000"),
    ],
)
def test_a_ladder_counts_in_what_its_metric_counts(
    shop: Edition, metric: str, told: str, bare: str
) -> None:
    assert of_metric(Decimal(30_000), metric, shop) == told
    assert of_metric(Decimal(30_000), metric, shop, bare=True) == bare


@pytest.mark.parametrize(
    ("rule", "item", "value", "named"),
    [
        ("cup", "", 0, "A cup"),
        ("friends", "", 500, "JP¥500"),
        ("friends", "green_tea", 0, "Green tea"),
        ("friends", "", 0, "Item"),
    ],
)
def test_a_voucher_is_called_by_what_it_is_good_for(
    shop: Edition, rule: str, item: str, value: int, named: str
) -> None:
    voucher = OpenVoucher(
        id="v",
        rule=rule,
        kind="item",
        code="C",
        item=item,
        value_minor=value,
        currency="JPY" if value else "",
        issued_at=datetime(2026, 11, 22, tzinfo=UTC),
        expires_at=None,
    )
    assert voucher_name(shop, voucher) == named
