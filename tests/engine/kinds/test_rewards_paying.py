"""What vouchers, points and credit pay of an order, and what a refund gives back. By hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rewards_shop import Shop, line, moment

from regulars.engine.happenings import VoucherUse

VOUCHERS = """
  - {id: ten, kind: every, each: 100, asset: gems, name: Ten, voucher: {value: 10.00 EUR, VOUCHER}}
  - {id: off, kind: every, each: 7, asset: credit, name: Off, voucher: {percent: 15}}
"""
OPENED, SOLD, BACK = (f"2026-05-0{day}T10:00:00+02:00" for day in (1, 2, 3))


def shop_with(terms: str, count: int = 1) -> Shop:
    shop = Shop.of(VOUCHERS.replace(", VOUCHER", f", {terms}" if terms else ""))
    for number in range(count):
        shop.open(OPENED, "voucher", f"v{number}", 1000, details={"rule": "ten"})
    return shop


USES: list[tuple[str, int, int, str, str, str]] = [
    # terms, order, vouchers shown: pays, why the last does not count, value that is left
    ("", 5000, 1, "40.00", "", "0"),
    ("", 400, 1, "0.00", "", "0"),
    ("", 5000, 2, "30.00", "", "0"),
    ("together: 1", 5000, 2, "40.00", "limit_per_order", "10.00"),
    ("from: 50.00 EUR", 4999, 1, "49.99", "minimum_basket", "10.00"),
    ("from: 50.00 EUR", 5000, 1, "40.00", "", "0"),
    ("runs_down: true", 400, 1, "0.00", "", "6.00"),
    ("runs_down: true", 5000, 1, "40.00", "", "0"),
]


@pytest.mark.parametrize(("terms", "amount", "count", "pays", "why", "left"), USES)
def test_vouchers_pay_a_part_of_an_order_and_that_part_earns_nothing(
    terms: str, amount: int, count: int, pays: str, why: str, left: str
) -> None:
    shop = shop_with(terms, count)
    shown = tuple(f"v{number}" for number in range(count))
    shop.order("o1", SOLD, amount, vouchers=shown)
    assert shop.read("pays:o1") == Decimal(pays)
    assert (shop.read("coupon_refused:o1") or "") == why
    assert shop.read("voucher_value") == Decimal(left)
    assert shop.has() == int(Decimal(pays))
    shop.settled()


def test_a_voucher_that_does_not_count_leaves_the_sale_alone() -> None:
    shop = shop_with("")
    shop.order("o1", SOLD, 5000, vouchers=("v0", "v0", "nobody"))
    assert shop.read("pays:o1") == Decimal("40.00")
    shop.order("o2", SOLD, 5000, vouchers=("v0",))
    assert (shop.read("coupon_refused:o2"), shop.read("pays:o2")) == (
        "already_used",
        Decimal("50.00"),
    )
    shop.settled()


def test_an_order_that_comes_late_cannot_use_what_was_used_since() -> None:
    shop = shop_with("")
    assert shop.use("u1", BACK, "v0") == "accepted"
    shop.order("o1", SOLD, 5000, vouchers=("v0",))
    assert shop.read("coupon_refused:o1") == "already_used"
    assert shop.read("voucher_status:v0") == "used"
    shop.settled()


def test_a_percentage_is_taken_off_what_is_left() -> None:
    shop = shop_with("")
    shop.open(OPENED, "voucher", "p", details={"rule": "off"})
    shop.order("o1", SOLD, 5000, vouchers=("v0", "p"))
    assert shop.read("pays:o1") == Decimal("34.00")


REFUNDS: list[tuple[str, dict[str, Any], str, str, str]] = [
    # terms, refund of an order of 15 + 15 paid by 10 in vouchers: money, vouchers, value open then
    ("", {"lines": (line("b", 0),)}, "10.00", "5.00", "0"),
    ("", {"full": True}, "20.00", "10.00", "10.00"),
    ("returned: share", {"lines": (line("b", 0),)}, "10.00", "5.00", "5.00"),
    ("returned: share", {"full": True}, "20.00", "10.00", "10.00"),
    ("returned: never", {"full": True}, "20.00", "10.00", "0"),
    ("burns: true", {"full": True}, "20.00", "10.00", "10.00"),
    ("burns: true", {"full": True, "cancelled": True}, "20.00", "10.00", "0"),
]


@pytest.mark.parametrize(("terms", "back", "money", "vouchers", "left"), REFUNDS)
def test_a_refund_comes_back_in_the_parts_that_were_paid(
    terms: str, back: dict[str, Any], money: str, vouchers: str, left: str
) -> None:
    shop = shop_with(terms)
    shop.order("o1", SOLD, 3000, lines=(line("a", 1500), line("b", 1500)), vouchers=("v0",))
    shop.refund("f1", BACK, "o1", **back)
    assert shop.read("money:f1") == Decimal(money)
    assert shop.read("voucher_value:f1") == Decimal(vouchers)
    assert shop.read("voucher_value") == Decimal(left)
    shop.settled()


def test_parts_of_a_refund_add_up_to_the_whole() -> None:
    shop = shop_with("returned: share")
    three = tuple(line(name, 1000) for name in "abc")
    shop.order("o1", SOLD, 3000, lines=three, vouchers=("v0",))
    for key, name in zip(("f1", "f2", "f3"), "abc", strict=True):
        shop.refund(key, BACK, "o1", lines=(line(name, 0),))
    money = [shop.read(f"money:f{number}") for number in (1, 2, 3)]
    assert money == [Decimal("6.67"), Decimal("6.66"), Decimal("6.67")]
    assert shop.read("voucher_value") == Decimal("10.00")
    assert shop.has() == 0
    shop.settled()


def test_what_the_till_took_in_vouchers_of_others_comes_back_alike() -> None:
    shop = Shop.of("  - {id: x, kind: price, price: 1, name: X}")
    lines = (line("a", 1500), line("b", 1500))
    shop.order("o1", SOLD, 3000, lines=lines, covered_minor=1000)
    shop.refund("f1", BACK, "o1", lines=(line("b", 0),))
    assert (shop.read("money:f1"), shop.read("voucher_value:f1")) == (Decimal(10), Decimal(5))
    assert shop.has() == 10


POINTS = """
  - {id: pay, kind: spend, price: 100, value: 1.00 EUR, name: Pay, MORE}
  - {id: wallet, kind: credit, asset: credit, name: Credit}
