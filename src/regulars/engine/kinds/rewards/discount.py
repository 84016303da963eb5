"""A discount for members: it lowers what the goods cost, before they earn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from regulars.engine import conditions, discounting
from regulars.engine.availability import Gate, Only, Uses, Wish
from regulars.engine.conditions import Condition, goods_minor
from regulars.engine.facts import Code, Order
from regulars.engine.happenings import FoldFact, Promise
from regulars.engine.keys import made
from regulars.engine.rules import Handlers, Reward, Sentence, Undoing
from regulars.engine.run import Ask, Run
from regulars.engine.state import Mark, Payment, Record
from regulars.engine.texts import (
    Finding,
    Money,
    OneOrMany,
    Positive,
    Text,
    parse_money,
    parse_number,
)
from regulars.engine.vouchers import pay, share_back

if TYPE_CHECKING:
    from regulars.engine.build import Build

DISCOUNT_ASKS = -10
"""Before vouchers, points and credit: they pay what is left."""
NET = {"prices": "net"}
"""The label of an order whose prices have every discount in them."""


class Discount(Reward, frozen=True, kw_only=True, tag="discount"):
    """`percent` or an `amount` off the goods of an order, by itself. It is no payment: points and
    thresholds go by what the goods cost then, and a refund gives back what was paid.

    `when` says for which goods, sales and times; goods of the categories in `except` keep their
    price. `from` is the least that those goods must cost, `most` the most that is taken off. A
    percentage is rounded once for the order, half up to the smallest unit of money. Of several
    discounts the one that takes off most counts, or each takes its part off what the others leave
    (policy `discounts`). Where a sale tells a discount of its own, or says that its prices are net,
    the till has taken it and nothing more is taken off; with `on_top` it comes on top of the sale's
    own discount. `only` says who has it, and how often; a sale that comes back whole does not
    count.
    """

    memory: ClassVar[type | None] = Uses
    is_payment: ClassVar[bool] = False
    name: Text
    percent: Positive | None = None
    amount: Money | None = None
    when: Condition | None = None
    except_: OneOrMany[Code] = ()
    from_: Money | None = None
    most: Money | None = None
    on_top: bool = False
    only: Only | None = None

    def problems(self) -> Iterable[Finding]:
        """Exactly one of percent and amount; no more than all of it."""
        if (self.percent is None) == (self.amount is None):
            yield Finding("percent", "offer_percent_or_amount", {})
        if self.percent is not None:
            value, scale = parse_number(self.percent)
            if value > 100 * 10**scale:
                yield Finding("percent", "above_most", {"most": 100})

    def compile(self, build: Build) -> Handlers:
        """Asks before every order what comes off."""
        working = Working(self, build)
        others = [one for one in build.edition.rewards if isinstance(one, Discount)]
        if build.policy.discounts == "best":
            working.rivals = [Working(one, build) for one in others if one != self]
            working.before = others.index(self)
        return Handlers(
            asks=working.asks,
            asks_rank=DISCOUNT_ASKS,
            promised=working.promised,
            undo=working.undo,
            opening=working.gate.opening,
        )

    def sentence(self) -> Sentence:
        """You get 10 % off everything."""
        code = "reward_discount" if self.percent else "reward_discount_amount"
        params: dict[str, Any] = {"name": self.name, "percent": self.percent, "only": self.only}
        params |= {"amount": self.amount, "when": self.when, "except": self.except_}
        return Sentence(code, params | {"from": self.from_, "most": self.most})


class Working:
    """A discount made ready; `rivals` are the others where only the best one counts, `before` how
    many of them stand before it in the file."""

    def __init__(self, rule: Discount, build: Build) -> None:
        self.rule = rule
        self.id = rule.name_in_state
        self.tests = conditions.compiled(rule.when, build)
        self.skipped = frozenset(rule.except_)
        self.gate = Gate(build, rule, rule.only, "")
        number = parse_number(rule.percent) if rule.percent else None
        self.percent = (number.value, 100 * 10**number.scale) if number else None
        money = [parse_money(one) for one in (rule.amount, rule.from_, rule.most) if one]
        self.currency = money[0].currency if money else ""
        self.amount = parse_money(rule.amount).minor if rule.amount else 0
        self.least = parse_money(rule.from_).minor if rule.from_ else 0
        self.most = parse_money(rule.most).minor if rule.most else 0
        self.rivals: list[Working] = []
        self.before = 0

    def asks(self, run: Run, fact: FoldFact, ask: Ask) -> Iterator[Promise]:
        """What comes off this order, if anything does and no other discount takes more off."""
        if not isinstance(fact, Order):
            return
        order = discounting.so_far(run, fact)
        marks = self.marks(run, order)
        amount = discounting.taken_off(order, marks)
        if amount <= 0 or self.beaten(run, order, amount):
            return
        yield run.promise(
            self.id,
            fact.key,
            key=made(fact.key, self.id),
            amount=amount,
            order=fact.key,
            details=discounting.told(marks),
        )

    def beaten(self, run: Run, order: Order, amount: int) -> bool:
        """Whether another discount takes more off, or as much and stands before this one."""
        for place, rival in enumerate(self.rivals):
            other = discounting.taken_off(order, rival.marks(run, order))
            if other > amount or (other == amount and place < self.before):
                return True
        return False

    def marks(self, run: Run, order: Order) -> list[Mark]:
        """What it takes off an order, as it stands."""
        if not self.holds(run, order):
            return []
        places = self.places(order)
        cost = goods_minor(order) if places is None else _cost(order, places)
        if cost <= 0 or cost < self.least:
            return []
        if self.percent is None:
            return discounting.amount_off(order, places, self.amount)
        marks = discounting.percent_off(order, places, self.percent)
        if self.most and discounting.taken_off(order, marks) > self.most:
            return discounting.amount_off(order, places, self.most)
        return marks

    def holds(self, run: Run, order: Order) -> bool:
        """Whether the sale, the member and the time are right, and nothing was taken off yet."""
        if any(order.labels.get(name) == value for name, value in NET.items()):
            return False
        if order.discount_minor and not self.rule.on_top:
            return False
        if self.currency and order.currency != self.currency:
            return False
        if not self.tests.holds(run, order):
            return False
        return not self.gate.against(run, Wish(order.key, goods_minor(order), 0, order))

    def places(self, order: Order) -> list[int] | None:
        """The places of the lines that get cheaper; None where all goods do."""
        if not self.tests.lines and (not self.skipped or not order.lines):
            return None
        return [
            place
            for place, line in enumerate(order.lines)
            if line.kind == "goods" and line.category not in self.skipped and self.tests.takes(line)
        ]

    def promised(self, run: Run, promise: Promise) -> None:
        """The goods of the order cost less from now on."""
        self.gate.use(run)
        marks = discounting.read(promise.details)
        pay(run, promise.order, Payment(self.id, promise.amount, marks=marks))
        run.say(self.id, "discounted", worth_minor=promise.amount)

    def undo(self, run: Run, undoing: Undoing) -> None:
        """A sale that came back whole used nothing up."""
        record: Record = undoing.record
        for payment in record.payments:
            if payment.rule == self.id and payment.marks and share_back(record) == 1:
                payment.marks = []
                self.gate.unuse(run, record.at)


def _cost(order: Order, places: list[int]) -> int:
    return sum(order.lines[place].amount_minor for place in places)
