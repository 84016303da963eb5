"""Vouchers in use: shown at the till, paying a part of an order, coming back with a refund.

Which rule issued a voucher matters for its terms only: a voucher outlives the edition of its rule.
A use is a promise of the pseudo-rule `VOUCHERS`. One that pays for an order is folded directly
before it; one that does not count is a promise too, with the reason, and the sale stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec

from regulars.engine.conditions import goods_minor, in_currency
from regulars.engine.facts import Order
from regulars.engine.granting import told
from regulars.engine.happenings import Attempt, FoldFact, Opening, Promise, VoucherUse
from regulars.engine.money import from_minor
from regulars.engine.refusing import refused
from regulars.engine.returning import pieces_left
from regulars.engine.rules import Handlers, Undoing
from regulars.engine.run import Ask, Run
from regulars.engine.state import Payment, Record, Voucher
from regulars.engine.terms import Terms, closed, ended, find, issue, opened, status
from regulars.engine.weighing import half_up, payments_for
from regulars.ledger.refused import Refused

if TYPE_CHECKING:
    from regulars.engine.build import Build

VOUCHERS = "voucher:use"
"""Whose promises the uses are. No id of a file has a colon."""
REVOKED = "revoked"
"""Among the flags of a promise: the voucher was not used but taken back by hand."""
MOST_WAITING = 50
"""Of orders that something was paid for and that have not arrived, the newest are remembered."""


def handlers(build: Build) -> Handlers:
    """What the programme does with vouchers, whoever issued them."""
    vouching = Vouching(build)
    return Handlers(
        asks=vouching.asks,
        asks_about=_shows_vouchers,
        attempt=vouching.attempt,
        promised=vouching.promised,
        reversed=vouching.reversed,
        undo=vouching.undo,
        opening=vouching.opening,
        read=vouching.read,
    )


def pay(run: Run, order: str, payment: Payment) -> None:
    """Let something pay for an order that is about to be folded."""
    paid = run.state.paid
    paid.setdefault(order, []).append(payment)
    while len(paid) > MOST_WAITING:
        del paid[next(iter(paid))]


def parts_paid(run: Run, order: Order) -> list[tuple[Payment, int]]:
    """What each payment really pays of an order's goods, in smallest units."""
    left = goods_minor(order) - order.discount_minor - order.covered_minor
    paid = []
    for payment in payments_for(run, order):
        most = half_up(left * payment.percent, 100) if payment.percent else payment.amount_minor
        amount = min(most, max(left, 0))
        left -= amount
        paid.append((payment, amount))
    return paid


def settle_payments(run: Run, order: Order) -> None:
    """Note what each payment really paid, and that one in another currency paid nothing; what a
    voucher that runs down has left stays open."""
    for payment in run.state.paid.get(order.key, ()):
        if payment.currency not in ("", order.currency):
            payment.amount_minor, payment.refused = 0, "wrong_currency"
    for payment, amount in parts_paid(run, order):
        if payment.kept is None:
            continue
        payment.amount_minor, payment.percent = amount, 0
        voucher = run.state.vouchers.get(payment.voucher)
        if voucher is not None:
            voucher.value -= amount
            if voucher.value <= 0:
                ended(run, voucher, "used")


def _terms(run: Run, voucher: Voucher) -> Terms:
    for edition in (run.edition, *reversed(run.programme.editions)):
        known = edition.vouchers.get(voucher.rule)
        if known is not None:
            return known
    return Terms()


def share_back(record: Record) -> Fraction:
    """The share of an order that has come back, from 0 to 1."""
    if record.closed or not record.total:
        return Fraction(record.closed)
    goods, total = record.total - sum(pieces_left(record)), record.total
    if record.basis:
        beside = (record.back + record.back_eligible) * total
        goods, total = goods * record.basis + beside, total * record.basis
    return min(Fraction(goods, total), Fraction(1))


