"""How much of the last orders came back."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta, Struct, field

from regulars.engine.facts import Order
from regulars.engine.happenings import Opening
from regulars.engine.kinds.metrics.figures import Figure, Span
from regulars.engine.returning import count_left
from regulars.engine.rules import Handlers, Metric, Sentence, Undoing
from regulars.engine.run import Run
from regulars.engine.state import Record
from regulars.engine.texts import Id
from regulars.engine.weighing import lines_of, thousandths

if TYPE_CHECKING:
    from regulars.engine.build import Build

DECIMALS = 6


class Items(Struct, omit_defaults=True):
    """One order's items and those returned, in thousandths of an item; `lines` has those of each
    of its lines of goods, where it tells any."""

    key: str
    items: int
    returned: int = 0
    lines: list[int] = field(default_factory=list)


class LastOrders(Struct, omit_defaults=True):
    """The last orders that are looked at, oldest first."""

    orders: list[Items] = field(default_factory=list)


class ReturnRate(Metric, frozen=True, kw_only=True, tag="return_rate"):
    """The part of the items of the last `orders` that was returned, in percent: for ladders that
    ask for a rate `below` something. Items are what orders count under `of`, else their lines."""

    memory: ClassVar[type | None] = LastOrders
    orders: Annotated[int, Meta(ge=1, le=100)] = 5
    of: Id | None = None

    def compile(self, build: Build) -> Handlers:
        """Listens to orders and refunds."""
        figure = Rate(build, self)
        return Handlers(
            on={Order: figure.order}, undo=figure.undo, opening=figure.opening, read=figure.read
        )

    def sentence(self) -> Sentence:
        """The part of the items of the last 5 orders that came back."""
        return Sentence("metric_return_rate", {"orders": self.orders})


class Rate(Figure):
    """The metric made ready: its value is the rate in percent, in every window."""

    def __init__(self, build: Build, rule: ReturnRate) -> None:
        super().__init__(build, rule, DECIMALS)
        self.most = rule.orders
        self.of = rule.of

    def keep(self, span: Span) -> None:
        """There are no windows to keep."""

    def remembered(self, run: Run) -> list[Items]:
        """The last orders."""
        memory: LastOrders = run.state.memory[self.slot]
        return memory.orders

    def rate(self, run: Run) -> Fraction:
        """Returned items by items; 0 where there are none."""
        orders = self.remembered(run)
        items = sum(one.items for one in orders)
        return Fraction(sum(one.returned for one in orders), items) if items else Fraction(0)

    def value(self, run: Run, span: Span) -> int:
        """The rate in millionths of a percent, rounded up, so that only less is below."""
        return -int(-self.rate(run) * 100 * 10**DECIMALS // 1)

    def since(self, run: Run, start: int) -> int:
        """The same since any instant: the last orders, whenever they were."""
        return self.value(run, Span())

    def order(self, run: Run, order: Order) -> None:
        """A new order is looked at, the oldest no longer."""
        items, lines = 1000 * len(lines_of(order)), []
        if self.of is not None:
            items = thousandths(order.counts.get(self.of, Decimal(0)))
        elif order.lines:
            lines = [thousandths(one.quantity) for one in lines_of(order)]
            items = sum(lines)
        if items > 0:
            self.remember(run, Items(order.key, items, lines=lines))

    def remember(self, run: Run, items: Items) -> None:
        """Look at an order from now on."""
        orders = self.remembered(run)
        orders.append(items)
        del orders[: -self.most]
        for tell in self.told:
            tell(run)

    def undo(self, run: Run, undoing: Undoing) -> None:
        """Items of an order came back."""
        for one in self.remembered(run):
            if one.key == undoing.record.key:
                one.returned = min(self.returned(undoing.record, one), one.items)
        for tell in self.at_work(run).told:
            tell(run)

    def returned(self, record: Record, order: Items) -> int:
        """How many items have come back, in thousandths: counted, else of each line by its money,
        money told without a line by its part of the whole."""
        if record.closed:
            return order.items
        if self.of is not None:
            return record.counts.get(self.of, 0) - count_left(record, self.of)
        total = sum(piece.amount for piece in record.pieces)
        back = sum(record.back_lines)
        if len(order.lines) == len(record.pieces):
            told = zip(order.lines, record.back_lines, record.pieces, strict=True)
            return sum(items * part // one.amount for items, part, one in told if one.amount > 0)
        return order.items * back // total if total > 0 else 0

    def opening(self, run: Run, fact: Opening) -> bool:
        """An order before: `amount` items, `returned` of them in the details."""
        if fact.what != "last_order" or fact.name not in ("", self.id):
            return False
        returned = thousandths(Decimal(fact.details.get("returned", "0")))
        self.remember(run, Items(fact.key, 1000 * fact.amount, returned))
        return True

    def in_window(self, run: Run, window: str) -> int | None:
        """The same in every window."""
        return self.value(run, Span())

    def read(self, run: Run, name: str) -> Any:
        """The rate as a ratio: 0.72 for 72 percent."""
        return self.rate(run) if name == self.id else None
