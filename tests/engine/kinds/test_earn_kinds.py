"""Each kind of earning on orders and acts, with numbers worked by hand."""

from __future__ import annotations

from typing import Any

import pytest
from earning_shop import TIERS, Shop, later, problems, when

from regulars.engine.happenings import MEMBER, Erasure, Opening

PER_EURO = "{kind: per_amount, step: 1.00 EUR, points: 1}"


def rules(*earn: str, more: str = "") -> str:
    """The section `earn` of a file, and what else stands in it."""
    return "earn:\n" + "".join(f"  - {one}\n" for one in earn) + more


CASES: list[tuple[str, str, dict[str, Any], int]] = [
    ("89.95 at ten a euro is 899.5", "{kind: per_amount, step: 1.00 EUR, points: 10}",
     {"amount": "89.95"}, 899),
    ("a discount is taken off: 8.00 at 100", "{kind: per_amount, step: 1.00 EUR, points: 100}",
     {"lines": [("meal", "", "10.00")], "discount_minor": 200}, 800),
    ("30 - 5 + 0", PER_EURO,
     {"lines": [("a", "", "30.00"), ("c", "", "-5.00"), ("s", "", "0.00")]}, 25),
    ("never below zero", PER_EURO, {"lines": [("deposit", "", "-8.00")]}, 0),
    ("a fee is no goods", PER_EURO,
     {"lines": [("a", "", "10.00"), ("post", "", "4.90", 1, "fee")]}, 10),
    ("beer earns nothing", "{kind: per_amount, step: 1.00 EUR, points: 1, except: alcohol}",
     {"lines": [("latte", "", "6.00"), ("beer", "alcohol", "9.00")]}, 6),
    ("full steps of 10: 39.90 is three", "{kind: per_amount, step: 10.00 EUR, points: 1, "
     "full_steps: true}", {"amount": "39.90"}, 3),
    ("8 x 412.60 = 3300.8, taxes beside it",
     "{kind: per_amount, step: 1.00 EUR, points: 8, of: base_fare}",
     {"amounts": {"base_fare": "412.60", "tax": "61.40"}}, 3300),
    ("the part paid by card: 4.50 of 11.80, times ten",
     "{kind: per_amount, step: 1.00 EUR, points: 10, when: {tender: card}}",
     {"amount": "11.80", "tender": {"preloaded": "7.30", "card": "4.50"}}, 45),
    ("no means of payment told: nothing by card",
     "{kind: per_amount, step: 1.00 EUR, points: 10, when: {tender: card}}",
     {"amount": "11.80"}, 0),
    ("another currency without a rate earns nothing", PER_EURO,
     {"amount": "10.00", "currency": "USD"}, 0),
    ("1.25 dollars are a step: 10.00 make 8",
     "{kind: per_amount, step: 1.00 EUR, points: 1, other_currencies: 1.25 USD}",
     {"amount": "10.00", "currency": "USD"}, 8),
    ("three drinks", "{kind: per_count, of: drinks, points: 1}", {"counts": {"drinks": 3}}, 3),
    ("37.5 litres at 1 per 2 litres are 18.75",
     "{kind: per_count, of: litres, step: 2, points: 1}", {"counts": {"litres": "37.5"}}, 18),
    ("nights of another count", "{kind: per_count, of: nights, points: 100}",
     {"counts": {"drinks": 3}}, 0),
    ("7 litres at 3 per full 2 litres",
     "{kind: per_count, of: litres, step: 2, points: 3, full_steps: true}",
     {"counts": {"litres": 7}}, 9),
    ("two lattes and a mocha, not the beans",
     "{kind: per_item, points: 1, when: {category: coffee}}",
     {"lines": [("latte", "coffee", "7.20", 2), ("mocha", "coffee", "4.00"),
                ("beans", "beans", "12.90")]}, 3),
    ("what costs nothing is no item", "{kind: per_item, points: 1}",
     {"lines": [("latte", "coffee", "0.00"), ("mocha", "coffee", "4.00")]}, 1),
    ("except a category", "{kind: per_item, points: 2, except: beans}",
     {"lines": [("beans", "beans", "12.90"), ("mocha", "coffee", "4.00")]}, 2),
    ("a stamp a visit", "{kind: per_order, points: 1}", {"amount": "3.60"}, 1),
    ("10.00 less 10 % is below 10.00", "{kind: per_order, points: 1, minimum: 10.00 EUR}",
     {"amount": "10.00", "discount_minor": 100}, 0),
    ("12.00 less 10 % is enough, once", "{kind: per_order, points: 1, minimum: 10.00 EUR}",
     {"amount": "40.00", "discount_minor": 400}, 1),
    ("paid by vouchers alone", "{kind: per_order, points: 1}",
     {"amount": "10.00", "covered_minor": 1000}, 0),
    ("of certain goods", "{kind: per_order, points: 5, minimum: 5.00 EUR, when: {category: tea}}",
     {"lines": [("green", "tea", "4.99"), ("mocha", "coffee", "9.00")]}, 0),
    ("a table: below the first step", "{kind: by_steps, steps: [{from: 30.00 EUR, points: 10}, "
     "{from: 50.00 EUR, points: 25}]}", {"amount": "29.99"}, 0),
    ("a table: on a step", "{kind: by_steps, steps: [{from: 30.00 EUR, points: 10}, "
     "{from: 50.00 EUR, points: 25}]}", {"amount": "50.00"}, 25),
    ("a table of a count", "{kind: by_steps, of: nights, steps: [{count: 2, points: 10}, "
     "{count: 7, points: 50}]}", {"counts": {"nights": 6}}, 10),
]  # fmt: skip


