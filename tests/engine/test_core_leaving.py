"""What leaving for good takes, what outlives it, and how somebody takes part anew."""

from __future__ import annotations

from core_kit import Had, Keeper, at, changes, does, edition, grant, programme, rows, standing, told
from histories import day, order, refund

from regulars.engine.happenings import MEMBER, Erasure, FoldFact, Opening
from regulars.engine.run import FORFEIT, UNPEND, Run
from regulars.engine.state import BEGINNING, Payment, Standing, Voucher
from regulars.ledger.lots import FOREVER, Debt, Holding, Lot, Pending

LISTENS = [one for one in edition().earn if one.id != "spy"]


def full() -> Run:
    """Somebody with 12 points of which 5 wait, who owes 3 stars of which 2 wait, and with all that
    a state may keep."""
    run = standing()
    state = run.state
    waiting = [Pending(at(20), at(1), "o", "spend", 4), Pending(0, at(1), "o", "spend", 1)]
    state.holdings[0] = Holding(12, [Lot(at(30), 0, "o", "spend", 12)], [], waiting)
    state.holdings[1] = Holding(-3, [], [Debt("f", 2), Debt("g", 1)], [Pending(0, 0, "o", "x", 2)])
    state.vouchers = {name: Voucher(name, "gift", "gift", 1) for name in ("v1", "v2")}
    state.attributes, state.ordinals = {"zone": "a"}, {"gift": 2}
    state.paid = {"o2": [Payment("gift", 1)]}
    state.standing = Standing(2, at(1), at(99))
    state.memory[run.programme.slots["spy"]].seen = 7
    state.due = at(20)
    return run


def test_who_is_erased_holds_and_owes_nothing_and_the_books_balance() -> None:
    run = does(full(), Erasure(key="z", at=day(10)))
    assert rows(run) == [
        ("z", "erasure", FORFEIT, "points", 12),
        ("z", "erasure", UNPEND, "points", 5),
        ("z", "erasure", FORFEIT, "stars", -3),
        ("z", "erasure", UNPEND, "stars", 2),
    ]
    assert run.state.holdings == [Holding(), Holding()]
    assert changes(run) == [
        ("voucher", "v1", "revoked", "erased"),
        ("voucher", "v2", "revoked", "erased"),
        ("member", "m1", "erased", ""),
    ]
    assert told(run) == [{"id": "spy", "key": "z", "held": [12, -3]}]


def test_who_is_erased_is_forgotten_and_nothing_acts_any_more() -> None:
    run = does(full(), Erasure(key="z", at=day(10)))
    state, fresh = run.state, programme().start()
    assert (state.vouchers, state.paid, state.attributes) == ({}, {}, {})
    assert (state.memory, state.standing) == (fresh.memory, fresh.standing)
    assert (state.gone, state.due) == (True, BEGINNING)
    assert (run.edition.id, list(run.edition.on), run.edition.until) == ("a", [Opening], FOREVER)
    later: list[FoldFact] = [order("o9", 11, 50), grant("g", 5, days=11)]
    does(run, *later)
    assert state.holdings == [Holding(), Holding()]


def test_who_is_erased_gets_nothing_that_is_brought_in() -> None:
    run = does(full(), Erasure(key="z", at=day(10)))
    brought = Opening(key="b", at=day(11), what="asset", name="points", amount=9)
    does(run, brought)
    assert [one.key for one in run.rows] == ["z"] * 4
    assert run.state.holdings == [Holding(), Holding()]


def test_who_was_erased_takes_part_anew_with_nothing_of_before() -> None:
    of = programme({}, {"earn": LISTENS})
    run = Run(of, of.start(), "m1")
    does(run, order("o1", 1, 50))
    does(run, Erasure(key="z", at=day(10)))
    run.state.ordinals["card"] = 3
    does(run, Opening(key="n", at=day(120), what=MEMBER))
    state = run.state
    assert (state.gone, state.holdings, run.records) == (False, [Holding(), Holding()], {})
    assert run.edition is of.editions[1], "that of the day"
    assert state.ordinals["card"] == 3, "what is promised next is another one"
    assert changes(run)[-1] == ("member", "m1", "returned", "")
    does(run, refund("f", 121, "o1"))
    assert changes(run)[-1] == ("refund", "f", "refused", "order_unknown")
    does(run, order("o2", 122, 30))
    assert state.holdings[0].balance > 0


def test_each_memory_says_what_outlives_leaving_also_of_a_rule_that_is_no_more() -> None:
    of = programme({"earn": [*LISTENS, Keeper(id="keeper")]}, {"earn": LISTENS})
    run = Run(of, of.start(), "m1")
    run.edition = of.editions[1]
    slot = of.slots["keeper"]
    run.state.memory[slot] = Had(7)
    does(run, Erasure(key="z", at=day(110)), Opening(key="n", at=day(120), what=MEMBER))
    assert run.state.memory[slot] == Had(3)
    run.state.memory[slot] = Had()
    does(run, Erasure(key="y", at=day(130)))
    assert run.state.memory[slot] == Had(), "and nothing of what never was"


def test_rules_are_told_of_who_returns() -> None:
    run = does(standing(), Opening(key="m", at=day(10), what=MEMBER))
    assert told(run, "returned") == [], "whoever never left does not return"
    does(run, Erasure(key="z", at=day(11)), Opening(key="n", at=day(12), what=MEMBER))
    assert told(run, "returned") == [{"id": "spy", "key": "n"}]


def test_who_was_not_erased_does_not_begin_anew() -> None:
    run = does(standing(), Opening(key="n", at=day(10), what=MEMBER))
    assert changes(run) == [("member", "m1", "ignored", "member")]


def test_who_has_nothing_is_erased_without_a_row() -> None:
    run = standing()
    run.state.holdings[0] = Holding(1, [Lot(at(30), 0, "o", "spend", 1)])
    does(run, Erasure(key="z", at=day(10)))
    assert rows(run) == [("z", "erasure", FORFEIT, "points", 1)]
