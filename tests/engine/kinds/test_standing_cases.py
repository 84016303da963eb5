"""Published ladders, worked by hand."""

from __future__ import annotations

from decimal import Decimal

from standing_kit import NEVER, Shop, edition, order, tiers, when

from regulars.engine.calendar import instant_of
from regulars.engine.conditions import Condition
from regulars.engine.edition import Asset, Hurdle
from regulars.engine.kinds.change.multiply import Multiply
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.kinds.life.by_tier import ByTier, TierLife
from regulars.engine.kinds.life.month_by_month import MonthByMonth
from regulars.engine.kinds.life.yearly import Never
from regulars.engine.kinds.metrics.earned import Earned
from regulars.engine.kinds.metrics.return_rate import ReturnRate
from regulars.engine.kinds.metrics.spent import HeadStart, Spent
from regulars.engine.kinds.metrics.told import Told
from regulars.engine.kinds.standing.calendar import CalendarYear
from regulars.engine.kinds.standing.kept import Anniversary, First, RollingKept


def sephora() -> Shop:
    """Calendar years, held for the rest of the year and the whole next."""
    steps = tiers(("insider", "0"), ("vib", "350"), ("rouge", "1000"))
    rates = [
        Multiply(id=name, factor=factor, who=Condition(tier=(name,)))
        for name, factor in (("vib", "1.25"), ("rouge", "1.5"))
    ]
    return Shop(
        edition(
            zone="America/Los_Angeles",
            metrics=[Spent(id="spend")],
            standing=CalendarYear(metric="spend"),
            tiers=steps,
            change=rates,
        )
    )


def test_calendar_tier_reached_by_an_order_counts_from_the_next() -> None:
    shop = sephora()
    shop.open("2018-09-10T11:59:59-07:00", "tier", "insider")
    shop.open("2018-09-10T11:59:59-07:00", "metric", "spend", 34000, window="year")
    shop.buy("2018-09-10T12:00:00-07:00", "60.00")
    shop.buy("2018-09-11T12:00:00-07:00", "40.00")
    at = "2018-09-11T12:00:01-07:00"
    assert shop.points(at) == 110
    assert shop.tier(at) == "vib"
    assert shop.read(at, "tier_until") == when("2020-01-01T00:00:00-08:00")
    assert shop.read(at, "spend_year") == Decimal("440.00")


def test_calendar_soft_landing_by_last_year() -> None:
    shop = sephora()
    shop.open("2018-09-15T11:59:59-07:00", "tier", "insider")
    shop.buy("2018-09-15T12:00:00-07:00", "1000.00")
    shop.buy("2019-06-15T12:00:00-07:00", "360.00")
    rouge, vib = "2018-09-15T12:00:01-07:00", "2020-01-01T00:00:01-08:00"
    assert shop.tier(rouge) == "rouge"
    assert shop.read(rouge, "tier_until") == when("2020-01-01T00:00:00-08:00")
    assert shop.tier("2019-12-31T23:59:59-08:00") == "rouge"
    assert shop.tier(vib) == "vib"
    assert shop.read(vib, "tier_until") == when("2021-01-01T00:00:00-08:00")
    assert shop.tier("2021-01-01T00:00:01-08:00") == "insider"
    assert shop.read("2021-01-01T00:00:01-08:00", "tier_until") == NEVER


def test_refunds_take_points_at_the_frozen_rate_and_leave_a_supported_tier() -> None:
    shop = sephora()
    shop.open("2018-10-01T11:59:59-07:00", "metric", "spend", 40000, window="year")
    shop.open("2018-10-01T11:59:59-07:00", "tier", "vib")
    key = shop.buy("2018-10-01T12:00:00-07:00", "99.99")
    for day, left in ((5, 83), (6, 41), (7, 0)):
        shop.back(f"2018-10-0{day}T12:00:00-07:00", key, "33.33")
        assert shop.points(f"2018-10-0{day}T12:00:01-07:00") == left
        assert shop.tier(f"2018-10-0{day}T12:00:01-07:00") == "vib"
    assert shop.read("2018-10-08T12:00:00-07:00", "spend_2018") == Decimal(400)