@pytest.mark.parametrize(("why", "rule", "order", "points"), CASES, ids=[one[0] for one in CASES])
def test_an_order_earns(why: str, rule: str, order: dict[str, Any], points: int) -> None:
    shop = Shop(rules(rule))
    shop.order(**order)
    assert shop.points() == points


ACTS: list[tuple[str, str, list[dict[str, Any]], int]] = [
    ("each review", "{kind: per_activity, activity: review, points: 100}", [{}, {}], 200),
    ("a reload earns by its amount",
     "{kind: per_activity, activity: reload, points: 1, step: 10.00 EUR}",
     [{"amount": "25.00"}], 2),
    ("30 minutes at one per five", "{kind: per_activity, activity: visit, points: 1, of: minutes, "
     "each: 5}", [{"counts": {"minutes": 33}}], 6),
    ("full ones, three points each", "{kind: per_activity, activity: visit, points: 3, "
     "of: minutes, each: 5, full_steps: true}", [{"counts": {"minutes": 33}}], 18),
    ("0 + 10 + 25 + 25", "{kind: by_steps, activity: reload, steps: [{from: 30.00 EUR, "
     "points: 10}, {from: 50.00 EUR, points: 25}]}",
     [{"amount": "29.99"}, {"amount": "30.00"}, {"amount": "50.00"}, {"amount": "200.00"}], 60),
    ("only where it holds", "{kind: per_activity, activity: visit, points: 5, "
     "when: {labels: {channel: app}}}", [{"labels": {"channel": "app"}}, {}], 5),
]  # fmt: skip


@pytest.mark.parametrize(("why", "rule", "acts", "points"), ACTS, ids=[one[0] for one in ACTS])
def test_an_act_earns(why: str, rule: str, acts: list[dict[str, Any]], points: int) -> None:
    shop = Shop(rules(rule))
    kind = rule.split("activity: ")[1].split(",")[0]
    for act in acts:
        shop.act(kind, **act)
    shop.act("login")
    assert shop.points() == points


def test_a_welcome_is_given_once() -> None:
    shop = Shop(rules("{kind: on_sign_up, points: 50}"))
    shop.join()
    shop.join(at=later(1))
    assert shop.points() == 50


def test_whoever_leaves_for_good_and_comes_back_is_not_welcomed_again() -> None:
    shop = Shop(rules("{kind: on_sign_up, points: 50}", PER_EURO))
    shop.join()
    shop.order("11.00", key="o1")
    shop.desk.record(Erasure(key="z", at=when(later(1))), "m1")
    shop.desk.record(Opening(key="n", at=when(later(2)), what=MEMBER), "m1")
    shop.join(at=later(3))
    assert shop.points() == 0, "nothing of before, and no second welcome"
    shop.order("7.00", at=later(4), key="o2")
    shop.refund("o1", at=later(5), full=True)
    assert shop.points() == 7, "what was bought before takes nothing away"
    shop.refund("o2", at=later(6), full=True)
    assert shop.points() == 0


