"""What time brings: editions, expiry, maturation and the timers of rules, instant by instant."""

from __future__ import annotations

from regulars.engine.granting import expired, mature
from regulars.engine.keys import made
from regulars.engine.position import position
from regulars.engine.run import EXPIRE, Row, Run
from regulars.engine.state import State
from regulars.engine.terms import ended
from regulars.ledger import lots
from regulars.ledger.lots import FOREVER, Holding

MOST_ROUNDS = 1000
"""More rounds than this at one instant mean a timer that is always due."""


def advance(run: Run, until: int) -> None:
    """Run everything due up to and including `until`.

    In one instant: the edition changes, what is over expires, what is pending matures, timers run
    in the order of the rules. The state's place in history moves only where something was due.
    """
    state = run.state
    if state.due > until:
        return
    due = next_due(run)
    rounds = 0
    while due <= until:
        at = max(due, state.at)
        rounds = rounds + 1 if at == state.at else 0
        if rounds > MOST_ROUNDS:
            raise RuntimeError(f"timers of {run.programme.id} do not move on")
        state.at = run.at = at
        _due_at(run, at)
        due = next_due(run)
    state.due = due


def _due_at(run: Run, at: int) -> None:
    run.key = made(run.programme.id, run.holder, at)
    while run.edition.until <= at:
        _begin(run)
    names = run.programme.asset_names
    for index, holding in enumerate(run.state.holdings):
        if holding.lots and holding.lots[0].expires <= at:
            _expire(run, holding, names[index], at)
        if holding.pending:
            mature(run, index, names[index], at)
    if run.state.vouchers:
        _expire_vouchers(run, at)
    if run.edition.timers:
        _run_timers(run, at)
    for settle in run.edition.settle:
        settle(run)


def _begin(run: Run) -> None:
    """The next edition comes into force; a tier stays by its id, whatever its place."""
    before = run.edition.edition.tiers
    run.state.edition += 1
    run.edition = run.programme.editions[run.state.edition]
    standing = run.state.standing
    if standing.tier:
        names = [tier.id for tier in run.edition.edition.tiers]
        name = before[standing.tier].id
        standing.tier = names.index(name) if name in names else 0
    run.change("edition", run.edition.id, "began")


def _run_timers(run: Run, at: int) -> None:
    """Run what is due, then apply what that decided, as where it was decided before (1a.8)."""
    run.waiting = []
    for next_due_of, due in run.edition.timers:
        if next_due_of(run) <= at:
            due(run)
    decided, run.waiting = run.waiting, None
    for promise in sorted(decided, key=position) if decided else ():
        for settle in run.edition.settle:
            settle(run)
        run.follow(promise)


def _expire(run: Run, holding: Holding, name: str, at: int) -> None:
    for lot in lots.expire(holding, at):
        run.rows.append(Row(lot.key, lot.rule, EXPIRE, at, name, lot.left))
        expired(run, lot.key, lot.rule, lot.left)


def _expire_vouchers(run: Run, at: int) -> None:
    over = [one for one in run.state.vouchers.values() if one.expires <= at]
    for voucher in over:
        ended(run, voucher, "expired")


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
