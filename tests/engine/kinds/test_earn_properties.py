"""What holds for every kind of earning, whatever is bought and however it comes back."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from earning_shop import HEAD, TIERS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.engine import amounts
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.earning import Earning
from regulars.engine.facts import Line, Order, Refund
from regulars.engine.fold import follow, ordered
from regulars.engine.kinds.earn import by_steps, per_amount, per_count, per_item, per_order
from regulars.engine.rules import Undoing
from regulars.engine.run import Run
from regulars.engine.weighing import opened
from regulars.programmes.loading import load

AT = datetime(2025, 3, 3, 10, tzinfo=UTC)
RULES: dict[str, tuple[str, Callable[[Any, Any], int]]] = {
    "money": ("{id: r, kind: per_amount, step: 1.00 EUR, points: 3, except: gift}", amounts.worth),
    "full steps": (
        "{id: r, kind: per_amount, step: 7.00 EUR, points: 2, full_steps: true}",
        amounts.worth,
    ),
    "by card": (
        "{id: r, kind: per_amount, step: 1.00 EUR, points: 3, when: {tender: card}}",
        amounts.worth,
    ),
    "tea": (
        "{id: r, kind: per_amount, step: 0.30 EUR, points: 1, when: {category: tea}}",
        amounts.worth,
    ),
    "fare": ("{id: r, kind: per_amount, step: 1.00 EUR, points: 3, of: fare}", amounts.worth),
    "drinks": ("{id: r, kind: per_count, of: drinks, points: 3, step: 2}", per_count.worth),
    "full drinks": (
        "{id: r, kind: per_count, of: drinks, points: 3, step: 2, full_steps: true}",
        per_count.worth,
    ),
    "items": ("{id: r, kind: per_item, points: 1.5, except: gift}", per_item.worth),
    "visit": ("{id: r, kind: per_order, points: 5, minimum: 12.00 EUR}", per_order.worth),
    "tea visit": (
        "{id: r, kind: per_order, points: 5, minimum: 4.00 EUR, when: {category: tea}}",
        per_order.worth,
    ),
    "table": (
        "{id: r, kind: by_steps, steps: [{from: 5.00 EUR, points: 3}, {from: 20.00 EUR, "
        "points: 11}]}",
        by_steps.worth,
    ),
    "table of drinks": (
        "{id: r, kind: by_steps, of: drinks, steps: [{count: 2, points: 3}, {count: 4, "
        "points: 11}]}",
        by_steps.worth,
    ),
}
MODIFIERS = [
    "{id: beans, kind: multiply, factor: 2, when: {category: beans}}",
    "{id: tea, kind: multiply, factor: 2, when: {category: tea}}",
    "{id: card, kind: multiply, factor: 1.3, when: {tender: card}}",
    "{id: all, kind: multiply, factor: 1.25}",
    "{id: less, kind: multiply, factor: 0.5, when: {category: beans}}",
]
EXTRA = "{id: extra, kind: add, points: 4, minimum: 9.00 EUR}"
LIMIT = "limit: [{kind: points_per_order, most: 40}, {kind: times_per_day, most: 1}]\n"


def runs(small: int, full: int) -> settings:
    """So many examples; a red one is printed and kept."""
    return settings(
        max_examples=full if os.environ.get("REGULARS_TORTURE") else small,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


@cache
def programme(rule: str, modifiers: tuple[str, ...], policy: str, limited: bool) -> Compiled:
    """A programme with one earning rule."""
    change = "".join(f"  - {one}\n" for one in modifiers)
    text = f"earn:\n  - {RULES[rule][0]}\nchange:\n{change}" if change else ""
    text = text or f"earn:\n  - {RULES[rule][0]}\n"
    text += policy + (LIMIT if limited else "") + TIERS
    loaded = load(HEAD.format(zone="UTC", decimals=0) + text, "shop.yaml")
    assert loaded.edition is not None, loaded.problems
    return compiled([loaded.edition])


policies = st.sampled_from(
    [
        f"policy: {{stack: {stack}, rounding: {rounding}}}\n"
        for stack in ("additive", "multiplicative", "best_of")
        for rounding in ("multiply_then_round", "round_base_then_multiply")
    ]
)
modified = st.lists(st.sampled_from(MODIFIERS), unique=True, max_size=3).map(tuple)
shops = st.tuples(st.sampled_from(sorted(RULES)), modified, policies)


@st.composite
def orders(draw: st.DrawFn, discounts: bool = True) -> Order:
    """A sale of up to four lines of distinct products, some negative, some free, some fees."""
    lines = tuple(
        Line(
            product=f"p{index}",
            category=draw(st.sampled_from(["tea", "beans", "gift", ""])),
            amount_minor=draw(st.integers(-300, 2500)),
            quantity=Decimal(draw(st.integers(1, 3))),
            kind=draw(st.sampled_from(["goods", "goods", "goods", "fee"])),
        )
        for index in range(draw(st.integers(1, 4)))
    )
    goods = max(sum(line.amount_minor for line in lines if line.kind == "goods"), 0)
    tender = draw(st.sampled_from([{}, {"card": 700}, {"card": 500, "cash": 250}]))
    return Order(
        key="o",
        at=AT,
        currency="EUR",
        amount_minor=sum(line.amount_minor for line in lines),
        lines=lines,
        discount_minor=draw(st.integers(0, goods)) if discounts and draw(st.booleans()) else 0,
        amounts={"fare": draw(st.integers(0, 5000))},
        counts={"drinks": Decimal(draw(st.integers(0, 6)))},
        tender=tender,
    )


def folded(made: Compiled, facts: list[Any], keep: bool = True) -> tuple[Run, int]:
    """The run that folded these facts, and what the member has."""
    run = Run(made, made.start())
    run.wanted = None if keep else set()
    follow(run, ordered(facts))
    return run, run.state.holdings[0].balance


def refund(number: int, **said: Any) -> Refund:
    """The refund of that number, an hour after the one before it."""
    body: dict[str, Any] = {"currency": "EUR", "amount_minor": 0, **said}
    return Refund(key=f"f{number}", at=AT + timedelta(hours=number + 1), order="o", **body)


@st.composite
def returns(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, Any], Order]:
    """What came back in parts, the same in one, and the order, by money or by count or by line."""
    how = draw(st.sampled_from(["money", "eligible", "counts", "lines"]))
    order = draw(orders(discounts=how != "lines"))
    if how == "counts":
        cut = draw(st.integers(0, int(order.counts["drinks"])))
        parts = [{"counts": {"drinks": Decimal(1)}}] * cut
        return parts, {"counts": {"drinks": Decimal(cut)}}, order
    if how == "lines":
        back = draw(st.lists(st.sampled_from(order.lines), unique=True))
        goods = [one for one in back if one.kind == "goods" and one.amount_minor > 0]
        parts = [{"lines": (half,)} for one in goods for half in _halves(draw, one)]
        return parts, {"lines": tuple(goods)}, order
    pieces = draw(st.lists(st.integers(1, 900), max_size=5))
    name = "amount_minor" if how == "money" else "eligible_minor"
    return [{name: one} for one in pieces], {name: sum(pieces)}, order


def _halves(draw: st.DrawFn, line: Line) -> list[Line]:
    cut = draw(st.integers(1, line.amount_minor))
    amounts_ = [one for one in (cut, line.amount_minor - cut) if one]
    return [Line(product=line.product, amount_minor=one) for one in amounts_]


def split_gives_the_same(shop: tuple[Any, ...], back: tuple[Any, ...], limited: bool) -> None:
    """The balance after the parts is the one after the whole, falls on the way, and is nothing at
    the end when all came back."""
    rule, modifiers, policy = shop
    parts, whole, order = back
    made = programme(rule, (*modifiers, EXTRA), policy, limited)
    facts: list[Any] = [order]
    balances = [folded(made, facts)[1]]
    for number, part in enumerate(parts):
        facts.append(refund(number, **_as_money(part)))
        balances.append(folded(made, facts)[1])
    assert balances == sorted(balances, reverse=True)
    run, at_once = folded(made, [order, refund(0, **_as_money(whole))])
    accepted = {one.id for one in folded(made, facts)[0].changes if one.to == "accepted"}
    if len(accepted) == len(parts):
        assert at_once == balances[-1]
    final, nothing = folded(made, [*facts, refund(len(parts), full=True)])
    assert nothing == 0
    assert not final.state.holdings[0].debts
    assert run.state.holdings[0].balance >= 0


def _as_money(said: dict[str, Any]) -> dict[str, Any]:
    """A refund's amount holds what its lines and its eligible part say."""
    lines = sum(line.amount_minor for line in said.get("lines", ()))
    money = said.get("amount_minor", 0) + said.get("eligible_minor", 0) + lines
    return {**said, "amount_minor": money}


