"""Money of one currency is never taken for that of another: prices, vouchers, offers, least
amounts and refunds hold for orders in their own currency only."""

from __future__ import annotations

from typing import Any

import pytest
from rewards_shop import HEAD, Shop, moment, said

from regulars.engine.facts import Order, Refund
from regulars.engine.happenings import VoucherUse

DOLLARS = "USD"
EURO = "EUR"
PAYS = """
  - {id: pay, kind: spend, price: 10, value: 1.00 EUR, name: Pay}
  - {id: off, kind: price, price: 100, value: 5.00 EUR, name: Off}
  - {id: gift, kind: price, price: 50, name: Gift, voucher: {value: 4.00 EUR}}
  - {id: tenth, kind: price, price: 20, name: Tenth, voucher: {percent: 10}}
  - {id: big, kind: price, price: 30, name: Big, voucher: {percent: 10, from: 20.00 EUR}}
  - {id: pot, kind: credit, name: Pot, asset: credit}
  - {id: less, kind: discount, amount: 1.00 EUR, name: Less}
"""


def shop(earn: str = "", rewards: str = PAYS) -> Shop:
    more = f"earn: [{earn}]\n" if earn else ""
    text = HEAD.format(zone="UTC")
    if more:
        text = text.replace(text[text.index("earn:") : text.index("activities:")], more)
    made = Shop(f"{text}rewards:{rewards or ' []'}\n")
    made.give("2025-01-01T00:00:00Z", 1000)
    return made


def bought(
    made: Shop, key: str, currency: str, day: int = 5, minor: int = 3000, **told: Any
) -> str:
    at = moment(f"2025-01-{day:02}T10:00:00Z")
    fact = Order(key=key, at=at, currency=currency, amount_minor=minor, **told)
    return said(made.desk.record(fact, "m"))


def back(made: Shop, order: str, currency: str, minor: int = 0) -> str:
    at = moment("2025-01-20T10:00:00Z")
    told: dict[str, Any] = {"order": order, "amount_minor": minor, "full": not minor}
    fact = Refund(key=f"f/{order}/{currency}", at=at, currency=currency, **told)
    return said(made.desk.record(fact, "m"))


def pays(made: Shop, key: str) -> int:
    record = made.desk.book("m").recall(key)
    assert record is not None
    return record.pays


@pytest.mark.parametrize(("currency", "paid"), [(EURO, 900), (DOLLARS, 3000)])
def test_points_asked_for_with_an_order_pay_their_own_currency(currency: str, paid: int) -> None:
    made = shop(rewards="\n  - {id: pay, kind: spend, price: 10, value: 1.00 EUR, name: Pay}")
    bought(made, "o1", currency, spend_points=210)
    assert pays(made, "o1") == paid
    assert made.has() == (790 + 9 if currency == EURO else 1000)
    made.settled()


@pytest.mark.parametrize("reward", ["pay", "off"])
def test_a_reward_worth_euro_is_not_for_an_order_in_dollars(reward: str) -> None:
    made = shop(rewards=PAYS[: PAYS.index("  - {id: pot")])
    asked: dict[str, Any] = {"price": 100, "basket_minor": 3000, "order": "o1"}
    bought(made, "o1", DOLLARS)
    before = made.has()
    assert made.redeem("r1", "2025-01-06T00:00:00Z", reward, **asked) == "wrong_currency"
    assert made.has() == before
    bought(made, "o2", EURO)
    asked["order"] = "o2"
    assert made.redeem("r2", "2025-01-06T00:00:00Z", reward, **asked) == "accepted"


@pytest.mark.parametrize(("currency", "paid"), [(EURO, 2500), (DOLLARS, 3000)])
def test_what_was_promised_before_its_order_pays_only_in_its_currency(
    currency: str, paid: int
) -> None:
    """Nobody knew the currency then: the promise stands, and comes back with a refund."""
    made = shop(rewards=PAYS[: PAYS.index("  - {id: pot")])
    assert made.redeem("r1", "2025-01-02T00:00:00Z", "off", order="o1") == "accepted"
    bought(made, "o1", currency)
    assert pays(made, "o1") == paid
    assert back(made, "o1", currency) == "accepted"
    assert made.has() == 1000
    made.settled()


