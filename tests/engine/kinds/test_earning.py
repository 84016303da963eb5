"""What every earning shares: limits let through, some waits, what comes back is taken and told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from earning_shop import Shop, later

from regulars.engine.earning import listens
from regulars.engine.fold import fold
from regulars.engine.happenings import Activity, SignUp

NOW = datetime(2025, 3, 3, tzinfo=UTC)
EURO = "{id: spend, kind: per_amount, step: 1.00 EUR, points: 1}"
VISIT = "{id: visit, kind: per_activity, activity: visit, points: 5, waits_for: delivered"


def clock(hour: int) -> str:
    return f"2025-03-03T{hour}:00:00+01:00"


def whys(outcome: Any) -> list[tuple[str, str, int, str]]:
    return [(why.rule, why.code, why.amount, why.asset) for why in outcome.whys]


def test_what_is_taken_back_is_told() -> None:
    shop = Shop(f"earn: [{EURO}]")
    shop.order("100.00", key="o1")
    told = shop.refund("o1", money="40.00", at=later(1))
    assert ("spend", "taken_back", -40, "points") in whys(told)
    assert shop.points() == 60


@pytest.mark.parametrize(
    ("limits", "orders", "points"),
    [
        ("", [60, 60], 120),
        ("limit: [{id: day, kind: points_per_day, most: 100}]", [60, 60], 100),
        ("limit: [{id: day, kind: points_per_day, most: 100}]", [100, 1], 100),
        (
            "limit: [{id: day, kind: points_per_day, most: 100},"
            " {id: one, kind: points_per_order, most: 50}]",
            [60, 30, 60],
            100,
        ),
    ],
)
@pytest.mark.parametrize("explain", [True, False])
def test_limits_let_through_what_has_room(
    limits: str, orders: list[int], points: int, explain: bool
) -> None:
    shop = Shop(f"earn: [{EURO}]\n{limits}")
    shop.desk.book("m1").explain = explain
    for hour, euros in enumerate(orders):
        shop.order(f"{euros}.00", at=clock(10 + hour))
    assert shop.points(later(1)) == points


DAY = "{id: day, kind: points_per_day, most: 100}"
ONE = "{id: one, kind: points_per_order, most: 50}"


@pytest.mark.parametrize(
    ("limits", "points"),
    [
        ((), 150),
        ((DAY,), 100),
        ((ONE,), 130),
        (("{id: few, kind: times_per_day, most: 2}",), 90),
        ((DAY, ONE), 100),
        ((ONE, DAY), 100),
        ((DAY.replace("100", "200"), ONE), 130),
        ((ONE, "{id: far, kind: points_per_year, most: 900}"), 130),
    ],
)
def test_the_quick_way_gives_no_more_than_the_long_way(
    limits: tuple[str, ...], points: int
) -> None:
    """Of 60, 30 and 60 in a day: nobody asks why, and no record is kept."""
    shop = Shop(f"earn: [{EURO}]\nlimit: [{', '.join(limits)}]")
    for hour, euros in enumerate((60, 30, 60)):
        shop.order(f"{euros}.00", at=clock(10 + hour))
    facts = list(shop.desk.book("m1").facts.values())
    quick = fold(shop.programme, facts, holder="m1")
    assert quick.records == {}
    assert quick.state.holdings[0].balance == shop.points() == points


def test_an_order_that_is_undone_gives_its_room_back() -> None:
    shop = Shop(f"earn: [{EURO}]\nlimit: [{{id: day, kind: points_per_day, most: 100}}]")
    shop.order("80.00", key="o1")
    shop.refund("o1", money="50.00", at=clock(11))
    shop.order("80.00", at=clock(12))
    assert shop.points() == 100


def test_acts_are_heard_as_the_word_and_as_what_earns() -> None:
    shop = Shop(f"earn: [{VISIT}}}]")
    shop.act("visit", key="v1", at=later(0))
    assert (shop.points(), shop.pending()) == (0, 5)
    shop.act("delivered", order="o9", at=later(1))
    shop.order("1.00", key="o1", at=later(2))
    shop.act("visit", key="v2", at=later(3))
    assert (shop.points(), shop.pending()) == (0, 10)


def test_the_word_about_an_act_makes_available_what_it_earned() -> None:
    shop = Shop(f"earn: [{VISIT}}}]")
    shop.act("visit", key="v1", at=later(0))
    shop.act("delivered", order="v1", at=later(1))
    assert (shop.points(), shop.pending()) == (5, 0)


@pytest.mark.parametrize("explain", [True, False])
def test_a_limit_without_room_leaves_nothing_behind(explain: bool) -> None:
    shop = Shop(f"earn: [{EURO}]\nlimit: [{{id: day, kind: points_per_day, most: 100}}]")
    book = shop.desk.book("m1")
    book.explain = explain
    told = whys(shop.order("100.00", at=clock(10), key="o1"))
    assert (("day", "within_limit", 0, "points") in told) == explain
    told = whys(shop.order("7.00", at=clock(11), key="o2"))
    assert (("day", "over_limit", -7, "points") in told) == explain
    assert [row.key for row in book.booked] == ["o1"]
    assert book.run.records["o2"].given["spend"] == 0


def test_what_waits_and_lapses_is_taken_back_as_well() -> None:
    waits = "waits_for: delivered, deadline: P30D, if_silent: lapses"
    shop = Shop(f"earn: [{EURO[:-1]}, {waits}}}]")
    shop.order("30.00", key="o1")
    shop.refund("o1", money="10.00", at=later(1))
    assert shop.pending() == 20
    assert (shop.pending("2025-05-01T10:00:00+02:00"), shop.points()) == (0, 0)


@pytest.mark.parametrize(
    ("fact", "heard"),
    [
        (Activity(key="a", at=NOW, kind="visit"), True),
        (Activity(key="a", at=NOW, kind="review"), False),
        (SignUp(key="s", at=NOW), False),
    ],
)
def test_acts_are_heard_by_their_kind(fact: Any, heard: bool) -> None:
    assert listens(fact, frozenset({"visit"})) is heard
