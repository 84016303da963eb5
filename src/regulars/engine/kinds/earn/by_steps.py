"""Points by a table: from so much on so many, and no more than its last step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from regulars.engine.conditions import goods_minor
from regulars.engine.earning import listens
from regulars.engine.facts import Code, Order
from regulars.engine.happenings import Activity
from regulars.engine.kinds.earn.giving import Giving, Measured, multiplied
from regulars.engine.kinds.earn.per_count import left as count_left
from regulars.engine.kinds.earn.remaining import paid_for
from regulars.engine.rules import Handlers, Sentence
from regulars.engine.run import Run
from regulars.engine.state import Record
from regulars.engine.texts import (
    Finding,
    Id,
    Money,
    OneOrMany,
    Part,
    Positive,
    Units,
    parse_money,
    parse_number,
)
from regulars.engine.weighing import thousandths

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Level(Part, frozen=True, kw_only=True):
    """One line of the table: from this much money (`from`), or this count (`count`), `points`."""

    from_: Money | None = None
    count: Positive | None = None
    points: Units


class BySteps(Giving, frozen=True, kw_only=True, tag="by_steps"):
    """The points of the highest of `steps` that is reached, once per order.

    It looks at what was paid for goods (those that `when` names, where it names goods), or at the
    count `of`; with `activity` at the amount or the count of such acts instead of orders. A refund
    looks again at what is left.
    """

    steps: Annotated[list[Level], Meta(min_length=1)]
    activity: OneOrMany[Id] = ()
    of: Code | None = None

    def problems(self) -> Iterable[Finding]:
        """Steps are all of money or all of a count, each above the one before it and for more."""
        yield from super().problems()
        yield from self.misread()
        before: tuple[int, int] | None = None
        for index, level in enumerate(self.steps):
            at = (reach(level), parse_number(level.points).value)
            if before is not None and at[0] <= before[0]:
                yield Finding(f"steps[{index}]", "step_not_above", {})
            before = at

    def misread(self) -> Iterator[Finding]:
        """Steps that do not say what the rule looks at."""
        for index, level in enumerate(self.steps):
            if (level.from_ is None) == (level.count is None):
                yield Finding(f"steps[{index}]", "step_money_or_count", {})
            elif (level.count is None) != (self.of is None):
                wanted = "from" if self.of is None else "count"
                yield Finding(f"steps[{index}]", "step_needs", {"field": wanted})

    def compile(self, build: Build) -> Handlers:
        """Listens to orders, or to acts."""
        measured = Measured(build, self, self.waits)
        table = [[reach(one), build.units(one.points, self.asset or "")] for one in self.steps]
        if not self.activity:
            return measured.handlers(self.freezing(measured, table), worth)
        acts = Acts(measured, table, (self.activity, self.of))
        return measured.earning.handlers({Activity: acts.act})

    def freezing(self, measured: Measured, table: list[list[int]]) -> Any:
        """What freezes the table for an order: none where its steps are in another currency."""
        told = self.steps[0].from_
        currency = parse_money(told).currency if told is not None else ""

        def freeze(run: Run, order: Order, record: Record) -> list[Any]:
            places = measured.taken(order) if measured.tests.lines else None
            steps = table if currency in ("", order.currency) else []
            return [steps, self.of, places, measured.factor(run, order)]

        return freeze

    def sentence(self) -> Sentence:
        """A reload of 30 dollars or more earns 10 stars, of 50 dollars or more 25 stars."""
        return Sentence(
            "earn_by_steps_activity" if self.activity else "earn_by_steps",
            {
                "activity": self.activity,
                "of": self.of,
                "asset": self.asset,
                "steps": [
                    Sentence(
                        "earn_step_count" if one.count else "earn_step",
                        {
                            "from": one.from_,
                            "count": one.count,
                            "of": self.of,
                            "points": one.points,
                            "asset": self.asset,
                        },
                    )
                    for one in self.steps
                ],
            },
        )


def reach(level: Level) -> int:
    """From where a step counts: smallest units of money, or thousandths of a count."""
    if level.from_ is not None:
        return parse_money(level.from_).minor
    number = parse_number(level.count or "0")
    thousands: int = number.value * 1000 // 10**number.scale
    return thousands


def highest(table: list[list[int]], amount: Any) -> int:
    """The points of the highest step that an amount reaches; 0 below the first."""
    points = 0
    for least, gives in table:
        if amount >= least:
            points = gives
    return points


def worth(decision: list[Any], record: Record) -> int:
    """What the table gives for what is left."""
    table, of, places, factor = decision
    about = range(len(record.pieces)) if places is None else places
    amount = paid_for(record, about) if of is None else count_left(record, of)
    return multiplied(highest(table, amount), factor, False)


class Acts:
    """The table for acts that are no orders."""

    def __init__(
        self, measured: Measured, table: list[list[int]], about: tuple[tuple[str, ...], str | None]
    ) -> None:
        self.measured = measured
        self.table = table
        self.kinds = frozenset(about[0])
        self.of = about[1]

    def act(self, run: Run, act: Activity) -> None:
        """Earn by an act of the right kind, if the rule holds for it."""
        if not listens(act, self.kinds):
            return
        measured = self.measured
        if not measured.tests.holds(run, act):
            run.say(measured.id, "not_for_this", 0, measured.earning.asset)
            return
        amount = goods_minor(act) if self.of is None else thousandths(act.counts.get(self.of, 0))
        base = highest(self.table, amount)
        wanted = multiplied(base, measured.factor(run, act), False)
        run.say(measured.id, "earned", wanted, measured.earning.asset)
        measured.earning.book(run, wanted)
