"""So many points for each of something that an order counts: drinks, nights, litres."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from regulars.engine.facts import Code, Order
from regulars.engine.kinds.earn.giving import Giving, Measured, Pair, multiplied
from regulars.engine.kinds.earn.remaining import anything, free_items
from regulars.engine.returning import count_left
from regulars.engine.rules import Handlers, Sentence
from regulars.engine.run import Run
from regulars.engine.state import Record
from regulars.engine.texts import Positive, parse_number

if TYPE_CHECKING:
    from regulars.engine.build import Build

THOUSAND = 1000


class PerCount(Giving, frozen=True, kw_only=True, tag="per_count"):
    """`points` for every `step` of the order's count `of` (drinks, nights, litres).

    Parts of a step count in proportion and the sum is cut once per order; with `full_steps` only
    full steps count. Less than `at_least` counts as so much (500 miles a flight), as long as there
    is any. What was had for a voucher for an item is not counted. A refund tells how many came
    back; where it tells money alone, the count stands until all of the money is back.
    """

    of: Code
    points: Positive
    step: Positive = "1"
    full_steps: bool = False
    at_least: Positive | None = None

    def compile(self, build: Build) -> Handlers:
        """Listens to orders."""
        measured = Measured(build, self, self.waits)
        points = _scaled(self.points) * 10 ** build.decimals(self.asset or "")
        rate = points / _scaled(self.step) / THOUSAND
        step = int(_scaled(self.step) * THOUSAND) if self.full_steps else 0
        first = build.policy.rounding == "round_base_then_multiply"
        head = [self.of, rate.numerator, rate.denominator, step, int(first)]
        if self.at_least is not None:
            head.append(int(_scaled(self.at_least) * THOUSAND))

        def freeze(run: Run, order: Order, record: Record) -> list[Any]:
            return [head, measured.factor(run, order)]

        return measured.handlers(freeze, worth)

    def sentence(self) -> Sentence:
        """Every drink earns 1 stamp."""
        return Sentence(
            "earn_per_count_full" if self.full_steps else "earn_per_count",
            {"step": self.step, "of": self.of, "points": self.points, "asset": self.asset},
        )


def worth(decision: list[Any], record: Record) -> int:
    """What a frozen decision gives for the count that is left, in thousandths."""
    (name, num, den, step, first, *least), factor = decision
    count = left(record, name)
    if count > 0:
        count = max(count, *least, 0)
    return counted(count, (Fraction(num, den), step), factor, bool(first))


def left(record: Record, name: str) -> int:
    """What of a count is left and was not had for a voucher, in thousandths."""
    if record.closed or (record.total and not _money_left(record)):
        return 0
    return max(count_left(record, name) - free_items(record) * THOUSAND, 0)


def counted(count: int, rate: tuple[Fraction, int], factor: Pair, first: bool) -> int:
    """What a count in thousandths gives at a rate for one; only full steps where there is one."""
    by, step = rate
    full = count // step * step if step else count
    return multiplied(full * by, factor, first)


def _money_left(record: Record) -> bool:
    return not record.basis or anything(record)


def _scaled(text: str) -> Fraction:
    number = parse_number(text)
    return Fraction(number.value, 10**number.scale)
