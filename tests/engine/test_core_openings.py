"""What is brought in: amounts of an asset, earlier orders, and what only a rule knows."""

from __future__ import annotations

from typing import Any

import pytest
from core_kit import (
    Spy,
    at,
    balance,
    brought,
    changes,
    does,
    edition,
    grant,
    held,
    owed,
    programme,
    rows,
    standing,
    told,
)
from histories import day, order, refund

from regulars.engine.conditions import Condition
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.kinds.limit.points_per_period import PointsPerDay
from regulars.engine.run import CLAW, EARN, Run
from regulars.engine.state import Record, Voucher
from regulars.ledger.lots import FOREVER, Debt, Lot, Part

FIRST = PerAmount(id="spend", step="1 EUR", points="1", when=Condition(first_order=True))


def lot(key: str, left: int, ends: float = 40, earned: float = 10, rule: str = "opening") -> Lot:
    return Lot(at(ends), at(earned), key, rule, left)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"amount": 8}, lot("b", 8)),
        ({"amount": 1}, lot("b", 1)),
        ({"amount": 8, "dates": {"earned": day(4)}}, lot("b", 8, 34, 4)),
        ({"amount": 8, "dates": {"expires": day(15)}}, lot("b", 8, 15)),
        ({"amount": 8, "dates": {"earned": day(4), "expires": day(15)}}, lot("b", 8, 15, 4)),
        ({"amount": 8, "details": {"order": "o1"}}, lot("o1", 8)),
        ({"amount": 8, "details": {"rule": "spend"}}, lot("b", 8, rule="spend")),
        ({"name": "stars", "amount": 8}, Lot(FOREVER, at(10), "b", "opening", 8)),
        ({"name": "stars", "amount": 8, "dates": {"expires": day(15)}}, lot("b", 8, 15)),
    ],
)
def test_an_amount_is_a_lot_of_its_date_and_life(fields: dict[str, Any], wanted: Lot) -> None:
    fact = brought("b", **{"name": "points", **fields})
    run = does(standing(), fact)
    assert held(run, fact.name) == [wanted]
    assert rows(run) == [("b", "opening", EARN, fact.name, wanted.left)]
    assert (balance(run, fact.name), run.state.due) == (wanted.left, wanted.expires)
    assert run.changes == []


def test_a_life_may_look_at_the_tier() -> None:
    run = standing()
    run.state.standing.tier = 2
    assert held(does(run, brought("b", name="points", amount=8))) == [lot("b", 8, 42)]


def test_what_ends_later_does_not_move_what_is_due() -> None:
    run = standing()
    run.state.due = at(12)
    assert does(run, brought("b", name="points", amount=8)).state.due == at(12)


@pytest.mark.parametrize(("amount", "key"), [(-8, "b"), (-1, "b"), (-8, "o1")])
def test_what_is_brought_below_nothing_is_owed(amount: int, key: str) -> None:
    details = {"order": key} if key != "b" else {}
    run = does(standing(), brought("b", name="points", amount=amount, details=details))
    assert (held(run), owed(run), balance(run)) == ([], [Debt(key, -amount)], amount)
    assert rows(run) == [("b", "opening", CLAW, "points", -amount)]
    assert run.state.due == FOREVER


def test_what_is_brought_below_nothing_comes_off_what_there_is() -> None:
    run = does(standing(), grant("g", 10), brought("b", name="points", amount=-8))
    assert (balance(run), owed(run)) == (2, [])


def test_what_is_brought_repays_what_is_owed() -> None:
    """And who had owed it learns from which lot."""
    run = standing()
    run.state.vouchers["v1"] = Voucher("v1", "gift", "gift", 1)
    run.state.holdings[0].debts, run.state.holdings[0].balance = [Debt("v1", 3)], -3
    does(run, brought("b", name="points", amount=8, details={"rule": "spend", "order": "o1"}))
    assert held(run) == [lot("o1", 5, rule="spend")]
    assert run.state.vouchers["v1"].parts == [Part("o1", "spend", at(10), 3)]
    assert rows(run) == [("b", "opening", EARN, "points", 8)]


@pytest.mark.parametrize(
    ("fields", "asked", "ignored"),
    [
        ({"what": "asset", "name": "gems", "amount": 4}, ["asset"], ("asset", "gems")),
        ({"what": "order", "name": "o1", "amount": 4}, ["order"], ("order", "o1")),
        ({"what": "tier", "name": "gold"}, ["tier"], ("tier", "gold")),
        ({"what": "mine", "name": "points", "amount": 4}, ["mine"], None),
    ],
)
def test_what_the_core_does_not_know_goes_to_the_rule_that_does(
    fields: dict[str, Any], asked: list[str], ignored: tuple[str, str] | None
) -> None:
    """The rule that takes it stands between one that does not listen and one that is not asked."""
    rules = [*edition().earn[:-1], Spy(id="spy", takes="mine"), Spy(id="last", takes="mine")]
    run = does(standing(of=programme({"earn": rules})), brought("b", **fields))
    assert [one["word"] for one in told(run, "opening") if one["id"] == "spy"] == asked
    last = [one["word"] for one in told(run, "opening") if one["id"] == "last"]
    assert last == (asked if ignored else [])
    if ignored:
        assert changes(run) == [("opening", "b", "ignored", ignored[0])]
        assert run.changes[-1].params == {"name": ignored[1]}
    else:
        assert changes(run) == []
    assert (run.rows, balance(run)) == ([], 0)


def test_what_was_sealed_is_put_back() -> None:
    sealed = brought("b", "sealed", name="zone", details={"part": "attributes"}, body='"a"')
    run = does(standing(), sealed)
    assert (run.state.attributes, told(run)) == ({"zone": "a"}, [])