def order_is_worth_itself(shop: tuple[Any, ...], order: Order) -> None:
    """With and without a record, and by the frozen decision on the whole order: the same."""
    rule, modifiers, policy = shop
    made = programme(rule, modifiers, policy, False)
    quick = folded(made, [order], keep=False)[1]
    run, kept = folded(made, [order])
    assert quick == kept
    record = run.records["o"]
    frozen = record.frozen.get("r")
    worth = RULES[rule][1](frozen, record) if frozen is not None else 0
    assert worth == kept == record.given.get("r", 0)
    fresh = opened(run, order)
    if fresh.total and frozen is not None:
        assert RULES[rule][1](frozen, fresh) == kept


@runs(150, 5000)
@given(shop=shops, order=orders())
def test_what_an_order_gives_is_what_its_frozen_decision_is_worth(
    shop: tuple[Any, ...], order: Order
) -> None:
    order_is_worth_itself(shop, order)


@runs(150, 5000)
@given(shop=shops, back=returns(), limited=st.booleans())
def test_splitting_a_refund_gives_back_the_same(
    shop: tuple[Any, ...], back: tuple[Any, ...], limited: bool
) -> None:
    split_gives_the_same(shop, back, limited)


PLAIN = "policy: {stack: additive, rounding: multiply_then_round}\n"


