"""Tiers, meters and expiry are functions of the set of facts: histories in random orders of
arrival, sums worked out anew from the facts, and broken variants that this must notice."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standing_kit import MEMBER, edition, runs, tiers

from regulars.engine.advance import advance
from regulars.engine.booking import Book, Booked
from regulars.engine.calendar import instant_of
from regulars.engine.calendar import zone as zone_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.edition import Asset
from regulars.engine.facts import Order, Refund
from regulars.engine.fold import fold, step
from regulars.engine.happenings import Activity, FoldFact
from regulars.engine.kinds.life.by_tier import ByTier, TierLife
from regulars.engine.kinds.life.inactivity import Inactivity, NewestProlongs
from regulars.engine.kinds.life.month_by_month import MonthByMonth
from regulars.engine.kinds.life.yearly import Never, Yearly
from regulars.engine.kinds.metrics.figures import Figure, span_of
from regulars.engine.kinds.metrics.spent import Spent
from regulars.engine.kinds.standing.calendar import CalendarMonth, CalendarYear
from regulars.engine.kinds.standing.kept import Anniversary, RollingKept
from regulars.engine.kinds.standing.lasting import Lifetime
from regulars.engine.kinds.standing.rolling import Rolling
from regulars.engine.metering import Metering
from regulars.engine.rules import Ladder, Life

START = datetime(2024, 1, 29, 10, tzinfo=UTC)
BERLIN = "Europe/Berlin"
LADDERS: tuple[Ladder, ...] = (
    Rolling(metric="spend", months=2),
    RollingKept(metric="spend", months=2, kept=3),
    Anniversary(metric="spend", months=2, kept=2),
    CalendarYear(metric="spend", extra_months=1),
    CalendarMonth(metric="spend", carry_surplus=True),
    Lifetime(metric="spend"),
)
LIVES: tuple[Life, ...] = (
    Inactivity(life="P2M", by=("order", "visit")),
    NewestProlongs(life="P2M"),
    MonthByMonth(months=1, by=("visit",)),
    Yearly(day="02-29", at_least="P1M"),
    ByTier(
        tiers=[TierLife(tier=("gold",), expire=Never())],
        other=MonthByMonth(months=1, by=("visit",)),
    ),
)


WINDOWS = ("12m", "2m", "month", "year")


def programme(
    ladder: Ladder = LADDERS[0], life: Life | None = None, windows: tuple[str, ...] = WINDOWS
) -> Compiled:
    """Three tiers by money spent in Berlin; points that live so. Without `windows` the ladder's
    own is the only one, and a rolling ladder is climbed its quick way."""
    return compiled(
        [
            edition(
                zone=BERLIN,
                assets=[Asset(id="points", name="point", expire=life)],
                metrics=[Spent(id="spend", windows=windows)],
                standing=ladder,
                tiers=tiers(("bronze", "0"), ("silver", "40"), ("gold", "90")),
            )
        ]
    )


@st.composite
def histories(draw: st.DrawFn) -> list[FoldFact]:
    """Orders, refunds of a part or all of them, and visits, over two years; month ends often."""
    hours = st.integers(0, 24 * 700) | st.sampled_from([24 * n for n in (0, 1, 2, 30, 31, 60, 365)])
    facts: list[FoldFact] = []
    for number in range(draw(st.integers(1, 9))):
        at = START + timedelta(hours=draw(hours))
        amount = draw(st.integers(1, 60)) * 100
        key = f"o{number}"
        facts.append(Order(key=key, at=at, currency="EUR", amount_minor=amount))
        if draw(st.booleans()):
            later = at + timedelta(hours=draw(st.integers(0, 24 * 300)))
            back = draw(st.integers(1, amount))
            facts.append(
                Refund(
                    key=f"f{number}",
                    at=later,
                    order=key,
                    currency="EUR",
                    amount_minor=back,
                    eligible_minor=back,
                )
            )
        if draw(st.booleans()):
            act = START + timedelta(hours=draw(hours))
            facts.append(Activity(key=f"a{number}", at=act, kind="visit"))
    return facts


def nobody(question: object) -> Any:
    """Nobody should ask."""
    raise AssertionError(question)


def booked(made: Compiled, facts: list[FoldFact], until: int) -> Book:
    """The facts, as they arrive; refunds wait for their orders."""
    book = Book.opened(made, MEMBER, nobody)
    orders = {fact.key for fact in facts if isinstance(fact, Order)}
    waiting: list[Refund] = []
    for fact in facts:
        if isinstance(fact, Refund) and fact.order in orders - set(book.facts):
            waiting.append(fact)
            continue
        book.take(fact)
        for refund in [one for one in waiting if one.order == fact.key]:
            waiting.remove(refund)
            book.take(refund)
    book.advance(until)
    return book


def outcome(made: Compiled, state: Any) -> tuple[Any, ...]:
    """What must not depend on the order of arrival."""
    lots = [(lot.expires, lot.earned, lot.key, lot.left) for lot in state.holdings[0].lots]
    return state.standing, lots, state.holdings[0].balance, state.memory


def alike(made: Compiled, facts: list[FoldFact], seed: int) -> None:
    """The fold of the set, and the same facts booked in another order."""
    until = instant_of(START + timedelta(days=1100))
    wanted = fold(made, facts, holder=MEMBER, until=until)
    arrivals = list(facts)
    random.Random(seed).shuffle(arrivals)
    book = booked(made, arrivals, until)
    assert outcome(made, book.state) == outcome(made, wanted.state)


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda one: one.kind)
def test_a_tier_is_a_function_of_the_set_of_facts(ladder: Ladder) -> None:
    made = programme(ladder, windows=() if isinstance(ladder, Rolling) else WINDOWS)

    @runs(40, 1000)
    @given(histories(), st.integers(0, 2**32))
    def holds(facts: list[FoldFact], seed: int) -> None:
        alike(made, facts, seed)

    holds()


@pytest.mark.parametrize("life", LIVES, ids=lambda one: one.kind)
def test_expiry_is_a_function_of_the_set_of_facts(life: Life) -> None:
    made = programme(Rolling(metric="spend", months=2), life)

    @runs(40, 1000)
    @given(histories(), st.integers(0, 2**32))
    def holds(facts: list[FoldFact], seed: int) -> None:
        alike(made, facts, seed)

    holds()


def left_of(facts: list[FoldFact], until: int) -> list[tuple[int, int]]:
    """Each order's instant, and what of it is left at an instant: worked out from the facts."""
    orders = {fact.key: fact for fact in facts if isinstance(fact, Order)}
    left = {key: one.amount_minor for key, one in orders.items()}
    for fact in facts:
        if isinstance(fact, Refund) and instant_of(fact.at) <= until:
            left[fact.order] -= fact.amount_minor
    ats = {key: instant_of(one.at) for key, one in orders.items()}
    return [(ats[key], amount) for key, amount in left.items() if ats[key] <= until]


