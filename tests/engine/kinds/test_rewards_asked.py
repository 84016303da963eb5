"""Rewards that are asked for: prices, limits, windows, what comes back. Worked by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rewards_shop import Shop

DAY = "2026-05-04T10:00:00+02:00"
PRICES = """
  - {id: coffee, kind: price, price: 50, name: Coffee}
  - {id: menu, kind: price, levels: [25, 100], items: [tea, cake], name: Menu, only: {per: order}}
  - {id: code, kind: price, price: 100, multiples: true, most: 1000, value: 1.00 EUR, voucher: {},
     name: Code}
  - {id: treat, kind: price, price: 60, value: 6.00 EUR, name: Up to 6}
  - {id: film, kind: price, price: 90, value: 9.00 EUR, must_cover_total: true, name: Film}
  - {id: cash, kind: price, price: 40, value: 10.00 EUR, name: Cash,
     only: {basket: 10.00 EUR, balance: 45}}
  - {id: few, kind: price, price: 1, stock: 2, name: Few}
  - {id: freeze, kind: price, price: 20, gives: 1, gives_asset: gems, most_held: 2, name: Freeze}
  - {id: red, kind: price, price: 1, group: colour, name: Red}
  - {id: blue, kind: price, price: 1, group: colour, name: Blue}
"""
ASKED: list[tuple[dict[str, Any], int, str, int]] = [
    ({"reward": "coffee"}, 50, "accepted", 0),
    ({"reward": "coffee"}, 49, "insufficient_points", 49),
    ({"reward": "coffee", "price": 40}, 50, "price_unknown", 50),
    ({"reward": "tea", "price": 25}, 50, "accepted", 25),
    ({"reward": "menu", "price": 50}, 50, "price_unknown", 50),
    ({"reward": "menu"}, 50, "price_unknown", 50),
    ({"reward": "soup"}, 50, "reward_unknown", 50),
    ({"price": 50}, 60, "accepted", 10),
    ({"price": 33}, 60, "price_unknown", 60),
    ({"reward": "code", "price": 150}, 2000, "step", 2000),
    ({"reward": "code", "price": 0}, 2000, "step", 2000),
    ({"reward": "code", "price": 1010}, 2000, "maximum_per_code", 2000),
    ({"reward": "code", "price": 1000}, 2000, "accepted", 1000),
    ({"reward": "film", "basket_minor": 901}, 90, "must_cover_total", 90),
    ({"reward": "film", "basket_minor": 900}, 90, "accepted", 0),
    ({"reward": "treat", "basket_minor": 601, "pay_all": True}, 90, "must_cover_total", 90),
    ({"reward": "cash", "basket_minor": 999}, 90, "minimum_basket", 90),
    ({"reward": "cash"}, 90, "minimum_basket", 90),
    ({"reward": "cash", "basket_minor": 1000}, 44, "minimum_balance", 44),
    ({"reward": "cash", "basket_minor": 1000}, 45, "accepted", 5),
]


@pytest.mark.parametrize(("asked", "has", "said", "left"), ASKED)
def test_a_price_is_taken_or_the_reason_is_said(
    asked: dict[str, Any], has: int, said: str, left: int
) -> None:
    shop = Shop.of(PRICES)
    shop.give("2026-05-01T10:00:00+02:00", has)
    assert (shop.redeem("r", DAY, **asked), shop.has()) == (said, left)
    shop.settled()


@pytest.mark.parametrize(
    ("basket", "pays"), [(500, "0.00"), (600, "0.00"), (750, "1.50"), (1600, "10.00")]
)
def test_of_dearer_goods_the_member_pays_the_rest(basket: int, pays: str) -> None:
    shop = Shop.of(PRICES)
    shop.give("2026-05-01T10:00:00+02:00", 60)
    assert shop.redeem("r", DAY, "treat", basket_minor=basket) == "accepted"
    assert shop.read("pays:r") == Decimal(pays)


def test_a_code_is_worth_its_points_and_a_wrong_price_asks_nothing() -> None:
    shop = Shop.of(PRICES)
    shop.give("2026-05-01T10:00:00+02:00", 700)
    shop.redeem("r", DAY, "code", price=700)
    assert (shop.read("vouchers_open"), shop.read("voucher_value")) == (1, Decimal("7.00"))


def test_one_reward_in_one_order_before_it_comes_and_after() -> None:
    shop = Shop.of(PRICES)
    shop.give("2026-05-01T10:00:00+02:00", 500)
    assert shop.redeem("r1", DAY, "tea", price=25, order="o5") == "accepted"
    assert shop.redeem("r2", DAY, "cake", price=100, order="o5") == "limit_per_order"
    assert shop.redeem("r3", DAY, "cake", price=100, order="o6") == "accepted"
    shop.order("o5", "2026-05-04T10:10:00+02:00", 1000)
    after = "2026-05-04T10:20:00+02:00"
    assert shop.redeem("r4", after, "cake", price=100, order="o5") == "limit_per_order"
    assert shop.has() == 500 - 25 - 100 + 10


def test_what_is_in_stock_is_shared_and_a_choice_is_made_once() -> None:
    shop = Shop.of(PRICES)
    shop.give("2026-05-01T10:00:00+02:00", 100)
    said = [shop.redeem(f"r{number}", DAY, "few") for number in range(3)]
    assert said == ["accepted", "accepted", "sold_out"]
    assert shop.redeem("c1", DAY, "red") == "accepted"
    assert shop.redeem("c2", DAY, "blue") == "already_chosen"


def test_more_than_may_be_held_is_not_given() -> None:
    shop = Shop.of(PRICES)
    shop.give("2026-05-01T10:00:00+02:00", 100)
    said = [shop.redeem(f"r{number}", DAY, "freeze") for number in range(3)]
    assert said == ["accepted", "accepted", "maximum_equipped"]
    assert (shop.has(), shop.has("gems")) == (60, 2)


WHEN = """
  - {id: mod, kind: right, name: Mod, only: {times: 1, per: month, who: {weekday: monday}}}
  - {id: refill, kind: right, name: Refill, only: {cooldown: PT2H}}
  - {id: thrice, kind: right, name: Three a year, only: {times: 3, per: 12_months}}
  - {id: once, kind: right, name: Once, only: {times: 1}}
  - {id: drop, kind: right, name: Drop,
     only: {from: 2026-08-24, until: 2026-09-03, tier: [gold, reserve]}}
  - {id: event, kind: right, activity: enter_event, event: sale, name: Sale, only:
     {opens: {reserve: 2026-08-24, gold: 2026-08-30, green: 2026-08-30}, until: 2026-09-03}}
  - {id: lounge, kind: right, name: Lounge, only: {membership: paid_to}}
  - {id: staff, kind: right, name: Staff, only: {who: {segment: staff}}}