def test_the_year_is_that_of_the_programmes_zone() -> None:
    shop = Shop(
        edition(
            zone="Europe/Berlin",
            metrics=[Spent(id="spend")],
            standing=CalendarYear(metric="spend"),
            tiers=tiers(("bronze", "0"), ("silver", "500"), ("gold", "1500")),
        )
    )
    shop.open("2024-12-31T19:29:59-05:00", "metric", "spend", 49900, window="2024")
    shop.buy("2024-12-31T19:30:00-05:00", "5.00")
    at = "2025-01-01T01:30:01+01:00"
    assert shop.read(at, "spend_2024") == Decimal(499)
    assert shop.read(at, "spend_2025") == Decimal(5)
    assert shop.tier(at) == "bronze"


def box_club() -> Shop:
    """Rolling twelve months, kept for a year from when a level is reached."""
    return Shop(
        edition(
            zone="America/Los_Angeles",
            metrics=[Earned(id="metric")],
            standing=RollingKept(metric="metric"),
            tiers=tiers(("bronze", "0"), ("silver", "200"), ("gold", "500")),
        )
    )


def test_kept_for_a_year_and_reviewed_on_the_rolling_year() -> None:
    shop = box_club()
    shop.grant("2024-06-10T12:00:00-07:00", 210)
    shop.grant("2025-06-09T12:00:00-07:00", 150)
    at = "2024-06-10T12:00:01-07:00"
    assert shop.tier(at) == "silver"
    assert shop.read(at, "review_at") == when("2025-06-10T12:00:00-07:00")
    at = "2025-06-09T12:00:01-07:00"
    assert (shop.tier(at), shop.read(at, "metric_12m")) == ("silver", 360)
    at = "2025-06-10T12:00:00-07:00"
    assert (shop.tier(at), shop.read(at, "metric_12m")) == ("bronze", 150)
    shop.grant("2025-07-01T12:00:00-07:00", 50)
    at = "2025-07-01T12:00:01-07:00"
    assert (shop.tier(at), shop.read(at, "metric_12m")) == ("silver", 200)


def coffee(**more: object) -> Shop:
    """Twelve months' stars, tier rates, a life by tier."""
    life = ByTier(
        tiers=[TierLife(tier=("gold", "reserve"), expire=Never())],
        other=MonthByMonth(months=6, by=("order", "redemption", "reload")),
    )
    rates = [
        Multiply(id=name, factor=factor, who=Condition(tier=(name,)))
        for name, factor in (("gold", "1.2"), ("reserve", "1.7"))
    ]
    ladder = RollingKept(metric="metric", **more)  # type: ignore[arg-type]
    return Shop(
        edition(
            zone="America/Los_Angeles",
            assets=[Asset(id="points", name="star", decimals=2, expire=life)],
            metrics=[Earned(id="metric")],
            standing=ladder,
            tiers=tiers(("green", "0"), ("gold", "500"), ("reserve", "2500")),
            change=rates,
        )
    )


def test_the_crossing_order_keeps_its_rate() -> None:
    shop = coffee()
    before = "2026-04-02T08:59:59-07:00"
    shop.open(before, "tier", "green")
    shop.open(before, "metric", "metric", 49600, window="12m")
    shop.buy("2026-04-02T09:00:00-07:00", "10.00")
    at = "2026-04-02T09:00:01-07:00"
    assert (shop.points(at), shop.tier(at), shop.read(at, "metric_12m")) == (1000, "gold", 506)
    assert shop.read(at, "tier_until") == when("2027-04-02T09:00:00-07:00")
    shop.buy("2026-04-02T17:00:00-07:00", "10.00")
    assert shop.points("2026-04-02T17:00:01-07:00") == 2200


