"""What changes how much is earned: factors, fixed extras, and when they hold."""

from __future__ import annotations

from typing import Any

import pytest
from earning_shop import TIERS, Shop, later, problems

PER_EURO = "earn: [{kind: per_amount, step: 1.00 EUR, points: 1}]\n"
FULL = "earn: [{kind: per_amount, step: 1.00 EUR, points: 1, full_steps: true}]\n"
DOUBLE = "{id: double, kind: multiply, factor: 2, when: {campaign: double_points}}"
ROUGE = "{id: rouge, kind: multiply, factor: 1.5, when: {tier: rouge}}"


def change(*modifiers: str) -> str:
    """The section `change` of a file."""
    return "change:\n" + "".join(f"  - {one}\n" for one in modifiers)


@pytest.mark.parametrize(
    ("stack", "points"), [("additive", 200), ("multiplicative", 240), ("best_of", 160)]
)
def test_two_multipliers_join_as_the_policy_says(stack: str, points: int) -> None:
    shop = Shop(PER_EURO + change(DOUBLE, ROUGE) + f"policy: {{stack: {stack}}}\n" + TIERS)
    shop.tier("rouge")
    shop.order("80.00", key="o1", campaigns=("double_points",))
    assert shop.points() == points
    shop.refund("o1", at=later(1), money="40.00")
    assert shop.points() == points // 2


@pytest.mark.parametrize(
    ("rounding", "points"), [("multiply_then_round", 124), ("round_base_then_multiply", 123)]
)
def test_rounding_is_last_or_of_the_base_first(rounding: str, points: int) -> None:
    shop = Shop(
        PER_EURO + change("{kind: multiply, factor: 1.25}") + f"policy: {{rounding: {rounding}}}\n"
    )
    shop.order("99.99")
    assert shop.points() == points


def test_sixteen_full_euros_of_which_twelve_are_doubled() -> None:
    shop = Shop(FULL + change("{kind: multiply, factor: 2, when: {category: beans}}"))
    shop.order(lines=[("white", "coffee", "3.60"), ("beans", "beans", "12.90")], key="o1")
    assert shop.points() == 16 + 12
    shop.refund("o1", at=later(1), lines=[("white", "coffee", "3.60")])
    assert shop.points() == 12 + 12


def test_goods_of_two_modifiers_with_one_factor_are_cut_together() -> None:
    modifiers = [
        f"{{id: {name}, kind: multiply, factor: 2, when: {{category: {name}}}}}"
        for name in ("beans", "tea")
    ]
    shop = Shop(FULL + change(*modifiers))
    lines = [("b", "beans", "12.90"), ("t", "tea", "3.60")]
    shop.order(lines=lines)
    assert shop.points() == 32
    shop.order(lines=lines, key="o2", at=later(1))
    shop.refund("o2", at=later(2), lines=[("t", "tea", "3.60")])
    assert shop.points() == 32 + 24


def test_less_than_once_is_never_below_nothing() -> None:
    halves = [f"{{id: h{n}, kind: multiply, factor: 0.5}}" for n in range(3)]
    shop = Shop(PER_EURO + change(*halves))
    shop.order("80.00")
    assert shop.points() == 0


def test_a_modifier_of_certain_rules() -> None:
    rules = (
        "earn: [{kind: per_amount, step: 1.00 EUR, points: 1}, "
        "{kind: per_count, of: drinks, points: 1, asset: stamps}]\n"
    )
    cup = "{kind: multiply, factor: 2, of: per_count, when: {labels: {own_cup: 'yes'}}}"
    shop = Shop(rules + change(cup))
    shop.order("7.00", counts={"drinks": 2}, labels={"own_cup": "yes"}, key="o1")
    assert (shop.points(), shop.points(asset="stamps")) == (7, 4)
    shop.refund("o1", at=later(1), counts={"drinks": 1})
    assert shop.points(asset="stamps") == 2


def test_items_are_multiplied_each_by_its_own() -> None:
    shop = Shop(
        "earn: [{kind: per_item, points: 1}]\n"
        + change("{kind: multiply, factor: 3, when: {category: tea}}")
    )
    shop.order(lines=[("t", "tea", "4.00", 2), ("c", "coffee", "3.00")])
    assert shop.points() == 2 * 3 + 1


def test_an_extra_once_per_order_from_a_minimum() -> None:
    shop = Shop(PER_EURO + change("{id: extra, kind: add, points: 100, minimum: 50.00 EUR}"))
    shop.order("49.99")
    assert shop.points() == 49
    shop.order("50.00", key="o2", at=later(1))
    assert shop.points() == 49 + 150
    shop.refund("o2", at=later(2), money="0.01")
    assert shop.points() == 49 + 49


def test_an_extra_is_not_multiplied_and_counts_for_limits() -> None:
    rules = PER_EURO + change(
        "{kind: multiply, factor: 2}", "{id: extra, kind: add, points: 100, who: {tier: rouge}}"
    )
    shop = Shop(rules + "limit: [{kind: points_per_day, most: 130}]\n" + TIERS)
    shop.order("10.00")
    assert shop.points() == 20
    shop.tier("rouge")
    shop.order("10.00", at=later(1))
    assert shop.points() == 130


