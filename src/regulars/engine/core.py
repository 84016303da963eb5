"""What every programme does: grants, attributes, refunds, reversals, openings, erasure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from regulars.engine import granting, sealing, vouchers
from regulars.engine.conditions import ORDERS
from regulars.engine.discounting import marked_down
from regulars.engine.facts import Order, Refund
from regulars.engine.happenings import (
    MEMBER,
    Attribute,
    Effect,
    Erasure,
    Grant,
    Opening,
    Promise,
    Reversal,
)
from regulars.engine.returning import take_note
from regulars.engine.rules import Handlers, Lasting, OrderHandler, Undoing
from regulars.engine.run import CLAW, EARN, FORFEIT, UNPEND, Row, Run
from regulars.engine.state import BEGINNING, Record
from regulars.engine.weighing import opened
from regulars.ledger import lots
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build

GRANT, REFUND, ERASURE, OPENING = "grant", "refund", "erasure", "opening"
"""Names under which the core books, beside the ids of rules."""
MOST_ATTRIBUTES = 100
"""So many things rules may be told of one holder: each booking carries them."""


def core_handlers(build: Build) -> Handlers:
    """What is done before any rule; orders go by `selling`."""
    return Handlers(
        on={
            Grant: _granting(build),
            Attribute: _attribute,
            Refund: _refund,
            Promise: _promise,
            Reversal: _reverse,
            Effect: _effect,
            Erasure: _erase,
            Opening: opening,
        }
    )


def selling(handlers: Iterable[Handlers]) -> OrderHandler:
    """What is done with an order: its record is opened, every rule acts, its payments are spent.
    The common order (paid in money alone; nobody wants it recorded or explained) goes the rules'
    quick way."""
    listening = [one for one in handlers if Order in one.on]
    at_length = tuple(one.on[Order] for one in listening)
    quickly = tuple(one.quick or one.on[Order] for one in listening)
    opening = [one.opens for one in listening if one.opens is not None]

    def order(run: Run, fact: Order) -> None:
        wanted = run.wanted
        if (
            wanted is not None
            and fact.key not in wanted
            and run.whys is None
            and not (fact.discount_minor or fact.covered_minor or run.state.paid)
            and not (opening and any(opens(run) for opens in opening))
        ):
            for handle in quickly:
                handle(run, fact)
            return
        fact = marked_down(run, fact)
        needed = run.keeps(fact.key) or any(opens(run) for opens in opening)
        run.record = opened(run, fact) if needed else None
        for handle in at_length:
            handle(run, fact)
        _close(run, fact)

    return order


def _close(run: Run, order: Order) -> None:
    if run.state.paid:
        vouchers.settle_payments(run, order)
        run.state.paid.pop(order.key, None)
    if run.record is not None and run.keeps(order.key):
        run.records[order.key] = run.record
    run.record = None


def _granting(build: Build) -> Callable[[Run, Grant], None]:
    gives = {
        name: granting.giving(GRANT, name, index, build.lives[index], _hearing(build, name))
        for name, index in build.assets.items()
    }

    def grant(run: Run, fact: Grant) -> None:
        asset = fact.asset or build.main
        if asset not in build.assets:
            return
        if fact.amount > 0:
            gives[asset](run, fact.amount)
        elif fact.amount < 0:
            lots.take(run.state.holdings[build.assets[asset]], -fact.amount, fact.key)
            run.rows.append(Row(fact.key, GRANT, CLAW, run.at, asset, -fact.amount))
        run.say(GRANT, "granted", fact.amount, asset)

    return grant


def _hearing(build: Build, asset: str) -> list[granting.Heard]:
    """Who is told of grants of an asset: nobody where the edition does not have it."""
    return build.hearing(asset, GRANT) if asset in build.heard else []


def _attribute(run: Run, fact: Attribute) -> None:
    attributes = run.state.attributes
    if not fact.value:
        attributes.pop(fact.name, None)
    elif fact.name in attributes or len(attributes) < MOST_ATTRIBUTES:
        attributes[fact.name] = fact.value
    else:
        code = "attributes_too_many"
        run.change("attribute", fact.key, "refused", code, most=MOST_ATTRIBUTES)


def _refund(run: Run, fact: Refund) -> None:
    record = run.records.get(fact.order)
    code = _objection(run, record, fact) if record is not None else "order_unknown"
    run.change(REFUND, fact.key, "refused" if code else "accepted", code)
    if record is None or code:
        run.say(REFUND, code)
        return
    undo(run, record, fact.cancelled)


def _objection(run: Run, record: Record, fact: Refund) -> str:
    """Why a refund is refused by a rule of the order's edition, or by what is left of the order;
    where nothing speaks against it, the record has it."""
    for handlers in run.programme.edition(record.edition).handlers.values():
        if handlers.objects is not None:
            code = handlers.objects(run, record, fact)
            if code:
                return code
    return take_note(record, fact)


def undo(run: Run, record: Record, cancelled: bool = False) -> None:
    """Let every rule of the order's own edition give back what no longer stands."""
    undoing = Undoing(record, run.key, cancelled)
    for handlers in run.programme.edition(record.edition).handlers.values():
        if handlers.undo is not None:
            handlers.undo(run, undoing)


def _promise(run: Run, fact: Promise) -> None:
    run.known.add((fact.rule, fact.ordinal))
    run.follow(fact)


def _reverse(run: Run, fact: Reversal) -> None:
    record = run.records.get(fact.redemption)
    if record is None or record.closed:
        run.change("reversal", fact.key, "refused", "not_redeemed" if record is None else "closed")
        return
    handlers = run.programme.edition(record.edition).handlers.get(record.rule)
    if handlers is not None and handlers.reversed is not None:
        handlers.reversed(run, record, fact.key)


