"""What is told to endpoints of what was booked: a closed list of types, each with thin data.

Nothing personal is told: customers are random public ids, everything else are keys and codes, and
amounts are decimal strings in units of their asset. Codes of vouchers are not told: whoever has
one may use it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from regulars.db.outbox import EVERYTHING, News
from regulars.engine.calendar import datetime_of
from regulars.engine.happenings import Promise
from regulars.engine.run import EARN, GIVES, MATURE, Change
from regulars.engine.state import Voucher

if TYPE_CHECKING:
    from regulars.actions.desks import LiveBook

TYPES = (
    "member.joined",
    "points.earned",
    "points.changed",
    "tier.changed",
    "voucher.issued",
    "voucher.used",
    "voucher.expired",
    "voucher.revoked",
    "redemption.accepted",
    "redemption.reversed",
    "referral.rewarded",
    "referral.reversed",
)
"""Every type of message there is."""

VOUCHERS = {
    "open": "voucher.issued",
    "used": "voucher.used",
    "expired": "voucher.expired",
    "revoked": "voucher.revoked",
}


def news(book: LiveBook, asked: Collection[str], wanted: frozenset[str]) -> Iterator[News]:
    """What a book has to tell that somebody wants to hear. Its row stands as it was before.

    `asked` are the keys of what was asked for in this transaction.
    """
    whose = {"customer": book.row.number, "programme": book.row.programme}
    last = book.out[-1].cause if book.out else ""
    for kind, data in _told(book, asked):
        if kind in wanted or wanted >= EVERYTHING:
            yield News(kind, {**whose, **data}, str(data.get("fact", last)))


Told = Iterator[tuple[str, dict[str, object]]]


def _told(book: LiveBook, asked: Collection[str]) -> Told:
    if book.row.revision == 0:
        yield "member.joined", {"since": book.row.since}
    for change in (one for out in book.out for one in out.changes):
        if change.what == "member" and change.to == "returned":
            yield "member.joined", {"since": datetime_of(change.at)}
    yield from _points(book)
    yield from _tier(book)
    changes = [change for out in book.out for change in out.changes]
    yield from _vouchers(book, [one for one in changes if one.what == "voucher"])
    yield from _redemptions(book, asked)
    for change in changes:
        if change.what == "redemption" and change.to == "reversed":
            yield "redemption.reversed", {"redemption": change.id}
        mine = change.params.get("advocate") == book.run.holder
        if change.what == "referral" and mine and change.to in ("rewarded", "reversed"):
            yield f"referral.{change.to}", {"friend": change.id}


def _points(book: LiveBook) -> Told:
    changed: dict[str, int] = {}
    for out in book.out:
        earned: dict[str, int] = {}
        for row in out.rows:
            if row.step in (EARN, MATURE):
                earned[row.asset] = earned.get(row.asset, 0) + row.amount
            if row.step in GIVES:
                amount = GIVES[row.step] * row.amount
                changed[row.asset] = changed.get(row.asset, 0) + amount
        for asset, amount in earned.items():
            if amount > 0:
                told = _units(book, asset, amount)
                yield "points.earned", {"asset": asset, "amount": told, "fact": out.cause}
    for asset, amount in changed.items():
        if amount:
            available = book.row.figures.get(asset, {}).get("available", 0)
            yield (
                "points.changed",
                {
                    "asset": asset,
                    "change": _units(book, asset, amount),
                    "available": _units(book, asset, available),
                    "revision": book.row.revision + 1,
                },
            )


def _units(book: LiveBook, asset: str, amount: int) -> str:
    """An amount of the smallest unit as a decimal string of whole units."""
    assets = book.run.edition.edition.assets
    decimals = next((one.decimals for one in assets if one.id == asset), 0)
    return f"{Decimal(amount).scaleb(-decimals):f}"


def _tier(book: LiveBook) -> Told:
    tiers = book.run.edition.edition.tiers
    if not tiers:
        return
    before, after = book.row.tier or tiers[0].id, tiers[book.run.state.standing.tier].id
    if before != after:
        yield "tier.changed", {"tier": after, "before": before}


def _vouchers(book: LiveBook, changes: list[Change]) -> Told:
    """Each voucher as it stands now, once."""
    for key, to in {change.id: change.to for change in changes}.items():
        state = "open" if key in book.state.vouchers else to
        voucher = book.state.vouchers.get(key) or book.vouchers.get(key)
        if state in VOUCHERS:
            yield VOUCHERS[state], {"voucher": key, **_of(voucher)}


def _of(voucher: Voucher | None) -> dict[str, object]:
    return {} if voucher is None else {"rule": voucher.rule, "kind": voucher.kind}


def _redemptions(book: LiveBook, asked: Collection[str]) -> Told:
    promises = [*book.taken, *(one for out in book.out for one in out.promises)]
    for one in {promise.key: promise for promise in promises}.values():
        if isinstance(one, Promise) and one.yes and one.key in asked:
            told: dict[str, object] = {"redemption": one.key, "rule": one.rule}
            if one.price:
                asset = one.asset or book.run.edition.edition.assets[0].id
                told |= {"asset": asset, "price": _units(book, asset, one.price)}
            yield "redemption.accepted", told
