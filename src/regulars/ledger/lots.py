"""What one holder has of one asset: lots with an expiry, and debts where too much was spent.

Amounts are integers of the asset's smallest unit; instants are microseconds since 1970 (UTC).
Lots are kept in spending order: the one that expires first, then the one earned first.
A holding never has lots and debts at once, and its balance is always the sum of its lots minus
the sum of its debts.
"""

from __future__ import annotations

from bisect import insort

from msgspec import Struct, field

FOREVER = 1 << 62
"""The expiry of what does not expire: later than any instant."""


class Lot(Struct, gc=False):
    """`left` of what one fact earned by one rule, usable while the instant is before `expires`."""

    expires: int
    earned: int
    key: str
    rule: str
    left: int


class Debt(Struct, gc=False):
    """`left` to be repaid for the fact `key`; the next earning repays it."""

    key: str
    left: int


class Pending(Struct, gc=False):
    """`amount` earned by a fact that becomes a lot at `due`, or at a word from outside (0: never
    by itself)."""

    due: int
    earned: int
    key: str
    rule: str
    amount: int


class Part(Struct, gc=False):
    """`amount` that one lot paid."""

    key: str
    rule: str
    earned: int
    amount: int


class Repaid(Struct, gc=False):
    """A debt of the fact `key` that was repaid with `amount`."""

    key: str
    amount: int


class Holding(Struct, omit_defaults=True):
    """What a holder has of one asset. `balance` may be negative while debts are open."""

    balance: int = 0
    lots: list[Lot] = field(default_factory=list)
    debts: list[Debt] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)


def spending_order(lot: Lot) -> tuple[int, int, str, str]:
    """First expiring, then first earned; the keys make the order total."""
    return (lot.expires, lot.earned, lot.key, lot.rule)


def put(holding: Holding, lot: Lot) -> None:
    """Add a lot where it belongs; what of it was there already (same fact, rule) is one with it."""
    lots = holding.lots
    holding.balance += lot.left
    if not lots or spending_order(lots[-1]) < spending_order(lot):
        lots.append(lot)
        return
    for known in lots:
        if known.key == lot.key and known.rule == lot.rule and known.expires == lot.expires:
            known.left += lot.left
            return
    insort(lots, lot, key=spending_order)


def grant(holding: Holding, lot: Lot) -> list[Repaid]:
    """Give `lot.left` to the holder: open debts are repaid first, oldest first; the rest is a lot.

    `lot.left` is lessened by what was repaid. Returns which debts got what.
    """
    repaid = []
    while lot.left and holding.debts:
        debt = holding.debts[0]
        amount = min(debt.left, lot.left)
        debt.left -= amount
        lot.left -= amount
        holding.balance += amount
        repaid.append(Repaid(debt.key, amount))
        if not debt.left:
            del holding.debts[0]
    if lot.left:
        put(holding, lot)
    return repaid


def take(holding: Holding, amount: int, key: str) -> list[Part]:
    """Spend `amount` in spending order; what is missing becomes a debt of the fact `key`."""
    parts: list[Part] = []
    lots = holding.lots
    missing = amount
    while missing and lots:
        lot = lots[0]
        used = min(lot.left, missing)
        parts.append(Part(lot.key, lot.rule, lot.earned, used))
        missing -= used
        lot.left -= used
        if not lot.left:
            del lots[0]
    holding.balance -= amount
    if missing:
        owe(holding, key, missing)
    return parts


def owe(holding: Holding, key: str, amount: int) -> None:
    """Note a debt; the balance has been lessened by the caller."""
    for debt in holding.debts:
        if debt.key == key:
            debt.left += amount
            return
    holding.debts.append(Debt(key, amount))


def forgive(holding: Holding, key: str, most: int) -> int:
    """Cancel up to `most` of what is still owed for the fact `key`; returns how much."""
    for index, debt in enumerate(holding.debts):
        if debt.key == key:
            amount = min(debt.left, most)
            debt.left -= amount
            holding.balance += amount
            if not debt.left:
                del holding.debts[index]
            return amount
    return 0


def take_own(holding: Holding, key: str, rule: str, most: int) -> int:
    """Take up to `most` of what is left of the lots that the fact `key` earned by `rule`."""
    taken = 0
    for lot in holding.lots:
        if taken < most and lot.key == key and lot.rule == rule:
            used = min(lot.left, most - taken)
            lot.left -= used
            taken += used
    if taken:
        holding.lots[:] = [lot for lot in holding.lots if lot.left]
        holding.balance -= taken
    return taken


def take_pending(holding: Holding, key: str, rule: str, most: int) -> int:
    """Take up to `most` of what the fact `key` earned by `rule` and is still pending."""
    taken = 0
    for one in holding.pending:
        if taken < most and one.key == key and one.rule == rule:
            used = min(one.amount, most - taken)
            one.amount -= used
            taken += used
    if taken:
        holding.pending[:] = [one for one in holding.pending if one.amount]
    return taken


def expire(holding: Holding, at: int) -> list[Lot]:
    """Remove and return the lots whose life is over at `at` (exclusive end: usable before it)."""
    lots = holding.lots
    count = 0
    while count < len(lots) and lots[count].expires <= at:
        holding.balance -= lots[count].left
        count += 1
    gone = lots[:count]
    del lots[:count]
    return gone


def release(holding: Holding, at: int) -> list[Pending]:
    """Remove and return what is no longer pending at `at`, the earliest first."""
    ready = [one for one in holding.pending if one.due and one.due <= at]
    if ready:
        holding.pending[:] = [one for one in holding.pending if not one.due or one.due > at]
        ready.sort(key=lambda one: (one.due, one.earned, one.key, one.rule))
    return ready


def reorder(holding: Holding) -> None:
    """Bring the lots back into spending order after their expiry was rewritten."""
    holding.lots.sort(key=spending_order)


def pending(holding: Holding) -> int:
    """What has been earned and is not yet available."""
    return sum(one.amount for one in holding.pending)
