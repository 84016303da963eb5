"""How much at most: periods, stretches, campaigns, acts, and what becomes of the rest."""

from __future__ import annotations

from typing import Any

import pytest
from earning_shop import Shop, gave, later, problems, when

from regulars.engine.happenings import MEMBER, Erasure, Opening
from regulars.engine.kinds.limit.counting import Used

PER_EURO = "earn: [{kind: per_amount, step: 1.00 EUR, points: 1}]\n"
LOGIN = (
    "earn: [{id: login, kind: per_activity, activity: login, points: 50}, "
    "{id: review, kind: per_activity, activity: review, points: 100}, "
    "{id: spent, kind: per_amount, step: 1.00 EUR, points: 10}]\n"
)


def limit(*limits: str) -> str:
    """The section `limit` of a file."""
    return "limit:\n" + "".join(f"  - {one}\n" for one in limits)


PERIODS = [
    ("day", "2025-05-01T23:59:59+02:00", "2025-05-02T00:00:00+02:00"),
    ("week", "2025-05-04T23:59:59+02:00", "2025-05-05T00:00:00+02:00"),
    ("month", "2025-05-31T23:59:59+02:00", "2025-06-01T00:00:00+02:00"),
    ("quarter", "2025-06-30T23:59:59+02:00", "2025-07-01T00:00:00+02:00"),
    ("year", "2025-12-31T23:59:59+01:00", "2026-01-01T00:00:00+01:00"),
]


@pytest.mark.parametrize(("unit", "last", "first"), PERIODS)
def test_so_many_points_in_a_period(unit: str, last: str, first: str) -> None:
    shop = Shop(PER_EURO + limit(f"{{kind: points_per_{unit}, most: 100}}"))
    shop.order("60.00", at=last)
    shop.order("60.00", at=last)
    assert shop.points() == 100
    shop.order("60.00", at=first)
    assert shop.points() == 160


@pytest.mark.parametrize(("unit", "last", "first"), PERIODS)
def test_so_many_acts_in_a_period(unit: str, last: str, first: str) -> None:
    shop = Shop(LOGIN + limit(f"{{kind: times_per_{unit}, most: 1, of: login}}"))
    for at in (last, last, first):
        shop.act("login", at=at)
    assert shop.points() == 100


def test_one_login_a_day_and_what_an_order_and_a_review_bring() -> None:
    shop = Shop(
        LOGIN
        + limit(
            "{kind: times_per_day, most: 1, of: login}",
            "{kind: points_per_year, most: 250000, of: [login, review]}",
        ),
        zone="America/Los_Angeles",
    )
    shop.act("login", at="2017-05-01T09:00:00-07:00")
    shop.act("login", at="2017-05-01T20:00:00-07:00")
    shop.order("89.95", at="2017-05-01T21:00:00-07:00")
    shop.act("review", at="2017-05-10T21:00:00-07:00")
    assert shop.points() == 1049


def test_the_yearly_limit_cuts_what_does_not_fit() -> None:
    shop = Shop(
        LOGIN + limit("{id: acts, kind: points_per_year, most: 250000, of: [login, review]}")
    )
    shop.used("acts", 249930)
    shop.act("review", at=later(1))
    shop.act("login", at=later(2))
    shop.order("1.00", at=later(3))
    assert shop.points() == 70 + 10


def test_ever_is_ever() -> None:
    shop = Shop(PER_EURO + limit("{kind: points_ever, most: 100}"))
    shop.order("60.00", key="o1")
    shop.order("60.00", at="2035-05-01T10:00:00+02:00")
    assert shop.points() == 100
    shop.refund("o1", at="2035-06-01T10:00:00+02:00", full=True)
    shop.order("60.00", at="2035-07-01T10:00:00+02:00")
    assert shop.points() == 100


LEAVING = [
    ("points_ever, most: 100", 0, 40),
    ("points_per_month, most: 100", 0, 40),
    ("points_per_month, most: 100", 31, 60),
    ("points_rolling, most: 100, within: P30D", 0, 40),
    ("points_rolling, most: 100, within: P30D", 31, 60),
]