class Vouching:
    """The vouchers of one edition."""

    def __init__(self, build: Build) -> None:
        self.zone = build.zone
        self.currency = build.edition.currency
        self.issuers = build.vouchers
        self.main = build.main
        self.decimals = build.decimals(build.main)

    def attempt(self, run: Run, attempt: Attempt, ask: Ask) -> Promise | None:
        """A promise to take the voucher that is shown. Raises Refused."""
        if not isinstance(attempt, VoucherUse):
            return None
        voucher = find(run, attempt.voucher)
        self.same_money(run, attempt, voucher)
        return run.promise(
            VOUCHERS,
            attempt.key,
            key=attempt.key,
            target=voucher.id,
            order=attempt.order,
            source=attempt.source,
            flags=(REVOKED,) if attempt.revoked else (),
        )

    def asks(self, run: Run, fact: FoldFact, ask: Ask) -> Iterator[Promise]:
        """For each voucher that an order names: it pays, or why it does not."""
        if not isinstance(fact, Order):
            return
        for index, asked in enumerate(fact.vouchers):
            code, target = "", asked
            try:
                target = self.usable(run, fact, asked).id
            except Refused as refusal:
                code = refusal.code
            yield run.promise(
                VOUCHERS,
                f"{fact.key}/{index}",
                yes=not code,
                code=code,
                order=fact.key,
                target=target,
            )

    def usable(self, run: Run, order: Order, asked: str) -> Voucher:
        """The voucher that may pay for this order. Raises Refused."""
        voucher = find(run, asked)
        present = run.present
        if present is not None and voucher.id not in present.vouchers:
            raise refused("already_used", voucher=asked)
        self.same_money(run, order, voucher)
        known = _terms(run, voucher)
        if goods_minor(order) < known.least:
            raise refused("minimum_basket", needs=known.least, has=goods_minor(order))
        used = [one.kept for one in run.state.paid.get(order.key, ()) if one.kept is not None]
        same = [one for one in used if one.rule == voucher.rule]
        if any(one.id == voucher.id for one in used):
            raise refused("already_used", voucher=asked)
        if known.together and len(same) >= known.together:
            raise refused("limit_per_order", most=known.together)
        return voucher

    def same_money(self, run: Run, fact: Order | VoucherUse, voucher: Voucher) -> None:
        """Raises Refused where the voucher is worth, or asks for, money of another currency than
        the order is in."""
        known = _terms(run, voucher)
        worth = [voucher.currency] if voucher.value else []
        for currency in (*worth, *([known.least_in] if known.least else [])):
            if not in_currency(run, fact, currency):
                raise refused("wrong_currency", needs=currency)

    def promised(self, run: Run, promise: Promise) -> None:
        """The voucher is used. Where it is no longer open by now, it pays nothing twice."""
        if not promise.yes:
            shown = Payment(VOUCHERS, voucher=promise.target, refused=promise.code)
            pay(run, promise.order, shown)
            run.say(VOUCHERS, "voucher_refused", reason=promise.code)
            return
        voucher = run.state.vouchers.get(promise.target)
        if voucher is None:
            run.change("voucher", promise.target, "used", "not_open")
            return
        known = _terms(run, voucher)
        before = copied(voucher)
        if REVOKED in promise.flags:
            ended(run, voucher, "revoked")
        elif not (promise.order and known.runs_down):
            ended(run, voucher, "used")
        if promise.order:
            payment = Payment(VOUCHERS, voucher.value, known.percent, voucher.id, kept=before)
            payment.currency = voucher.currency if voucher.value else ""
            pay(run, promise.order, payment)
        if run.keeps(promise.key):
            run.records[promise.key] = Record(
                key=promise.key,
                edition=run.edition.id,
                at=run.at,
                rule=VOUCHERS,
                frozen={"order": promise.order, "voucher": msgspec.to_builtins(before)},
            )
        if REVOKED not in promise.flags:
            run.say(VOUCHERS, "voucher_used", voucher=voucher.kind)

    def reversed(self, run: Run, record: Record, key: str) -> None:
        """A use is taken back: the voucher is open again, with its old date. What has paid for an
        order comes back with a refund only."""
        if record.frozen["order"] in run.records:
            run.change("reversal", key, "refused", "already_used")
            return
        record.closed = True
        voucher = msgspec.convert(record.frozen["voucher"], Voucher)
        waiting = run.state.paid.get(record.frozen["order"], [])
        waiting[:] = [one for one in waiting if one.kept is None or one.kept.id != voucher.id]
        opened(run, voucher)

    def undo(self, run: Run, undoing: Undoing) -> None:
        """What came back of an order, in money and in vouchers; its vouchers come back."""
        record = undoing.record
        share = share_back(record)
        others = [one for one in record.payments if one.kept is not None]
        covered = record.covered + sum(one.amount_minor for one in others)
        before = record.frozen.get(VOUCHERS, [0, 0])
        now = [_part(record.basis, share), _part(covered, share)]
        record.frozen[VOUCHERS] = now
        if run.keeps(undoing.key):
            came = {"money": now[0] - before[0], "vouchers": now[1] - before[1]}
            run.records[undoing.key] = Record(
                key=undoing.key,
                edition=record.edition,
                at=run.at,
                frozen=came,
                currency=record.currency,
            )
        for payment in others:
            self.give_back(run, payment, share, undoing.cancelled)

    def give_back(self, run: Run, payment: Payment, share: Fraction, cancelled: bool) -> None:
        """Open the voucher of a payment again, as its terms say."""
        if payment.kept is None:
            return
        known = _terms(run, payment.kept)
        if known.returned == "never" or (cancelled and known.burns):
            return
        worth = payment.amount_minor if known.runs_down else payment.kept.value
        if known.returned == "share":
            back = _part(payment.amount_minor, share)
        else:
            back = max(worth, 1) if share == 1 else 0
        if back <= payment.back:
            return
        voucher = copied(payment.kept)
        open_now = run.state.vouchers.get(voucher.id)
        if voucher.value:
            voucher.value = (open_now.value if open_now else 0) + back - payment.back
        payment.back = back
        opened(run, voucher)

    def opening(self, run: Run, fact: Opening) -> bool:
        """A voucher brought in: by the terms of the rule whose kind it is."""
        if fact.what != "voucher":
            return False
        made = self.issuer(fact)
        issued = told(fact, "issued", run.at)
        expires = told(fact, "expires", made.expires(issued))
        fields: dict[str, Any] = {"issued": issued, "expires": expires}
        fields["value"] = fact.amount or made.value
        fields["item"] = fact.details.get("item", made.item)
        run.want(fact.name)
        issue(run, made, fact.name, **fields)
        return True

    def issuer(self, fact: Opening) -> Terms:
        """Whose voucher it is: the rule that is named, that of its item or kind, or the first that
        issues such."""
        details = fact.details
        names = {details.get(name) for name in ("rule", "item", "kind")} - {None}
        for made in self.issuers.values():
            if made.rule in names or (made.item and made.item in names):
                return made
        if fact.amount and "item" not in details:
            for made in self.issuers.values():
                if made.currency and not made.item:
                    return made
        return Terms(currency=self.currency, zone=self.zone)

    def read(self, run: Run, name: str) -> Any:
        """`vouchers_open` (how many), `voucher_value` (in money), `voucher_expires_at` (the first
        instant); with a key after a colon: `voucher_status`, `expires_at` and `partner_value` of a
        voucher or redemption, `pays`, `points_used`, `coupon_refused` of an order or redemption,
        `money` and `voucher_value` of a refund. Money as Decimal, instants as integers."""
        what, _, key = name.partition(":")
        if key:
            return self.read_of(run, what, key)
        held = run.state.vouchers.values()
        if what == "vouchers_open":
            return len(held)
        if what == "voucher_value":
            return sum((self.money(one.value, one.currency) for one in held), Decimal(0))
        if what == "voucher_expires_at":
            return min((one.expires for one in held), default=None)
        return None

    def read_of(self, run: Run, what: str, key: str) -> Any:
        """What is known of one voucher, order, refund or redemption."""
        if what == "voucher_status":
            return status(run, key)
        record = run.records.get(key)
        if what == "expires_at":
            voucher = run.state.vouchers.get(key) or (closed(record) if record else None)
            return voucher.expires if voucher else None
        if record is None:
            return None
        if what == "pays":
            return self.money(record.frozen.get("pays", record.pays), record.currency)
        if what == "points_used":
            of_main = [one.points for one in record.payments if one.asset in ("", self.main)]
            spent = sum(of_main) or record.frozen.get("points", 0)
            return Decimal(spent).scaleb(-self.decimals)
        if what == "coupon_refused":
            return next((one.refused for one in record.payments if one.refused), None)
        amount = {"money": "money", "voucher_value": "vouchers", "partner_value": "partner"}
        if what in amount and amount[what] in record.frozen:
            return self.money(record.frozen[amount[what]], record.currency)
        return None

    def money(self, minor: int, currency: str = "") -> Decimal:
        """Smallest units as a decimal."""
        return from_minor(minor, currency or self.currency)


def _shows_vouchers(fact: FoldFact) -> bool:
    return isinstance(fact, Order) and bool(fact.vouchers)


def copied(voucher: Voucher) -> Voucher:
    """The same voucher as it is now."""
    return msgspec.structs.replace(voucher, parts=list(voucher.parts))


def _part(amount: int, share: Fraction) -> int:
    """A share of money, rounded half up."""
    return half_up(amount * share.numerator, share.denominator)


__all__ = ["VOUCHERS", "copied", "handlers", "pay", "settle_payments", "share_back"]
