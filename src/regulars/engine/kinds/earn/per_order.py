"""So many points for an order, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regulars.engine.facts import Order
from regulars.engine.kinds.earn.giving import Giving, Measured, multiplied
from regulars.engine.kinds.earn.remaining import anything, money_share, paid_for
from regulars.engine.rules import Handlers, Sentence
from regulars.engine.run import Run
from regulars.engine.state import Record
from regulars.engine.texts import Money, Units, parse_money

if TYPE_CHECKING:
    from regulars.engine.build import Build


class PerOrder(Giving, frozen=True, kw_only=True, tag="per_order"):
    """`points` for every order, never more than once for one order.

    `minimum` is the least that must have been paid for the goods, after discounts and vouchers; of
    goods that `when` names, where it names goods. A refund that leaves less takes the points back.
    An order paid by vouchers or points alone earns nothing.
    """

    points: Units
    minimum: Money | None = None

    def compile(self, build: Build) -> Handlers:
        """Listens to orders."""
        measured = Measured(build, self, self.waits)
        return measured.handlers(once(measured, self, build), worth)

    def sentence(self) -> Sentence:
        """Every order of 10 euro or more earns 1 stamp."""
        return Sentence(
            "earn_per_order_minimum" if self.minimum else "earn_per_order",
            {
                "points": self.points,
                "asset": self.asset,
                "minimum": self.minimum,
                "when": self.when,
            },
        )


def once(measured: Measured, rule: Any, build: Build) -> Any:
    """What freezes `points` given once where at least `minimum` is paid."""
    points = build.units(rule.points, rule.asset or "")
    minimum = parse_money(rule.minimum) if rule.minimum else None

    def freeze(run: Run, order: Order, record: Record) -> list[Any]:
        if minimum is not None and order.currency != minimum.currency:
            return [0, 0, [], [1, 1]]
        places = measured.taken(order) if measured.tests.lines else None
        return [points, minimum.minor if minimum else 0, places, measured.factor(run, order)]

    return freeze


def worth(decision: list[Any], record: Record) -> int:
    """All of it while enough is left, else nothing."""
    points, minimum, places, factor = decision
    if not anything(record):
        return 0
    about = range(len(record.pieces)) if places is None else places
    paid = paid_for(record, about)
    if paid < minimum or (record.total and paid <= 0) or not money_share(record):
        return 0
    return multiplied(points, factor, False)