def sums(facts: list[FoldFact], at: int) -> dict[str, int]:
    """What the metric comes to in each window at an instant: an independent reckoning."""
    berlin = zone_of(BERLIN)
    left = left_of(facts, at)
    same = {
        unit: sum(n for t, n in left if berlin.period(t, unit) == berlin.period(at, unit))
        for unit in ("month", "year")
    }
    rolling = {
        f"{months}m": sum(n for t, n in left if at < berlin.plus(t, months)) for months in (2, 12)
    }
    return {**same, **rolling, "ever": sum(n for _, n in left)}


def read(made: Compiled, facts: list[FoldFact], at: int) -> tuple[dict[str, int], int]:
    """What the fold says in each window, and the tier."""
    known = [fact for fact in facts if instant_of(fact.at) <= at]
    run = fold(made, known, holder=MEMBER, until=at).run
    advance(run, at)
    run.at = at
    figure = Spending.of(made)
    windows = ("month", "year", "2m", "12m", "ever")
    return {name: figure.value(run, span_of(name)) for name in windows}, run.state.standing.tier


class Spending:
    """The compiled metric of a programme."""

    @staticmethod
    def of(made: Compiled) -> Figure:
        """It is bound to the reader that its handlers offer."""
        bound: Any = made.editions[0].handlers["spend"].read
        figure: Figure = bound.__self__
        return figure


def reached(amount: int) -> int:
    """The tier that a sum reaches."""
    return (amount >= 4000) + (amount >= 9000)