"""
TIMES = [
    (
        "mod",
        [("05-04T08:00", "accepted"), ("05-11T08:00", "cooldown"), ("06-01T00:00", "accepted")],
    ),
    ("mod", [("05-05T08:00", "outside_window")]),
    ("refill", [("05-04T08:00", "accepted"), ("05-04T09:59", "cooldown")]),
    ("refill", [("05-04T08:00", "accepted"), ("05-04T10:00", "accepted")]),
    ("once", [("05-04T08:00", "accepted"), ("12-04T08:00", "already_used")]),
    ("drop", [("08-25T08:00", "not_yet_open_for_tier")]),
    ("staff", [("08-25T08:00", "not_for_member")]),
    (
        "thrice",
        [
            ("01-01T08:00", "accepted"),
            ("02-01T08:00", "accepted"),
            ("03-01T08:00", "accepted"),
            ("12-31T08:00", "once_per_12_months"),
        ],
    ),
]


@pytest.mark.parametrize(("right", "times"), TIMES)
def test_a_right_is_open_when_and_as_often_as_it_says(
    right: str, times: list[tuple[str, str]]
) -> None:
    shop = Shop.of(WHEN)
    for number, (at, said) in enumerate(times):
        offset = "+01:00" if at < "03-29" or at > "10-25" else "+02:00"
        assert shop.redeem(f"r{number}", f"2026-{at}:00{offset}", right) == said
    shop.settled()


def test_a_membership_counts_to_the_end_of_the_day_it_is_paid_for() -> None:
    shop = Shop.of(WHEN)
    assert shop.redeem("r0", "2026-05-01T10:00:00+02:00", "lounge") == "membership_lapsed"
    shop.told("2026-05-02T10:00:00+02:00", "paid_to", "2026-05-09")
    assert shop.redeem("r1", "2026-05-09T23:59:59+02:00", "lounge") == "accepted"
    assert shop.redeem("r2", "2026-05-10T00:00:00+02:00", "lounge") == "membership_lapsed"


def test_an_event_opens_for_the_highest_tier_first() -> None:
    for tier, times in (("green", (2, 4)), ("reserve", (1, 4))):
        shop = Shop.of(WHEN)
        if tier == "reserve":
            shop.give("2026-08-01T10:00:00+02:00", 2500)
        opens = ["2026-08-23", "2026-08-24", "2026-08-29", "2026-08-30", "2026-09-04"]
        said = [
            shop.act(f"a{number}", f"{day}T10:00:00+02:00", "enter_event", value="sale")
            for number, day in enumerate(opens)
        ]
        early = ["not_yet_open_for_tier"] * 2 if tier == "green" else ["accepted"] * 2
        assert said == ["outside_window", *early, "accepted", "outside_window"], times


SHIPPING = """
  - {id: next_day, kind: right, shipping: next_day_free, name: Next day,
     only: {membership: paid_to, basket: 15.00 EUR, from: 2023-02-28}}
  - {id: next_day_before, kind: right, shipping: next_day_free, name: Next day,
     only: {membership: paid_to, basket: 10.00 EUR, until: 2023-02-27}}
  - {id: standard, kind: right, shipping: standard_free, name: Standard,
     only: {membership: paid_to}}