def test_after_a_downgrade_unlimited_lots_get_the_clock_of_that_month() -> None:
    shop = coffee()
    before = "2026-10-01T08:59:59-07:00"
    shop.open(before, "asset", "points", 30000)
    shop.open(before, "tier", "gold", since="2026-04-02T09:00:00-07:00")
    assert shop.read(before, "points_expire_at") == NEVER
    shop.buy("2026-10-01T09:00:00-07:00", "400.00")
    at = "2027-04-02T09:00:01-07:00"
    assert (shop.tier(at), shop.points(at)) == ("green", 78000)
    assert shop.read(at, "points_expire_at") == when("2027-11-01T00:00:00-07:00")
    assert shop.points("2027-10-31T23:59:59-07:00") == 78000
    assert shop.points("2027-11-01T00:00:00-07:00") == 0


def test_first_placement_by_a_calendar_year() -> None:
    steps = tiers(("green", "0"), ("gold", "500"))
    old = edition("old", zone="UTC", metrics=[Earned(id="metric", windows=("year",))])
    new = edition(
        "new",
        zone="UTC",
        from_="2026-03-10T00:00:00Z",
        metrics=[Earned(id="metric")],
        standing=RollingKept(metric="metric", first=First(year=2025)),
        tiers=steps,
    )
    shop = Shop(old, new)
    shop.buy("2025-01-05T12:00:00+00:00", "499.00")
    shop.buy("2025-12-31T12:00:00+00:00", "1.00")
    at = "2026-03-10T00:00:00+00:00"
    assert shop.tier("2026-03-09T23:59:59+00:00") is None
    assert shop.tier(at) == "gold"
    assert shop.read(at, "tier_until") == when("2027-03-10T00:00:00+00:00")


def fashion() -> Shop:
    """Terms of twelve months, spend that returns to 0, a guard on what is sent back."""
    guard = {"needs": [Hurdle(metric="item_return_rate", below="70")]}
    return Shop(
        edition(
            zone="Europe/London",
            metrics=[Spent(id="spend"), ReturnRate(id="item_return_rate", of="items")],
            counts={"items": "items"},
            standing=Anniversary(metric="spend"),
            tiers=tiers(
                ("stylist", "0"),
                ("curator", "100"),
                ("icon", "350"),
                ("a_lister", "750"),
                icon=guard,
                a_lister=guard,
            ),
        )
    )


def test_a_refund_demotes_when_it_is_processed() -> None:
    shop = fashion()
    before = "2025-09-30T09:00:00+01:00"
    earlier = order("2025-09-10T10:00:00+01:00", "60.00", "earlier")
    shop.open(before, "metric", "spend", 36000, window="12m")
    shop.open(before, "tier", "icon")
    shop.open(before, "order", "earlier", order=earlier, at_="2025-09-10T10:00:00+01:00")
    shop.desk.owners["earlier"] = "m1"
    assert shop.tier("2025-09-30T10:00:00+01:00") == "icon"
    shop.back("2025-10-01T10:00:00+01:00", "earlier", "30.00")
    at = "2025-10-01T11:00:00+01:00"
    assert (shop.tier(at), shop.read(at, "spend_12m")) == ("curator", Decimal(330))


def test_the_guard_keeps_a_tier_out_of_reach() -> None:
    shop = fashion()
    before = "2025-09-30T09:00:00+01:00"
    for items, returned in ((2, 2), (3, 3), (2, 1), (1, 1)):
        shop.open(before, "last_order", "", items, returned=str(returned))
    shop.buy("2025-10-01T10:00:00+01:00", "400.00", counts={"items": Decimal(1)})
    at = "2025-10-01T10:00:01+01:00"
    assert shop.tier(at) == "curator"  # 7 of 9
    assert shop.read(at, "item_return_rate") * 9 == 7


