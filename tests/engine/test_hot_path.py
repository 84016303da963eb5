"""The quick way of common orders comes to the same as the way at length, row by row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from histories import runs
from hypothesis import given
from hypothesis import strategies as st

from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.facts import Line, Order, Refund
from regulars.engine.fold import Folded, fold
from regulars.engine.happenings import FoldFact
from regulars.engine.kinds.limit.counting import Counting
from regulars.engine.kinds.standing.rolling import Working as Rolling
from regulars.engine.run import Run
from regulars.programmes.loading import load

CAFE = """
format: 1
programme: cafe
edition: cafe
name: Café
zone: Europe/Berlin
currency: EUR
assets:
  - {{id: points, name: point, decimals: {decimals}, expire: {{kind: month_end, months: 2}}}}
  - {{id: stamps, name: stamp}}
metrics: [{{id: earned_points, kind: earned, asset: points}}]
earn:
  - {{kind: per_amount, step: 1.00 EUR, points: 1, full_steps: {full}, except: [gift_card]}}
  - {{kind: per_item, asset: stamps, points: 1, when: {{category: [coffee, tea]}}, except: tea}}
change:
  - {{kind: multiply, of: per_amount, factor: 2, when: {{category: beans}}, who: {{tier: high}}}}
  - {{kind: multiply, id: more, of: per_amount, factor: "1.5", when: {{category: [beans, cake]}}}}
limit: [{{kind: points_per_day, most: 60, overflow: {overflow}}}]
standing: {{kind: rolling, metric: earned_points, months: 2}}
tiers: [{{id: low, name: Low, from: 0}}, {{id: high, name: High, from: 90}}]
policy: {{stack: {stack}, rounding: {rounding}}}
"""
START = datetime(2025, 1, 1, 10, tzinfo=UTC)

shops = st.fixed_dictionaries(
    {
        "decimals": st.sampled_from([0, 2]),
        "full": st.sampled_from(["true", "false"]),
        "overflow": st.sampled_from(["truncate", "drop", "defer"]),
        "stack": st.sampled_from(["additive", "multiplicative", "best_of"]),
        "rounding": st.sampled_from(["multiply_then_round", "round_base_then_multiply"]),
    }
)
lines = st.builds(
    Line,
    category=st.sampled_from(["coffee", "tea", "beans", "cake", "gift_card"]),
    quantity=st.sampled_from([Decimal(1), Decimal("2.5")]),
    amount_minor=st.integers(-100, 5000),
    kind=st.sampled_from(["goods", "goods", "goods", "fee"]),
)
sales = st.tuples(
    st.integers(1, 40 * 24),
    st.lists(lines, max_size=3),
    st.sampled_from(["EUR", "EUR", "EUR", "PLN"]),
    st.sampled_from([0, 0, 100]),
    st.sampled_from([0, 0, 0, 500]),
)


@cache
def cafe(**words: Any) -> Compiled:
    """The café with these words in its file."""
    loaded = load(CAFE.format(**words), "cafe.yaml")
    assert loaded.edition is not None, loaded.problems
    return compiled([loaded.edition])


def history(told: list[Any]) -> list[FoldFact]:
    """Orders so many hours after each other, some with a refund soon after."""
    facts: list[FoldFact] = []
    at = START
    for number, (hours, goods, currency, discount, back) in enumerate(told):
        at += timedelta(hours=hours)
        total = sum(line.amount_minor for line in goods) if goods else 700
        body: dict[str, Any] = {"currency": currency, "discount_minor": discount}
        facts.append(Order(key=f"o{number}", at=at, amount_minor=total, lines=tuple(goods), **body))
        if back:
            at += timedelta(minutes=1)
            body = {"currency": currency, "order": f"o{number}"}
            facts.append(Refund(key=f"f{number}", at=at, amount_minor=back, **body))
    return facts


def at_length(made: Compiled, facts: list[FoldFact]) -> Folded:
    """The same fold where every order is recorded and explained."""
    run = Run(made, made.start())
    run.whys = []
    return fold(made, facts, run=run)


def comes_to_the_same(shop: dict[str, Any], told: list[Any]) -> None:
    made, facts = cafe(**shop), history(told)
    quick, long = fold(made, facts), at_length(made, facts)
    assert quick.rows == long.rows
    assert quick.changes == long.changes
    assert made.dump(quick.state) == made.dump(long.state)


@runs(150, 5000)
@given(shop=shops, told=st.lists(sales, max_size=12))
def test_the_quick_way_comes_to_the_same(shop: dict[str, Any], told: list[Any]) -> None:
    comes_to_the_same(shop, told)


PLAIN = {
    "decimals": 0,
    "full": "true",
    "overflow": "truncate",
    "stack": "additive",
    "rounding": "multiply_then_round",
}
MUCH = [(1, [Line(category="tea", amount_minor=5000)], "EUR", 0, 0)] * 2


def test_saboteur_that_asks_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    comes_to_the_same(PLAIN, MUCH)
    monkeypatch.setattr(Counting, "quick", lambda counting: lambda run, amount: True)
    cafe.cache_clear()
    with pytest.raises(AssertionError):
        comes_to_the_same(PLAIN, MUCH)
    cafe.cache_clear()


def test_the_ladder_is_climbed_alike_without_its_short_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ladder's short cut is taken on both ways, so it is compared with a ladder without."""
    told = [
        (36, [Line(category="tea", amount_minor=4000)], "EUR", 0, 1500 * (n % 3 == 0))
        for n in range(60)
    ]
    facts = history(told)
    quick = fold(cafe(**PLAIN), facts)
    monkeypatch.setattr(Rolling, "settling", lambda working: working.settle)
    cafe.cache_clear()
    whole = fold(cafe(**PLAIN), facts)
    cafe.cache_clear()
    assert quick.rows == whole.rows
    assert quick.changes == whole.changes
    assert quick.state.standing == whole.state.standing