"""


@pytest.mark.parametrize(
    ("day", "amount", "kind"),
    [
        ("2023-02-27", 1000, "next_day_free"),
        ("2023-02-27", 999, "standard_free"),
        ("2023-02-28", 1499, "standard_free"),
        ("2023-02-28", 1500, "next_day_free"),
        ("2024-02-28", 1500, None),
    ],
)
def test_delivery_is_the_first_that_the_order_may_have(
    day: str, amount: int, kind: str | None
) -> None:
    shop = Shop.of(SHIPPING)
    shop.told("2023-01-01T00:00:00+01:00", "paid_to", "2023-12-31")
    shop.order("o1", f"{day}T12:00:00+01:00", amount)
    assert shop.read("shipping:o1") == kind


BIRTHDAYS = """
  - {id: gift, kind: birthday, window: month, group: choice, name: Gift}
  - {id: extra, kind: birthday, window: month, points: 250, group: choice, name: 250 points}
  - {id: item, kind: birthday, days_by_tier: {gold: 7, reserve: 30}, once: birthday,
     member_zone: true, name: Item}
  - {id: week, kind: birthday, window: week, name: Week}
  - {id: day, kind: birthday, name: Day}
"""
BORN = [
    ("day", "1990-03-10", [("2026-03-09", "outside_window"), ("2026-03-10", "accepted")]),
    ("day", "2004-02-29", [("2027-02-28", "accepted"), ("2028-02-28", "outside_window")]),
    ("day", "2004-02-29", [("2027-02-28", "accepted"), ("2028-02-29", "accepted")]),
    ("day", "1990-03-10", [("2026-03-10", "accepted"), ("2026-03-10", "once_per_12_months")]),
    ("item", "1990-03-10", [("2026-03-10", "accepted"), ("2026-03-10", "already_used")]),
    ("week", "1990-03-11", [("2026-03-08", "outside_window"), ("2026-03-09", "accepted")]),
    ("week", "1990-03-11", [("2026-03-15", "accepted"), ("2026-03-16", "outside_window")]),
    ("gift", "1990-03-31", [("2026-03-31", "accepted"), ("2027-03-01", "accepted")]),
    ("gift", "", [("2026-03-31", "outside_window")]),
]


@pytest.mark.parametrize(("reward", "born", "asked"), BORN)
def test_a_birthday_is_celebrated_in_its_window(
    reward: str, born: str, asked: list[tuple[str, str]]
) -> None:
    shop = Shop.of(BIRTHDAYS)
    if born:
        shop.told("2025-01-01T00:00:00+01:00", "birth_date", born)
    for number, (day, said) in enumerate(asked):
        assert shop.redeem(f"r{number}", f"{day}T12:0{number}:00+01:00", reward) == said
    shop.settled()


def test_moving_the_birth_date_brings_no_second_gift() -> None:
    shop = Shop.of(BIRTHDAYS)
    shop.told("2025-01-01T00:00:00+01:00", "birth_date", "1990-03-10")
    used = {"at": "2025-03-10T00:00:00+01:00"}
    shop.open("2025-05-01T00:00:00+02:00", "use", "day", dates=used)
    shop.told("2025-06-01T10:00:00+02:00", "birth_date", "1990-06-02")
    assert shop.redeem("r1", "2025-06-02T10:00:00+02:00", "day") == "once_per_12_months"
    assert shop.redeem("r2", "2026-06-02T10:00:00+02:00", "day") == "accepted"
    shop.told("2026-09-01T10:00:00+02:00", "birth_date", "1990-09-03")
    assert shop.redeem("r3", "2026-09-03T10:00:00+02:00", "day") == "once_per_12_months"


def test_a_higher_tier_widens_an_open_window_but_brings_one_gift() -> None:
    shop = Shop.of(BIRTHDAYS, zone="America/Los_Angeles")
    shop.told("2026-01-01T00:00:00-08:00", "birth_date", "1990-06-10")
    shop.give("2026-06-10T10:00:00-07:00", 500)
    assert shop.redeem("r1", "2026-06-17T00:00:00-07:00", "item") == "outside_window"
    assert shop.redeem("r2", "2026-06-16T23:59:59-07:00", "item") == "accepted"
    assert shop.redeem("r3", "2026-06-16T23:59:59-07:00", "item") == "already_used"


def test_a_higher_tier_opens_no_window_that_is_over() -> None:
    shop = Shop.of(BIRTHDAYS, zone="America/Los_Angeles")
    shop.told("2026-01-01T00:00:00-08:00", "birth_date", "1990-06-10")
    shop.give("2026-06-12T10:00:00-07:00", 500)
    assert shop.redeem("r1", "2026-06-12T11:00:00-07:00", "item") == "outside_window"
    assert shop.redeem("r2", "2027-06-10T11:00:00-07:00", "item") == "accepted"


def test_the_day_is_one_of_the_members_own_zone() -> None:
    shop = Shop.of(BIRTHDAYS, zone="America/Los_Angeles")
    shop.told("2026-01-01T00:00:00-08:00", "birth_date", "1990-06-10")
    shop.told("2026-01-01T00:00:01-08:00", "zone", "Asia/Tokyo")
    assert shop.redeem("r1", "2026-06-09T08:00:00-07:00", "item") == "accepted"
    assert shop.redeem("r2", "2026-06-10T09:00:00-07:00", "day") == "accepted"


def test_a_gift_or_points_but_not_both() -> None:
    shop = Shop.of(BIRTHDAYS)
    shop.told("2018-01-01T00:00:00+01:00", "birth_date", "1990-10-05")
    shop.give("2018-10-01T00:00:00+02:00", 10)
    assert shop.redeem("r1", "2018-10-05T12:00:00+02:00", "extra") == "accepted"
    assert shop.redeem("r2", "2018-10-06T12:00:00+02:00", "gift") == "already_chosen"
    assert shop.has() == 260


PERIODS = """
  - {id: return, kind: period, length: P14D, from: delivered, returns: true, name: Return}
  - {id: warranty, kind: period, length: P1Y, from: delivered, name: Warranty}
  - {id: guaranteed, kind: period, length: P90D, on: repair, rest_of: warranty, name: Repair}
