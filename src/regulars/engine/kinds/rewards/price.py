"""A reward with a price in points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.engine import granting
from regulars.engine.happenings import Attempt, Promise, Redemption
from regulars.engine.refusing import refused
from regulars.engine.rules import Handlers, Reward, Sentence
from regulars.engine.run import Ask, Run
from regulars.engine.state import Record
from regulars.engine.texts import Id, Positive, Text

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Price(Reward, frozen=True, kw_only=True, tag="price"):
    """Something to be had for `price` of an asset."""

    name: Text
    price: Positive
    asset: Id | None = None

    def compile(self, build: Build) -> Handlers:
        """Answers redemptions that name it; takes the price when promised."""
        working = Working(self, build)
        return Handlers(
            attempt=working.attempt, promised=working.promised, reversed=working.reversed
        )

    def sentence(self) -> Sentence:
        """A coffee costs 50 points."""
        return Sentence("reward_price", {"name": self.name, "price": self.price})


class Working:
    """The reward made ready."""

    def __init__(self, rule: Price, build: Build) -> None:
        self.id = rule.name_in_state
        self.asset = rule.asset or build.main
        self.index = build.asset(self.asset)
        self.price = build.units(rule.price, self.asset)
        self.renew = build.policy.restored == "renew_expiry"

    def attempt(self, run: Run, attempt: Attempt, ask: Ask) -> Promise | None:
        """A promise to give the reward. Raises Refused where too few points are available."""
        if not isinstance(attempt, Redemption) or attempt.reward != self.id:
            return None
        price = self.price if attempt.price is None else attempt.price
        available = run.state.holdings[self.index].balance
        if available < price:
            raise refused("insufficient_points", needs=price, has=available, asset=self.asset)
        return run.promise(
            self.id,
            attempt.key,
            key=attempt.key,
            price=price,
            asset=self.asset,
            order=attempt.order,
            source=attempt.source,
        )

    def promised(self, run: Run, promise: Promise) -> None:
        """Take the price; what is missing by now becomes a debt."""
        parts = granting.take(run, self.id, self.index, promise.price)
        if run.keeps(promise.key):
            run.records[promise.key] = Record(
                key=promise.key, edition=run.edition.id, at=run.at, rule=self.id, parts=parts
            )
        run.say(self.id, "redeemed", -promise.price, self.asset)

    def reversed(self, run: Run, record: Record, key: str) -> None:
        """Give the price back to the lots that it came from (P11)."""
        record.closed = True
        granting.put_back(run, record, self.id, self.index, self.renew)
        run.change("redemption", record.key, "reversed")
