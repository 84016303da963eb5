"""The only ways in which a rule touches a holding: give, claw back, take, put back.

Each is made once per rule when an edition is compiled, and books a row for everything it does.
"""

from __future__ import annotations

from collections.abc import Callable

from regulars.engine.calendar import instant_of
from regulars.engine.happenings import Opening
from regulars.engine.rules import Lives
from regulars.engine.run import CLAW, EARN, EXPIRE, MATURE, PEND, PRICE, RESTORE, UNPEND, Row, Run
from regulars.engine.state import Record
from regulars.ledger import lots
from regulars.ledger.lots import FOREVER, Lot, Part, Pending

Give = Callable[[Run, int], int]
Claw = Callable[[Run, Record, str, int], int]
Heard = Callable[[Run, int, int], None]
"""Told of what was earned (negative: taken back): run, amount, instant of the earning."""
Room = Callable[[Run, int], int]
"""How much of a wanted amount a limit lets through; it counts what it lets through."""


def giving(rule: str, asset: str, index: int, life: Lives, heard: list[Heard]) -> Give:
    """A function that gives an amount, available at once, for the fact at work."""

    def give(run: Run, amount: int) -> int:
        state = run.state
        at = run.at
        holding = state.holdings[index]
        expires = life(run, at)
        lot = Lot(expires, at, run.key, rule, amount)
        if holding.debts:
            repay(run, index, lot)
        else:
            kept = holding.lots
            if kept and kept[-1].expires <= expires and kept[-1].earned < at:
                kept.append(lot)
                holding.balance += amount
            else:
                lots.put(holding, lot)
        run.rows.append(Row(run.key, rule, EARN, at, asset, amount))
        if expires < state.due:
            state.due = expires
        for hear in heard:
            hear(run, amount, at)
        return amount

    return give


def repay(run: Run, index: int, lot: Lot) -> None:
    """Give a lot to a holding with debts; each debtor's record learns which lot paid."""
    for repaid in lots.grant(run.state.holdings[index], lot):
        voucher = run.state.vouchers.get(repaid.key)
        payer = voucher if voucher is not None else run.records.get(repaid.key)
        if payer is not None:
            payer.parts.append(Part(lot.key, lot.rule, lot.earned, repaid.amount))


def pending(
    rule: str, asset: str, index: int, heard: list[Heard]
) -> Callable[[Run, int, int], int]:
    """A function that gives an amount that becomes available at an instant (0: at a word)."""

    def pend(run: Run, amount: int, due: int) -> int:
        holding = run.state.holdings[index]
        holding.pending.append(Pending(due, run.at, run.key, rule, amount))
        run.rows.append(Row(run.key, rule, PEND, run.at, asset, amount))
        if due and due < run.state.due:
            run.state.due = due
        for hear in heard:
            hear(run, amount, run.at)
        return amount

    return pend


def clawing(rule: str, asset: str, index: int, heard: list[Heard], forgive: bool) -> Claw:
    """A function that takes back what a fact earned (P9): what is still pending first, then what
    is left of its own lot, then what of it had expired counts as taken, then other lots, then a
    debt (P10), unless the programme forgives what is missing."""

    def claw(run: Run, record: Record, key: str, amount: int) -> int:
        holding = run.state.holdings[index]
        left = amount
        unpended = lots.take_pending(holding, record.key, rule, left)
        if unpended:
            run.rows.append(Row(key, rule, UNPEND, run.at, asset, unpended))
            left -= unpended
        own = lots.take_own(holding, record.key, rule, left)
        left -= own
        over = min(left, record.expired.get(rule, 0))
        if over:
            record.expired[rule] -= over
            left -= over
        rest = min(left, max(holding.balance, 0)) if forgive else left
        if rest:
            lots.take(holding, rest, key)
        if own + rest:
            run.rows.append(Row(key, rule, CLAW, run.at, asset, own + rest))
        for hear in heard:
            hear(run, -amount, record.at)
        return own + rest + unpended

    return claw


def mature(run: Run, index: int, asset: str, at: int) -> None:
    """What is no longer pending at an instant becomes a lot, dated by when it was earned."""
    for one in lots.release(run.state.holdings[index], at):
        expires = run.edition.lives[index](run, one.earned)
        run.rows.append(Row(one.key, one.rule, MATURE, at, asset, one.amount))
        repay(run, index, Lot(expires, one.earned, one.key, one.rule, one.amount))


def take(run: Run, rule: str, index: int, amount: int) -> list[Part]:
    """Spend an amount for the fact at work: a price. What is missing becomes a debt."""
    parts = lots.take(run.state.holdings[index], amount, run.key)
    run.rows.append(Row(run.key, rule, PRICE, run.at, asset_name(run, index), amount))
    return parts


def asset_name(run: Run, index: int) -> str:
    """The id of an asset by its place."""
    return run.programme.asset_names[index]


def put_back(run: Run, record: Record, rule: str, index: int, renew: bool) -> None:
    """Give back what the fact of `record` took (P11): its open debt is cancelled first, then each
    part returns to its lot under the expiry that the life rule gives now for when it was earned.
    What is over meanwhile returns and expires in the same instant."""
    holding = run.state.holdings[index]
    asset = asset_name(run, index)
    forgiven = lots.forgive(holding, record.key, FOREVER)
    if forgiven:
        run.rows.append(Row(run.key, rule, RESTORE, run.at, asset, forgiven, record.key))
    for part in record.parts:
        earned = run.at if renew else part.earned
        expires = run.edition.lives[index](run, earned)
        back = Row(run.key, rule, RESTORE, run.at, asset, part.amount, part.key)
        run.rows.append(back)
        if expires <= run.at:
            gone = Row(run.key, rule, EXPIRE, run.at, asset, part.amount, part.key)
            run.rows.append(gone)
            expired(run, part.key, part.rule, part.amount)
            continue
        repay(run, index, Lot(expires, part.earned, part.key, part.rule, part.amount))
        if expires < run.state.due:
            run.state.due = expires
    record.parts.clear()


def expired(run: Run, key: str, rule: str, amount: int) -> None:
    """Note in the record of the fact `key`, where it is kept, that so much of its lot ran out."""
    record = run.records.get(key)
    if record is not None:
        record.expired[rule] = record.expired.get(rule, 0) + amount


def told(fact: Opening, name: str, otherwise: int) -> int:
    """An instant that an opening tells by name, or another one where it does not."""
    return instant_of(fact.dates[name]) if name in fact.dates else otherwise