"""


def test_periods_after_a_purchase_end_with_a_civil_day() -> None:
    shop = Shop.of(PERIODS)
    shop.order("o1", "2026-01-10T12:00:00+01:00", 3000)
    assert str(shop.read("return_until:o1")) == "2026-01-24"
    shop.act("a1", "2026-01-12T12:00:00+01:00", "delivered", order="o1")
    assert str(shop.read("return_until:o1")) == "2026-01-26"
    late, time = "2026-01-27T00:00:00+01:00", "2026-01-26T23:59:00+01:00"
    assert shop.refund("f1", time, "o1", 1000).status == "accepted"
    assert shop.refund("f2", late, "o1", 1000).code == "return_window_closed"
    assert shop.has() == 20
    for key, at, until in (
        ("p1", "2026-02-01T12:00:00+01:00", "2027-01-12"),
        ("p2", "2026-12-01T12:00:00+01:00", "2027-03-01"),
    ):
        shop.act(key, at, "repair", order="o1")
        assert str(shop.read(f"guaranteed_until:{key}")) == until
        assert str(shop.read("guaranteed_until:o1")) == until


STEPS = """
  - id: ladder
    kind: milestone
    of: gems
    name: Ladder
    steps:
      - {at: 5, id: bronze, points: 10}
      - {at: 10, id: silver, voucher: {value: 5.00 EUR}}
      - {at: 20, id: gold, choice: [shirt, mug]}
