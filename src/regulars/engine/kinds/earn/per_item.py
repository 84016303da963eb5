"""So many points for each unit of certain goods."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from regulars.engine.facts import Code, Order
from regulars.engine.kinds.earn.giving import Giving, Measured, multiplied, pair
from regulars.engine.kinds.earn.remaining import money_share, untouched
from regulars.engine.rules import Handlers, OrderHandler, Sentence
from regulars.engine.run import Run
from regulars.engine.state import Record
from regulars.engine.texts import OneOrMany, Positive, parse_number
from regulars.engine.weighing import lines_of, thousandths

if TYPE_CHECKING:
    from regulars.engine.build import Build

THOUSAND = 1000


class PerItem(Giving, frozen=True, kw_only=True, tag="per_item"):
    """`points` for every unit of the goods that `when` names, except those of the categories in
    `except`. What costs nothing, and what is no goods, earns nothing.

    A refund takes back by the part of the line's money that came back.
    """

    points: Positive
    except_: OneOrMany[Code] = ()

    def compile(self, build: Build) -> Handlers:
        """Listens to orders."""
        measured = Measured(build, self, self.waits)
        number = parse_number(self.points)
        rate = Fraction(number.value * 10 ** build.decimals(self.asset or ""), 10**number.scale)
        first = build.policy.rounding == "round_base_then_multiply"
        head = [*pair(rate / THOUSAND), int(first)]
        skipped = frozenset(self.except_)

        def freeze(run: Run, order: Order, record: Record) -> list[Any]:
            return [head, _units(measured, run, order, skipped)]

        handlers = measured.handlers(freeze, worth)
        handlers.quick = _quick(measured, rate / THOUSAND, skipped, handlers.on[Order])
        return handlers

    def sentence(self) -> Sentence:
        """Each coffee earns 1 stamp."""
        return Sentence(
            "earn_per_item",
            {
                "points": self.points,
                "asset": self.asset,
                "when": self.when,
                "except": self.except_,
            },
        )


def _quick(
    measured: Measured, rate: Fraction, skipped: frozenset[str], at_length: OrderHandler
) -> OrderHandler | None:
    """The common order without its record: units of goods that only their category tells, changed
    by no modifier. An order with goods that one may change goes `at_length`."""
    tests, factors = measured.tests, measured.factors
    every = [tests, *(one.tests for one in factors.modifiers)]
    if tests.facts or tests.tender or not all(one.by_category for one in every):
        return None
    num, den = rate.numerator, rate.denominator
    known: dict[str, bool] = {}
    changed: set[str] = set()
    give, within, book = measured.earning.ways()

    def order(run: Run, order: Order) -> None:
        units = 0
        for line in order.lines or lines_of(order):
            category = line.category
            if category not in known:
                known[category] = category not in skipped and tests.takes(line)
                if factors.of_line(measured.every, line):
                    changed.add(category)
            if category in changed and known[category]:
                at_length(run, order)
                return
            if known[category] and line.kind == "goods" and line.amount_minor > 0:
                units += max(thousandths(line.quantity), 0)
        wanted = units * num // den
        if wanted > 0:
            if within(run, wanted):
                give(run, wanted)
            else:
                book(run, wanted)

    return order


def _units(measured: Measured, run: Run, order: Order, skipped: frozenset[str]) -> list[list[int]]:
    """Place, thousandths of a unit and factor of each line that earns."""
    factors = measured.factors
    holding = factors.of_fact(run, order) if measured.every else 0
    lines = lines_of(order)
    units = []
    for place in measured.taken(order, skipped):
        line = lines[place]
        count = thousandths(line.quantity)
        if line.amount_minor > 0 and count > 0:
            factor = factors.factor(order, factors.of_line(holding, line))
            units.append([place, count, *pair(factor)])
    return units


def worth(decision: list[Any], record: Record) -> int:
    """What a frozen decision gives for the units that are left."""
    (num, den, first), units = decision
    if untouched(record) and all(top == bottom for _, _, top, bottom in units):
        return int(sum(quantity for _, quantity, _, _ in units) * num // den)
    share = money_share(record)
    by_factor: dict[tuple[int, int], Fraction] = {}
    for place, quantity, top, bottom in units:
        amount = record.pieces[place].amount
        left = Fraction(quantity * (amount - record.back_lines[place]), amount) * share
        by_factor[top, bottom] = by_factor.get((top, bottom), Fraction(0)) + left
    rate = Fraction(num, den)
    if first:
        return sum(multiplied(one * rate, [*at], True) for at, one in by_factor.items())
    return int(sum(one * Fraction(*at) for at, one in by_factor.items()) * rate // 1)
