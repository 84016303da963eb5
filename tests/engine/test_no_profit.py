"""R01, R06, R07 over the whole programme: books that balance, no profit, nothing counted twice."""

from __future__ import annotations

import random
from collections import Counter

import msgspec
import pytest
from histories import (
    AT_END,
    RICH,
    TORTURE,
    asked,
    balances,
    booked,
    day,
    edition,
    folded,
    histories,
    order,
    redemption,
    refund,
    runs,
    shuffled,
    yes,
)
from hypothesis import given
from hypothesis import strategies as st

from regulars.engine import accounts, granting
from regulars.engine.accounts import WAYS, Owner, group
from regulars.engine.booking import Book, Booked
from regulars.engine.calendar import instant_of
from regulars.engine.compiling import compiled
from regulars.engine.facts import Line, Order
from regulars.engine.happenings import FoldFact, Promise, Reversal
from regulars.engine.kinds.limit.points_per_period import PointsPerDay
from regulars.engine.run import CLAW, EXPIRE, GIVES, PENDS, PRICE, Run
from regulars.engine.state import Record
from regulars.ledger.book import Book as Ledger
from regulars.ledger.book import changes
from regulars.ledger.lots import pending

ME = Owner("club", "m1")
PARTS = 5


def kept_in_books(arrivals: list[FoldFact]) -> None:
    """Every arrival is one group; the ledger accepts it, and it agrees with the state."""
    book, ledger = Book.opened(RICH, "m1", lambda question: yes("m1", question)), Ledger()
    for account in ME.accounts(RICH.asset_names):
        ledger.open(account)
    told: list[Booked] = [book.take(fact) for fact in arrivals]
    told.append(book.advance(AT_END))
    for number, one in enumerate(told):
        transfers = group(ME, f"{number}/{one.cause}", one.rows, number)
        assert sum(changes(transfers.transfers).values()) == 0
        if transfers.transfers:
            ledger.post(transfers)
    assert sum(ledger.balances.values()) == 0
    for asset, holding in zip(RICH.asset_names, book.state.holdings, strict=True):
        assert ledger.balance(ME.account("available", asset)) == holding.balance
        assert ledger.balance(ME.account("pending", asset)) == pending(holding)


@runs(80, 2_000)
@given(histories(), st.integers(0, 2**32))
def test_every_arrival_is_a_group_that_balances(facts: list[FoldFact], seed: int) -> None:
    kept_in_books(shuffled(facts, seed))


def test_every_step_has_its_accounts_and_its_sign() -> None:
    for step, way in WAYS.items():
        sign = (way.target == "available") - (way.source == "available")
        assert sign == GIVES.get(step, 0)
        assert (way.target == "pending") - (way.source == "pending") == PENDS.get(step, 0)
    assert set(WAYS) == {*GIVES, *PENDS}


def test_a_difference_goes_the_other_way_at_the_old_instant() -> None:
    book = Book.opened(RICH, "m1")
    book.take(order("o1", 1, 100))
    rows = book.take(order("o1", 2, 100, version=2)).rows
    moves = [one for one in group(ME, "g", rows, 9).transfers if one.rule == "spend"]
    assert {(one.source, one.target, one.at, one.amount, one.booked_at) for one in moves} == {
        ("holder:m1:points:available", "programme:club:points:issued", instant_of(day(1)), 100, 9),
        ("programme:club:points:issued", "holder:m1:points:available", instant_of(day(2)), 100, 9),
    }
    assert {one.fact for one in moves} == {"o1"}


def bought(lines: list[int], categories: list[str]) -> Order:
    """An order of lines with amounts in cents."""
    return Order(
        key="o1",
        at=day(1),
        currency="EUR",
        amount_minor=sum(lines),
        lines=tuple(
            Line(product=f"p{number}", category=category, amount_minor=amount)
            for number, (amount, category) in enumerate(zip(lines, categories, strict=False))
        ),
    )


LINES = st.lists(st.integers(1, 20_000), min_size=1, max_size=4)
KINDS = st.lists(st.sampled_from(["goods", "beans"]), min_size=4, max_size=4)
SPLIT = st.lists(st.integers(1, 100), min_size=1, max_size=PARTS)


