"""What metrics count, and in which windows: worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from standing_kit import Shop, edition, tiers

from regulars.engine.conditions import Condition
from regulars.engine.edition import Asset
from regulars.engine.facts import Line
from regulars.engine.kinds.earn.per_activity import PerActivity
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.kinds.metrics.counted import Activities, Counted, Orders
from regulars.engine.kinds.metrics.earned import Earned
from regulars.engine.kinds.metrics.spent import Spent
from regulars.engine.kinds.standing.rolling import Rolling
from regulars.engine.rules import Metric

ALL = ("day", "week", "month", "quarter", "year", "3m", "12m", "ever")


def counting(*metrics: Metric, zone: str = "UTC", **sections: object) -> Shop:
    """A programme with these metrics alone."""
    return Shop(edition(zone=zone, metrics=list(metrics), **sections))


def test_each_window_by_its_name() -> None:
    shop = counting(Spent(id="spend", windows=ALL))
    for at, amount in (
        ("2024-12-31T23:59:59+00:00", "1.00"),
        ("2025-01-01T00:00:00+00:00", "2.00"),
        ("2025-03-31T23:59:59+00:00", "4.00"),
        ("2025-04-06T23:59:59+00:00", "8.00"),
        ("2025-04-07T00:00:00+00:00", "16.00"),
        ("2025-04-08T12:00:00+00:00", "32.00"),
    ):
        shop.buy(at, amount)
    read = {
        name: shop.read("2025-04-08T12:00:00+00:00", f"spend_{name}")
        for name in (*ALL, "2024", "2025", "6m")
    }
    assert read == {
        "day": 32,
        "week": 48,
        "month": 56,
        "quarter": 56,
        "year": 62,
        "3m": 60,
        "12m": 63,
        "6m": 63,
        "ever": 63,
        "2024": 1,
        "2025": 62,
    }


def test_what_nobody_reads_is_not_kept() -> None:
    shop = counting(Spent(id="spend", windows=("12m",)))
    shop.buy("2025-01-01T12:00:00+00:00", "2.00")
    at = "2025-01-01T12:00:01+00:00"
    known = {"spend": 2, "spend_12m": 2, "spend_ever": 2}
    for name, amount in known.items():
        assert shop.read(at, name) == amount
    for name in ("spend_year", "spend_2025", "spend_month", "spend_24m", "spend_foo", "spending"):
        assert shop.read(at, name) is None


@pytest.mark.parametrize(
    ("bought", "last", "out"),
    [
        ("2024-02-29T10:00:00+00:00", "2025-02-28T09:59:59+00:00", "2025-02-28T10:00:00+00:00"),
        ("2024-02-28T12:00:00+00:00", "2025-02-28T11:59:59+00:00", "2025-02-28T12:00:00+00:00"),
        ("2025-03-30T01:30:00+01:00", "2026-03-30T01:29:59+02:00", "2026-03-30T01:30:00+02:00"),
    ],
)
def test_the_rolling_window_is_half_open(bought: str, last: str, out: str) -> None:
    zone = "Europe/Berlin" if "+01" in bought else "UTC"
    shop = counting(Spent(id="spend", windows=("12m",)), zone=zone)
    shop.buy(bought, "5.00")
    assert shop.read(bought, "spend") == 5
    assert shop.read(last, "spend") == 5
    assert shop.read(out, "spend") == 0


def test_a_leap_day_leaves_before_the_day_before_it_later_on_the_clock() -> None:
    shop = counting(
        Spent(id="spend"),
        standing=Rolling(metric="spend"),
        tiers=tiers(("low", "0"), ("mid", "5"), ("high", "8")),
    )
    shop.buy("2024-02-28T12:00:00+00:00", "5.00")
    shop.buy("2024-02-29T10:00:00+00:00", "3.00")
    assert shop.tier("2025-02-28T09:59:59+00:00") == "high"
    assert shop.tier("2025-02-28T10:00:00+00:00") == "mid"
    assert shop.tier("2025-02-28T11:59:59+00:00") == "mid"
    assert shop.tier("2025-02-28T12:00:00+00:00") == "low"


def test_money_spent_is_what_was_paid_for_what_counts() -> None:
    shop = counting(Spent(id="spend", except_=("gift_card",), when=Condition(channel=("shop",))))
    lines = (
        Line(product="a", amount_minor=3000),
        Line(product="g", category="gift_card", amount_minor=1000),
        Line(product="p", amount_minor=500, kind="fee"),
    )
    shop.buy("2025-01-01T12:00:00+00:00", "45.00", lines=lines, labels={"channel": "online"})
    assert shop.read("2025-01-02T12:00:00+00:00", "spend") == 0
    shop.buy(
        "2025-01-03T12:00:00+00:00",
        "45.00",
        lines=lines,
        discount_minor=1000,
        labels={"channel": "shop"},
    )
    assert shop.read("2025-01-04T12:00:00+00:00", "spend") == Decimal("22.50")


def test_parts_that_come_back_add_up_to_the_whole() -> None:
    shop = counting(Spent(id="spend", windows=("year",)))
    lines = tuple(Line(product=name, amount_minor=3333) for name in "abc")
    key = shop.buy("2025-12-31T12:00:00+00:00", "99.99", lines=lines, covered_minor=1000)
    left = ["59.99", "29.99", "0.00"]
    assert shop.read("2025-12-31T12:00:01+00:00", "spend") == Decimal("89.99")
    for day, part, rest in zip((1, 2, 3), ("30.00", "30.00", "29.99"), left, strict=True):
        shop.back(f"2026-01-0{day}T12:00:00+00:00", key, part)
        assert shop.read(f"2026-01-0{day}T13:00:00+00:00", "spend_2025") == Decimal(rest)
        assert shop.read(f"2026-01-0{day}T13:00:00+00:00", "spend_2026") == 0


def test_a_named_amount_and_what_is_left_of_it() -> None:
    shop = counting(Spent(id="fares", of="base_fare"))
    key = shop.buy("2025-01-01T12:00:00+00:00", "0", amounts={"base_fare": 41260, "tax": 6140})
    assert shop.read("2025-01-02T12:00:00+00:00", "fares") == Decimal("412.60")
    shop.back("2025-01-03T12:00:00+00:00", key, "112.60")
    assert shop.read("2025-01-04T12:00:00+00:00", "fares") == 300


def test_orders_acts_and_counts() -> None:
    shop = counting(
        Orders(id="orders"),
        Orders(id="visits", once_a_day=True),
        Activities(id="reviews", activity=("review",)),
        Counted(id="nights", of="nights"),
        zone="Europe/Berlin",
    )
    first = shop.buy("2025-01-01T23:30:00+01:00", "5.00", counts={"nights": Decimal("2.5")})
    shop.buy("2025-01-01T23:59:00+01:00", "5.00")
    shop.buy("2025-01-02T00:00:00+01:00", "5.00", counts={"nights": Decimal(1)})
    shop.act("2025-01-02T10:00:00+01:00", "review")
    shop.act("2025-01-02T10:00:00+01:00", "login", counts={"nights": Decimal(1)})
    at = "2025-01-02T11:00:00+01:00"
    names = ("orders", "visits", "reviews", "nights")
    assert [shop.read(at, name) for name in names] == [3, 2, 1, Decimal("4.5")]
    shop.back("2025-01-03T10:00:00+01:00", first, "4.00")
    assert shop.read("2025-01-03T10:00:01+01:00", "orders") == 3
    shop.back("2025-01-04T10:00:00+01:00", first, "1.00")
    assert shop.read("2025-01-04T10:00:01+01:00", "orders") == 2


def test_which_giving_counts() -> None:
    shop = Shop(
        edition(
            zone="UTC",
            assets=[Asset(id="points", name="point")],
            metrics=[
                Earned(id="all"),
                Earned(id="bought", by=("buying",)),
                Earned(id="not_granted", except_=("grant",)),
            ],
            earn=[
                PerAmount(id="buying", step="1.00 EUR", points="1"),
                PerActivity(id="writing", activity=("review",), points="7"),
            ],
        )
    )
    key = shop.buy("2025-01-01T12:00:00+00:00", "10.00")
    shop.act("2025-01-02T12:00:00+00:00", "review")
    shop.grant("2025-01-03T12:00:00+00:00", 100)
    names = ("all", "bought", "not_granted")
    assert [shop.read("2025-01-04T12:00:00+00:00", one) for one in names] == [117, 10, 17]
    shop.back("2025-01-05T12:00:00+00:00", key, "4.00")
    assert [shop.read("2025-01-06T12:00:00+00:00", one) for one in names] == [113, 6, 13]


def test_a_head_start_is_a_grant_in_the_metrics_name() -> None:
    shop = counting(Spent(id="spend", windows=("year",)))
    shop.grant("2025-01-03T12:00:00+00:00", 2500, "spend")
    shop.grant("2025-01-03T12:00:00+00:00", 7, "nobody")
    at = "2025-01-03T12:00:01+00:00"
    assert (shop.read(at, "spend"), shop.points(at)) == (25, 0)


def test_openings_by_window() -> None:
    shop = counting(Spent(id="spend", windows=("year", "12m", "month", "ever")))
    at = "2025-06-01T12:00:00+00:00"
    shop.open(at, "metric", "spend", 100, window="12m")
    shop.open(at, "metric", "spend", 300, window="2024")
    shop.open(at, "metric", "spend", 400, window="year")
    windows = ("12m", "2024", "2025", "month")
    assert [shop.read(at, f"spend_{one}") for one in windows] == [1, 3, 4, 0]
    shop.open(at, "metric", "spend", 1000)
    assert [shop.read(at, f"spend_{one}") for one in windows] == [11, 3, 14, 10]
    shop.open(at, "metric", "spend", 9900, window="ever")
    assert shop.read(at, "spend_ever") == 99
