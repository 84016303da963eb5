"""Until when points live: worked by hand."""

from __future__ import annotations

import pytest
from standing_kit import NEVER, Shop, edition, tiers, when

from regulars.engine.edition import Asset
from regulars.engine.kinds.life.after_earning import After
from regulars.engine.kinds.life.by_tier import ByTier, TierLife
from regulars.engine.kinds.life.inactivity import Inactivity, NewestProlongs
from regulars.engine.kinds.life.month_by_month import MonthByMonth
from regulars.engine.kinds.life.yearly import Never, Yearly
from regulars.engine.kinds.metrics.spent import Spent
from regulars.engine.kinds.rewards.price import Price
from regulars.engine.kinds.standing.rolling import Rolling
from regulars.engine.rules import Life


def living(life: Life, zone: str = "UTC", **sections: object) -> Shop:
    """A programme whose points live so."""
    assets = [Asset(id="points", name="point", expire=life)]
    rewards = [Price(id="coffee", name="coffee", price="10")]
    return Shop(edition(zone=zone, assets=assets, rewards=rewards, **sections))


@pytest.mark.parametrize(
    ("ends", "goes"),
    [
        ("instant", "2025-02-28T15:00:00-05:00"),
        ("start_of_day", "2025-02-28T00:00:00-05:00"),
        ("end_of_day", "2025-03-01T00:00:00-05:00"),
    ],
)
def test_a_leap_day_and_how_a_life_ends(ends: str, goes: str) -> None:
    shop = living(After(life="P12M", ends=ends), "America/New_York")  # type: ignore[arg-type]
    shop.buy("2024-02-29T15:00:00-05:00", "40.00")
    at = "2024-03-01T00:00:00-05:00"
    assert shop.read(at, "points_expire_at") == when(goes)
    assert shop.read(at, "lot_earned_at") == when("2024-02-29T15:00:00-05:00")
    assert shop.points(goes) == 0


@pytest.mark.parametrize(
    ("earned", "at_least", "goes"),
    [
        ("2024-03-01T12:00:00+01:00", None, "2025-01-01T00:00:00+01:00"),
        ("2024-12-31T23:59:59+01:00", None, "2025-01-01T00:00:00+01:00"),
        ("2024-03-01T12:00:00+01:00", "P1Y", "2026-01-01T00:00:00+01:00"),
        ("2024-12-31T12:00:00+01:00", "P1Y", "2026-01-01T00:00:00+01:00"),
        ("2025-01-01T00:00:00+01:00", "P1Y", "2027-01-01T00:00:00+01:00"),
    ],
)
def test_a_yearly_sweep(earned: str, at_least: str | None, goes: str) -> None:
    shop = living(Yearly(day="12-31", at_least=at_least), "Europe/Berlin")
    shop.buy(earned, "40.00")
    assert shop.read(earned, "points_expire_at") == when(goes)
    assert shop.points(goes) == 0


def test_a_sweep_on_a_leap_day_and_a_day_that_no_year_has() -> None:
    shop = living(Yearly(day="02-29"))
    shop.buy("2025-01-10T12:00:00+00:00", "1.00")
    at = "2025-01-11T12:00:00+00:00"
    assert shop.read(at, "points_expire_at") == when("2025-03-01T00:00:00+00:00")
    assert [one.code for one in Yearly(day="02-30").problems()] == ["no_such_day"]
    assert not list(Yearly(day="02-29").problems())


def test_every_act_keeps_the_whole_account() -> None:
    shop = living(Inactivity(life="P18M", by=("order", "redemption", "visit")))
    shop.buy("2018-01-31T12:00:00+00:00", "40.00")
    shop.grant("2018-06-01T12:00:00+00:00", 5)
    at = "2018-06-02T12:00:00+00:00"
    assert shop.read(at, "points_expire_at") == when("2019-07-31T12:00:00+00:00")
    shop.redeem("2018-08-31T12:00:00+00:00", "coffee")
    at = "2018-09-02T12:00:00+00:00"
    assert shop.read(at, "points_expire_at") == when("2020-02-29T12:00:00+00:00")
    shop.act("2018-10-01T12:00:00+00:00", "review")
    assert shop.read("2018-10-02T12:00:00+00:00", "points_expire_at") == when(
        "2020-02-29T12:00:00+00:00"
    )
    shop.act("2020-02-29T11:59:59+00:00", "visit")
    assert shop.points("2021-08-29T11:59:58+00:00") == 35
    assert shop.points("2021-08-29T11:59:59+00:00") == 0
    shop.grant("2022-01-01T12:00:00+00:00", 7)
    at = "2022-01-02T12:00:00+00:00"
    assert shop.read(at, "points_expire_at") == when("2023-07-01T12:00:00+00:00")


