"""What of a sale earns, and by how much modifiers multiply it: exact integers throughout.

A weight is amount × factor; factors are integers over `Factors.one`. What is paid by vouchers,
points or credit earns nothing: the same share is taken off every line.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from regulars.engine.conditions import Tests, goods_minor
from regulars.engine.edition import Stack
from regulars.engine.facts import Line, Order
from regulars.engine.run import Run
from regulars.engine.state import Payment, Piece, Record

if TYPE_CHECKING:
    from regulars.engine.build import Build

ONE: Final = 10_000
"""A factor of 1 as an integer: factors have at most four decimals."""
MOST_COUNTED: Final = Decimal(10**15)
"""No order counts as many: beyond it a number is a mistake, and would cost memory and time."""
Selects = Callable[[Line], bool]


class Modifier(Struct):
    """A compiled modifier: `factor` over ONE where it holds."""

    id: str
    tests: Tests
    factor: int = ONE
    of: frozenset[str] = frozenset()


class Sale(Struct):
    """An order as a rule weighs it: `lines` that may earn, `mask` of modifiers for each, and the
    share that was paid in money, `paid` / `total`."""

    lines: list[Line]
    masks: list[int]
    paid: int
    total: int


class Factors:
    """The modifiers that concern one rule, joined as the programme says."""

    def __init__(self, modifiers: tuple[Modifier, ...], stack: Stack) -> None:
        self.modifiers = modifiers
        self.stack = stack
        self.tenders = tuple((i, m) for i, m in enumerate(modifiers) if m.tests.tender)
        self.facts = tuple((1 << i, m.tests.facts) for i, m in enumerate(modifiers))
        self.power = max(1, len(modifiers)) if stack == "multiplicative" else 1
        self.one: int = ONE**self.power
        self._joined: dict[int, int] = {0: self.one}

    def join(self, mask: int) -> int:
        """The factor over `one` when the modifiers in `mask` hold together (P4)."""
        known = self._joined.get(mask)
        if known is None:
            held = [m.factor for i, m in enumerate(self.modifiers) if mask >> i & 1]
            known = self._joined[mask] = self._join(held)
        return known

    def _join(self, held: list[int]) -> int:
        if self.stack == "additive":
            return max(ONE + sum(factor - ONE for factor in held), 0)
        if self.stack == "best_of":
            return max(held, default=ONE)
        product: int = ONE ** (self.power - len(held))
        for factor in held:
            product *= factor
        return product

    def of_fact(self, run: Run, fact: Any) -> int:
        """The modifiers that hold for the whole fact, and those that depend on goods besides."""
        mask = 0
        for bit, tests in self.facts:
            for test in tests:
                if not test(run, fact):
                    break
            else:
                mask |= bit
        return mask

    def of_line(self, mask: int, line: Line) -> int:
        """Of the modifiers in `mask` those that hold for this line too."""
        for index, modifier in enumerate(self.modifiers):
            if mask >> index & 1 and not modifier.tests.takes(line):
                mask &= ~(1 << index)
        return mask

    def scale(self, fact: Any) -> int:
        """What `weight` is over: `one`, or the same for each unit of money paid where some
        modifiers hold for a part of the payment only."""
        paid = sum(_shares(fact).values()) if self.tenders else 0
        return (paid or 1) * self.one

    def weight(self, fact: Any, mask: int) -> int:
        """The factor for a mask of modifiers, over `scale`. Where some of them hold for a part of
        the payment only, each means of payment weighs by what it paid."""
        shares = _shares(fact) if self.tenders else None
        if not shares or not sum(shares.values()):
            return self.join(mask)
        weight = 0
        for tender, amount in shares.items():
            part = mask
            for index, modifier in self.tenders:
                if tender not in modifier.tests.tender:
                    part &= ~(1 << index)
            weight += amount * self.join(part)
        return weight

    def factor(self, fact: Any, mask: int) -> Fraction:
        """The exact factor for a mask of modifiers."""
        return Fraction(self.weight(fact, mask), self.scale(fact))


def _shares(fact: Any) -> dict[str, int]:
    return getattr(fact, "tender", None) or {"": 1}


def lines_of(order: Order) -> tuple[Line, ...]:
    """The lines of goods; an order that tells none is one line."""
    if order.lines:
        return tuple(line for line in order.lines if line.kind == "goods")
    return (Line(amount_minor=order.amount_minor),)


def paid_by(run: Run, order: Order) -> int:
    """What vouchers, points, credit and offers pay of the goods of an order, smallest units."""
    if not (order.discount_minor or order.covered_minor or run.state.paid):
        return 0
    total = goods_minor(order)
    left = total - order.discount_minor - order.covered_minor
    for payment in payments_for(run, order):
        if payment.percent:
            left -= half_up(left * payment.percent, 100)
        else:
            left -= min(payment.amount_minor, max(left, 0))
    return total - max(left, 0) if total > 0 else 0


def payments_for(run: Run, order: Order) -> list[Payment]:
    """What pays for an order in its currency: what was promised in another one does not."""
    currencies = ("", order.currency)
    return [one for one in run.state.paid.get(order.key, ()) if one.currency in currencies]


def half_up(amount: int, divisor: int) -> int:
    """`amount / divisor` rounded half up, away from zero: money that is shared out."""
    whole = (2 * abs(amount) + divisor) // (2 * divisor)
    return whole if amount >= 0 else -whole


def pays(run: Run, order: Order) -> int:
    """What the buyer pays in money: goods, fees and further amounts less what pays a part."""
    fees = sum(line.amount_minor for line in order.lines if line.kind == "fee")
    further = sum(order.amounts.get(name, 0) for name in ("tip", "tax", "fees"))
    rest = max(fees + further - _beyond_goods(run, order), 0)
    return goods_minor(order) - paid_by(run, order) + rest


def _beyond_goods(run: Run, order: Order) -> int:
    """What points and credit pay beyond the goods, of fees and further amounts."""
    if not run.state.paid:
        return 0
    total = sum(one.amount_minor for one in payments_for(run, order) if one.asset)
    return max(total - paid_by(run, order), 0) if total else 0


def opened(run: Run, order: Order) -> Record:
    """A fresh record of an order: its pieces, and what of it may come back."""
    total = goods_minor(order)
    pieces = [Piece(line.product, line.category, line.amount_minor) for line in lines_of(order)]
    paid = max(total - paid_by(run, order), 0)
    return Record(
        key=order.key,
        edition=run.edition.id,
        at=run.at,
        basis=paid,
        total=total,
        pieces=pieces,
        back_lines=[0] * len(pieces),
        counts={name: thousandths(count) for name, count in order.counts.items()},
        payments=list(run.state.paid.get(order.key, ())),
        covered=order.covered_minor,
        pays=pays(run, order),
        currency=order.currency,
    )


def thousandths(count: Decimal | int) -> int:
    """A count as an integer of thousandths; finer parts are cut. What is no number, or beyond what
    anybody counts, is none."""
    told = Decimal(count)
    return int(told * 1000) if told.is_finite() and -MOST_COUNTED < told < MOST_COUNTED else 0


def selecting(tests: Tests, skipped: frozenset[str]) -> Selects:
    """Whether a line may earn: its goods are right, and its category is not left out."""

    def selects(line: Line) -> bool:
        return line.category not in skipped and tests.takes(line)

    return selects


def modifiers_for(build: Build, rule: str) -> Factors:
    """The modifiers of an edition that concern a rule."""
    held = tuple(one for one in build.modifiers if not one.of or rule in one.of)
    return Factors(held, build.policy.stack)