"""
SPENT: list[tuple[str, int, int, int, str, int]] = [
    # more, points, asked (-1: as many as fit), order: pays, points spent
    ("share: 100", 1250, -1, 5000, "38.00", 1200),
    ("share: 100", 1250, -1, 250, "0.50", 200),
    ("share: 100", 1250, 500, 5000, "45.00", 500),
    ("share: 50", 10000, -1, 5000, "25.00", 2500),
    ("must_cover_total: true", 1250, -1, 5000, "50.00", 0),
    ("must_cover_total: true", 1250, -1, 1150, "0.00", 1200),
    ("only: {basket: 20.00 EUR}", 1250, -1, 1150, "11.50", 0),
]


@pytest.mark.parametrize(("more", "has", "asked", "amount", "pays", "spent"), SPENT)
def test_points_pay_in_blocks_and_come_back_with_the_goods(
    more: str, has: int, asked: int, amount: int, pays: str, spent: int
) -> None:
    shop = Shop.of(POINTS.replace("MORE", more))
    shop.give(OPENED, has)
    shop.order("o1", SOLD, amount, spend_points=asked)
    assert (shop.read("pays:o1"), shop.read("points_used:o1") or 0) == (Decimal(pays), spent)
    assert shop.has() == has - spent + int(Decimal(pays))
    shop.settled()
    shop.refund("f1", BACK, "o1", full=True)
    assert shop.has() == has
    shop.settled()


def test_half_of_the_goods_bring_half_of_the_points_back() -> None:
    shop = Shop.of(POINTS.replace("MORE", "share: 100"))
    shop.give(OPENED, 1000)
    lines = (line("a", 1500), line("b", 1500))
    shop.order("o1", SOLD, 3000, lines=lines, spend_points=-1)
    shop.refund("f1", BACK, "o1", lines=(line("b", 0),))
    assert (shop.has(), shop.read("money:f1")) == (500 + 10, Decimal("10.00"))
    shop.settled()


def test_points_beside_an_order_say_what_is_left_to_pay() -> None:
    shop = Shop.of(POINTS.replace("MORE", "share: 100"))
    shop.give(OPENED, 1250)
    assert shop.redeem("r1", SOLD, "pay", basket_minor=1300, pay_all=True) == "insufficient_points"
    asked = {"basket_minor": 1200, "pay_all": True}
    assert shop.redeem("r2", SOLD, "pay", price=1100, **asked) == "must_cover_total"
    assert shop.redeem("r3", SOLD, "pay", price=150, basket_minor=1200) == "step"
    assert shop.redeem("r4", SOLD, "pay", basket_minor=1250) == "accepted"
    assert (shop.read("pays:r4"), shop.has()) == (Decimal("0.50"), 50)


def test_credit_pays_by_itself_up_to_the_total_after_everything_else() -> None:
    shop = Shop.of(POINTS.replace("MORE", "share: 100"))
    shop.give(OPENED, 1000)
    shop.give(OPENED, 3000, "credit")
    shop.order("o1", SOLD, 2000, spend_points=500, amounts={"fees": 300})
    assert (shop.read("pays:o1"), shop.has("credit"), shop.has()) == (0, 3000 - 1500 - 300, 500)
    shop.order("o2", SOLD, 2000)
    assert (shop.read("pays:o2"), shop.has("credit")) == (Decimal("8.00"), 0)
    shop.refund("f1", BACK, "o1", full=True)
    assert (shop.has("credit"), shop.has()) == (1800, 1000 + 8)
    shop.settled()


REVERSED = """
  - {id: coffee, kind: price, price: 50, name: Coffee}
  - {id: code, kind: price, price: 100, value: 1.00 EUR, name: Code, only: {times: 1},
     voucher: {valid: P10D}}
  - {id: off, kind: price, price: 30, value: 3.00 EUR, name: Off}
