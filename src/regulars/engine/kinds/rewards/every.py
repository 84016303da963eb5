"""Every so many of something, one reward by itself: a stamp card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.engine import granting
from regulars.engine.happenings import Promise
from regulars.engine.rules import Handlers, Reward, Sentence
from regulars.engine.run import Ask, Run
from regulars.engine.state import Voucher
from regulars.engine.texts import Duration, Id, Text, parse_duration
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Every(Reward, frozen=True, kw_only=True, tag="every"):
    """Whenever `each` of an asset have come together they turn into a voucher for `item` by
    themselves; what is beyond stays. The voucher lives for `valid`, for ever if left out."""

    name: Text
    each: int
    asset: Id
    item: Id
    valid: Duration | None = None

    def compile(self, build: Build) -> Handlers:
        """Asks when enough have come together, and issues when promised."""
        working = Working(self, build)
        return Handlers(wants=working.wants, promised=working.promised)

    def sentence(self) -> Sentence:
        """Every 10th coffee is free."""
        return Sentence("reward_every", {"each": self.each, "name": self.name})


class Working:
    """The reward made ready."""

    def __init__(self, rule: Every, build: Build) -> None:
        self.id = rule.name_in_state
        self.item = rule.item
        self.asset = rule.asset
        self.index = build.asset(rule.asset)
        self.each = rule.each * 10 ** build.decimals(rule.asset)
        self.span = parse_duration(rule.valid) if rule.valid else None
        self.zone = build.zone

    def wants(self, run: Run, ask: Ask) -> Promise | None:
        """The next voucher, if enough have come together."""
        if run.state.holdings[self.index].balance < self.each:
            return None
        ordinal = run.state.ordinals.get(self.id, 0) + 1
        while run.asked(self.id, ordinal):
            ordinal += 1
        return run.promise(self.id, ordinal, price=self.each, asset=self.asset)

    def promised(self, run: Run, promise: Promise) -> None:
        """Take what came together and issue the voucher."""
        run.state.ordinals[self.id] = max(run.state.ordinals.get(self.id, 0), int(promise.ordinal))
        parts = granting.take(run, self.id, self.index, promise.price)
        expires = self.zone.plus(run.at, *self.span) if self.span else FOREVER
        run.state.vouchers[promise.key] = Voucher(
            id=promise.key,
            rule=self.id,
            kind=self.item,
            item=self.item,
            issued=run.at,
            expires=expires,
            asset=self.asset,
            cost=promise.price,
            parts=parts,
        )
        run.state.due = min(run.state.due, expires)
        run.change("voucher", promise.key, "open")
