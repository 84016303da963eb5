"""Handing out what was promised, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from regulars.engine.calendar import Zone
from regulars.engine.keys import MOST, short
from regulars.engine.kinds.referrals.payout import Frozen
from regulars.engine.state import Record
from regulars.engine.terms import Terms, ended, issue
from regulars.engine.texts import Span

if TYPE_CHECKING:
    from regulars.engine.build import Build
    from regulars.engine.rules import Rule
    from regulars.engine.run import Run


class Giver:
    """The ways in which one rule gives and takes back each asset of its edition."""

    def __init__(self, build: Build, rule: Rule) -> None:
        self.id = rule.name_in_state
        self.zone = build.zone
        names = [asset.id for asset in build.edition.assets]
        self.gives = {name: build.giving(rule, name) for name in names}
        self.claws = {name: build.clawing(rule, name) for name in names}

    def knows(self, build: Build, gifts: Iterable[Frozen]) -> None:
        """The terms of every voucher among the gifts are known to the edition."""
        for gift in gifts:
            if gift.voucher:
                build.vouchers[gift.voucher] = terms_of(gift, self.zone)

    def give(
        self, run: Run, gifts: list[Frozen], basis: int, most: dict[str, int] | None = None
    ) -> dict[str, int]:
        """Give for the fact at work; returns how much of each asset. `most` cuts an asset."""
        self.keep(run)
        given: dict[str, int] = {}
        room = dict(most or {})
        for gift in gifts:
            if gift.voucher:
                self.issue(run, gift)
                continue
            amount = gift.worth(basis)
            amount = min(amount, room.get(gift.asset, amount))
            room.update({gift.asset: room[gift.asset] - amount} if gift.asset in room else {})
            if amount > 0 and gift.asset in self.gives:
                given[gift.asset] = given.get(gift.asset, 0) + amount
        for asset, amount in given.items():
            self.gives[asset](run, amount)
            run.say(self.id, "referral_paid", amount, asset)
        return given

    def keep(self, run: Run) -> None:
        """The record of the fact at work is kept, whoever names it: what of the gift runs out is
        noted there, until it is taken back."""
        run.want(run.key)
        if run.record is None:
            fresh = Record(key=run.key, edition=run.edition.id, at=run.at)
            run.records.setdefault(run.key, fresh)

    def issue(self, run: Run, gift: Frozen) -> None:
        """Issue a voucher, named by the fact at work."""
        key = f"{_cause(run.key)}/{gift.voucher}"
        run.want(key)
        issue(run, terms_of(gift, self.zone), key)

    def take_back(self, run: Run, key: str, given: dict[str, int]) -> None:
        """Take back what the fact `key` gave: what was spent is a debt, unused vouchers end."""
        record = run.records.get(key) or Record(key=key, edition=run.edition.id, at=run.at)
        for asset, amount in given.items():
            if asset in self.claws:
                self.claws[asset](run, record, run.key, amount)
                run.say(self.id, "referral_taken_back", -amount, asset)
        for voucher in [one for one in run.state.vouchers if one.startswith(f"{_cause(key)}/")]:
            ended(run, run.state.vouchers[voucher], "revoked", "refunded")


def _cause(key: str) -> str:
    """The beginning of the id of every voucher that a fact gives; leaves room for its name."""
    return key if len(key) <= MOST // 2 else short(key)


def terms_of(gift: Frozen, zone: Zone) -> Terms:
    """The terms of a voucher that was promised: what it is called is whose terms they are."""
    return Terms(
        rule=gift.voucher,
        item="" if gift.value else gift.voucher,
        value=gift.value,
        currency=gift.currency,
        span=Span(*gift.valid) if gift.valid else None,
        zone=zone,
    )
