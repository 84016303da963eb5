"""What has to happen before anybody is paid for a friend."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from regulars.engine import conditions
from regulars.engine.conditions import Condition, goods_minor
from regulars.engine.kinds.referrals.payout import Gift, Gifts
from regulars.engine.returning import money_left, pieces_left
from regulars.engine.texts import Finding, Id, Money, OneOrMany, Part, parse_money
from regulars.engine.weighing import lines_of, paid_by

if TYPE_CHECKING:
    from regulars.engine.build import Build
    from regulars.engine.facts import Order
    from regulars.engine.run import Run
    from regulars.engine.state import Record


class Pay(Part, frozen=True, kw_only=True):
    """One thing that a friend does and both are paid for, once.

    `after` an `order`, a `sign_up`, or `steps`: named acts, or kinds of order, all of them,
    `in_order` or not. `when` says which orders count. `at_least` is the least that order or act is
    worth: what was `paid` for goods, or their `price` before what pays for them. `completed` names
    acts that have to be told about the order first. With `first_only` a first order that is too
    small ends it. `told_by` names acts that say the same as the order. With `fresh_device` an act
    on a device that was somebody's before ends it.
    """

    id: Id = "friend"
    after: Literal["order", "sign_up", "steps"] = "order"
    steps: OneOrMany[Id] = ()
    in_order: bool = False
    when: Condition | None = None
    at_least: Money | None = None
    of: Literal["paid", "price"] = "paid"
    completed: OneOrMany[Id] = ()
    first_only: bool = True
    told_by: OneOrMany[Id] = ()
    fresh_device: bool = False
    advocate: list[Gift] = []
    friend: list[Gift] = []

    def problems(self) -> Iterable[Finding]:
        """Steps have to be named where they are waited for."""
        if (self.after == "steps") != bool(self.steps):
            yield Finding("steps", "steps_after_steps", {})


class Paying:
    """One payment made ready. Money in smallest units."""

    def __init__(self, build: Build, pay: Pay) -> None:
        self.id = pay.id
        self.after = pay.after
        self.steps = pay.steps
        self.in_order = pay.in_order
        self.tests = conditions.compiled(pay.when, build)
        least = parse_money(pay.at_least) if pay.at_least else None
        self.least = least.minor if least else 0
        self.currency = least.currency if least else build.edition.currency
        self.price = pay.of == "price"
        self.completed = frozenset(pay.completed)
        self.first_only = pay.first_only
        self.told_by = frozenset(pay.told_by)
        self.fresh = pay.fresh_device
        self.advocate = Gifts(build, pay.advocate)
        self.friend = Gifts(build, pay.friend)

    def concerns(self, run: Run, order: Order) -> bool:
        """Whether an order is one of those that count."""
        if not self.tests.holds(run, order):
            return False
        return not self.tests.lines or any(map(self.tests.takes, lines_of(order)))

    def amount(self, run: Run, order: Order) -> int:
        """What an order is worth here, without fees; nothing in another currency."""
        if order.currency != self.currency:
            return 0
        goods = goods_minor(order)
        return goods - order.discount_minor if self.price else goods - paid_by(run, order)

    def left(self, record: Record) -> int:
        """What an order is worth here, after what came back."""
        if record.currency not in ("", self.currency):
            return 0
        if not self.price or record.closed:
            return money_left(record)
        return max(sum(pieces_left(record)) - record.back - record.back_eligible, 0)

    def names(self) -> frozenset[str]:
        """The acts that it listens to."""
        return frozenset(self.steps) | self.told_by

    def complete(self, taken: dict[str, int]) -> bool:
        """Whether every step has been taken."""
        return all(step in taken for step in self.steps)

    def takes(self, taken: dict[str, int], step: str) -> bool:
        """Whether a step counts now: with an order, only after those before it."""
        if step not in self.steps or step in taken:
            return False
        earlier = self.steps[: self.steps.index(step)]
        return not self.in_order or all(one in taken for one in earlier)
