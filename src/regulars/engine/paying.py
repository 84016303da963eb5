"""Points or credit that pay a part of an order: what a refund of that order gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.engine import granting
from regulars.engine.rules import Undoing
from regulars.engine.run import RESTORE, Row, Run
from regulars.engine.state import Payment, Record
from regulars.engine.terms import Returned
from regulars.engine.vouchers import share_back
from regulars.ledger import lots
from regulars.ledger.lots import Part

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Paying:
    """What one rule lets an asset pay: given back `whole` with the whole order, or by the `share`
    that came back, rounded down and up to all of it in the end. Where a price takes several assets,
    the `named` one alone; `others` are those that are named elsewhere."""

    def __init__(self, rule: str, index: int, build: Build, returned: Returned) -> None:
        self.rule = rule
        self.index = index
        self.returned = returned
        self.named = ""
        self.others: frozenset[str] = frozenset()
        self.renew = build.policy.restored == "renew_expiry"

    def undo(self, run: Run, undoing: Undoing) -> None:
        """Give back what paid for the part that came back."""
        record = undoing.record
        if not record.payments:
            return
        share = share_back(record)
        for payment in record.payments:
            if payment.rule != self.rule or not payment.points:
                continue
            if self.named != payment.asset and (self.named or payment.asset in self.others):
                continue
            whole = self.returned == "whole"
            due = payment.points if share == 1 else 0 if whole else int(payment.points * share)
            if self.returned != "never" and due > payment.back:
                self.put_back(run, payment, due - payment.back)
                payment.back = due

    def put_back(self, run: Run, payment: Payment, amount: int) -> None:
        """Give back an amount: what is still owed for it first, then to the lots that paid last."""
        forgiven = lots.forgive(run.state.holdings[self.index], payment.key, amount)
        if forgiven:
            asset = granting.asset_name(run, self.index)
            row = Row(run.key, self.rule, RESTORE, run.at, asset, forgiven)
            run.rows.append(row)
        back: list[Part] = []
        left = amount - forgiven
        while left and payment.parts:
            part = payment.parts[-1]
            moved = min(part.amount, left)
            left -= moved
            part.amount -= moved
            back.append(Part(part.key, part.rule, part.earned, moved))
            if not part.amount:
                payment.parts.pop()
        paid = Record(key=payment.key, edition=run.edition.id, at=run.at, parts=back)
        granting.put_back(run, paid, self.rule, self.index, self.renew)
