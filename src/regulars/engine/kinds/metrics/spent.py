"""Money spent on what counts."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import field

from regulars.engine import conditions, money
from regulars.engine.conditions import Condition, goods_minor
from regulars.engine.facts import Code, Order
from regulars.engine.happenings import Attribute
from regulars.engine.kinds.metrics.figures import Figure, Windowed
from regulars.engine.metering import Meter
from regulars.engine.returning import money_left, pieces_left, share_left
from regulars.engine.rules import Handlers, Sentence, Undoing
from regulars.engine.run import Run
from regulars.engine.state import Record
from regulars.engine.texts import Finding, Money, OneOrMany, Part, parse_money, repeated
from regulars.engine.weighing import half_up, lines_of, paid_by, selecting
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build


class HeadStart(Part, frozen=True, kw_only=True):
    """So much counts each calendar year for every one of what an attribute of the member numbers
    (eligible cards): given when the year begins, or when the attribute says so."""

    attribute: Code
    each: Money


class Started(Meter):
    """The metric's memory, and what head starts gave by year."""

    started: dict[int, int] = field(default_factory=dict)


class Spent(Windowed, frozen=True, kw_only=True, tag="spent"):
    """Counts money paid for goods: after discounts and what vouchers, points and credit paid,
    without fees and taxes.

    Only the programme's currency counts, and those that `other_currencies` names: so much of one is
    worth one unit of the programme's (1.10 USD for 1.00 EUR).

    `of` names one of the order's further amounts instead (base_fare). `except` leaves categories of
    goods out; `when` says for which goods, sales, members and times it counts. A refund lessens the
    window in which its order lies.
    """

    memory: ClassVar[type | None] = Started
    of: Code | None = None
    except_: OneOrMany[Code] = ()
    when: Condition | None = None
    head_start: HeadStart | None = None
    other_currencies: OneOrMany[Money] = ()

    def problems(self) -> Iterable[Finding]:
        """Each currency once, and worth something."""
        told = [parse_money(one) for one in self.other_currencies]
        for index, one in enumerate(told):
            if not one.minor:
                yield Finding(f"other_currencies[{index}]", "step_zero", {})
        yield from repeated([one.currency for one in told], "other_currencies")

    def compile(self, build: Build) -> Handlers:
        """Listens to orders, and to the attribute of a head start."""
        working = Working(self, build)
        handlers = working.figure.handlers()
        handlers.on[Order] = working.order
        handlers.undo = working.undo
        if self.head_start is not None:
            starting = Starting(self.head_start, working.figure)
            handlers.on[Attribute] = starting.attribute
            handlers.next_due, handlers.due = starting.next_due, starting.give
        return handlers

    def sentence(self) -> Sentence:
        """Money spent."""
        return Sentence("metric_spent", {"except": self.except_, "when": self.when})


