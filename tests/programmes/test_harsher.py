"""What gets dearer, shorter or harder is found; what gets better is not."""

from __future__ import annotations

import pytest

from regulars.engine.edition import Edition
from regulars.programmes import harsher as module
from regulars.programmes.harsher import dearer, harsher
from regulars.programmes.loading import load

FILE = """
format: 1
edition: first
name: Club
currency: EUR
assets:
  - {id: points, name: point, expire: {kind: after, life: P12M}}
metrics:
  - {id: spend, kind: spent, windows: [year]}
earn:
  - {id: buy, kind: per_amount, step: 1.00 EUR, points: 2}
limit:
  - {id: daily, kind: points_per_day, most: 500}
standing: {kind: calendar_year, metric: spend}
tiers:
  - {id: basic, name: Basic, from: 0}
  - {id: gold, name: Gold, from: 150}
rewards:
  - {id: gift, kind: price, price: 30, value: 3.00 EUR, voucher: {valid: P3M}, name: Gift}
"""


def edition(text: str) -> Edition:
    loaded = load(text.encode(), "file")
    assert loaded.edition is not None, loaded.problems
    return loaded.edition


WORSE = {
    "rewards.gift.price": ("price: 30,", "price: 31,"),
    "rewards.gift.value": ("value: 3.00 EUR", "value: 2.50 EUR"),
    "rewards.gift.voucher.valid": ("valid: P3M", "valid: P2M"),
    "rewards.gift": ("id: gift", "id: present"),
    "earn.buy.points": ("points: 2}", "points: 1}"),
    "assets.points.expire.life": ("P12M", "P6M"),
    "tiers.gold.from": ("from: 150", "from: 151"),
    "limit.daily.most": ("most: 500", "most: 400"),
    "standing.more": ("metric: spend}\ntiers", "metric: spend, more: 0}\ntiers"),
}


def places(one: str, other: str) -> list[str]:
    return [found.place for found in harsher(edition(one), edition(other))]


@pytest.mark.parametrize("place", WORSE)
def test_what_is_worse_for_members_is_found_and_its_undoing_is_not(place: str) -> None:
    was, now = WORSE[place]
    assert FILE.count(was) == 1
    other = FILE.replace(was, now)
    assert places(FILE, other) == [place]
    if place not in ("rewards.gift",):
        assert places(other, FILE) == []


def test_a_step_and_its_points_are_one_rate() -> None:
    coarse = FILE.replace("step: 1.00 EUR, points: 2", "step: 2.00 EUR, points: 4")
    assert places(FILE, coarse) == []
    assert places(FILE, FILE.replace("step: 1.00 EUR", "step: 2.00 EUR")) == ["earn.buy.points"]


def test_what_lived_for_ever_and_then_does_not_is_worse() -> None:
    for_ever = FILE.replace(", expire: {kind: after, life: P12M}", "")
    assert places(for_ever, FILE) == ["assets.points.expire"]
    assert places(FILE, for_ever) == []


def test_a_new_limit_is_worse_and_one_that_is_gone_is_not() -> None:
    free = FILE.replace("limit:\n  - {id: daily, kind: points_per_day, most: 500}\n", "")
    assert places(free, FILE) == ["limit.daily"]
    assert places(FILE, free) == []


def test_the_same_is_not_worse() -> None:
    assert places(FILE, FILE.replace("edition: first", "edition: second\nprogramme: first")) == []


def test_saboteur_prices_may_rise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RISING", frozenset())
    assert places(FILE, FILE.replace("price: 30,", "price: 31,")) == []


def test_a_price_that_rises_is_told_with_both_and_one_that_falls_is_not() -> None:
    one, other = edition(FILE), edition(FILE.replace("price: 30,", "price: 45,"))
    (found,) = dearer(one, other)
    assert (found.reward, found.asset, found.was, found.becomes) == ("gift", "points", 30, 45)
    assert dearer(other, one) == []