def test_fractions_are_kept_where_the_asset_has_decimals() -> None:
    shop = Shop(
        rules(PER_EURO, more="change: [{kind: multiply, factor: 2, when: {tender: preloaded}}]"),
        decimals=2,
    )
    shop.order("11.80", tender={"preloaded": "7.30", "card": "4.50"}, key="o1")
    assert shop.points() == 1910
    shop.refund("o1", at=later(1), eligible="5.90")
    assert shop.points() == 955
    shop.refund("o1", at=later(2), full=True)
    assert shop.points() == 0


def test_only_the_latte_earns() -> None:
    shop = Shop(rules("{kind: per_amount, step: 1.00 EUR, points: 1, except: alcohol}"), decimals=2)
    shop.order(
        lines=[("latte", "", "6.00"), ("beer", "alcohol", "9.00")],
        amounts={"tip": "2.00", "tax": "1.35"},
        tender={"card": "18.35"},
    )
    assert shop.points() == 600


def test_three_refunds_of_a_third_take_back_what_there_was() -> None:
    tiers = "change: [{kind: multiply, factor: 1.25, when: {tier: vib}}]" + TIERS
    shop = Shop(rules(PER_EURO, more=tiers))
    shop.tier("vib")
    shop.order("99.99", key="o1")
    found = [shop.points()]
    for hours in (1, 2, 3):
        shop.refund("o1", at=later(hours), eligible="33.33")
        found.append(shop.points())
    assert found == [124, 83, 41, 0]


def test_a_rate_changes_by_its_own_date_within_a_rule() -> None:
    shop = Shop(
        rules(
            "{id: fuel, kind: per_amount, of: fuel, step: 2.00 EUR, points: 1, "
            'when: {until: "2025-06-13"}}',
            "{id: litres, kind: per_count, of: litres, step: 2, points: 1, "
            'when: {from: "2025-06-14"}}',
        )
    )
    sale: dict[str, Any] = {"amounts": {"fuel": "61.00"}, "counts": {"litres": 40}}
    shop.order(at="2025-06-13T23:59:59+02:00", **sale)
    assert shop.points() == 30
    shop.order(at="2025-06-14T00:00:00+02:00", **sale)
    assert shop.points() == 50


def test_a_ticket_flown_on_two_days_earns_at_two_rates() -> None:
    fly = "{kind: per_amount, of: base_fare, step: 1.00 EUR, points: 1}"
    change = (
        "change:\n  - {id: low, kind: multiply, factor: 7, when: {tier: insider}}\n"
        "  - {id: high, kind: multiply, factor: 8, when: {tier: vib}}\n"
    )
    shop = Shop(rules(fly, more=change + TIERS))
    shop.order(amounts={"base_fare": "150.00"})
    shop.tier("vib")
    shop.order(at=later(200), amounts={"base_fare": "150.00"})
    assert shop.points() == 1050 + 1200


def test_a_refund_of_a_further_amount_takes_back_its_part() -> None:
    shop = Shop(rules("{kind: per_amount, of: base_fare, step: 1.00 EUR, points: 8}"))
    shop.order(amounts={"base_fare": "412.60", "tax": "61.40"}, key="o1")
    assert shop.refund("o1", at=later(1), eligible="412.61").code == "exceeds_order"
    shop.refund("o1", at=later(2), eligible="206.30")
    assert shop.points() == 1650
    shop.refund("o1", at=later(3), money="206.30")
    assert shop.points() == 0


def test_a_refund_of_drinks_takes_their_stamps_below_zero_if_needed() -> None:
    shop = Shop(rules("{kind: per_count, of: drinks, points: 1, asset: stamps}"))
    shop.order("10.00", counts={"drinks": 3}, key="o1")
    shop.refund("o1", at=later(1), counts={"drinks": 1})
    assert shop.points(asset="stamps") == 2
    assert shop.refund("o1", at=later(2), counts={"drinks": 3}).code == "exceeds_order"
    shop.refund("o1", at=later(3), full=True)
    assert shop.points(asset="stamps") == 0


