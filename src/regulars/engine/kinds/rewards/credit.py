"""Store credit that pays by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from regulars.engine import granting
from regulars.engine.facts import Order
from regulars.engine.happenings import FoldFact, Promise
from regulars.engine.keys import made
from regulars.engine.kinds.rewards.spend import CREDIT_ASKS, available
from regulars.engine.money import decimals
from regulars.engine.paying import Paying
from regulars.engine.rules import Handlers, Reward, Sentence
from regulars.engine.run import Ask, Run
from regulars.engine.state import Payment
from regulars.engine.terms import Returned
from regulars.engine.texts import Id, Text
from regulars.engine.vouchers import pay
from regulars.engine.weighing import pays

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Credit(Reward, frozen=True, kw_only=True, tag="credit"):
    """What a member has of an asset that is money pays for an order in the same currency by itself,
    fees included, up to the total. A refund gives it back by the `share` that came back, the
    `whole` with the whole order, or `never` (`returned`).
    """

    name: Text
    asset: Id
    returned: Returned = "share"

    def compile(self, build: Build) -> Handlers:
        """Asks before every order."""
        working = Working(self, build)
        return Handlers(
            asks=working.asks,
            asks_rank=CREDIT_ASKS,
            promised=working.promised,
            undo=working.paying.undo,
        )

    def sentence(self) -> Sentence:
        """Your credit pays for your next order by itself."""
        return Sentence("reward_credit", {"name": self.name, "asset": self.asset})


class Working:
    """Credit made ready; its smallest unit may be finer than the currency's."""

    def __init__(self, rule: Credit, build: Build) -> None:
        self.id = rule.name_in_state
        self.asset = rule.asset
        self.index = build.asset(rule.asset)
        held = next(one for one in build.edition.assets if one.id == rule.asset)
        self.currency = held.currency or build.edition.currency
        self.finer = 10 ** max(held.decimals - decimals(self.currency), 0)
        self.coarser = 10 ** max(decimals(self.currency) - held.decimals, 0)
        self.paying = Paying(self.id, self.index, build, rule.returned)

    def asks(self, run: Run, fact: FoldFact, ask: Ask) -> Iterator[Promise]:
        """As much as there is, up to what is left to pay."""
        if not isinstance(fact, Order) or fact.currency != self.currency:
            return
        have = available(run, self.index)
        if have <= 0:
            return
        amount = min(have * self.coarser // self.finer, pays(run, fact))
        price = amount // self.coarser * self.finer
        if price > 0:
            yield run.promise(
                self.id,
                fact.key,
                key=made(fact.key, self.id),
                price=price,
                asset=self.asset,
                order=fact.key,
            )

    def promised(self, run: Run, promise: Promise) -> None:
        """Take the credit; it pays for the order."""
        parts = granting.take(run, self.id, self.index, promise.price)
        worth = promise.price * self.coarser // self.finer
        paid = Payment(self.id, worth, asset=self.asset, points=promise.price)
        paid.currency = self.currency
        paid.key, paid.parts = promise.key, parts
        pay(run, promise.order, paid)
        run.say(self.id, "credit_used", -promise.price, self.asset)