"""


def test_a_count_may_jump_over_several_milestones_and_reaches_each_once() -> None:
    shop = Shop.of(STEPS)
    shop.give("2026-05-01T10:00:00+02:00", 12, "gems")
    assert (shop.has(), shop.read("vouchers_open")) == (10, 1)
    assert (shop.read("badges"), shop.read("milestone")) == (("bronze", "silver"), "silver")
    shop.give("2026-05-02T10:00:00+02:00", -10, "gems")
    shop.give("2026-05-03T10:00:00+02:00", 10, "gems")
    assert (shop.has(), shop.read("vouchers_open"), shop.read("prizes")) == (10, 1, 2)
    assert shop.redeem("r1", "2026-05-03T11:00:00+02:00", "mug") == "insufficient_points"
    shop.give("2026-05-04T10:00:00+02:00", 8, "gems")
    assert shop.redeem("r2", "2026-05-04T11:00:00+02:00", "mug") == "accepted"
    assert shop.redeem("r3", "2026-05-04T11:00:00+02:00", "shirt") == "already_chosen"
    shop.settled()


def test_prizes_are_shipped_for_what_stands_after_cleaning() -> None:
    shop = Shop.of(STEPS)
    shop.open("2026-05-01T10:00:00+02:00", "asset", "gems", 12)
    shop.open("2026-05-01T10:00:00+02:00", "invalid", amount=4)
    shop.job("2026-05-02T10:00:00+02:00", "ladder")
    assert (shop.read("shipped"), shop.read("prizes")) == (1, 2)


def test_a_price_alone_means_the_reward_that_has_it() -> None:
    """And not one that takes any multiple, or any price."""
    shop = Shop.of(PRICES)
    shop.give("2026-05-01T10:00:00+02:00", 2000)
    assert shop.redeem("r1", DAY, price=60, basket_minor=745) == "accepted"
    assert (shop.read("pays:r1"), shop.read("points_used:r1")) == (Decimal("1.45"), 60)
    assert shop.redeem("r2", DAY, price=300) == "accepted"
    assert shop.read("voucher_status:r2") == "open"


def test_leaving_for_good_and_joining_is_no_way_to_take_more() -> None:
    """The points are gone, and so are they for rewards that can be had once, or once a month; the
    gift for the birthday is not had again by naming another day."""
    shop = Shop.of("""
  - {id: gift, kind: birthday, window: month, days_by_tier: {gold: 40}, name: Gift}
  - {id: tea, kind: price, price: 10, name: Tea, only: {times: 1}}
  - {id: cake, kind: price, price: 10, name: Cake, only: {times: 1, per: month}}
""")
    took = []
    for born, day in (("--05-01", "02"), ("--05-17", "18")):
        shop.told(f"2026-05-{day}T08:00Z", "birth_date", born)
        shop.give(f"2026-05-{day}T08:00Z", 100)
        asked = dict.fromkeys(("gift", "tea", "cake"), f"2026-05-{day}T09:00Z")
        took.append([shop.redeem(f"{day}{one}", at, one) for one, at in asked.items()])
        if len(took) == 1:
            shop.leave_for_good("2026-05-16T09:00Z", back="2026-05-17T09:00Z")
            assert (shop.has(), shop.read("vouchers_open")) == (0, 0)
    assert took[0] == ["accepted"] * 3
    assert took[1] == ["once_per_12_months", "already_used", "cooldown"]
    assert shop.has() == 100
    shop.settled()