"""


def test_a_redemption_given_back_returns_its_points_and_its_one_chance() -> None:
    shop = Shop.of(REVERSED)
    shop.give(OPENED, 200)
    assert shop.redeem("r1", SOLD, "code") == "accepted"
    assert shop.redeem("r2", SOLD, "code") == "already_used"
    assert shop.reverse("x1", SOLD, "r1") == "accepted"
    assert (shop.has(), shop.read("vouchers_open")) == (200, 0)
    assert shop.use("u1", SOLD, "r1") == "already_used"
    assert shop.reverse("x2", SOLD, "r1") == "closed"
    assert shop.redeem("r3", SOLD, "code") == "accepted"
    shop.settled()


def test_what_was_used_cannot_be_given_back_until_its_use_is() -> None:
    shop = Shop.of(REVERSED)
    shop.give(OPENED, 200)
    shop.redeem("r1", SOLD, "code")
    shop.use("u1", SOLD, "r1")
    assert shop.reverse("x1", SOLD, "r1") == "already_used"
    assert shop.reverse("x2", SOLD, "u1") == "accepted"
    assert shop.read("voucher_status:r1") == "open"
    assert shop.reverse("x3", SOLD, "r1") == "accepted"
    assert shop.has() == 200
    shop.redeem("r2", SOLD, "code")
    shop.until("2026-05-13T10:00:00+02:00")
    assert shop.reverse("x4", "2026-05-13T10:00:00+02:00", "r2") == "expired"
    shop.settled()


def test_a_reward_in_an_order_lessens_what_is_paid_and_returns_with_all_of_it() -> None:
    shop = Shop.of(REVERSED)
    shop.give(OPENED, 100)
    shop.redeem("r1", SOLD, "off", order="o1", basket_minor=2000)
    shop.redeem("r0", SOLD, "off", order="o9")
    assert shop.reverse("x0", SOLD, "r0") == "accepted"
    shop.order("o1", "2026-05-02T10:05:00+02:00", 2000)
    assert (shop.read("pays:o1"), shop.has()) == (Decimal("17.00"), 70 + 17)
    assert shop.reverse("x1", BACK, "r1") == "already_used"
    shop.refund("f1", BACK, "o1", 850)
    assert shop.has() == 70 + 8
    shop.refund("f2", BACK, "o1", full=True)
    assert shop.has() == 100
    shop.settled()


def test_how_often_something_was_had_can_be_brought_in() -> None:
    for had, said in ((0, "accepted"), (1, "already_used")):
        shop = Shop.of(REVERSED)
        shop.give(OPENED, 200)
        shop.open(OPENED, "limit", "code", had)
        assert shop.redeem("r1", SOLD, "code") == said


PARTNERS = """
  - {id: code, kind: price, price: 100, multiples: true, value: 1.00 EUR, name: Code, voucher: {}}
  - {id: zoo, kind: partner, partners: zoo, rates: [{times: 2.5}], name: Zoo}