def test_the_last_act_is_brought_in_whatever_comes_first() -> None:
    life = Inactivity(life="P12M")
    for first, second in (("activity", "asset"), ("asset", "activity")):
        shop = living(life)
        for what in (first, second):
            at = "2022-06-01T12:00:00+00:00"
            if what == "asset":
                shop.open(at, "asset", "points", 10)
            else:
                shop.open(at, "activity", at_="2022-01-01T12:00:00+00:00")
        at = "2022-06-02T12:00:00+00:00"
        assert shop.points("2023-01-01T11:59:59+00:00") == 10, first
        assert shop.points("2023-01-01T12:00:00+00:00") == 0, first


def test_new_earnings_prolong_all_and_redemptions_do_not() -> None:
    shop = living(NewestProlongs(life="P6M"))
    shop.buy("2025-01-01T12:00:00+00:00", "40.00")
    shop.buy("2025-05-31T12:00:00+00:00", "1.00")
    shop.redeem("2025-06-30T12:00:00+00:00", "coffee")
    assert shop.points("2025-11-30T11:59:59+00:00") == 31
    assert shop.points("2025-11-30T12:00:00+00:00") == 0


def test_an_act_in_the_last_month_gives_one_month_more() -> None:
    shop = living(MonthByMonth(months=6, by=("order", "redemption", "reload")))
    shop.grant("2026-01-15T12:00:00+00:00", 10)
    shop.act("2026-06-30T23:59:59+00:00", "reload")
    at = "2026-07-01T00:00:00+00:00"
    assert shop.read(at, "points_expire_at") == when("2026-08-01T00:00:00+00:00")
    shop.act("2026-07-01T00:00:00+00:00", "reload")
    shop.act("2026-08-31T12:00:00+00:00", "reload")
    at = "2026-08-31T12:00:01+00:00"
    assert shop.read(at, "points_expire_at") == when("2026-10-01T00:00:00+00:00")
    assert shop.points("2026-09-30T23:59:59+00:00") == 10
    assert shop.points("2026-10-01T00:00:00+00:00") == 0


def by_tier(other: Life | None = None, silver: Life | None = None) -> Shop:
    """Gold points do not expire."""
    life = ByTier(
        tiers=[
            TierLife(tier=("gold",), expire=Never()),
            TierLife(tier=("silver",), expire=silver or After(life="P12M")),
        ],
        other=other or After(life="P6M"),
    )
    return living(
        life,
        metrics=[Spent(id="spend")],
        standing=Rolling(metric="spend"),
        tiers=tiers(("bronze", "0"), ("silver", "100"), ("gold", "500")),
    )


def test_rising_prolongs_and_falling_does_not_shorten() -> None:
    shop = by_tier()
    shop.buy("2025-01-10T12:00:00+00:00", "40.00")
    assert shop.read("2025-01-11T12:00:00+00:00", "points_expire_at") == when(
        "2025-07-10T12:00:00+00:00"
    )
    shop.buy("2025-02-10T12:00:00+00:00", "60.00")
    assert shop.tier("2025-02-10T12:00:01+00:00") == "silver"
    assert shop.points("2025-12-01T12:00:00+00:00") == 100
    shop.set("2025-03-10T12:00:00+00:00", "bronze", "2025-12-01T00:00:00+00:00")
    assert shop.points("2026-01-10T11:59:59+00:00") == 100
    assert shop.points("2026-01-10T12:00:00+00:00") == 60


def test_what_knew_no_end_gets_one_from_the_fall_also_when_it_was_spent() -> None:
    shop = by_tier()
    shop.buy("2025-01-10T12:00:00+00:00", "500.00")
    at = "2025-02-10T12:00:00+00:00"
    assert shop.read(at, "points_expire_at") == NEVER
    fall = "2026-01-10T12:00:00+00:00"
    assert shop.tier(fall) == "bronze"
    assert shop.read(fall, "points_expire_at") == when("2026-07-10T12:00:00+00:00")
    shop.redeem("2025-03-10T12:00:00+00:00", "coffee")
    key = next(name for name in shop.desk.outcomes if name.startswith("r"))
    shop.give_back("2026-02-10T12:00:00+00:00", key)
    assert shop.points("2026-07-10T11:59:59+00:00") == 500
    assert shop.points("2026-07-10T12:00:00+00:00") == 0


def test_a_life_inside_a_life_shares_its_memory() -> None:
    shop = by_tier(other=MonthByMonth(months=1, by=("visit",)))
    shop.buy("2025-01-10T12:00:00+00:00", "40.00")
    shop.act("2025-02-20T12:00:00+00:00", "visit")
    assert shop.points("2025-03-31T23:59:59+00:00") == 40
    assert shop.points("2025-04-01T00:00:00+00:00") == 0


def test_lives_that_cannot_stand_inside_another() -> None:
    inner = ByTier(tiers=[], other=Never())
    outer = ByTier(tiers=[TierLife(tier=("gold",), expire=inner)], other=Never())
    assert [one.path for one in outer.problems()] == ["tiers[0].expire"]
    assert not list(inner.problems())