class Working:
    """The metric made ready; amounts in the currency's smallest unit."""

    def __init__(self, rule: Spent, build: Build) -> None:
        self.id = rule.name_in_state
        self.of = rule.of
        self.figure = Figure(build, rule, money.decimals(build.edition.currency))
        self.tests = conditions.compiled(rule.when, build)
        self.selects = selecting(self.tests, frozenset(rule.except_))
        own = build.edition.currency
        unit = 10 ** money.decimals(own)
        others = [parse_money(one) for one in rule.other_currencies]
        self.worth = {one.currency: Fraction(unit, one.minor) for one in others}
        self.worth[own] = Fraction(1)

    def order(self, run: Run, order: Order) -> None:
        """Count what of an order counts, and freeze which of it that was."""
        if self.tests.facts and not self.tests.holds(run, order):
            return
        unit = self.worth.get(order.currency)
        if unit is None:
            return
        if self.of is not None:
            counts: list[int] = []
            paid = Fraction(1)
            own = order.amounts.get(self.of, 0)
        else:
            lines = lines_of(order)
            counts = [int(self.selects(line)) for line in lines]
            eligible = sum(line.amount_minor for line in lines if self.selects(line))
            paid = share_paid(run, order)
            own = cut(eligible * paid)
        amount = own if unit == 1 else cut(own * unit)
        if amount <= 0:
            return
        self.figure.add(run, amount, run.at)
        run.say(self.id, "counted_money", amount)
        if run.record is not None:
            run.record.eligible = max(run.record.eligible, own)
            frozen: list[Any] = [counts, [paid.numerator, paid.denominator], own]
            if unit != 1:
                frozen.append([unit.numerator, unit.denominator])
            run.record.frozen[self.id] = frozen
            run.record.given[self.id] = run.record.kept[self.id] = amount

    def undo(self, run: Run, undoing: Undoing) -> None:
        """Count again on what is left of the order, by the frozen decision."""
        record = undoing.record
        frozen = record.frozen.get(self.id)
        if frozen is None:
            return
        keep = max(min(record.given[self.id], worth(frozen, record)), 0)
        lost = record.kept[self.id] - keep
        if lost > 0:
            record.kept[self.id] = keep
            self.figure.add(run, -lost, record.at)
            run.say(self.id, "counted_less", -lost)


def share_paid(run: Run, order: Order) -> Fraction:
    """The share of an order's goods that was paid in money."""
    total = goods_minor(order)
    if total <= 0:
        return Fraction(1)
    return Fraction(total - paid_by(run, order), total)


def cut(amount: Fraction) -> int:
    """Money that is counted: parts of the smallest unit are rounded half up."""
    return half_up(amount.numerator, amount.denominator)


def worth(frozen: list[Any], record: Record) -> int:
    """What a frozen decision counts for what is left of the order."""
    counts, paid, amount, *unit = frozen
    if unit:
        return cut(worth(frozen[:3], record) * Fraction(*unit[0]))
    if not counts:
        return named_left(record, amount)
    left = pieces_left(record)
    eligible = sum(one for one, counted in zip(left, counts, strict=True) if counted)
    if eligible <= 0:
        return 0
    earning = eligible * Fraction(*paid)
    return cut(earning * share_left(record, earning)) if earning > 0 else 0


def named_left(record: Record, amount: int) -> int:
    """What is left of a further amount of an order, told by itself or as a share of the goods."""
    if record.closed:
        return 0
    if record.basis > 0 and record.total > 0:
        return cut(Fraction(amount * money_left(record), record.basis))
    return amount - record.back_eligible - record.back


class Starting:
    """A yearly head start made ready."""

    def __init__(self, start: HeadStart, figure: Figure) -> None:
        self.attribute_name = start.attribute
        self.each = parse_money(start.each).minor
        self.figure = figure

    def number(self, run: Run) -> int:
        """How many the attribute says."""
        told = run.state.attributes.get(self.attribute_name, "")
        return int(told) if told.isdecimal() else 0

    def attribute(self, run: Run, fact: Attribute) -> None:
        """The attribute says something new: more of them count at once."""
        if fact.name == self.attribute_name:
            self.give(run)

    def give(self, run: Run) -> None:
        """Give what is missing in the year that runs; what was given stays."""
        memory: Started = run.state.memory[self.figure.slot]
        year = self.figure.zone.period(run.at, "year")
        wanted = self.number(run) * self.each
        missing = wanted - memory.started.get(year, 0)
        if missing > 0 or year not in memory.started:
            memory.started = {year: max(wanted, 0)}
        if missing > 0:
            self.figure.add(run, missing, run.at)
            run.say(self.figure.id, "head_start", missing)
        run.state.due = min(run.state.due, self.next_due(run))

    def next_due(self, run: Run) -> int:
        """When the next year begins, if there is something to give then."""
        memory: Started = run.state.memory[self.figure.slot]
        if not self.number(run) or not memory.started:
            return FOREVER
        return self.figure.zone.period_start(max(memory.started) + 1, "year")
