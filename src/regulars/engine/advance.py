"""What time brings: editions, expiry, maturation and the timers of rules, instant by instant."""

from __future__ import annotations

from regulars.engine.granting import expired, repay
from regulars.engine.run import EXPIRE, MATURE, Row, Run
from regulars.engine.state import State
from regulars.ledger import lots
from regulars.ledger.lots import FOREVER, Lot


def advance(run: Run, until: int) -> None:
    """Run everything due up to and including `until`.

    In one instant: the edition changes, what is over expires, what is pending matures, timers run
    in the order of the rules. The state's place in history moves only where something was due.
    """
    state = run.state
    while state.due <= until:
        at = next_due(run)
        if at > until:
            state.due = at
            return
        state.at = run.at = at
        _due_at(run, at)
        state.due = next_due(run)


def _due_at(run: Run, at: int) -> None:
    while run.edition.until <= at:
        run.state.edition += 1
        run.edition = run.programme.editions[run.state.edition]
        run.change("edition", run.edition.id, "began")
    for index, name in enumerate(run.programme.asset_names):
        _expire(run, index, name, at)
        _mature(run, index, name, at)
    _expire_vouchers(run, at)
    for next_due_of, due in run.edition.timers:
        if next_due_of(run) <= at:
            due(run)
    for settle in run.edition.settle:
        settle(run)


def _expire(run: Run, index: int, name: str, at: int) -> None:
    holding = run.state.holdings[index]
    if not holding.lots or holding.lots[0].expires > at:
        return
    for lot in lots.expire(holding, at):
        run.rows.append(Row(lot.key, lot.rule, EXPIRE, lot.expires, name, lot.left))
        expired(run, lot.key, lot.rule, lot.left)


def _mature(run: Run, index: int, name: str, at: int) -> None:
    holding = run.state.holdings[index]
    if not holding.pending:
        return
    for one in lots.release(holding, at):
        expires = run.edition.lives[index](run, one.earned)
        run.rows.append(Row(one.key, one.rule, MATURE, at, name, one.amount))
        repay(run, index, Lot(expires, one.earned, one.key, one.rule, one.amount))


def _expire_vouchers(run: Run, at: int) -> None:
    over = [one for one in run.state.vouchers.values() if one.expires <= at]
    for voucher in over:
        del run.state.vouchers[voucher.id]
        run.change("voucher", voucher.id, "expired")


def next_due(run: Run) -> int:
    """The earliest instant at which something happens by itself; FOREVER if nothing will."""
    state = run.state
    due = run.edition.until
    for holding in state.holdings:
        if holding.lots and holding.lots[0].expires < due:
            due = holding.lots[0].expires
        for one in holding.pending:
            if one.due and one.due < due:
                due = one.due
    for voucher in state.vouchers.values():
        if voucher.expires < due:
            due = voucher.expires
    for next_due_of, _ in run.edition.timers:
        timer = next_due_of(run)
        if timer < due:
            due = timer
    return due


def advanced(run: Run, until: int) -> State:
    """The state as it will be at `until`, on a copy: reading the clock changes nothing."""
    aside = run.aside()
    aside.state.due = next_due(aside)
    advance(aside, until)
    return aside.state


__all__ = ["FOREVER", "advance", "advanced", "next_due"]
