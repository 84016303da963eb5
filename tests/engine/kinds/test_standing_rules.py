"""How tiers are reached, kept, lost, set and brought in: worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from standing_kit import NEVER, Shop, edition, lowers_at_review, order, tiers, when

from regulars.engine.edition import Hurdle
from regulars.engine.kinds.metrics.counted import Orders
from regulars.engine.kinds.metrics.spent import Spent
from regulars.engine.kinds.standing.calendar import (
    CalendarMonth,
    CalendarQuarter,
    CalendarYear,
)
from regulars.engine.kinds.standing.kept import Anniversary, RollingKept
from regulars.engine.kinds.standing.lasting import Invited, Lifetime
from regulars.engine.kinds.standing.rolling import Rolling
from regulars.engine.rules import Ladder

STEPS = (("bronze", "0"), ("silver", "100"), ("gold", "500"))


def climbing(ladder: Ladder, **sections: object) -> Shop:
    """A programme of three tiers by money spent."""
    sections.setdefault("tiers", tiers(*STEPS))
    sections.setdefault("metrics", [Spent(id="spend"), Orders(id="orders")])
    return Shop(edition(zone="UTC", standing=ladder, **sections))


LADDERS = (
    Rolling(metric="spend"),
    RollingKept(metric="spend"),
    Anniversary(metric="spend"),
    CalendarYear(metric="spend"),
    Lifetime(metric="spend"),
)


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda one: one.kind)
def test_a_refund_demotes_at_once(ladder: Ladder) -> None:
    shop = climbing(ladder)
    shop.buy("2025-01-10T12:00:00+00:00", "100.00")
    key = shop.buy("2025-02-10T12:00:00+00:00", "400.00")
    assert shop.tier("2025-02-10T12:00:00+00:00") == "gold"
    shop.back("2025-03-10T12:00:00+00:00", key, "0.01")
    assert shop.tier("2025-03-10T12:00:00+00:00") == "silver"
    shop.back("2025-04-10T12:00:00+00:00", key, "399.99")
    assert shop.tier("2025-04-10T12:00:00+00:00") == "silver"


@pytest.mark.parametrize(
    ("ladder", "review"),
    [
        (RollingKept(metric="spend"), "2026-02-10T12:00:00+00:00"),
        (CalendarYear(metric="spend"), "2027-01-01T00:00:00+00:00"),
        (Lifetime(metric="spend"), ""),
    ],
    ids=lambda one: getattr(one, "kind", ""),
)
def test_or_only_at_the_review(ladder: Ladder, review: str) -> None:
    shop = climbing(ladder, policy=lowers_at_review())
    key = shop.buy("2025-02-10T12:00:00+00:00", "500.00")
    shop.back("2025-03-10T12:00:00+00:00", key, "500.00")
    assert shop.tier("2025-12-10T12:00:00+00:00") == "gold"
    if review:
        assert shop.tier(review) == "bronze"
    else:
        assert shop.tier("2035-12-10T12:00:00+00:00") == "gold"


@pytest.mark.parametrize(
    ("ladder", "until"),
    [
        (CalendarYear(metric="spend", more=0), "2026-01-01T00:00:00+00:00"),
        (CalendarYear(metric="spend"), "2027-01-01T00:00:00+00:00"),
        (CalendarYear(metric="spend", more=2), "2028-01-01T00:00:00+00:00"),
        (CalendarYear(metric="spend", extra_months=2), "2027-03-01T00:00:00+00:00"),
        (CalendarMonth(metric="spend"), "2025-04-01T00:00:00+00:00"),
        (CalendarQuarter(metric="spend", more=0), "2025-04-01T00:00:00+00:00"),
        (Rolling(metric="spend"), "2026-02-28T12:00:00+00:00"),
        (Rolling(metric="spend", months=6), "2025-08-28T12:00:00+00:00"),
        (RollingKept(metric="spend", kept=24), "2027-02-28T12:00:00+00:00"),
    ],
)
def test_until_when_a_tier_holds(ladder: Ladder, until: str) -> None:
    shop = climbing(ladder)
    shop.buy("2025-02-28T12:00:00+00:00", "100.00")
    at = "2025-02-28T12:00:01+00:00"
    assert shop.read(at, "tier_until") == when(until)
    before = when(until).timestamp() - 1
    last = type(when(until)).fromtimestamp(before, when(until).tzinfo).isoformat()
    assert (shop.tier(last), shop.tier(until)) == ("silver", "bronze")
    assert shop.read(until, "tier_until") == NEVER


def test_what_is_longer_than_sums_are_kept_is_refused() -> None:
    assert [one.code for one in CalendarYear(metric="m", more=2, extra_months=1).problems()]
    assert not list(CalendarYear(metric="m", more=1, extra_months=1).problems())


@pytest.mark.parametrize("by_staff", [False, True])
def test_terms_keep_the_day_on_which_the_tier_was_reached(by_staff: bool) -> None:
    shop = climbing(RollingKept(metric="spend", kept=1))
    if by_staff:
        shop.set("2025-01-31T12:00:00+00:00", "silver")
        shop.buy("2025-02-01T12:00:00+00:00", "100.00")
    else:
        shop.buy("2025-01-31T12:00:00+00:00", "100.00")
    ends = [shop.read(f"2025-0{month}-01T13:00:00+00:00", "tier_until") for month in (2, 3, 4)]
    assert ends == [
        when("2025-02-28T12:00:00+00:00"),
        when("2025-03-31T12:00:00+00:00"),
        when("2025-04-30T12:00:00+00:00"),
    ]


def test_one_tier_at_most_is_lost_at_a_review() -> None:
    for falls, tier in (("to_reached", "bronze"), ("one_tier", "silver")):
        shop = climbing(RollingKept(metric="spend", falls=falls))  # type: ignore[arg-type]
        shop.buy("2025-01-31T12:00:00+00:00", "500.00")
        assert shop.tier("2026-01-31T12:00:00+00:00") == tier


def test_counting_begins_again_when_a_term_ends() -> None:
    shop = climbing(Anniversary(metric="spend"))
    shop.buy("2025-01-31T12:00:00+00:00", "100.00")
    shop.buy("2025-12-31T12:00:00+00:00", "150.00")
    assert shop.read("2025-12-31T12:00:01+00:00", "spend") == 250
    at = "2026-01-31T12:00:00+00:00"
    assert (shop.tier(at), shop.read(at, "spend"), shop.read(at, "spend_12m")) == ("silver", 0, 150)
    shop.buy("2026-02-01T12:00:00+00:00", "360.00")
    assert shop.tier("2026-02-01T12:00:01+00:00") == "silver"
    shop.buy("2026-02-02T12:00:00+00:00", "140.00")
    assert shop.tier("2026-02-02T12:00:01+00:00") == "gold"


def test_a_surplus_is_carried_into_the_next_year() -> None:
    shop = climbing(CalendarYear(metric="spend", more=0, carry_surplus=True))
    key = shop.buy("2025-03-01T12:00:00+00:00", "450.00")
    at = "2026-01-01T00:00:00+00:00"
    assert (shop.tier(at), shop.read(at, "spend_2026")) == ("silver", 350)
    at = "2027-01-01T00:00:00+00:00"
    assert (shop.tier(at), shop.read(at, "spend_2027")) == ("silver", 250)
    shop.back("2026-02-01T12:00:00+00:00", key, "330.00")
    at = "2026-02-02T00:00:00+00:00"
    assert (shop.tier(at), shop.read(at, "spend_2026")) == ("bronze", 20)


def test_several_figures_joined() -> None:
    more = {
        "gold": {
            "needs": [Hurdle(metric="orders", from_="2")],
            "or_": [Hurdle(metric="orders", from_="4")],
        }
    }
    shop = climbing(CalendarYear(metric="spend"), tiers=tiers(*STEPS, **more))
    shop.buy("2025-01-01T12:00:00+00:00", "600.00")
    assert shop.tier("2025-01-01T12:00:01+00:00") == "silver"
    shop.buy("2025-01-02T12:00:00+00:00", "1.00")
    assert shop.tier("2025-01-02T12:00:01+00:00") == "gold"
    shop = climbing(CalendarYear(metric="spend"), tiers=tiers(*STEPS, **more))
    for day in range(1, 5):
        assert shop.tier(f"2025-01-0{day}T12:00:00+00:00") in (None, "bronze")
        shop.buy(f"2025-01-0{day}T12:00:00+00:00", "1.00")
    assert shop.tier("2025-01-05T12:00:00+00:00") == "gold"
    assert shop.tier("2026-12-31T12:00:00+00:00") == "gold"
    assert shop.tier("2027-01-01T00:00:00+00:00") == "bronze"


def test_windows_of_different_length_fall_apart_exactly() -> None:
    more = {"silver": {"needs": [Hurdle(metric="orders", from_="1", window="3m")]}}
    shop = climbing(Rolling(metric="spend"), tiers=tiers(*STEPS[:2], **more))
    shop.buy("2025-01-31T12:00:00+00:00", "200.00")
    at = "2025-02-01T12:00:00+00:00"
    assert shop.read(at, "tier_until") == when("2025-04-30T12:00:00+00:00")
    assert shop.tier("2025-04-30T11:59:59+00:00") == "silver"
    assert shop.tier("2025-04-30T12:00:00+00:00") == "bronze"
    shop.buy("2025-12-01T12:00:00+00:00", "1.00")
    assert shop.read("2025-12-01T12:00:01+00:00", "tier_until") == when("2026-01-31T12:00:00+00:00")


def test_staff_set_a_tier_and_what_is_earned_above_it_counts() -> None:
    shop = climbing(CalendarYear(metric="spend"))
    shop.buy("2025-01-01T12:00:00+00:00", "100.00")
    shop.set("2025-02-01T12:00:00+00:00", "bronze", "2025-06-01T00:00:00+00:00")
    assert shop.tier("2025-02-01T12:00:00+00:00") == "bronze"
    shop.buy("2025-03-01T12:00:00+00:00", "399.00")
    assert shop.tier("2025-03-01T12:00:01+00:00") == "bronze"
    assert shop.tier("2025-06-01T00:00:00+00:00") == "silver"
    shop.buy("2025-03-02T12:00:00+00:00", "1.00")
    assert shop.tier("2025-03-02T12:00:01+00:00") == "gold"
    assert shop.set("2025-04-01T12:00:00+00:00", "platinum") == "tier_unknown"
    assert shop.tier("2025-04-01T12:00:01+00:00") == "gold"


def test_invited_tiers() -> None:
    shop = climbing(Invited(valid="P1Y"), metrics=[])
    shop.buy("2025-01-01T12:00:00+00:00", "900.00")
    assert shop.tier("2025-01-01T12:00:01+00:00") == "bronze"
    shop.set("2025-02-01T12:00:00+00:00", "gold")
    assert shop.tier("2026-02-01T11:59:59+00:00") == "gold"
    assert shop.tier("2026-02-01T12:00:00+00:00") == "bronze"
    shop.set("2025-03-01T12:00:00+00:00", "silver", "2025-04-01T00:00:00+00:00")
    assert shop.tier("2025-03-02T12:00:00+00:00") == "silver"
    assert shop.tier("2025-04-01T00:00:00+00:00") == "bronze"


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda one: one.kind)
def test_a_tier_brought_in_stays_but_a_refund_of_what_it_stands_on_lowers_it(
    ladder: Ladder,
) -> None:
    for tier_first in (True, False):
        shop = climbing(ladder)
        before = "2025-03-01T11:59:59+00:00"
        openings = [("tier", "gold", 0), ("metric", "spend", 50000)]
        for what, name, amount in openings if tier_first else openings[::-1]:
            shop.open(before, what, name, amount)
        earlier = order("2025-01-10T12:00:00+00:00", "60.00", "earlier")
        shop.open(before, "order", "earlier", order=earlier, at_="2025-01-10T12:00:00+00:00")
        shop.desk.owners["earlier"] = "m1"
        assert shop.tier("2029-01-01T00:00:00+00:00") == "gold"
        shop.back("2025-04-01T12:00:00+00:00", "earlier", "1.00")
        assert shop.tier("2025-04-01T12:00:00+00:00") == "silver"


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda one: one.kind)
def test_a_tier_brought_in_alone_is_not_lost_by_an_ordinary_refund(ladder: Ladder) -> None:
    shop = climbing(ladder)
    shop.open("2025-03-01T11:59:59+00:00", "tier", "gold")
    key = shop.buy("2025-03-01T12:00:00+00:00", "60.00")
    shop.back("2025-04-01T12:00:00+00:00", key, "60.00")
    assert shop.tier("2025-04-01T12:00:00+00:00") == "gold"


@pytest.mark.parametrize(
    ("ladder", "until"),
    [
        (RollingKept(metric="spend"), "2026-03-01T12:00:00+00:00"),
        (CalendarYear(metric="spend"), "2027-01-01T00:00:00+00:00"),
    ],
    ids=lambda one: getattr(one, "kind", ""),
)
def test_a_tier_brought_in_with_its_date_runs_out(ladder: Ladder, until: str) -> None:
    shop = climbing(ladder)
    shop.open("2025-06-01T12:00:00+00:00", "tier", "gold", since="2025-03-01T12:00:00+00:00")
    assert shop.read("2025-06-01T12:00:00+00:00", "tier_until") == when(until)
    assert shop.tier(until) == "bronze"
    shop = climbing(ladder)
    shop.open("2025-06-01T12:00:00+00:00", "tier", "gold", until="2025-07-01T12:00:00+00:00")
    assert shop.tier("2025-07-01T11:59:59+00:00") == "gold"
    assert shop.tier("2025-07-01T12:00:00+00:00") == "bronze"


def test_without_a_tier_the_metrics_brought_in_decide() -> None:
    for ladder in LADDERS:
        shop = climbing(ladder)
        shop.open("2025-06-01T12:00:00+00:00", "metric", "spend", 10000)
        assert shop.tier("2025-06-01T12:00:00+00:00") == "silver", ladder.kind
        assert shop.read("2025-06-01T12:00:00+00:00", "spend") == Decimal(100)


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda one: one.kind)
def test_a_new_edition_knows_tiers_by_their_ids(ladder: Ladder) -> None:
    metrics = [Spent(id="spend")]
    old = edition("old", zone="UTC", standing=ladder, metrics=metrics, tiers=tiers(*STEPS))
    steps = (("bronze", "0"), ("copper", "50"), ("gold", "150"))
    new = edition(
        "new",
        zone="UTC",
        from_="2025-06-01T00:00:00Z",
        standing=ladder,
        metrics=metrics,
        tiers=tiers(*steps),
    )
    shop = Shop(old, new)
    shop.buy("2025-05-01T12:00:00+00:00", "140.00")
    assert shop.tier("2025-05-31T23:59:59+00:00") == "silver"
    assert shop.tier("2025-06-01T00:00:00+00:00") == "copper"
    shop.buy("2025-06-02T12:00:00+00:00", "10.00")
    assert shop.tier("2025-06-02T12:00:01+00:00") == "gold"


def test_a_term_outlives_a_change_of_places_and_thresholds() -> None:
    ladder, metrics = RollingKept(metric="spend"), [Spent(id="spend")]
    old = edition("old", zone="UTC", standing=ladder, metrics=metrics, tiers=tiers(*STEPS))
    steps = (("bronze", "0"), ("copper", "50"), ("silver", "300"), ("gold", "900"))
    more = {"from_": "2025-06-01T00:00:00Z", "standing": ladder, "metrics": metrics}
    shop = Shop(old, edition("new", zone="UTC", tiers=tiers(*steps), **more))
    shop.buy("2025-05-01T12:00:00+00:00", "140.00")
    assert shop.tier("2026-05-01T11:59:59+00:00") == "silver"
    assert shop.tier("2026-05-01T12:00:00+00:00") == "bronze"
