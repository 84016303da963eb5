"""A number that somebody tells about the member: it is no sum of facts."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from regulars.engine.facts import Code
from regulars.engine.happenings import Attribute, Opening
from regulars.engine.kinds.metrics.figures import Figure, Span
from regulars.engine.rules import Handlers, Metric, Sentence
from regulars.engine.run import Run
from regulars.engine.weighing import thousandths

if TYPE_CHECKING:
    from regulars.engine.build import Build

DECIMALS = 3


class Told(Metric, frozen=True, kw_only=True, tag="told"):
    """The number that an attribute of the member says (miles of a lifetime, employees), the
    metric's own name if no `attribute` is given. It stands until another one is told."""

    attribute: Code | None = None

    def compile(self, build: Build) -> Handlers:
        """Listens to the attribute."""
        figure = Telling(build, self, self.attribute or self.name_in_state)
        return Handlers(
            on={Attribute: figure.attribute_told}, opening=figure.opening, read=figure.read
        )

    def sentence(self) -> Sentence:
        """Miles of a lifetime."""
        return Sentence("metric_told", {"attribute": self.attribute or self.name_in_state})


class Telling(Figure):
    """The metric made ready: its value is the attribute's, in every window."""

    def __init__(self, build: Build, rule: Metric, attribute: str) -> None:
        super().__init__(build, rule, DECIMALS)
        self.attribute = attribute

    def keep(self, span: Span) -> None:
        """There are no windows to keep."""

    def value(self, run: Run, span: Span) -> int:
        """What the attribute says, in thousandths; 0 where it says no number."""
        try:
            return thousandths(Decimal(run.state.attributes.get(self.attribute, "") or 0))
        except InvalidOperation:
            return 0

    def since(self, run: Run, start: int) -> int:
        """The same since any instant."""
        return self.value(run, Span())

    def attribute_told(self, run: Run, fact: Attribute) -> None:
        """Who reads the metric is told when it changes."""
        if fact.name == self.attribute:
            for tell in self.told:
                tell(run)

    def opening(self, run: Run, fact: Opening) -> bool:
        """What was told before."""
        if fact.what != "metric" or fact.name != self.id:
            return False
        run.state.attributes[self.attribute] = str(self.shown(fact.amount))
        for tell in self.told:
            tell(run)
        return True

    def in_window(self, run: Run, window: str) -> int | None:
        """The same in every window."""
        return self.value(run, Span())

    def read(self, run: Run, name: str) -> Any:
        """The number by the metric's own name."""
        return self.shown(self.value(run, Span())) if name == self.id else None