def who_left_earns(kind: str, days: int) -> int:
    """Somebody earned 60, left for good, and earns 60 again so many days later."""
    shop = Shop(PER_EURO + limit(f"{{kind: {kind}}}"))
    shop.order("60.00")
    shop.desk.record(Erasure(key="z", at=when(later(1))), "m1")
    shop.desk.record(Opening(key="n", at=when(later(2)), what=MEMBER), "m1")
    shop.order("60.00", at=later(2 + 24 * days))
    return shop.points()


@pytest.mark.parametrize(("kind", "days", "points"), LEAVING)
def test_what_is_used_up_stays_so_for_who_leaves_and_comes_back(
    kind: str, days: int, points: int
) -> None:
    assert who_left_earns(kind, days) == points


def test_saboteur_limits_that_forget_who_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Used, "outlived", lambda self: Used())
    assert who_left_earns("points_ever, most: 100", 0) == 60


def test_a_bonus_for_the_first_order_alone() -> None:
    rules = (
        "earn: [{id: first, kind: per_order, points: 20}, "
        "{kind: per_amount, step: 1.00 EUR, points: 1}]\n"
    )
    shop = Shop(rules + limit("{kind: times_ever, most: 1, of: first}"))
    shop.order("10.00", key="o1")
    shop.order("10.00", at=later(1))
    assert shop.points() == 40
    shop.refund("o1", at=later(2), money="5.00")
    shop.order("10.00", at=later(3))
    assert shop.points() == 45
    shop.refund("o1", at=later(4), full=True)
    shop.order("10.00", at=later(5))
    assert shop.points() == 20 + 20 + 30 - 20


def test_an_act_that_earns_by_two_rules_counts_once() -> None:
    rules = "earn: [{id: a, kind: per_order, points: 1}, {id: b, kind: per_order, points: 2}]\n"
    shop = Shop(rules + limit("{kind: times_per_day, most: 2}"))
    for hours in range(3):
        shop.order("10.00", at=later(hours), key=f"x{hours}")
    assert shop.points() == 6
    shop.refund("x0", at=later(4), full=True)
    shop.order("10.00", at=later(5))
    shop.order("10.00", at=later(6))
    assert shop.points() == 6


def test_no_order_earns_more_than_its_most() -> None:
    shop = Shop(PER_EURO + limit("{kind: points_per_order, most: 100}"))
    shop.order("150.00", key="o1")
    shop.order("150.00", at=later(1))
    assert shop.points() == 200
    shop.refund("o1", at=later(2), money="30.00")
    assert shop.points() == 200
    shop.refund("o1", at=later(3), money="30.00")
    assert shop.points() == 190


def test_a_stretch_of_time_rolls_on() -> None:
    shop = Shop(PER_EURO + limit("{id: roll, kind: points_rolling, most: 100, within: P30D}"))
    shop.order("80.00", at="2025-05-01T10:00:00+02:00", key="o1")
    shop.order("80.00", at="2025-05-20T10:00:00+02:00")
    assert shop.points() == 100
    shop.order("80.00", at="2025-05-31T09:59:59+02:00")
    assert shop.points() == 100
    shop.order("80.00", at="2025-05-31T10:00:00+02:00")
    assert shop.points() == 180


def test_what_comes_back_gives_room_in_the_stretch() -> None:
    shop = Shop(PER_EURO + limit("{kind: points_rolling, most: 100, within: P30D}"))
    shop.order("80.00", key="o1")
    shop.refund("o1", at=later(1), money="50.00")
    shop.order("80.00", at=later(2))
    assert shop.points() == 100


def test_a_pause_between_acts() -> None:
    shop = Shop(LOGIN + limit("{id: pause, kind: cooldown, wait: PT2H, of: login}"))
    found = []
    for minutes in ("10:00:00", "11:59:59", "12:00:00", "13:00:00", "14:00:00"):
        shop.act("login", at=f"2025-05-01T{minutes}+02:00")
        found.append(shop.points())
    assert found == [50, 50, 100, 100, 150]
    shop = Shop(LOGIN + limit("{id: pause, kind: cooldown, wait: PT2H, of: login}"))
    shop.used("pause", 0, at="2025-05-01T09:00:00+02:00")
    shop.act("login", at="2025-05-01T10:00:00+02:00")
    assert shop.points() == 0


