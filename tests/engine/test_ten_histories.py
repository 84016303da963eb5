"""Ten nasty histories, with the numbers that the concept page of that name tells."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import pytest
from histories import day, net, order, refund, said, yes
from msgspec import Struct

from regulars.engine import sealing, snapshot
from regulars.engine.booking import Book
from regulars.engine.build import Build
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.desk import Desk
from regulars.engine.edition import Asset, Edition, Tier
from regulars.engine.facts import Order
from regulars.engine.fold import History, fold, follow, ordered
from regulars.engine.happenings import Activity, FoldFact, Grant, Promise, Redemption
from regulars.engine.joining import join, part
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.kinds.life.after_earning import After
from regulars.engine.kinds.limit.points_per_period import PointsPerDay
from regulars.engine.kinds.metrics.spent import Spent
from regulars.engine.kinds.rewards.every import Every
from regulars.engine.kinds.rewards.price import Price
from regulars.engine.kinds.standing.calendar import CalendarYear
from regulars.engine.position import place, position
from regulars.engine.questions import Granted, Question, Reply, Share
from regulars.engine.rules import Handlers, Reward
from regulars.engine.run import Ask, Run
from regulars.ledger.lots import FOREVER

DAY = 86_400_000_000


def neutral(**changed: Any) -> Edition:
    """A point for each full euro, for 12 months; silver from 500 in a calendar year."""
    body: dict[str, Any] = {
        "format": 1,
        "programme": "neutral",
        "edition": "a",
        "name": "Neutral",
        "assets": [
            Asset(id="points", name="point", expire=After(life="P12M")),
            Asset(id="credit", name="credit", decimals=2, currency="EUR"),
            Asset(id="stamps", name="stamp"),
        ],
        "metrics": [Spent(id="spent")],
        "earn": [PerAmount(id="spend", step="1 EUR", points="1", full_steps=True)],
        "rewards": [
            Price(id="any", name="anything", any_price=True),
            Every(id="card", name="a drink", each=9, asset="stamps", item="drink"),
        ],
        "standing": CalendarYear(metric="spent"),
        "tiers": [
            Tier(id="bronze", name="Bronze", from_="0"),
            Tier(id="silver", name="Silver", from_="500"),
        ],
    }
    return Edition(**{**body, **changed})


NEUTRAL = compiled([neutral()])
JANUARY, FEBRUARY, MARCH = 0, 31, 59
"""Days from the first of January 2025 to the first of a month."""


def desk_of(programme: Compiled = NEUTRAL) -> Desk:
    return Desk(programme, yes)


def has(desk: Desk, holder: str = "m1", asset: str = "points") -> int:
    return desk.book(holder).state.holdings[desk.programme.assets[asset]].balance


def act(key: str, days: float) -> Activity:
    return Activity(key=key, at=day(days), kind="lesson")


def redeem(key: str, days: float, price: int) -> Redemption:
    return Redemption(key=key, at=day(days), reward="any", price=price)


def test_1_a_late_order_before_a_redemption() -> None:
    desk = desk_of()
    desk.record(order("o1", JANUARY + 9, 300), "m1")
    desk.record(order("o2", MARCH, 100), "m1")
    assert desk.record(redeem("r1", MARCH + 9, 350), "m1").status == "accepted"
    book = desk.book("m1")
    paid = [(one.key, one.amount) for one in book.run.records["r1"].parts]
    assert (has(desk), paid) == (50, [("o1", 300), ("o2", 50)])
    before = len(book.booked)
    desk.record(order("o0", FEBRUARY, 250), "m1", now=instant_of(day(MARCH + 19)))
    told = [(row.key, row.step, row.amount, row.at) for row in book.booked[before:]]
    assert told == [("o0", "earn", 250, instant_of(day(FEBRUARY)))]
    paid = [(one.key, one.amount) for one in book.run.records["r1"].parts]
    assert (has(desk), paid) == (300, [("o1", 300), ("o0", 50)])


def test_2_a_refund_first_twice_and_too_much() -> None:
    desk = desk_of()
    first = refund("f1", 5, "o1", 40)
    assert desk.record(first, now=instant_of(day(5))).status == "parked"
    desk.record(order("o1", 4, 100), "m1", now=instant_of(day(6)))
    assert has(desk) == 60
    assert (desk.record(first).status, has(desk)) == ("known", 60)
    refused = desk.record(refund("f2", 7, "o1", 70))
    assert (refused.status, refused.code, has(desk)) == ("refused", "exceeds_order", 60)


def test_3_a_household_is_one_holder() -> None:
    desk = desk_of(compiled([neutral(limit=[PointsPerDay(id="cap", most="200")])]))
    desk.record(order("anna/o1", 5, 150), "home")
    desk.record(order("ben/o1", 5.2, 120), "home")
    assert has(desk, "home") == 200


def test_4_a_merge_and_back() -> None:
    desk = desk_of()
    desk.record(Grant(key="a1", at=day(1), asset="stamps", amount=8), "anna")
    desk.record(Grant(key="b1", at=day(2), asset="stamps", amount=5), "ben")
    join(desk, "anna", "ben")
    assert (has(desk, "anna", "stamps"), len(desk.book("anna").state.vouchers)) == (4, 1)
    part(desk, "ben")
    assert (has(desk, "anna", "stamps"), has(desk, "ben", "stamps")) == (-1, 5)
    assert [len(desk.book(name).state.vouchers) for name in ("anna", "ben")] == [1, 0]


class Score(Struct):
    """Lessons so far; what became of the league."""

    lessons: int = 0
    closed: bool = False
    rank: int = 0


class League(Reward, frozen=True, kw_only=True, tag="league"):
    """At the end of the tenth day everybody has a place, which the caller knows."""

    memory: ClassVar[type | None] = Score

    def compile(self, build: Build) -> Handlers:
        slot, me, closes = build.slot(self), self.name_in_state, instant_of(day(10))

        def score(run: Run) -> Score:
            memory: Score = run.state.memory[slot]
            return memory

        def lesson(run: Run, fact: Activity) -> None:
            score(run).lessons += 1
            run.state.due = min(run.state.due, closes)

        def due(run: Run) -> None:
            score(run).closed = True
            if run.ask is not None and not run.asked(me, "10"):
                reply: Any = run.ask(Share(name="league", wanted=score(run).lessons, most=9))
                run.apply(run.promise(me, "10", due=True, amount=reply.amount))

        def promised(run: Run, promise: Promise) -> None:
            score(run).rank = promise.amount

        return Handlers(
            on={Activity: lesson},
            next_due=lambda run: FOREVER if score(run).closed else closes,
            due=due,
            promised=promised,
        )


def test_5_a_rank_is_decided_once() -> None:
    asked: list[tuple[str, int]] = []

    def answer(holder: str, question: Question) -> Reply:
        assert isinstance(question, Share)
        asked.append((holder, question.wanted))
        return Granted(amount=len(asked))

    desk = Desk(compiled([neutral(rewards=[League(id="league")])]), answer)
    desk.record(act("l1", 8), "anna")
    desk.record(act("l2", 8.5), "ben")
    desk.advance(instant_of(day(11)))
    assert asked == [("anna", 1), ("ben", 1)]
    desk.record(act("l3", 9), "ben", now=instant_of(day(12)))
    ben = desk.book("ben").state.memory[desk.programme.slots["league"]]
    assert (ben.lessons, ben.rank, len(asked)) == (2, 2, 2)


class Run7(Struct):
    """The last day that counts, how many in a row, and what can still bridge a day."""

    last: int = -1
    days: int = 0
    protections: int = 1
    badge: bool = False


class Days(Reward, frozen=True, kw_only=True, tag="days"):
    """Days in a row: one missed day is bridged; a badge at seven."""

    memory: ClassVar[type | None] = Run7

    def compile(self, build: Build) -> Handlers:
        slot, me = build.slot(self), self.name_in_state

        def row(run: Run) -> Run7:
            memory: Run7 = run.state.memory[slot]
            return memory

        def lesson(run: Run, fact: Activity) -> None:
            here = row(run)
            if run.at // DAY != here.last:
                here.last, here.days = run.at // DAY, here.days + 1
                run.state.due = min(run.state.due, next_due(run))

        def next_due(run: Run) -> int:
            here = row(run)
            return FOREVER if here.last < 0 else (here.last + 2) * DAY

        def due(run: Run) -> None:
            here = row(run)
            bridged = here.protections > 0
            here.protections -= bridged
            here.last = here.last + 1 if bridged else -1
            here.days = here.days if bridged else 0

        def wants(run: Run, ask: Ask) -> Promise | None:
            known = row(run).badge or row(run).days < 7 or run.asked(me, 7)
            return None if known else run.promise(me, 7)

        def promised(run: Run, promise: Promise) -> None:
            row(run).badge = True

        return Handlers(
            on={Activity: lesson}, next_due=next_due, due=due, wants=wants, promised=promised
        )


def streak(desk: Desk) -> Run7:
    memory: Run7 = desk.book("m1").state.memory[desk.programme.slots["days"]]
    return memory


def test_6_a_streak_and_a_day_that_comes_late() -> None:
    desk = desk_of(compiled([neutral(rewards=[Days(id="days")])]))
    for number in (1, 2):
        desk.record(act(f"l{number}", number), "m1")
    desk.advance(instant_of(day(3.9)))
    assert (streak(desk).days, streak(desk).protections) == (2, 0)
    desk.record(act("l4", 4), "m1")
    assert (streak(desk).days, streak(desk).protections) == (3, 0)
    desk.record(act("l3", 3), "m1", now=instant_of(day(4.2)))
    assert (streak(desk).days, streak(desk).protections) == (4, 1)
    for number in (5, 6, 7):
        desk.record(act(f"l{number}", number), "m1")
    assert (streak(desk).days, streak(desk).badge) == (7, True)
    desk.record(msgspec.structs.replace(act("l6", 40), version=2), "m1")
    assert (streak(desk).days, streak(desk).badge) == (1, True)


def test_7_two_currencies_and_two_assets() -> None:
    desk = desk_of()
    desk.book("m1").explain = True
    dollars = Order(key="o1", at=day(1), currency="USD", amount_minor=5000)
    told = desk.record(dollars, "m1")
    assert [(why.rule, why.code) for why in told.whys if why.rule == "spend"] == [
        ("spend", "other_currency")
    ]
    desk.record(Grant(key="g1", at=day(2), asset="credit", amount=1000), "m1")
    desk.record(Grant(key="g2", at=day(2), asset="points", amount=10), "m1")
    assert [has(desk, asset=name) for name in ("points", "credit", "stamps")] == [10, 1000, 0]


def test_8_sealed_at_the_horizon() -> None:
    run = Run(NEUTRAL, NEUTRAL.start(), "m1")
    follow(run, ordered([order("o1", 1, 100), order("o2", 2, 50)]))
    openings = sealing.seal(NEUTRAL, run.state, run.records, instant_of(day(3)))
    again = Run(NEUTRAL, NEUTRAL.start(), "m1")
    follow(again, ordered([*openings, refund("f1", 9, "o2", 20)]))
    lots = [(lot.key, lot.left) for lot in again.state.holdings[0].lots]
    assert lots == [("o1", 100), ("o2", 30)]
    assert again.state.holdings[0].balance == 130


def test_9_a_version_of_the_fold_that_is_not_known_is_refused() -> None:
    assert compiled([neutral(fold=1)]).editions[0].edition.fold == 1
    with pytest.raises(ValueError, match="names fold 2, which is not known here"):
        compiled([neutral(fold=2)])


def test_10_a_late_refold_from_a_snapshot() -> None:
    facts: list[FoldFact] = [order(f"o{number}", number / 4, 5) for number in range(500)]
    run = Run(NEUTRAL, NEUTRAL.start(), "m1")
    follow(run, ordered(facts))
    kept = snapshot.taken(run, position(facts[-1]))
    between, after = order("late", 75.1, 7), order("new", 126, 7)
    assert place(between, {}) < kept.position < place(after, {})
    again = snapshot.resumed(NEUTRAL, kept, "m1")
    assert again is not None
    follow(again, History([after], [instant_of(after.at)]))
    wanted = fold(NEUTRAL, [*facts, after], holder="m1")
    assert said(NEUTRAL, again.state) == said(NEUTRAL, wanted.state)
    assert net([*run.rows, *again.rows]) == net(wanted.rows)
    book = Book.opened(NEUTRAL, "m1")
    for fact in (*facts, between):
        book.take(fact)
    wanted = fold(NEUTRAL, [*facts, between], holder="m1")
    assert said(NEUTRAL, book.state) == said(NEUTRAL, wanted.state)
    assert net(book.booked) == net(wanted.rows)