def sale(**changed: Any) -> Order:
    """One line of tea for 9.99 (three of it), three drinks, by card."""
    line = Line(product="p0", category="tea", amount_minor=999, quantity=Decimal(3))
    body: dict[str, Any] = {
        "lines": (line,),
        "counts": {"drinks": Decimal(3)},
        "tender": {"card": 999},
        "amounts": {"fare": 999},
    }
    body |= {"key": "o", "at": AT, "currency": "EUR", "amount_minor": 999}
    return Order(**{**body, **changed})


PART = [{"amount_minor": 333}] * 3, {"amount_minor": 999}, sale()


def test_saboteur_sale_without_a_record_that_gets_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = ("money", (MODIFIERS[1],), PLAIN)
    order_is_worth_itself(shop, sale())
    whole = per_amount.Working.quick

    def quick(self: per_amount.Working) -> Callable[[Run, Order], None]:
        inner = whole(self)

        def act(run: Run, order: Order) -> None:
            inner(run, order)
            if run.record is None:
                self.earning.book(run, 1)

        return act

    monkeypatch.setattr(per_amount.Working, "quick", quick)
    programme.cache_clear()
    with pytest.raises(AssertionError):
        order_is_worth_itself(shop, sale())
    programme.cache_clear()


@pytest.mark.parametrize(
    "rule", ["drinks", "full drinks", "items", "visit", "tea visit", "table", "table of drinks"]
)
def test_saboteur_decision_that_is_worth_more_later(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = (rule, (MODIFIERS[3],), PLAIN)
    order = sale(lines=(Line(product="p0", category="tea", amount_minor=2500),), amount_minor=2500)
    order_is_worth_itself(shop, order)
    worth = RULES[rule][1]
    monkeypatch.setitem(RULES, rule, (RULES[rule][0], lambda *args: worth(*args) + 1))
    with pytest.raises(AssertionError):
        order_is_worth_itself(shop, order)


THIRDS: list[dict[str, Any]] = [{"counts": {"drinks": Decimal(2)}}] * 3
DRINKS = THIRDS, {"counts": {"drinks": Decimal(6)}}, sale(counts={"drinks": Decimal(6)})


@pytest.mark.parametrize("rule", sorted(RULES))
def test_saboteur_refund_that_floors_by_itself(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    back = DRINKS if "drinks" in rule else PART
    shop = (rule, (MODIFIERS[3],), PLAIN)
    split_gives_the_same(shop, back, False)
    monkeypatch.setattr(Earning, "undoing", _each_by_itself)
    programme.cache_clear()
    with pytest.raises(AssertionError):
        split_gives_the_same(shop, back, False)
    programme.cache_clear()


def _each_by_itself(self: Earning, worth: Any) -> Callable[[Run, Undoing], None]:
    """Takes back a third of what was given and one less, whatever is left."""

    def undo(run: Run, undoing: Undoing) -> None:
        record = undoing.record
        if self.rule in record.frozen:
            given = record.given[self.rule] // 3 - 1
            if given > 0:
                self._claw(run, record, undoing.key, given)

    return undo