def test_a_campaign_has_its_own_most() -> None:
    shop = Shop(
        PER_EURO
        + "change: [{kind: multiply, factor: 2, when: {campaign: spring}}]\n"
        + limit("{id: cap, kind: points_per_campaign, campaign: spring, most: 100}")
    )
    shop.order("40.00", campaigns=("spring",), key="o1")
    shop.order("40.00", campaigns=("spring",), at=later(1))
    shop.order("40.00", at=later(2), key="o3")
    assert shop.points() == 80 + 20 + 40
    shop.refund("o3", at=later(3), full=True)
    shop.order("40.00", campaigns=("spring",), at=later(4))
    assert shop.points() == 100
    shop.refund("o1", at=later(5), full=True)
    shop.order("40.00", campaigns=("spring",), at=later(6))
    assert shop.points() == 100


def test_a_campaign_between_two_days() -> None:
    window = "from: '2025-03-03', until: '2025-03-03'"
    shop = Shop(PER_EURO + limit(f"{{kind: points_per_campaign, {window}, most: 50}}"))
    found = gave(shop, ["40.00", "40.00"])
    shop.order("40.00", at="2025-03-04T00:00:00+01:00")
    assert [*found, shop.points()] == [40, 50, 90]


def test_only_the_extra_of_a_campaign_is_limited() -> None:
    extra = "{id: extra, kind: per_amount, step: 1.00 EUR, points: 1, when: {campaign: spring}}"
    rules = f"earn: [{{kind: per_amount, step: 1.00 EUR, points: 1}}, {extra}]\n"
    shop = Shop(rules + limit("{kind: points_per_campaign, campaign: spring, most: 50, of: extra}"))
    shop.order("80.00", campaigns=("spring",), key="o1")
    assert shop.points() == 80 + 50
    shop.refund("o1", at=later(1), money="40.00")
    assert shop.points() == 40 + 40


OVERFLOWS: list[tuple[str, list[int]]] = [
    ("truncate", [80, 100, 100]),
    ("drop", [80, 80, 95]),
    ("refuse", [80, 80, 95]),
    ("defer", [80, 100, 100]),
]


@pytest.mark.parametrize(("overflow", "points"), OVERFLOWS)
def test_what_becomes_of_the_rest(overflow: str, points: list[int]) -> None:
    shop = Shop(PER_EURO + limit(f"{{kind: points_per_day, most: 100, overflow: {overflow}}}"))
    assert gave(shop, ["80.00", "60.00", "15.00"]) == points
    again = Shop(
        PER_EURO
        + limit("{kind: points_per_day, most: 100}")
        + f"policy: {{overflow: {overflow}}}\n"
    )
    assert gave(again, ["80.00", "60.00", "15.00"]) == points


def test_what_is_deferred_comes_in_the_next_periods_as_they_have_room() -> None:
    shop = Shop(PER_EURO + limit("{kind: points_per_day, most: 100, overflow: defer}"))
    shop.order("250.00", at="2025-03-03T10:00:00+01:00", key="o1")
    assert (shop.points(), shop.pending()) == (100, 150)
    assert shop.points("2025-03-03T23:59:59+01:00") == 100
    assert shop.points("2025-03-04T00:00:00+01:00") == 200
    assert shop.points("2025-03-05T00:00:00+01:00") == 250
    shop.order("80.00", at="2025-03-05T09:00:00+01:00")
    assert (shop.points(), shop.pending()) == (300, 30)
    shop.refund("o1", at="2025-03-05T10:00:00+01:00", full=True)
    assert (shop.points(), shop.pending()) == (50, 30)


def test_a_return_takes_what_is_deferred_first_and_gives_no_room_for_it() -> None:
    shop = Shop(PER_EURO + limit("{kind: points_per_day, most: 100, overflow: defer}"))
    shop.order("150.00", key="o1")
    shop.refund("o1", at=later(1), money="50.00")
    assert (shop.points(), shop.pending()) == (100, 0)
    shop.order("10.00", at=later(2))
    assert shop.points() == 100
    shop.refund("o1", at=later(3), money="30.00")
    shop.order("50.00", at=later(4))
    assert shop.points() == 100