def airline() -> Shop:
    """Calendar years, held to 31 January of the year after the next; a floor for life."""
    return Shop(
        edition(
            zone="America/New_York",
            metrics=[
                Spent(
                    id="mqd",
                    of="base_fare",
                    head_start=HeadStart(attribute="eligible_cards", each="2500.00 USD"),
                ),
                Told(id="lifetime_miles"),
            ],
            earn=[PerAmount(step="1.00 EUR", points="5", of="base_fare")],
            standing=CalendarYear(metric="mqd", extra_months=1),
            tiers=tiers(
                ("member", "0"),
                ("silver", "5000"),
                ("gold", "10000"),
                ("platinum", "15000"),
                ("diamond", "28000"),
                platinum={"or_": [Hurdle(metric="lifetime_miles", from_="2000000")]},
                diamond={"or_": [Hurdle(metric="lifetime_miles", from_="3000000")]},
            ),
        )
    )


def fly(shop: Shop, at: str, fare: int) -> str:
    """A flight."""
    return shop.buy(at, "0", amounts={"base_fare": fare})


def test_status_holds_to_the_end_of_january_after_the_next_year() -> None:
    shop = airline()
    shop.open("2025-06-01T11:59:59-04:00", "tier", "silver")
    shop.open("2025-06-01T11:59:59-04:00", "metric", "mqd", 990000)
    fly(shop, "2025-06-01T12:00:00-04:00", 15000)
    fly(shop, "2025-06-10T12:00:00-04:00", 15000)
    at = "2025-06-10T12:00:01-04:00"
    assert (shop.tier(at), shop.read(at, "mqd")) == ("gold", Decimal(10200))
    assert shop.read(at, "tier_until") == when("2027-02-01T00:00:00-05:00")
    assert shop.read(at, "tier_for_2026") == "gold"
    assert shop.tier("2027-01-31T23:59:59-05:00") == "gold"
    assert shop.read("2027-01-31T12:00:00-05:00", "mqd") == 0
    assert shop.tier("2027-02-01T00:00:00-05:00") == "member"


def test_a_head_start_comes_every_year() -> None:
    shop = airline()
    shop.attribute("2025-03-01T12:00:00-05:00", "eligible_cards", "2")
    fly(shop, "2025-03-02T12:00:00-05:00", 1000)
    assert shop.read("2025-03-02T12:00:01-05:00", "mqd") == Decimal(5010)
    assert shop.tier("2025-03-02T12:00:01-05:00") == "silver"
    assert shop.read("2026-01-01T00:00:00-05:00", "mqd_2026") == Decimal(5000)
    shop.attribute("2025-04-01T12:00:00-05:00", "eligible_cards", "3")
    assert shop.read("2025-04-02T12:00:00-05:00", "mqd") == Decimal(7510)
    shop.attribute("2025-05-01T12:00:00-05:00", "eligible_cards", "")
    assert shop.read("2026-01-01T00:00:00-05:00", "mqd_2026") == 0


def test_miles_of_a_lifetime_are_a_floor() -> None:
    shop = airline()
    shop.open("2025-06-01T11:59:59-04:00", "metric", "lifetime_miles", 2_000_000_000)
    assert shop.tier("2025-06-02T12:00:00-04:00") == "platinum"
    assert shop.tier("2035-06-02T12:00:00-04:00") == "platinum"
    shop.attribute("2025-07-01T12:00:00-04:00", "lifetime_miles", "3000000")
    assert shop.tier("2025-07-02T12:00:00-04:00") == "diamond"


def test_a_late_flight_counts_in_its_own_year() -> None:
    shop = airline()
    flight = order("2025-12-31T23:30:00-05:00", "0", "s1", amounts={"base_fare": 70000})
    shop.desk.record(flight, "m1", instant_of(when("2026-01-03T08:00:00-05:00")))
    at = "2026-01-03T08:00:01-05:00"
    assert (shop.read(at, "mqd_2025"), shop.read(at, "mqd_2026")) == (700, 0)