def test_a_free_drink_earns_no_stamp_and_what_is_over_starts_the_next_card() -> None:
    card = "rewards: [{id: card, kind: every, each: 9, asset: stamps, name: a drink, item: drink}]"
    shop = Shop(rules("{kind: per_count, of: drinks, points: 1, asset: stamps}", more=card))
    shop.order("36.00", counts={"drinks": 11}, key="o1")
    assert (shop.points(asset="stamps"), len(shop.state().vouchers)) == (2, 1)
    voucher = next(iter(shop.state().vouchers))
    shop.order("3.60", at=later(1), counts={"drinks": 2}, vouchers=(voucher,), key="o2")
    assert shop.points(asset="stamps") == 3
    assert shop.order("36.00", counts={"drinks": 11}, key="o1").status == "known"
    shop.refund("o1", at=later(2), full=True)
    assert shop.points(asset="stamps") == 1 - 9


def test_a_refund_below_the_minimum_takes_the_stamp_back() -> None:
    shop = Shop(rules("{kind: per_order, points: 1, minimum: 10.00 EUR, asset: stamps}"))
    shop.order("15.00", key="o1")
    shop.refund("o1", at=later(1), money="5.00")
    assert shop.points(asset="stamps") == 1
    shop.refund("o1", at=later(2), money="0.01")
    assert shop.points(asset="stamps") == 0


def test_a_refund_steps_down_the_table() -> None:
    steps = "[{from: 30.00 EUR, points: 10}, {from: 50.00 EUR, points: 25}]"
    shop = Shop(rules(f"{{kind: by_steps, steps: {steps}}}"))
    shop.order("55.00", key="o1")
    found = [shop.points()]
    for hours, money in ((1, "5.00"), (2, "0.01"), (3, "20.00")):
        shop.refund("o1", at=later(hours), money=money)
        found.append(shop.points())
    assert found == [25, 25, 10, 0]


def test_several_rules_give_at_once_and_are_undone_together() -> None:
    shop = Shop(
        rules(
            PER_EURO,
            "{kind: per_order, points: 1, asset: stamps}",
            "{id: each, kind: per_item, points: 3}",
        )
    )
    shop.order(lines=[("a", "", "6.00", 2), ("b", "", "4.00", 1)], key="o1")
    assert (shop.points(), shop.points(asset="stamps")) == (10 + 9, 1)
    shop.refund("o1", at=later(1), lines=[("a", "", "3.00")])
    assert (shop.points(), shop.points(asset="stamps")) == (7 + 6, 1)
    shop.refund("o1", at=later(2), full=True)
    assert (shop.points(), shop.points(asset="stamps")) == (0, 0)


REFUSED = [
    ("deadline_without_waits_for", "{kind: per_order, points: 1, deadline: P3D}"),
    ("lapses_without_deadline",
     "{kind: per_order, points: 1, waits_for: delivered, if_silent: lapses}"),
    ("step_zero", "{kind: per_amount, step: 0.00 EUR, points: 1}"),
    ("repeated",
     "{kind: per_amount, step: 1.00 EUR, points: 1, other_currencies: [1.00 USD, 2.00 USD]}"),
    ("goods_of_amount",
     "{kind: per_amount, step: 1.00 EUR, points: 1, of: base_fare, except: tea}"),
    ("amount_and_count",
     "{kind: per_activity, activity: visit, points: 1, step: 1.00 EUR, of: minutes}"),
    ("step_of_nothing", "{kind: per_activity, activity: visit, points: 1, each: 2}"),
    ("step_of_nothing", "{kind: per_activity, activity: visit, points: 1, full_steps: true}"),
    ("step_not_above", "{kind: by_steps, steps: [{from: 3.00 EUR, points: 1}, "
     "{from: 3.00 EUR, points: 2}]}"),
    ("step_money_or_count", "{kind: by_steps, steps: [{points: 1}]}"),
    ("step_needs", "{kind: by_steps, of: nights, steps: [{from: 3.00 EUR, points: 1}]}"),
    ("no_goods_here", "{kind: on_sign_up, points: 1, when: {category: tea}}"),
    ("no_order_here", "{kind: on_sign_up, points: 1, waits_for: delivered}"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "rule"), REFUSED)
def test_what_cannot_be_explained_is_refused(code: str, rule: str) -> None:
    assert code in [found for _, found in problems(rules(rule))]
