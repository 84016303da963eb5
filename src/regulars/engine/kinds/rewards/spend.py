"""Points, or store credit, that pay a part of an order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from regulars.engine import granting
from regulars.engine.availability import Gate, Only, Uses, Wish
from regulars.engine.conditions import goods_minor, in_currency
from regulars.engine.facts import Order
from regulars.engine.happenings import Attempt, FoldFact, Opening, Promise, Redemption
from regulars.engine.keys import made
from regulars.engine.paying import Paying
from regulars.engine.refusing import refused
from regulars.engine.rules import Handlers, Reward, Sentence
from regulars.engine.run import Ask, Run
from regulars.engine.state import Payment, Record, State
from regulars.engine.terms import Returned, taken_back
from regulars.engine.texts import Finding, Id, Money, Text, Units, parse_money
from regulars.engine.vouchers import pay
from regulars.engine.weighing import paid_by

if TYPE_CHECKING:
    from regulars.engine.build import Build

POINTS_ASK, CREDIT_ASKS = 10, 20
"""After vouchers and offers points pay, and credit pays what is left then."""


class Spend(Reward, frozen=True, kw_only=True, tag="spend"):
    """Blocks of `price` points pay `value` each of an order, as many as fit or as are asked for.

    At most `share` percent of the goods are paid so, all of them if left out. With
    `must_cover_total` points pay all of the goods or nothing. A refund gives the points back by
    the `share` that came back, the `whole` with the whole order, or `never` (`returned`). What
    points paid earns nothing.
    """

    memory: ClassVar[type | None] = Uses
    name: Text
    price: Units
    value: Money
    asset: Id | None = None
    share: Annotated[int, Meta(ge=1, le=100)] = 100
    must_cover_total: bool = False
    returned: Returned = "share"
    only: Only | None = None

    def problems(self) -> Iterable[Finding]:
        """A block must pay something."""
        if not parse_money(self.value).minor:
            yield Finding("value", "step_zero", {})

    def compile(self, build: Build) -> Handlers:
        """Asks before an order that wants it; answers who asks beside one."""
        working = Working(self, build)
        return Handlers(
            asks=working.asks,
            asks_about=_wants_to_spend,
            asks_rank=POINTS_ASK,
            attempt=working.attempt,
            promised=working.promised,
            reversed=working.reversed,
            undo=working.paying.undo,
            opening=working.opening,
        )

    def sentence(self) -> Sentence:
        """100 points pay 1 euro of an order."""
        params = {"name": self.name, "price": self.price, "asset": self.asset, "only": self.only}
        code = "reward_spend" if self.share >= 100 else "reward_spend_share"
        return Sentence(code, {**params, "value": self.value, "share": self.share})


def _wants_to_spend(fact: FoldFact) -> bool:
    return isinstance(fact, Order) and fact.spend_points != 0


class Working:
    """Paying with points made ready. `block` in the asset's smallest unit, `value` of money."""

    def __init__(self, rule: Spend, build: Build) -> None:
        self.rule = rule
        self.id = rule.name_in_state
        self.asset = rule.asset or build.main
        self.index = build.asset(self.asset)
        self.block = build.units(rule.price, self.asset)
        worth = parse_money(rule.value)
        self.value, self.currency = worth.minor, worth.currency
        self.gate = Gate(build, rule, rule.only, self.asset)
        self.paying = Paying(self.id, self.index, build, rule.returned)
        self.renew = build.policy.restored == "renew_expiry"

    def asks(self, run: Run, fact: FoldFact, ask: Ask) -> Iterator[Promise]:
        """As many blocks as fit into what is left to pay, if the order asks for it."""
        if not isinstance(fact, Order) or not fact.spend_points:
            return
        if not in_currency(run, fact, self.currency):
            return
        have = available(run, self.index)
        code = self.gate.against(run, Wish(fact.key, goods_minor(fact), have, fact))
        blocks = 0 if code else self.blocks(run, fact, have)
        if not blocks:
            return
        yield run.promise(
            self.id,
            fact.key,
            key=made(fact.key, self.id),
            price=blocks * self.block,
            asset=self.asset,
            order=fact.key,
        )

    def blocks(self, run: Run, order: Order, have: int) -> int:
        """How many blocks pay for this order."""
        goods = goods_minor(order)
        left = goods - paid_by(run, order)
        most = min(left, goods * self.rule.share // 100)
        wanted = have if order.spend_points < 0 else min(order.spend_points, have)
        if self.rule.must_cover_total:
            needed = -(-left // self.value)
            return needed if needed * self.block <= wanted else 0
        return max(min(wanted // self.block, most // self.value), 0)

    def attempt(self, run: Run, attempt: Attempt, ask: Ask) -> Promise | None:
        """A promise that points pay for a basket. Raises Refused."""
        if not isinstance(attempt, Redemption) or attempt.reward != self.id:
            return None
        if not in_currency(run, attempt, self.currency):
            raise refused("wrong_currency", needs=self.currency)
        have = run.state.holdings[self.index].balance
        basket = attempt.basket_minor or 0
        self.gate.check(run, Wish(attempt.order, attempt.basket_minor, have, attempt))
        needed = -(-basket // self.value) * self.block
        whole = self.rule.must_cover_total or attempt.pay_all
        price = attempt.price
        if price is None:
            fit = min(have // self.block, basket * self.rule.share // 100 // self.value)
            price = needed if whole else max(fit, 0) * self.block
        if price <= 0 or price % self.block:
            raise refused("step", needs=self.block, has=price)
        if whole and price < needed:
            raise refused("must_cover_total", needs=needed, has=price)
        if have < price:
            raise refused("insufficient_points", needs=price, has=have, asset=self.asset)
        return run.promise(
            self.id,
            attempt.key,
            key=attempt.key,
            price=price,
            asset=self.asset,
            order=attempt.order,
            source=attempt.source,
            details={"basket_minor": str(basket)},
        )

    def promised(self, run: Run, promise: Promise) -> None:
        """Take the points; they pay for the order, or for the basket."""
        parts = granting.take(run, self.id, self.index, promise.price)
        self.gate.use(run)
        worth = promise.price // self.block * self.value
        if promise.order:
            paid = Payment(self.id, worth, asset=self.asset, points=promise.price)
            paid.currency = self.currency
            paid.key, paid.parts = promise.key, parts
            pay(run, promise.order, paid)
        if run.keeps(promise.key):
            record = Record(
                key=promise.key, edition=run.edition.id, at=run.at, rule=self.id, parts=parts
            )
            record.frozen = {"points": promise.price, "order": promise.order}
            if "basket_minor" in promise.details:
                record.frozen["pays"] = max(int(promise.details["basket_minor"]) - worth, 0)
            run.records[promise.key] = record
        run.say(self.id, "spent", -promise.price, self.asset, worth_minor=worth)

    def reversed(self, run: Run, record: Record, key: str) -> None:
        """Give the points back, as long as the order has not come."""
        if taken_back(run, record, key):
            record.closed = True
            waiting = run.state.paid.get(record.frozen["order"], [])
            waiting[:] = [one for one in waiting if one.key != record.key]
            self.gate.unuse(run, record.at)
            granting.put_back(run, record, self.id, self.index, self.renew)
            run.change("redemption", record.key, "reversed")

    def opening(self, run: Run, fact: Opening) -> bool:
        """Takes when it was last used."""
        return self.gate.opening(run, fact)


def available(run: Run, index: int) -> int:
    """What may be spent: also on the present state, where the question comes late."""
    present: State | None = run.present
    have = run.state.holdings[index].balance
    return min(have, present.holdings[index].balance) if present is not None else have
