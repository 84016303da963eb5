"""What giving, waiting and clawing back book, note and tell, one by one."""

from __future__ import annotations

import msgspec
import pytest
from histories import RICH

from regulars.engine.granting import (
    clawing,
    expired,
    giving,
    mature,
    pending,
    put_back,
    repay,
)
from regulars.engine.run import CLAW, EARN, EXPIRE, MATURE, PEND, RESTORE, UNPEND, Row, Run
from regulars.engine.state import Record, Voucher
from regulars.ledger.lots import FOREVER, Debt, Holding, Lot, Part, Pending

AT, LIFE = 1_000, 500
Told = list[tuple[Run, int, int]]


def at_work() -> Run:
    """A run at an instant, in the middle of the fact `f1`, with empty holdings."""
    run = Run(RICH, RICH.start(), "m1")
    run.at, run.key, run.state.due = AT, "f1", FOREVER
    return run


def lot(key: str, expires: int, left: int, earned: int = 10) -> Lot:
    return Lot(expires, earned, key, "spend", left)


def keys(run: Run) -> list[str]:
    return [one.key for one in run.state.holdings[0].lots]


def give(run: Run, amount: int, told: Told) -> int:
    def life(run: Run, at: int) -> int:
        return run.at + LIFE if at == run.at else 0

    def heard(run: Run, amount: int, at: int) -> None:
        told.append((run, amount, at))

    return giving("spend", "points", 0, life, [heard])(run, amount)


def test_giving_books_a_row_and_tells() -> None:
    run, told = at_work(), Told()
    assert give(run, 7, told) == 7
    holding = run.state.holdings[0]
    assert (holding.balance, holding.lots) == (7, [lot("f1", AT + LIFE, 7, AT)])
    assert run.rows == [Row("f1", "spend", EARN, AT, "points", 7)]
    assert (told, run.state.due) == ([(run, 7, AT)], AT + LIFE)


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        (lot("a", AT + LIFE - 1, 5), ["a", "f1"]),
        (lot("a", AT + LIFE, 5), ["a", "f1"]),
        (lot("a", AT + LIFE + 1, 5), ["f1", "a"]),
        (lot("z", AT + LIFE, 5, AT), ["f1", "z"]),
        (lot("z", AT + LIFE - 1, 5, AT), ["z", "f1"]),
    ],
)
def test_a_lot_is_put_where_it_is_spent(other: Lot, wanted: list[str]) -> None:
    run = at_work()
    run.state.holdings[0] = Holding(balance=5, lots=[other])
    give(run, 7, [])
    assert (keys(run), run.state.holdings[0].balance) == (wanted, 12)


def test_time_is_not_moved_by_what_lives_longer() -> None:
    run = at_work()
    run.state.due = AT + 1
    give(run, 7, [])
    pending("spend", "points", 0, [])(run, 7, AT + 2)
    assert run.state.due == AT + 1


@pytest.mark.parametrize("payer", ["record", "voucher", "nobody"])
def test_a_debt_is_repaid_and_its_debtor_learns_from_what(payer: str) -> None:
    run = at_work()
    record, voucher = Record("r1", "a", 5), Voucher("r1", "free", "bun", 1)
    if payer == "record":
        run.records["r1"] = record
    if payer == "voucher":
        run.state.vouchers["r1"] = voucher
        run.records["r1"] = record
    run.state.holdings[0] = Holding(balance=-4, debts=[Debt("r1", 4)])
    repay(run, 0, lot("f1", AT + LIFE, 7))
    paid = [Part("f1", "spend", 10, 4)]
    assert (record.parts, voucher.parts) == (
        paid if payer == "record" else [],
        paid if payer == "voucher" else [],
    )
    assert (run.state.holdings[0].balance, run.state.holdings[0].debts) == (3, [])


@pytest.mark.parametrize(("due", "next_due"), [(0, FOREVER), (AT + 9, AT + 9)])
def test_what_waits_books_a_row_and_tells(due: int, next_due: int) -> None:
    run, told = at_work(), Told()

    def heard(run: Run, amount: int, at: int) -> None:
        told.append((run, amount, at))

    assert pending("spend", "points", 0, [heard])(run, 7, due) == 7
    assert run.state.holdings[0].pending == [Pending(due, AT, "f1", "spend", 7)]
    assert run.rows == [Row("f1", "spend", PEND, AT, "points", 7)]
    assert (told, run.state.due) == ([(run, 7, AT)], next_due)


@pytest.mark.parametrize(
    ("waits", "own", "expired", "others", "forgive", "wanted"),
    [
        # pending, own lot, expired, other lots, forgiven; then (unpended, clawed), expired, balance
        (9, 0, 0, 0, False, (9, 0, 0, 0)),
        (9, 0, 0, 50, False, (9, 0, 0, 50)),
        (4, 9, 0, 50, False, (4, 5, 0, 54)),
        (4, 3, 0, 50, False, (4, 5, 0, 48)),
        (0, 0, 9, 50, False, (0, 0, 0, 50)),
        (0, 0, 20, 50, False, (0, 0, 11, 50)),
        (0, 4, 3, 50, False, (0, 6, 0, 48)),
        (0, 0, 0, 50, False, (0, 9, 0, 41)),
        (0, 0, 0, 5, False, (0, 9, 0, -4)),
        (0, 0, 0, 5, True, (0, 5, 0, 0)),
        (0, 0, 0, 50, True, (0, 9, 0, 41)),
        (0, 0, 0, -5, True, (0, 0, 0, -5)),
        (2, 2, 2, 1, True, (2, 3, 0, 0)),
        (2, 2, 2, 0, False, (2, 5, 0, -3)),
        (1, 4, 0, 50, False, (1, 8, 0, 46)),
    ],
)
def test_what_is_taken_back_and_from_where(
    waits: int, own: int, expired: int, others: int, forgive: bool, wanted: tuple[int, ...]
) -> None:
    run, told = at_work(), Told()
    lots = [lot("a", 5_000, others)] if others > 0 else []
    lots += [lot("o1", 6_000, own)] if own else []
    debts = [Debt("r1", -others)] if others < 0 else []
    waiting = [Pending(0, 10, "o1", "spend", waits)] if waits else []
    run.state.holdings[0] = Holding(own + others, lots, debts, waiting)
    record = Record("o1", "a", 10, expired={"spend": expired, "other": 3})

    def heard(run: Run, amount: int, at: int) -> None:
        told.append((run, amount, at))

    claw = clawing("spend", "points", 0, [heard], forgive)
    unpended, clawed, over, balance = wanted
    assert claw(run, record, "f1", 9) == unpended + clawed
    rows = {UNPEND: unpended, CLAW: clawed}
    assert run.rows == [
        Row("f1", "spend", step, AT, "points", amount) for step, amount in rows.items() if amount
    ]
    assert record.expired == {"spend": over, "other": 3}
    assert (run.state.holdings[0].balance, told) == (balance, [(run, -9, 10)])


