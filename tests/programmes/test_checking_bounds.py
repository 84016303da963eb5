"""Numbers of a programme file that no programme can mean: refused with place and remedy."""

from __future__ import annotations

import pytest

from regulars.programmes.loading import load

HEAD = """format: 1
programme: shop
edition: one
name: Shop
zone: Europe/Berlin
currency: EUR
"""
POINTS = "assets: [{id: points, name: points}]\n"
REWARD = POINTS + "rewards: [{id: r, name: R, %s}]\n"
SPEND = REWARD % "kind: spend, price: 100, value: 1.00 EUR%s"
VOUCHER = REWARD % "kind: price, price: 10, voucher: {%s}"
LIFE = "assets: [{id: points, name: points, expire: {%s}}]\n"
LADDER = POINTS + (
    "metrics: [{id: earned, kind: earned}]\n"
    "standing: {kind: rolling, metric: earned, months: %s}\n"
    "tiers: [{id: low, name: Low, from: 0}, {id: high, name: High, from: 9}]\n"
)

BOUNDS = [
    (SPEND % ", share: 0", "rewards[0].share", "too_small"),
    (SPEND % ", share: -5", "rewards[0].share", "too_small"),
    (SPEND % ", share: 101", "rewards[0].share", "too_large"),
    (REWARD % "kind: spend, price: 1, value: 0 EUR", "rewards[0].value", "step_zero"),
    (VOUCHER % "percent: 0", "rewards[0].voucher.percent", "too_small"),
    (VOUCHER % "percent: 101", "rewards[0].voucher.percent", "too_large"),
    (VOUCHER % "value: 5.00 EUR, together: 0", "rewards[0].voucher.together", "too_small"),
    (VOUCHER % "value: 5.00 EUR, valid: P9999Y", "rewards[0].voucher.valid", "bad_form"),
    (LIFE % "kind: after, life: P1000Y", "assets[0].expire.life", "bad_form"),
    (LIFE % "kind: month_end, months: -1", "assets[0].expire.months", "too_small"),
    (LIFE % "kind: month_end, months: 1201", "assets[0].expire.months", "too_large"),
    (LADDER % 0, "standing.months", "too_small"),
    (LADDER % 1201, "standing.months", "too_large"),
]


@pytest.mark.parametrize(("text", "path", "code"), BOUNDS)
def test_a_number_that_nobody_can_mean_is_refused(text: str, path: str, code: str) -> None:
    loaded = load((HEAD + text).encode(), "shop.yaml")
    assert [(one.path, one.code) for one in loaded.problems] == [(path, code)]


FITTING = [
    SPEND % ", share: 1",
    SPEND % ", share: 100",
    VOUCHER % "percent: 100, valid: P999Y",
    VOUCHER % "value: 5.00 EUR, together: 1",
    LIFE % "kind: month_end, months: 1200",
    LADDER % 1,
    LADDER % 1200,
]


@pytest.mark.parametrize("text", FITTING)
def test_what_lies_within_is_taken(text: str) -> None:
    assert load((HEAD + text).encode(), "shop.yaml").problems == ()