def test_what_is_refused_changes_nothing() -> None:
    shop = Shop(
        PER_EURO
        + "change: [{kind: add, points: 5}]\nmetrics: [{id: earned_points, kind: earned}]\n"
        + limit("{id: cap, kind: points_per_day, most: 100, of: per_amount, overflow: refuse}")
    )
    shop.order("80.00")
    before = shop.programme.dump(shop.state())
    outcome = shop.order("60.00", key="o2", at=later(1))
    assert (outcome.status, outcome.code) == ("refused", "limit")
    after = shop.state()
    after.at = shop.programme.load(before).at
    assert shop.programme.dump(after) == before
    assert shop.refund("o2", at=later(2), money="10.00").code == "order_unknown"
    assert shop.points() == 85


def test_an_order_that_is_refused_is_not_the_first() -> None:
    shop = Shop(
        PER_EURO
        + "change: [{kind: multiply, factor: 2, when: {first_order: true}}]\n"
        + limit("{kind: points_per_order, most: 100, overflow: refuse}")
    )
    assert shop.order("60.00").code == "limit"
    shop.order("40.00", at=later(1))
    assert shop.points() == 80


def test_a_second_check_in_is_refused() -> None:
    shop = Shop(LOGIN + limit("{kind: times_per_day, most: 1, of: login, overflow: refuse}"))
    assert shop.act("login").status == "accepted"
    outcome = shop.act("login", at=later(1))
    assert (outcome.status, outcome.code) == ("refused", "limit")
    assert shop.act("review", at=later(2)).status == "accepted"
    assert shop.points() == 150


def test_a_return_gives_room_in_the_same_period_only() -> None:
    shop = Shop(PER_EURO + limit("{kind: points_per_day, most: 100}"))
    shop.order("100.00", key="o1", at="2025-03-03T10:00:00+01:00")
    shop.refund("o1", at="2025-03-03T11:00:00+01:00", money="40.00")
    shop.order("100.00", key="o2", at="2025-03-03T12:00:00+01:00")
    assert shop.points() == 100
    shop.order("100.00", at="2025-03-04T10:00:00+01:00")
    shop.refund("o2", at="2025-03-04T11:00:00+01:00", full=True)
    shop.order("100.00", at="2025-03-04T12:00:00+01:00")
    assert shop.points() == 160


def test_a_limit_of_certain_rules_and_of_another_asset() -> None:
    rules = (
        "earn: [{kind: per_amount, step: 1.00 EUR, points: 1}, "
        "{kind: per_count, of: drinks, points: 1, asset: stamps}]\n"
    )
    shop = Shop(rules + limit("{kind: points_per_day, most: 3, asset: stamps}"))
    shop.order("50.00", counts={"drinks": 5})
    assert (shop.points(), shop.points(asset="stamps")) == (50, 3)


REFUSED = [
    ("defer_without_period", "{kind: points_ever, most: 1, overflow: defer}"),
    ("defer_without_period", "{kind: points_per_order, most: 1, overflow: defer}"),
    ("defer_without_period", "{kind: points_rolling, most: 1, within: P1D, overflow: defer}"),
    ("defer_without_period", "{kind: times_per_day, most: 1, overflow: defer}"),
    ("defer_without_period", "{kind: cooldown, wait: P1D, overflow: defer}"),
    ("campaign_not_told", "{kind: points_per_campaign, most: 1}"),
]


@pytest.mark.parametrize(("code", "rule"), REFUSED)
def test_what_cannot_be_explained_is_refused(code: str, rule: str) -> None:
    found: list[Any] = [found for _, found in problems(PER_EURO + limit(rule))]
    assert code in found


def test_what_limits_remember_survives_being_stored() -> None:
    shop = Shop(
        PER_EURO
        + limit(
            "{kind: points_per_day, most: 100, overflow: defer}",
            "{kind: points_rolling, most: 400, within: P30D}",
            "{kind: cooldown, wait: PT1H}",
            "{kind: times_per_day, most: 3}",
        )
    )
    shop.order("250.00")
    stored = shop.programme.dump(shop.state())
    assert shop.programme.dump(shop.programme.load(stored)) == stored
    shop.desk.book("m1").run.state = shop.programme.load(stored)
    shop.order("80.00", at="2025-03-05T09:00:00+01:00")
    assert (shop.points(), shop.pending()) == (300, 30)