@runs(120, 5_000)
@given(LINES, KINDS, SPLIT)
def test_splitting_a_refund_changes_nothing(
    lines: list[int], kinds: list[str], split: list[int]
) -> None:
    bill = bought(lines, kinds)
    half = bill.amount_minor // 2
    parts = [half * share // sum(split) for share in split]
    parts[-1] += half - sum(parts)
    at_once: list[FoldFact] = [bill, refund("f", 2, "o1", half / 100)] if half else [bill]
    in_parts: list[FoldFact] = [bill]
    in_parts += [refund(f"f{n}", 2, "o1", part / 100) for n, part in enumerate(parts) if part]
    one, other = folded(at_once, until=AT_END), folded(in_parts, until=AT_END)
    assert balances(one.rows) == balances(other.rows)
    rest = folded([*in_parts, refund("rest", 3, "o1")], until=instant_of(day(4)))
    assert not any(holding.balance for holding in rest.state.holdings)
    assert not any(pending(holding) for holding in rest.state.holdings)


def loop(seed: int) -> Counter[str]:
    """A loop of legal actions that gives everything back: what the member has afterwards."""
    chance = random.Random(seed)
    book = Book.opened(RICH, "m1", lambda question: yes("m1", question))
    reversals: list[Reversal] = []
    keys = [f"o{number}" for number in range(chance.randint(1, 4))]
    moment = 0.0
    for key in keys:
        moment += chance.choice([0, 0.5, 10])
        book.take(order(key, moment, chance.randint(1, 300)))
        for number in range(chance.randint(0, 2)):
            attempt = redemption(f"r{key}{number}", moment + chance.choice([0, 1]))
            book.advance(instant_of(attempt.at))
            if asked(book, attempt):
                reversals.append(Reversal(key=f"x{attempt.key}", at=day(0), redemption=attempt.key))
    undo: list[FoldFact] = [
        *(refund(f"p{key}", 1, key, 0.5) for key in keys if chance.random() < 0.5),
        *(refund(f"f{key}", 1, key) for key in keys),
        *reversals,
    ]
    chance.shuffle(undo)
    for fact in undo:
        moment += chance.choice([0, 0.25, 20])
        book.take(msgspec.structs.replace(fact, at=day(moment)))
    book.advance(AT_END)
    return balances(book.booked)


@pytest.mark.parametrize("first", range(0, 5_000 if TORTURE else 200, 50))
def test_no_loop_of_legal_actions_ends_with_profit(first: int) -> None:
    for seed in range(first, first + 50):
        left = loop(seed)
        assert left["points"] <= 0, seed
        assert left["credit"] <= 0, seed
        assert left["stars"] <= 0, seed


@runs(100, 3_000)
@given(histories())
def test_no_unit_is_both_spent_and_expired(facts: list[FoldFact]) -> None:
    """Of every lot no more expires than it ever held."""
    wanted = folded(facts)
    earned: Counter[tuple[str, str, str]] = Counter()
    gone: Counter[tuple[str, str, str]] = Counter()
    for row in wanted.rows:
        if row.step in ("earn", "mature"):
            earned[row.key, row.rule, row.asset] += row.amount
        elif row.step == EXPIRE and not row.lot:
            gone[row.key, row.rule, row.asset] += row.amount
    assert not {place for place in gone if gone[place] > earned[place]}
    spent = sum(row.amount for row in wanted.rows if row.step in (PRICE, CLAW, EXPIRE))
    given = sum(row.amount for row in wanted.rows if GIVES.get(row.step) == 1)
    assert given - spent == sum(holding.balance for holding in wanted.state.holdings)


@runs(60, 1_000)
@given(histories(), st.integers(0, 500))
def test_the_second_run_of_the_clock_books_nothing(facts: list[FoldFact], days: int) -> None:
    book = booked(facts, until=instant_of(day(days)))
    for holding in book.state.holdings:
        assert holding.balance == sum(lot.left for lot in holding.lots) - sum(
            debt.left for debt in holding.debts
        )
        assert all(lot.left > 0 and lot.expires > instant_of(day(days)) for lot in holding.lots)
    assert book.advance(instant_of(day(days))) == Booked()


def test_a_limit_gives_back_its_room_with_the_refund() -> None:
    tight = compiled([edition(limit=[PointsPerDay(id="cap", most="50")])])
    facts: list[FoldFact] = [order("o1", 1, 80), refund("f1", 1.01, "o1"), order("o2", 1.02, 80)]
    assert folded(facts, tight, until=instant_of(day(2))).state.holdings[0].balance == 50


def test_saboteur_a_claw_that_takes_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    right = granting.clawing

    def wrong(*given: object) -> granting.Claw:
        claw = right(*given)  # type: ignore[arg-type]

        def less(run: Run, record: Record, key: str, amount: int) -> int:
            return claw(run, record, key, amount - 1)

        return less

    monkeypatch.setattr(granting, "clawing", wrong)
    monkeypatch.setattr("test_no_profit.RICH", compiled([edition()]))
    with pytest.raises(AssertionError):
        test_no_loop_of_legal_actions_ends_with_profit(0)


def test_saboteur_a_step_that_goes_to_the_wrong_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(accounts.WAYS, PRICE, accounts.Way("available", "pending"))
    coffee = Promise(key="r1", at=day(3), rule="coffee", ordinal="r1", price=50, asset="points")
    with pytest.raises(AssertionError):
        kept_in_books([order("o1", 1, 100), coffee])