def _effect(run: Run, fact: Effect) -> None:
    handlers = run.edition.handlers.get(fact.rule)
    if handlers is not None and handlers.effect is not None:
        handlers.effect(run, fact)


def _erase(run: Run, fact: Erasure) -> None:
    """What the member held is forfeited; rights to value end; the books stay balanced. From now on
    nothing earns and nothing is owed. What outlives it, each rule's memory says."""
    state = run.state
    for handlers in run.edition.handlers.values():
        if handlers.erased is not None:
            handlers.erased(run)
    for index, holding in enumerate(state.holdings):
        asset = granting.asset_name(run, index)
        held = sum(lot.left for lot in holding.lots)
        waiting = lots.pending(holding)
        owed = sum(debt.left for debt in holding.debts)
        for step, amount in ((FORFEIT, held - owed), (UNPEND, waiting)):
            if amount:
                run.rows.append(Row(fact.key, ERASURE, step, run.at, asset, amount))
        state.holdings[index] = lots.Holding()
    for voucher in list(state.vouchers.values()):
        run.change("voucher", voucher.id, "revoked", "erased")
    empty = run.programme.start()
    state.vouchers, state.paid = {}, {}
    state.attributes, state.standing = {}, empty.standing
    state.memory = [
        before.outlived() if isinstance(before, Lasting) else begun
        for before, begun in zip(state.memory, empty.memory, strict=True)
    ]
    state.gone = True
    state.due = BEGINNING
    run.edition = run.edition.ended()
    run.change("member", run.holder, "erased")


def _begin_anew(run: Run, fact: Opening) -> None:
    """Who was erased takes part again, with nothing of before, under the edition of the day. What
    is given once is not given again: what was promised stays known, and each rule is told. What
    they did before gives nothing, and nothing of it can be given back."""
    state, programme = run.state, run.programme
    if not state.gone:
        run.change("member", run.holder, "ignored", MEMBER)
        return
    state.gone = False
    run.records.clear()
    run.edition = programme.editions[state.edition]
    while run.edition.until <= run.at:
        state.edition += 1
        run.edition = programme.editions[state.edition]
    state.due = run.edition.until
    for handlers in run.edition.handlers.values():
        if handlers.returned is not None:
            handlers.returned(run)
    run.change("member", run.holder, "returned")


def opening(run: Run, fact: Opening) -> None:
    """State brought in goes to the core for assets and earlier orders, else to the rule that
    knows it. Who is gone gets nothing of it."""
    if fact.what == MEMBER:
        _begin_anew(run, fact)
    elif run.state.gone:
        return
    elif fact.what == "asset" and fact.name in run.programme.assets:
        _open_asset(run, fact)
    elif fact.what == "order" and fact.order is not None:
        _open_order(run, fact, fact.order)
    elif fact.what == sealing.SEALED:
        sealing.unseal(run, fact)
    else:
        for handlers in run.edition.handlers.values():
            if handlers.opening is not None and handlers.opening(run, fact):
                return
        run.change(OPENING, fact.key, "ignored", fact.what, name=fact.name)


def _open_asset(run: Run, fact: Opening) -> None:
    """A lot brought in, or a debt: dated by its own `earned` if it says one, under the life rule or
    its own `expires`."""
    index = run.programme.assets[fact.name]
    holding = run.state.holdings[index]
    earned = granting.told(fact, "earned", run.at)
    key = fact.details.get("order", fact.key)
    rule = fact.details.get("rule", OPENING)
    if fact.amount < 0:
        lots.take(holding, -fact.amount, key)
        run.rows.append(Row(fact.key, OPENING, CLAW, run.at, fact.name, -fact.amount))
        return
    expires = granting.told(fact, "expires", 0) or run.edition.lives[index](run, earned)
    granting.repay(run, index, lots.Lot(expires, earned, key, rule, fact.amount))
    run.rows.append(Row(fact.key, OPENING, EARN, run.at, fact.name, fact.amount))
    run.state.due = min(run.state.due, expires)


def _open_order(run: Run, fact: Opening, order: Order) -> None:
    """An earlier order: its record is made by running its rules aside, on what is there now."""
    aside = run.aside()
    aside.at = granting.told(fact, "at", run.at)
    aside.key = order.key
    aside.wanted = None
    for handler in run.edition.on.get(Order, ()):
        handler(aside, order)
    record = aside.records[order.key]
    for rule, asset in record.assets.items():
        index = run.programme.assets[asset]
        left = fact.amount if fact.details.get("left") else record.kept.get(rule, 0)
        moved = _apart(run.state.holdings[index], left)
        if moved:
            life = run.edition.lives[index](run, aside.at)
            lots.put(run.state.holdings[index], lots.Lot(life, aside.at, order.key, rule, moved))
            run.state.due = min(run.state.due, life)
    if ORDERS in aside.state.ordinals:
        run.state.ordinals[ORDERS] = aside.state.ordinals[ORDERS]
    run.records[order.key] = record


def _apart(holding: lots.Holding, amount: int) -> int:
    """Take up to an amount out of the lots brought in, so that it can be the order's own."""
    moved = 0
    for lot in holding.lots:
        if lot.rule == OPENING and moved < amount:
            part = min(lot.left, amount - moved)
            lot.left -= part
            moved += part
    holding.lots[:] = [lot for lot in holding.lots if lot.left]
    holding.balance -= moved
    return moved


__all__ = ["FOREVER", "core_handlers", "selling", "undo"]