def test_what_is_missing_is_owed_for_the_fact_that_took_it_back() -> None:
    run = at_work()
    claw = clawing("spend", "points", 0, [], False)
    assert claw(run, Record("o1", "a", 10), "f7", 9) == 9
    assert run.state.holdings[0].debts == [Debt("f7", 9)]


def put_back_after(days: int, renew: bool, debt: int = 0) -> tuple[Run, Record]:
    """A redemption `r1` that took 4 and 3 of two lots earned then, and owes the rest, is given
    back. Lots live ten instants for each tier."""
    run = at_work()
    run.edition = msgspec.structs.replace(run.edition, lives=(tiered, tiered, tiered, tiered))
    run.state.standing.tier = 2
    run.records["o1"] = Record("o1", "a", 5, expired={"spend": 1})
    holding = run.state.holdings[0]
    holding.balance, holding.debts = -debt, [Debt("r1", debt)] if debt else []
    parts = [Part("o1", "spend", AT - days, 4), Part("o2", "beans", AT - 1, 3)]
    record = Record("r1", "a", 9, rule="coffee", parts=parts)
    put_back(run, record, "coffee", 0, renew)
    return run, record


def tiered(run: Run, earned: int) -> int:
    return earned + 10 * run.state.standing.tier


def put(step: str, amount: int, of: str) -> Row:
    return Row("f1", "coffee", step, AT, "points", amount, of)


@pytest.mark.parametrize(
    ("days", "renew", "wanted", "due"),
    [
        (5, False, [("o1", AT + 15, AT - 5, 4), ("o2", AT + 19, AT - 1, 3)], AT + 15),
        (5, True, [("o2", AT + 20, AT - 1, 3), ("o1", AT + 20, AT - 5, 4)], AT + 20),
        (19, False, [("o1", AT + 1, AT - 19, 4), ("o2", AT + 19, AT - 1, 3)], AT + 1),
        (20, False, [("o2", AT + 19, AT - 1, 3)], AT + 19),
        (25, False, [("o2", AT + 19, AT - 1, 3)], AT + 19),
        (25, True, [("o1", AT + 20, AT - 25, 4), ("o2", AT + 20, AT - 1, 3)], AT + 20),
    ],
)
def test_what_was_taken_returns_to_its_lots_or_is_over(
    days: int, renew: bool, wanted: list[tuple[str, int, int, int]], due: int
) -> None:
    run, record = put_back_after(days, renew)
    lots = run.state.holdings[0].lots
    by_key = sorted((one.key, one.expires, one.earned, one.left) for one in lots)
    assert by_key == sorted(wanted)
    over = days >= 20 and not renew
    gone = [put(EXPIRE, 4, "o1")] if over else []
    assert run.rows == [put(RESTORE, 4, "o1"), *gone, put(RESTORE, 3, "o2")]
    assert run.records["o1"].expired == {"spend": 5 if over else 1}
    assert (record.parts, run.state.due) == ([], due)


def test_what_was_owed_for_it_is_cancelled_first() -> None:
    run, _ = put_back_after(5, False, debt=6)
    assert run.rows[0] == put(RESTORE, 6, "r1")
    assert (run.state.holdings[0].balance, run.state.holdings[0].debts) == (7, [])


def test_what_ran_out_is_noted_by_rule_where_a_record_is_kept() -> None:
    run = at_work()
    run.records["o1"] = Record("o1", "a", 5)
    for key, rule, amount in (
        ("o1", "spend", 3),
        ("o1", "spend", 4),
        ("o1", "x", 1),
        ("o9", "x", 1),
    ):
        expired(run, key, rule, amount)
    assert run.records["o1"].expired == {"spend": 7, "x": 1}
    assert list(run.records) == ["o1"]


def test_what_has_waited_is_dated_by_its_earning_and_repays_first() -> None:
    run = at_work()
    run.edition = msgspec.structs.replace(run.edition, lives=(tiered, tiered, tiered, tiered))
    run.state.standing.tier = 3
    holding = run.state.holdings[0]
    holding.balance, holding.debts = -2, [Debt("r1", 2)]
    holding.pending = [Pending(AT, 990, "o1", "spend", 5), Pending(AT + 1, 990, "o2", "spend", 5)]
    mature(run, 0, "points", AT)
    assert holding.lots == [Lot(1_020, 990, "o1", "spend", 3)]
    assert [one.key for one in holding.pending] == ["o2"]
    assert run.rows == [Row("o1", "spend", MATURE, AT, "points", 5)]