def opened(amount: int = 0, days: float = 10, of: Any = None, **fields: Any) -> Run:
    """An order of 50 euros (50 points, 5 stars) that was bought before, beside 60 points and 3
    stars that were brought in, and 9 points of a grant."""
    run = standing(of=of)
    does(run, grant("g", 9, days=1))
    does(run, brought("b1", name="points", amount=40, days=9))
    does(run, brought("b2", name="points", amount=20, days=9.5))
    does(run, brought("b3", name="stars", amount=3, days=9.5))
    run.rows.clear()
    run.changes.clear()
    run.state.due = FOREVER
    bought = order("o1", days, 50)
    return does(run, brought("b", "order", amount=amount, order=bought, **fields))


def test_an_earlier_order_has_a_record_and_its_part_of_what_was_brought() -> None:
    """Fifty of the sixty points are the order's own from now on, and all three stars."""
    run = opened()
    assert held(run) == [
        lot("g", 9, 31, 1, "grant"),
        lot("b2", 10, 39.5, 9.5),
        lot("o1", 50, 40, 10, "spend"),
    ]
    assert held(run, "stars") == [Lot(FOREVER, at(10), "o1", "star", 3)]
    assert (balance(run), balance(run, "stars")) == (69, 3)
    record = run.records["o1"]
    assert (record.at, record.edition, record.basis) == (at(10), "a", 5000)
    assert record.given == {"spend": 50, "star": 5}
    assert run.state.due == at(40)


def test_an_earlier_order_gives_nothing_and_tells_nothing() -> None:
    run = opened()
    assert (run.rows, run.changes, list(run.records)) == ([], [], ["o1"])
    assert (run.record, run.at, run.key) == (None, at(10), "b")
    memory = run.state.memory[run.programme.slots["spy"]]
    assert memory.seen == 0


def test_an_earlier_order_comes_back_out_of_what_was_brought() -> None:
    run = does(opened(), refund("f", 11, "o1", 20))
    assert balance(run) == 49
    assert held(run)[-1] == lot("o1", 30, 40, 10, "spend")


@pytest.mark.parametrize(
    ("amount", "details", "left"),
    [(12, {"left": "yes"}, 12), (0, {"left": "yes"}, 0), (12, {}, 50), (70, {"left": "yes"}, 60)],
)
def test_what_is_left_of_an_earlier_order_may_be_told(
    amount: int, details: dict[str, str], left: int
) -> None:
    run = opened(amount, details=details)
    own = [one.left for one in held(run) if one.key == "o1"]
    assert own == ([left] if left else [])
    assert sum(one.left for one in held(run) if one.rule == "opening") == 60 - left
    assert balance(run) == 69


@pytest.mark.parametrize(("dates", "bought"), [({}, 10), ({"at": day(2)}, 2)])
def test_an_earlier_order_is_dated_by_itself(dates: dict[str, Any], bought: float) -> None:
    run = opened(dates=dates)
    assert run.records["o1"].at == at(bought)
    own = [one for one in held(run) if one.key == "o1"]
    assert own == [lot("o1", 50, bought + 30, bought, "spend")]
    assert run.state.due == at(bought + 30)


def test_what_ends_later_than_what_is_due_leaves_it() -> None:
    run = standing()
    run.state.due = at(11)
    does(run, brought("b", "order", order=order("o1", 10, 50)))
    assert run.state.due == at(11)
    assert held(run) == []


def test_the_life_of_an_earlier_order_may_look_at_the_tier() -> None:
    run = standing()
    does(run, brought("b1", name="points", amount=40))
    run.state.standing.tier = 1
    does(run, brought("b", "order", order=order("o1", 10, 50)))
    assert held(run) == [lot("o1", 40, 41, 10, "spend")]


def test_an_earlier_order_is_recorded_by_the_rules_of_now_though_nothing_is_kept() -> None:
    of = programme({}, {"earn": [PerAmount(id="spend", step="1 EUR", points="3")]})
    run = standing(of=of)
    run.edition, run.wanted = of.editions[1], set()
    does(run, brought("b", "order", days=120, order=order("o1", 120, 50)))
    assert run.records["o1"].given == {"spend": 150}
    assert run.records["o1"].edition == "b"


def test_an_earlier_order_meets_the_limits_as_they_stand_and_uses_nothing_of_them() -> None:
    """Thirty a day: ten are used up, so twenty were earned; later the same twenty are free."""
    of = programme({"limit": [PointsPerDay(id="cap", most="30", asset="points")]})
    run = does(standing(of=of), order("o0", 10, 10), brought("b1", name="points", amount=40))
    does(run, brought("b", "order", order=order("o1", 10, 50)))
    assert run.records["o1"].given["spend"] == 20
    assert [one.left for one in held(run) if one.key == "o1"] == [20]
    does(run, order("o2", 10, 50))
    assert run.records["o2"].given["spend"] == 20


def test_an_earlier_order_is_no_longer_the_first() -> None:
    of = programme({"earn": [FIRST]})
    run = does(standing(of=of), brought("b", "order", order=order("o1", 9, 50)))
    assert run.state.ordinals == {"orders/known": 1}
    does(run, order("o2", 10, 50))
    assert balance(run) == 0
    assert does(standing(), brought("b", "order", order=order("o1", 9, 5))).state.ordinals == {}


def test_an_earlier_order_does_not_touch_the_records_that_are_there() -> None:
    run = standing()
    run.records["o0"] = Record("o0", "a", 1)
    does(run, brought("b", "order", order=order("o1", 9, 50)))
    assert sorted(run.records) == ["o0", "o1"]