def test_an_extra_for_certain_goods_goes_with_them() -> None:
    shop = Shop(PER_EURO + change("{kind: add, points: 10, when: {category: tea}}"))
    shop.order(lines=[("t", "tea", "4.00"), ("c", "coffee", "3.00")], key="o1")
    assert shop.points() == 17
    shop.refund("o1", at=later(1), lines=[("t", "tea", "4.00")])
    assert shop.points() == 3


def test_a_campaign_has_its_window_and_its_hours() -> None:
    when = "{from: '2025-03-03', until: '2025-03-04', weekday: [monday], hours: '14:00-17:00'}"
    shop = Shop(PER_EURO + change(f"{{kind: multiply, factor: 2, when: {when}}}"))
    found = []
    for at in ("03T13:59:59", "03T14:00:00", "03T17:00:00", "04T15:00:00"):
        shop.order("10.00", at=f"2025-03-{at}+01:00")
        found.append(shop.points())
    assert found == [10, 30, 40, 50]


BIRTHDAYS: list[tuple[str, str, str, dict[str, str], bool]] = [
    ("day", "1990-10-05", "2025-10-05T00:00:00+02:00", {}, True),
    ("day", "1990-10-05", "2025-10-04T23:59:59+02:00", {}, False),
    ("day", "1990-10-05", "2025-10-06T00:00:00+02:00", {}, False),
    ("week", "1990-10-05", "2025-10-11T23:59:59+02:00", {}, True),
    ("week", "1990-10-05", "2025-10-12T00:00:00+02:00", {}, False),
    ("week", "1990-12-29", "2026-01-04T12:00:00+01:00", {}, True),
    ("month", "1990-10-05", "2025-10-31T23:59:59+01:00", {}, True),
    ("month", "1990-10-05", "2025-09-30T23:59:59+02:00", {}, False),
    ("day", "2004-02-29", "2027-02-28T12:00:00+01:00", {}, True),
    ("day", "2004-02-29", "2028-02-28T12:00:00+01:00", {}, False),
    ("day", "2004-02-29", "2028-02-29T12:00:00+01:00", {}, True),
    ("day", "1990-10-05", "2025-10-06T03:00:00+02:00", {"zone": "America/Chicago"}, False),
    ("day, zone: member", "1990-10-05", "2025-10-06T03:00:00+02:00",
     {"zone": "America/Chicago"}, True),
    ("day, zone: member", "1990-10-05", "2025-10-05T12:00:00+02:00", {}, True),
    ("day, zone: member", "1990-10-05", "2025-10-05T12:00:00+02:00", {"zone": "Moon/Base"}, True),
    ("day", "", "2025-10-05T12:00:00+02:00", {}, False),
    ("day", "soon", "2025-10-05T12:00:00+02:00", {}, False),
]  # fmt: skip


@pytest.mark.parametrize(("which", "born", "at", "told", "holds"), BIRTHDAYS)
def test_a_birthday_doubles(
    which: str, born: str, at: str, told: dict[str, str], holds: bool
) -> None:
    shop = Shop(PER_EURO + change(f"{{kind: multiply, factor: 2, who: {{birthday: {which}}}}}"))
    shop.know(**told, **({"birth_date": born} if born else {}))
    shop.order("10.00", at=at)
    assert shop.points() == (20 if holds else 10)


def test_hours_go_by_the_members_own_clock_where_it_is_said() -> None:
    when = "{hours: '14:00-17:00', zone: member}"
    shop = Shop(PER_EURO + change(f"{{kind: multiply, factor: 2, when: {when}}}"))
    shop.know(zone="America/New_York")
    shop.order("10.00", at="2025-03-03T15:00:00+01:00")
    shop.order("10.00", at="2025-03-03T21:00:00+01:00")
    assert shop.points() == 30


def test_the_first_order_is_doubled() -> None:
    shop = Shop(PER_EURO + change("{kind: multiply, factor: 2, when: {first_order: true}}"))
    shop.order("10.00", at=later(5))
    assert shop.points() == 20
    shop.order("30.00", at=later(6))
    assert shop.points() == 50
    shop.order("40.00", at=later(1))
    assert shop.points() == 10 + 30 + 80


def test_an_order_that_was_brought_in_is_the_first() -> None:
    shop = Shop(PER_EURO + change("{kind: multiply, factor: 2, when: {first_order: true}}"))
    shop.brought("10.00")
    shop.order("30.00", at=later(6))
    assert shop.points() == 30


REFUSED: list[tuple[str, str]] = [
    ("deadline_without_waits_for", "{kind: add, points: 1, deadline: P3D}"),
    ("condition_tender", "{kind: add, points: 1, when: {not: {tender: card}}}"),
]


@pytest.mark.parametrize(("code", "rule"), REFUSED)
def test_what_cannot_be_explained_is_refused(code: str, rule: str) -> None:
    found: list[Any] = [found for _, found in problems(PER_EURO + change(rule))]
    assert code in found
