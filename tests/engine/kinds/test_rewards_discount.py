"""What discounts take off, by hand; and that what is paid, what earns and what comes back agree."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rewards_shop import Shop

from regulars.engine import core, discounting
from regulars.engine.facts import Line, Order
from regulars.engine.weighing import half_up

SOLD, LATER, BACK = (f"2026-05-0{day}T10:00:00+02:00" for day in (4, 5, 6))
"""4 May 2026 is a Monday."""
TEN = "  - {id: ten, kind: discount, percent: 10, name: Ten}\n"
DRINKS = "  - {id: drinks, kind: discount, percent: 25, name: D, when: {category: drinks}}\n"


def bought(*goods: tuple[str, int]) -> tuple[Line, ...]:
    return tuple(Line(category=category, amount_minor=amount) for category, amount in goods)


PRICES: list[tuple[str, tuple[tuple[str, int], ...], dict[str, Any], str, int]] = [
    # rules, goods, what else the order says: what the buyer pays, points at 1 per euro
    (TEN, (("food", 1100),), {}, "9.90", 9),
    (TEN, (("food", 4000),), {}, "36.00", 36),
    (TEN, (), {}, "99.00", 99),
    (TEN, (("food", 5), ("food", 5), ("food", 5)), {}, "0.13", 0),
    (TEN, (("food", 4000),), {"discount_minor": 400}, "36.00", 36),
    (TEN, (("food", 3600),), {"labels": {"prices": "net"}}, "36.00", 36),
    (TEN.replace("name", "on_top: true, name"), (("food", 4000),), {"discount_minor": 400},
     "32.00", 32),
    (TEN.replace("10", "7.5"), (("food", 1010),), {}, "9.34", 9),
    (TEN.replace("name", "most: 3.00 EUR, name"), (("food", 4000),), {}, "37.00", 37),
    (TEN.replace("name", "from: 40.00 EUR, name"), (("food", 3999),), {}, "39.99", 39),
    (TEN.replace("name", "from: 40.00 EUR, name"), (("food", 4000),), {}, "36.00", 36),
    (TEN.replace("name", "except: gift_card, name"), (("gift_card", 5000), ("food", 1000)), {},
     "59.00", 59),
    (TEN.replace("name", "only: {tier: gold}, name"), (("food", 4000),), {}, "40.00", 40),
    (TEN.replace("percent: 10", "amount: 5.00 EUR"), (("food", 4000),), {}, "35.00", 35),
    (TEN.replace("percent: 10", "amount: 5.00 EUR"), (("food", 300),), {}, "0.00", 0),
    (DRINKS, (("drinks", 1000), ("food", 1000)), {}, "17.50", 17),
    (DRINKS, (("food", 1000),), {}, "10.00", 10),
    (TEN + DRINKS, (("drinks", 1000), ("food", 1000)), {}, "17.50", 17),
    (TEN + DRINKS, (("drinks", 1000), ("food", 9000)), {}, "90.00", 90),
    (TEN + DRINKS + "policy: {discounts: stack}\n", (("drinks", 1000), ("food", 1000)), {},
     "15.75", 15),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "goods", "more", "pays", "points"), PRICES)
def test_a_discount_lowers_the_price_and_what_it_earns(
    rules: str, goods: Any, more: dict[str, Any], pays: str, points: int
) -> None:
    shop = Shop.of(rules)
    amount = sum(one for _category, one in goods) or 11000
    shop.order("o1", SOLD, amount, lines=bought(*goods), **more)
    assert shop.read("pays:o1") == Decimal(pays)
    assert shop.has() == points
    shop.settled()


def test_the_card_of_ten_per_cent_and_its_stamps() -> None:
    shop = Shop.ready("tbs_uk_2015")
    shop.order("o1", "2015-02-01T12:00:00+00:00", 1100)
    assert (shop.read("pays:o1"), shop.has()) == (Decimal("9.90"), 0)
    shop.order("o2", "2015-02-02T12:00:00+00:00", 4000)
    assert (shop.read("pays:o2"), shop.has()) == (Decimal("36.00"), 1)
    shop.told("2015-02-03T00:00:00+00:00", "dues_paid_to", "2015-02-02")
    shop.order("o3", "2015-02-03T12:00:00+00:00", 4000)
    assert (shop.read("pays:o3"), shop.has()) == (Decimal("40.00"), 2)
    shop.settled()


def test_vouchers_pay_what_a_discount_leaves() -> None:
    voucher = "  - {id: v, kind: every, each: 100, asset: gems, name: V, voucher: {percent: 50}}\n"
    shop = Shop.of(voucher + "  - {id: wallet, kind: credit, asset: credit, name: C}\n" + TEN)
    shop.open(SOLD, "voucher", "half", details={"rule": "v"})
    shop.give(SOLD, 10000, "credit")
    shop.order("o1", LATER, 4000, vouchers=("half",))
    assert shop.read("pays:o1") == Decimal(0)
    assert shop.has("credit") == 10000 - 1800
    shop.refund("f1", BACK, "o1", full=True)
    assert (shop.has("credit"), shop.read("voucher_status:half")) == (10000, "open")
    shop.settled()


def test_a_discount_once_a_week_is_there_again_when_the_sale_came_back_whole() -> None:
    shop = Shop.of(TEN.replace("name", "only: {times: 1, per: week}, name"))
    shop.order("o1", SOLD, 1000)
    shop.order("o2", LATER, 1000)
    assert [shop.read(f"pays:{key}") for key in ("o1", "o2")] == [Decimal("9.00"), Decimal(10)]
    shop.refund("f1", BACK, "o1", full=True)
    shop.order("o3", BACK.replace("10:", "11:"), 1000)
    assert shop.read("pays:o3") == Decimal("9.00")
    shop.settled()


def test_an_order_told_anew_keeps_its_percentage() -> None:
    shop = Shop.of(TEN + "  - {id: none, kind: price, price: 1, name: N}\n")
    shop.order("o1", SOLD, 4000)
    shop.order("o1", SOLD, 2000, version=2)
    assert (shop.read("pays:o1"), shop.has()) == (Decimal("18.00"), 18)
    shop.settled()


AMOUNTS = st.lists(
    st.tuples(st.sampled_from(["drinks", "food"]), st.integers(1, 4000)), min_size=1, max_size=6
)
LEAST = settings(
    max_examples=1500 if os.environ.get("REGULARS_TORTURE") == "1" else 60,
    deadline=None,
    print_blob=True,
)


def paid_and_returned(goods: list[tuple[str, int]], percent: int) -> None:
    """Food keeps its price. One rounding for all drinks; in parts as much comes back as was paid
    for each line, and every point goes."""
    whole = sum(amount for _category, amount in goods)
    drinks = sum(amount for category, amount in goods if category == "drinks")
    shop = Shop.of(DRINKS.replace("25", str(percent)))
    lines = tuple(
        Line(product=f"p{place}", category=category, amount_minor=amount)
        for place, (category, amount) in enumerate(goods)
    )
    shop.order("o1", SOLD, whole, lines=lines)
    pays = whole - half_up(drinks * percent, 100)
    assert shop.read("pays:o1") == Decimal(pays).scaleb(-2)
    assert shop.has() == pays // 100
    came = Decimal(0)
    for place, (category, amount) in enumerate(goods):
        back = (Line(product=f"p{place}"),)
        shop.refund(f"f{place}", BACK, "o1", lines=back)
        money = shop.read(f"money:f{place}") or Decimal(0)
        assert category == "drinks" or money == Decimal(amount).scaleb(-2)
        came += money
    assert came == Decimal(pays).scaleb(-2)
    assert shop.has() == 0
    shop.settled()


@LEAST
@given(AMOUNTS, st.integers(1, 100))
def test_what_is_paid_comes_back_and_is_rounded_once(
    goods: list[tuple[str, int]], percent: int
) -> None:
    paid_and_returned(goods, percent)


def _line_by_line(order: Order, *said: Any) -> Order:
    lines = tuple(
        Line(product=one.product, amount_minor=one.amount_minor - half_up(one.amount_minor, 10))
        for one in order.lines
    )
    return Order(
        key=order.key, at=order.at, currency="EUR", amount_minor=0, lines=lines
    )  # fmt: skip


@pytest.mark.parametrize(
    ("where", "name", "wrong"),
    [
        (discounting, "lowered", _line_by_line),
        (core, "marked_down", lambda run, order: order),
    ],
)
def test_a_discount_rounded_by_line_or_left_on_the_lines_is_caught(
    where: Any, name: str, wrong: Any, monkeypatch: Any
) -> None:
    goods = [("drinks", 5), ("drinks", 5), ("food", 995), ("drinks", 500)]
    paid_and_returned(goods, 10)
    monkeypatch.setattr(where, name, wrong)
    with pytest.raises(AssertionError):
        paid_and_returned(goods, 10)
