"""What giving, waiting and clawing back book, note and tell, one by one."""

from __future__ import annotations

import pytest
from histories import RICH

from regulars.engine.granting import clawing, giving, pending, repay
from regulars.engine.run import CLAW, EARN, PEND, UNPEND, Row, Run
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
