"""Points that turn into vouchers by themselves, and what a refund makes of those."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regulars.engine import granting
from regulars.engine.facts import Refund
from regulars.engine.happenings import Promise
from regulars.engine.rules import Rule
from regulars.engine.run import Run
from regulars.engine.state import Record, Voucher
from regulars.engine.terms import Terms, ended, issue

if TYPE_CHECKING:
    from regulars.engine.build import Build


REVOKES = "revoke_unused_then_negative"


class Converting:
    """What one rule converts of an asset into its vouchers."""

    def __init__(self, build: Build, rule: Rule, asset: str, terms: Terms) -> None:
        self.id = rule.name_in_state
        self.asset = asset
        self.index = build.asset(asset)
        self.terms = terms
        self.renew = build.policy.restored == "renew_expiry"
        self.revokes = build.policy.after_refund == REVOKES

    def convert(self, run: Run, promise: Promise, **fields: Any) -> None:
        """Take the price and issue the voucher; what is missing by now becomes a debt."""
        parts = granting.take(run, self.id, self.index, promise.price) if promise.price else []
        issue(
            run,
            self.terms,
            promise.key,
            asset=self.asset,
            cost=promise.price,
            parts=parts,
            **fields,
        )
        run.say(self.id, "converted", -promise.price, self.asset)

    def refunded(self, run: Run, refund: Refund) -> None:
        """Where a refund left too few points, unused vouchers are revoked, the newest first, and
        their points flow back; only what is missing then is a debt."""
        holding = run.state.holdings[self.index]
        while self.revoking(run, refund) and holding.balance < 0:
            mine = [one for one in run.state.vouchers.values() if self.unused(one)]
            if not mine:
                return
            self.revoke(run, max(mine, key=lambda one: (one.issued, one.id)))

    def revoking(self, run: Run, refund: Refund) -> bool:
        """Whether the edition says so under which the order was placed."""
        record = run.records.get(refund.order)
        policy = (run.programme.edition(record.edition) if record else run.edition).edition.policy
        return policy.after_refund == REVOKES

    def unused(self, voucher: Voucher) -> bool:
        """Whether a voucher is this rule's own and nothing of it was used."""
        return voucher.rule == self.id and bool(voucher.cost) and voucher.value == voucher.face

    def revoke(self, run: Run, voucher: Voucher) -> None:
        """Take an unused voucher back and give back what it cost."""
        ended(run, voucher, "revoked", "refunded")
        record = Record(
            key=voucher.id, edition=run.edition.id, at=voucher.issued, parts=voucher.parts
        )
        granting.put_back(run, record, self.id, self.index, self.renew)
        run.say(self.id, "voucher_revoked", voucher.cost, self.asset)