def reckoned(facts: list[FoldFact], at: int) -> None:
    """Windows as reckoned anew; the tiers of the pure ladders follow from them."""
    wanted = sums(facts, at)
    found, tier = read(programme(Rolling(metric="spend", months=2)), facts, at)
    assert found == wanted
    assert tier == reached(wanted["2m"])
    quick, tier = read(programme(Rolling(metric="spend", months=2), windows=()), facts, at)
    assert quick["2m"] == wanted["2m"]
    assert tier == reached(wanted["2m"])
    assert read(programme(Lifetime(metric="spend")), facts, at)[1] == reached(wanted["ever"])


def by_years(facts: list[FoldFact], at: int) -> None:
    """A tier of calendar years is the best of the years that still hold."""
    berlin = zone_of(BERLIN)
    year = berlin.period(at, "year")
    january = berlin.period(at, "month") % 12 == 0
    years = range(year - 2 if january else year - 1, year + 1)
    left = left_of(facts, at)
    best = max(reached(sum(n for t, n in left if berlin.period(t, "year") == one)) for one in years)
    assert read(programme(CalendarYear(metric="spend", extra_months=1)), facts, at)[1] == best


@runs(60, 2000)
@given(histories(), st.integers(0, 24 * 1200))
def test_meters_are_what_the_facts_say(facts: list[FoldFact], hours: int) -> None:
    at = instant_of(START + timedelta(hours=hours))
    reckoned(facts, at)
    by_years(facts, at)


BOUGHT = Order(key="o1", at=START, currency="EUR", amount_minor=9500)
BACK = Refund(
    key="f1",
    at=START + timedelta(days=40),
    order="o1",
    currency="EUR",
    amount_minor=1000,
    eligible_minor=1000,
)


def test_a_refund_dated_by_itself_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken: what comes back is counted in the window of the refund."""
    at = instant_of(START + timedelta(days=41))
    reckoned([BOUGHT, BACK], at)
    right = Figure.add
    monkeypatch.setattr(
        Figure, "add", lambda self, run, amount, _: right(self, run, amount, run.at)
    )
    with pytest.raises(AssertionError):
        reckoned([BOUGHT, BACK], at)


def test_a_window_that_is_closed_at_its_start_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken: an entry leaves a moment too late."""
    at = zone_of(BERLIN).plus(instant_of(BOUGHT.at), 12)
    reckoned([BOUGHT], at)
    right = Metering.leaves
    monkeypatch.setattr(Metering, "leaves", lambda self, one: right(self, one) + 1)
    with pytest.raises(AssertionError):
        reckoned([BOUGHT], at)


def test_a_ladder_that_overlooks_refunds_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken: the check that was planned stands although less is there to leave."""
    first = Order(key="o0", at=START - timedelta(days=20), currency="EUR", amount_minor=1000)
    back = Refund(
        key="f2",
        at=START + timedelta(days=1),
        order="o1",
        currency="EUR",
        amount_minor=700,
        eligible_minor=700,
    )
    facts: list[FoldFact] = [first, BOUGHT, back]
    at = zone_of(BERLIN).plus(instant_of(first.at), 2)
    reckoned(facts, at)
    monkeypatch.setattr("regulars.engine.kinds.standing.climbing.Climbing.heard", _deaf)
    with pytest.raises(AssertionError):
        reckoned(facts, at)


def _deaf(self: object, run: object, amount: int, at: int) -> None:
    """Hears nothing."""


def test_an_order_of_arrival_that_matters_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken: a late fact is taken as if it were the newest."""
    made = programme(LADDERS[1])
    late = Order(key="o0", at=START - timedelta(days=40), currency="EUR", amount_minor=3000)
    facts: list[FoldFact] = [late, BOUGHT, BACK]
    seeds = [seed for seed in range(20) if _first(facts, seed) is not late]
    alike(made, facts, seeds[0])
    monkeypatch.setattr(Book, "refold", _as_newest)
    with pytest.raises(AssertionError):
        alike(made, facts, seeds[0])


def _first(facts: list[FoldFact], seed: int) -> FoldFact:
    """What arrives first under a seed."""
    arrivals = list(facts)
    random.Random(seed).shuffle(arrivals)
    return arrivals[0]


def _as_newest(book: Book, facts: Sequence[FoldFact], *more: object) -> Booked:
    """Applies facts where the book stands."""
    for fact in facts:
        book.facts[fact.key] = fact
        step(book.run, fact, max(instant_of(fact.at), book.run.state.at))
    return Booked()