"""


def test_an_exchanged_voucher_cannot_be_used_again_until_it_is_taken_back() -> None:
    shop = Shop.of(PARTNERS)
    shop.give(OPENED, 300)
    shop.redeem("r1", SOLD, "code", price=300)
    assert shop.redeem("r2", SOLD, voucher="r1", partner="bar") == "reward_unknown"
    assert shop.redeem("r3", SOLD, voucher="r1", partner="zoo") == "accepted"
    worth = [shop.read(f"partner_value:{key}") for key in ("r1", "r3")]
    assert worth == [Decimal("7.50")] * 2
    assert shop.use("u1", SOLD, "r1") == "already_used"
    assert shop.reverse("x1", SOLD, "r1") == "already_used"
    assert shop.reverse("x2", SOLD, "r3") == "accepted"
    assert shop.reverse("x3", SOLD, "r1") == "accepted"
    assert (shop.has(), shop.read("partner_value:r1")) == (300, None)
    shop.settled()


@pytest.mark.parametrize("terms", ["runs_down: true", "returned: share"])
def test_what_was_used_in_part_is_not_taken_back_for_its_whole_price(terms: str) -> None:
    shop = Shop.of(PARTNERS.replace("voucher: {}", "voucher: {" + terms + "}"))
    shop.give(OPENED, 300)
    shop.redeem("r1", OPENED, "code", price=300)
    lines = (line("a", 100), line("b", 100))
    shop.order("o1", SOLD, 200, lines=lines, vouchers=("r1",))
    shop.refund("f1", BACK, "o1", lines=(line("b", 0),))
    assert shop.read("voucher_status:r1") == "open"
    assert shop.reverse("x1", BACK, "r1") == "already_used"
    shop.settled()


def test_a_reward_used_in_part_is_not_revoked() -> None:
    terms = "voucher: {value: 10.00 EUR, runs_down: true}"
    rewards = "  - {id: ten, kind: every, each: 100, name: Ten, " + terms + "}\n"
    shop = Shop.of(rewards + "policy: {after_refund: revoke_unused_then_negative}\n")
    shop.order("o1", OPENED, 10000)
    voucher = next(iter(shop.desk.book("m").state.vouchers))
    shop.order("o2", SOLD, 400, vouchers=(voucher,))
    shop.refund("f1", BACK, "o1", full=True)
    assert (shop.has(), shop.read("voucher_value")) == (-100, Decimal("6.00"))
    shop.settled()


def test_a_use_that_is_taken_back_leaves_what_else_pays_for_the_order() -> None:
    shop = shop_with("", 2)
    for number in range(2):
        use = VoucherUse(key=f"u{number}", at=moment(OPENED), voucher=f"v{number}", order="o1")
        assert shop.desk.record(use, "m").status == "accepted"
    assert shop.reverse("x", "2026-05-01T12:00:00+02:00", "u0") == "accepted"
    waiting = shop.desk.book("m").state.paid["o1"]
    assert [one.voucher for one in waiting] == ["v1"]
    assert [shop.read(f"voucher_status:v{number}") for number in range(2)] == ["open", "used"]