@pytest.mark.parametrize(
    ("reward", "currency", "code", "paid"),
    [
        ("gift", EURO, "", 2600),
        ("gift", DOLLARS, "wrong_currency", 3000),
        ("tenth", EURO, "", 2700),
        ("tenth", DOLLARS, "", 2700),
        ("big", EURO, "", 2700),
        ("big", DOLLARS, "wrong_currency", 3000),
    ],
)
def test_a_voucher_pays_and_asks_for_its_own_currency(
    reward: str, currency: str, code: str, paid: int
) -> None:
    made = shop(rewards=PAYS[: PAYS.index("  - {id: pot")])
    assert made.redeem("r1", "2025-01-02T00:00:00Z", reward) == "accepted"
    assert bought(made, "o1", currency, vouchers=("r1",)) == "accepted"
    assert pays(made, "o1") == paid
    assert (made.read("coupon_refused:o1") or "") == code
    assert made.read("vouchers_open") == (1 if code else 0)
    made.settled()


def test_a_voucher_shown_for_an_order_that_is_known_is_asked_for_its_currency() -> None:
    made = shop(rewards=PAYS[: PAYS.index("  - {id: pot")])
    made.redeem("r1", "2025-01-02T00:00:00Z", "gift")
    bought(made, "o1", DOLLARS)
    fact: dict[str, Any] = {"key": "u1", "at": moment("2025-01-06T00:00:00Z"), "voucher": "r1"}
    assert said(made.desk.record(VoucherUse(order="o1", **fact), "m")) == "wrong_currency"
    assert made.read("vouchers_open") == 1


def test_a_voucher_used_before_its_order_pays_only_in_its_currency() -> None:
    for currency, paid, code in ((EURO, 2600, None), (DOLLARS, 3000, "wrong_currency")):
        made = shop(rewards=PAYS[: PAYS.index("  - {id: pot")])
        made.redeem("r1", "2025-01-02T00:00:00Z", "gift")
        shown = VoucherUse(key="u1", at=moment("2025-01-03T00:00:00Z"), voucher="r1", order="o1")
        assert said(made.desk.record(shown, "m")) == "accepted"
        bought(made, "o1", currency)
        assert (pays(made, "o1"), made.read("coupon_refused:o1")) == (paid, code)
        assert back(made, "o1", currency) == "accepted"
        assert made.read(f"voucher_value:f/o1/{currency}") == (4 if currency == EURO else 0)
        assert made.read("vouchers_open") == 1
        made.settled()


def test_credit_and_discounts_are_of_their_currency() -> None:
    for currency, paid, left in ((EURO, 2400, 0), (DOLLARS, 3000, 500)):
        made = shop()
        made.give("2025-01-01T00:00:00Z", 500, "credit")
        bought(made, "o1", currency)
        assert (pays(made, "o1"), made.has("credit")) == (paid, left)
        made.settled()


@pytest.mark.parametrize(
    "rule",
    [
        "{id: buy, kind: per_order, points: 7, minimum: 20.00 EUR}",
        "{id: buy, kind: per_order, points: 7, when: {at_least: 20.00 EUR}}",
        "{id: buy, kind: by_steps, steps: [{from: 20.00 EUR, points: 7}]}",
        "{id: buy, kind: per_amount, step: 30.00 EUR, points: 7}",
    ],
)
def test_what_is_the_least_in_euro_is_not_met_in_dollars(rule: str) -> None:
    for currency, points in ((EURO, 7), (DOLLARS, 0)):
        made = shop(rule, " []")
        bought(made, "o1", currency)
        assert made.has() == 1000 + points
        assert back(made, "o1", currency) == "accepted"
        assert made.has() == 1000
        made.settled()


def test_a_basket_in_dollars_is_no_basket_in_euro() -> None:
    rewards = """
  - {id: pay, kind: spend, price: 10, value: 1.00 EUR, name: Pay, only: {basket: 20.00 EUR}}
  - {id: item, kind: price, price: 10, name: Item, only: {basket: 20.00 EUR}}"""
    made = shop(rewards=rewards)
    asked: dict[str, Any] = {"basket_minor": 3000}
    bought(made, "o1", DOLLARS)
    bought(made, "o2", EURO)
    at = "2025-01-06T00:00:00Z"
    assert made.redeem("r1", at, "item", order="o1", **asked) == "wrong_currency"
    assert made.redeem("r2", at, "item", order="o2", **asked) == "accepted"


@pytest.mark.parametrize("minor", [0, 1000])
def test_a_refund_is_in_the_currency_of_its_order(minor: int) -> None:
    made = shop(rewards=" []")
    bought(made, "o1", EURO)
    assert back(made, "o1", DOLLARS, minor) == "wrong_currency"
    assert made.has() == 1030
    record = made.desk.book("m").recall("o1")
    assert record is not None
    assert (record.back, record.closed) == (0, False)
    assert back(made, "o1", EURO, minor) == "accepted"
    assert made.has() == (1020 if minor else 1000)
    made.settled()
