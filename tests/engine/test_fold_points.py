"""The twelve rules of the fold, one test named for each, and the traps that taught them."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec
import pytest
from histories import (
    AT_END,
    RICH,
    asked,
    balances,
    booked,
    day,
    edition,
    folded,
    later,
    net,
    order,
    redemption,
    refund,
    same,
    yes,
)
from odd_kinds import Review, Tithe

from regulars.engine import advance as advancing
from regulars.engine import sealing, snapshot
from regulars.engine.advance import advance, advanced
from regulars.engine.booking import Book
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import FOLDS, compiled
from regulars.engine.desk import Desk
from regulars.engine.facts import Order
from regulars.engine.fold import fold, follow, ordered
from regulars.engine.happenings import (
    Attribute,
    Effect,
    Erasure,
    FoldFact,
    Grant,
    Promise,
    Reversal,
)
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.kinds.limit.points_per_period import PointsPerDay
from regulars.engine.kinds.metrics.earned import Earned
from regulars.engine.position import START, place
from regulars.engine.questions import Granted, Question, Reply, Share
from regulars.engine.run import Run
from regulars.engine.state import State


def coffee(key: str, days: float, price: int = 50, **more: Any) -> Promise:
    return Promise(
        key=key, at=day(days), rule="coffee", ordinal=key, price=price, asset="points", **more
    )


def open_book(programme: Compiled = RICH) -> Book:
    return Book.opened(programme, "m1", lambda question: yes("m1", question))


def points(book: Book) -> int:
    return book.state.holdings[0].balance


def test_point_1_facts_act_in_the_order_of_their_positions() -> None:
    facts: list[FoldFact] = [
        Promise(key="d", at=day(1), rule="x", ordinal="1", due=True),
        Attribute(key="a", at=day(1), name="n", value="v"),
        Grant(key="g", at=day(1), amount=1),
        coffee("p", 1, order="o"),
        order("o", 1, 1),
        refund("e", 0.5, "o"),
        refund("f", 1, "o"),
        coffee("r", 1),
        Reversal(key="v", at=day(0), redemption="r"),
        Erasure(key="z", at=day(1)),
        Promise(key="c/free/m1/1", at=day(1), rule="free", ordinal="1"),
        Reversal(key="b", at=day(1), redemption="c/free/m1/1"),
        order("y", 1.1, 1),
    ]
    by_key = {fact.key: fact for fact in facts}
    assert sorted(by_key, key=lambda key: place(by_key[key], by_key)) == list(by_key)
    assert ordered(reversed(facts)).facts == facts


def test_point_2_a_late_fact_is_folded_in_and_its_difference_is_booked() -> None:
    book = open_book()
    book.take(order("o2", 20, 200))
    late = book.take(order("o1", 10, 200))
    assert {(row.key, row.amount) for row in late.rows if row.asset == "points"} == {
        ("o1", 200),
        ("o2", 100),
    }
    assert {row.at for row in late.rows if row.key == "o2"} == {instant_of(day(20))}


def test_point_3_a_promise_is_decided_once_and_kept() -> None:
    book = open_book()
    book.take(order("o1", 1, 60))
    assert asked(book, redemption("r1", 2))
    assert not asked(book, redemption("r2", 3))
    book.take(order("o1", 1, 10, version=2))
    assert points(book) == -40
    book.take(order("o0", 0, 500))
    assert [key for key in book.facts if key.startswith("r")] == ["r1"]
    same(book, folded(book.facts.values(), until=book.state.at))


def test_point_4_the_same_set_ends_in_the_same_state() -> None:
    facts: list[FoldFact] = [order("o1", 2, 90), coffee("r1", 3), refund("f1", 1, "o1", 30)]
    for arrivals in (facts, facts[::-1], [facts[1], facts[2], facts[0]]):
        same(booked(arrivals), folded(facts))


def test_point_5_what_is_shared_is_decided_in_order_of_arrival() -> None:
    left = {"budget": 15}

    def answer(holder: str, question: Question) -> Reply:
        assert isinstance(question, Share)
        granted = min(question.wanted, left["budget"])
        left["budget"] -= granted
        return Granted(amount=granted)

    desk = Desk(compiled([edition(rewards=[Review(id="review")])]), answer)
    for holder in ("m1", "m2", "m3"):
        desk.record(order(f"o{holder}", 1, 1), holder)
    desk.advance(instant_of(day(60)))
    given = [desk.book(holder).state.holdings[0].balance - 1 for holder in ("m1", "m2", "m3")]
    assert sorted(given) == [0, 5, 10]
    for book in desk.books.values():
        same(book, fold(desk.programme, book.facts.values(), until=desk.clock, holder=book.holder))


def test_point_6_an_effect_is_a_fact_for_another_and_never_before_its_cause() -> None:
    programme = compiled([edition(earn=[*edition().earn, Tithe(id="tithe", to="mum")])])
    desk = Desk(programme, yes)
    desk.record(order("o1", 5, 100), "child", now=instant_of(day(9)))
    desk.record(refund("f1", 7, "o1"), now=instant_of(day(9)))
    told = [fact for fact in desk.book("mum").facts.values() if isinstance(fact, Effect)]
    assert [(one.what, one.at, one.cause) for one in told] == [
        ("tithe", day(5), "o1"),
        ("back", day(7), "f1"),
    ]


def test_point_7_what_rules_read_is_dated() -> None:
    said = [
        Attribute(key="a1", at=day(1), name="segment:vip", value="yes"),
        Attribute(key="a2", at=day(5), name="segment:vip", value=""),
    ]
    assert folded(said, until=instant_of(day(3))).state.attributes == {"segment:vip": "yes"}
    assert folded(said, until=instant_of(day(6))).state.attributes == {}


def test_point_8_time_is_an_input() -> None:
    run = folded([order("o1", 1, 100)], until=instant_of(day(1))).run
    before = RICH.dump(run.state)
    advance(run, instant_of(day(2)))
    assert RICH.dump(run.state) == before
    assert advanced(run, AT_END).holdings[0].balance == 0
    assert RICH.dump(run.state) == before
    assert run.state.holdings[0].lots[0].expires == instant_of(day(120).replace(hour=0))
    advance(run, instant_of(day(120)))
    assert run.state.holdings[0].balance == 0
    assert run.state.at == instant_of(day(120).replace(hour=0))


def test_point_8_a_timer_that_is_always_due_is_told_and_not_waited_for() -> None:
    run = folded([order("o1", 1, 100)], until=instant_of(day(1))).run
    stuck = msgspec.structs.replace(
        run.edition, timers=((lambda run: run.at, lambda run: None),), until=1 << 62
    )
    run.edition = stuck
    run.state.due = 0
    with pytest.raises(RuntimeError, match="timers of club do not move on"):
        advance(run, instant_of(day(2)))


def test_point_9_state_remembers_no_orders_and_a_refund_needs_the_record() -> None:
    run = Run(RICH, RICH.start(), "m1")
    run.wanted = set()
    follow(run, ordered([order(f"o{n}", n, 100) for n in range(20)]))
    assert not run.records
    assert b'"pieces"' not in RICH.dump(run.state)
    with_record = folded([order("o1", 1, 100), refund("f1", 2, "o1", 40)], until=instant_of(day(3)))
    assert list(with_record.records) == ["o1"]


def test_point_10_a_snapshot_is_a_cache_of_one_fold_version() -> None:
    run = folded([order("o1", 1, 100)]).run
    taken = snapshot.taken(run, START)
    assert snapshot.resumed(RICH, msgspec.structs.replace(taken, fold=FOLDS[-1] + 1)) is None
    unknown: Any = FOLDS[-1] + 1
    with pytest.raises(ValueError, match=f"edition 'a' names fold {unknown}, which is not known"):
        compiled([edition(fold=unknown)])


def test_point_11_sealed_history_goes_on_from_openings() -> None:
    facts: list[FoldFact] = [order("o1", 1, 100), coffee("r1", 2)]
    run = folded(facts, until=instant_of(day(3))).run
    openings = sealing.seal(RICH, run.state, run.records, instant_of(day(3)))
    rest: list[FoldFact] = [order("o2", 4, 10), refund("f1", 5, "o1", 40)]
    until = instant_of(day(6))
    whole = folded([*facts, *rest], until=until)
    sealed = folded([*openings, *rest], until=until)
    assert sealed.parked == {"o1": [rest[1]]}
    kept = Run(RICH, RICH.start(), "m1")
    follow(kept, ordered(facts))
    openings = sealing.seal(RICH, kept.state, kept.records, instant_of(day(3)))
    sealed = folded([*openings, *rest], until=until)
    assert RICH.dump(sealed.state) == RICH.dump(whole.state)
    book = booked([*rest, *openings], until=until)
    assert RICH.dump(book.state) == RICH.dump(whole.state)


def test_point_12_a_wanted_transfer_has_a_name_and_booked_rows_add_up_to_it() -> None:
    book = open_book()
    causes = [book.take(order("o1", 1, 100, version=v)) for v in (1, 2, 3)]
    causes += [book.take(order("o1", 1 + v, 30 * v, version=3 + v)) for v in (1, 2)]
    assert all(one.cause == "o1" for one in causes)
    spend = [row for row in book.booked if row.rule == "spend"]
    assert [(row.amount, row.at) for row in spend] == [
        (100, instant_of(day(1))),
        (30, instant_of(day(2))),
        (-100, instant_of(day(1))),
        (60, instant_of(day(3))),
        (-30, instant_of(day(2))),
    ]
    assert net(spend) == net(row for row in book.run.rows if row.rule == "spend")


def test_trap_a_a_debt_has_the_name_of_its_fact() -> None:
    facts: list[FoldFact] = [
        order("o1", 1, 30),
        coffee("r1", 2),
        order("o2", 3, 60),
        Reversal(key="x1", at=day(4), redemption="r1"),
    ]
    state = folded(facts, until=instant_of(day(5))).state
    assert [(lot.key, lot.left) for lot in state.holdings[0].lots] == [("o1", 30), ("o2", 60)]


def test_trap_c_what_the_fold_can_compute_is_not_promised() -> None:
    book = open_book()
    book.take(order("o1", 2, 80))
    assert asked(book, redemption("r1", 3))
    book.take(order("o1", 2, 60, version=2))
    assert points(book) == 10


def test_trap_e_an_offline_attempt_that_was_overtaken_is_refused() -> None:
    book = open_book()
    book.take(order("o1", 1, 60))
    assert asked(book, redemption("r1", 5))
    assert not asked(book, redemption("r0", 3))


def test_trap_f_what_is_put_back_lives_by_the_rule_of_now() -> None:
    facts: list[FoldFact] = [
        order("o1", 1, 100),
        coffee("r1", 2, 100),
        Reversal(key="x1", at=day(160), redemption="r1"),
    ]
    state = folded(facts, until=instant_of(day(161))).state
    assert state.holdings[0].balance == 0


def test_trap_g_a_late_refund_may_flip_an_accepted_one() -> None:
    book = open_book()
    book.take(order("o1", 1, 50))
    book.take(refund("f2", 5, "o1", 30))
    flipped = book.take(refund("f1", 3, "o1", 45))
    assert ("f2", "refused", "exceeds_order") in {
        (one.id, one.to, one.reason) for one in flipped.changes
    }
    assert points(book) == 5


@pytest.mark.parametrize(("first", "then", "left"), [(30, 20, 20), (10, 40, 30)])
def test_trap_h_an_order_restated_to_its_net_amount(first: int, then: int, left: int) -> None:
    book = open_book()
    book.take(order("o1", 1, 50))
    book.take(refund("f1", 2, "o1", first))
    book.take(order("o1", 1, then, version=2))
    assert points(book) == left


def test_several_assets_in_one_programme_do_not_touch_each_other() -> None:
    book = booked([order("o1", 200, 100)], until=instant_of(day(215)))
    names = dict(zip(RICH.asset_names, book.state.holdings, strict=True))
    assert {name: one.balance for name, one in names.items()} == {
        "points": 300,
        "stars": 100,
        "credit": 200,
        "gems": 0,
    }
    assert balances(book.booked)["gems"] == 0


def test_an_edition_keeps_the_memory_of_a_rule_by_its_id() -> None:
    """The cap of the day is used up under the first edition; a new id would start empty."""

    def day_of_change(cap: str) -> int:
        first = edition(limit=[PointsPerDay(id="cap", most="100")])
        second = edition(
            edition="b", from_="2025-01-02T12:00:00Z", limit=[PointsPerDay(id=cap, most="100")]
        )
        facts: list[FoldFact] = [order("o1", 1, 100), order("o2", 1.2, 100)]
        return (
            folded(facts, compiled([first, second]), instant_of(day(2))).state.holdings[0].balance
        )

    assert day_of_change("cap") == 100
    assert day_of_change("other") == 200


def test_a_rule_that_keeps_its_id_and_becomes_another_kind_starts_empty() -> None:
    second = edition(
        edition="b",
        from_="2025-06-01T00:00:00Z",
        limit=[PointsPerDay(id="earned", most="10")],
        metrics=[Earned(id="count", asset="points")],
        standing=None,
        tiers=[],
        change=[],
    )
    programme = compiled([edition(limit=[]), second])
    assert len(programme.slots) == len(set(programme.slots))
    assert {"earned", "earned/Used"} <= programme.slots.keys()
    facts: list[FoldFact] = [order("o1", 1, 100), order("o2", 200, 100)]
    state = folded(facts, programme, instant_of(day(201))).state
    assert state.holdings[0].balance == 10
    assert programme.dump(programme.load(programme.dump(state))) == programme.dump(state)


def test_a_tier_stays_by_its_id_when_an_edition_adds_another() -> None:
    state = folded([order("o1", 140, 160)], until=instant_of(day(152))).state
    assert state.edition == 1
    assert later().tiers[state.standing.tier].id == "silver"


def test_an_asset_that_an_edition_adds_has_its_own_life() -> None:
    state = folded([order("o1", 200, 100)], until=instant_of(day(205))).state
    gems = state.holdings[RICH.assets["gems"]].lots
    assert [(lot.left, lot.expires) for lot in gems] == [(20, instant_of(day(210)))]
    early = Grant(key="g1", at=day(1), asset="gems", amount=7)
    assert folded([early], until=instant_of(day(2))).state.holdings[3].balance == 7


def test_saboteur_a_refund_by_the_rules_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    facts: list[FoldFact] = [order("o1", 120, 100), refund("f1", 160, "o1", 40)]
    assert folded(facts, until=instant_of(day(161))).state.holdings[0].balance == 60
    monkeypatch.setattr(Compiled, "edition", lambda self, name: self.editions[-1])
    broken = edition(earn=[PerAmount(id="other", step="1 EUR", points="3", asset="points")])
    programme = compiled([edition(), msgspec.structs.replace(broken, edition="b", from_=FROM)])
    assert folded(facts, programme, instant_of(day(161))).state.holdings[0].balance == 100


FROM = "2025-06-01T00:00:00Z"


def test_a_state_is_bounded_by_the_rules_and_not_by_age() -> None:
    programme = compiled([edition(earn=edition().earn[:2])])

    def size(orders: int) -> int:
        facts: list[Order] = [order(f"o{n}", n * 20, 10) for n in range(orders)]
        return len(programme.dump(folded(facts, programme, instant_of(day(orders * 20))).state))

    assert size(120) < size(30) * 1.2
    assert "orders" not in State.__struct_fields__
    assert inspect.signature(advancing.advance).parameters.keys() == {"run", "until"}
