"""Standing by civil periods: what a period's sum reaches holds on into the next ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from msgspec import Meta, field

from regulars.engine.kinds.metrics.figures import Figure, Span
from regulars.engine.kinds.standing.climbing import Climb, Climbing, Found
from regulars.engine.rules import Handlers, Ladder, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Finding, Id

if TYPE_CHECKING:
    from regulars.engine.build import Build

Civil = Literal["month", "quarter", "year"]
FOR_YEAR = re.compile(r"tier_for_([12][0-9]{3})")
MOST_BACK = 2
"""How many periods before the running one are kept."""


class Carried(Climb):
    """The ladder's memory, and the surplus carried into each period."""

    carried: dict[int, int] = field(default_factory=dict)


class Calendar(Ladder, frozen=True, kw_only=True):
    """The tier is the highest whose `from` the metric reaches in the running period, or reached in
    one before that still holds: what a period reached holds for the rest of it, for `more` whole
    periods after it, and for `extra_months` after those.

    With `carry_surplus`, what a period has above its tier counts in the next one too.
    """

    memory: ClassVar[type | None] = Carried
    unit: ClassVar[Civil] = "year"
    metric: Id
    more: Annotated[int, Meta(ge=0, le=MOST_BACK)] = 1
    extra_months: Annotated[int, Meta(ge=0, le=11)] = 0
    carry_surplus: bool = False

    def problems(self) -> Iterable[Finding]:
        """Longer than sums are kept."""
        if self.more + bool(self.extra_months) > MOST_BACK:
            yield Finding("extra_months", "standing_too_long", {"most": MOST_BACK})

    def compile(self, build: Build) -> Handlers:
        """Looks when the metric changed, and when what held the tier runs out."""
        return Working(self, build).handlers()

    def sentence(self) -> Sentence:
        """350 dollars spent in a calendar year make VIB, until the end of the next year."""
        return Sentence(
            f"standing_calendar_{self.unit}",
            {"metric": self.metric, "more": self.more, "extra_months": self.extra_months},
        )


class CalendarYear(Calendar, frozen=True, kw_only=True, tag="calendar_year"):
    """By calendar years."""


class CalendarQuarter(Calendar, frozen=True, kw_only=True, tag="calendar_quarter"):
    """By quarters of the calendar year."""

    unit: ClassVar[Civil] = "quarter"


class CalendarMonth(Calendar, frozen=True, kw_only=True, tag="calendar_month"):
    """By calendar months."""

    unit: ClassVar[Civil] = "month"


class Working(Climbing):
    """The ladder made ready: a pure function of the sums of a few periods."""

    def __init__(self, rule: Calendar, build: Build) -> None:
        super().__init__(rule, build, rule.metric, Span(unit=rule.unit))
        self.unit = rule.unit
        self.more = rule.more
        self.extra = rule.extra_months
        self.carries = rule.carry_surplus

    def ends(self, period: int) -> int:
        """Until when what was reached in a period holds."""
        end = self.zone.period_start(period + 1 + self.more, self.unit)
        return self.zone.plus_months(end, self.extra) if self.extra else end

    def valid(self, since: int) -> int:
        """As what was reached in the period of that instant."""
        return self.ends(self.zone.period(since, self.unit))

    def reached_in(self, run: Run, period: int) -> int:
        """The tier that a period's sums reach."""

        def count(one: Figure, span: Span | None) -> int:
            if span is not None or not one.units:
                return one.value(run, span or self.span)
            return one.in_period(run, self.unit, period)

        return self.highest(count)

    def found(self, run: Run, due: bool) -> Found:
        """The best of the periods that still hold, and the last end of one that is as good."""
        now = self.zone.period(run.at, self.unit)
        best = Found(0)
        for period in range(now, now - MOST_BACK - 1, -1):
            end = self.ends(period)
            if end <= run.at:
                break
            tier = self.reached_in(run, period)
            if tier > best.tier:
                best = Found(tier, end)
        return best

    def look(self, run: Run, due: bool = False) -> None:
        """Carry a surplus over before looking."""
        if self.carries:
            self.carry(run)
        super().look(run, due)
        if self.carries:
            self.look_at_new_period(run)

    def carry(self, run: Run) -> None:
        """What the last period has above its tier counts in this one: as much as that is now."""
        climb = run.state.memory[self.slot]
        now = self.zone.period(run.at, self.unit)
        surplus = self.surplus(run, now - 1)
        missing = surplus - climb.carried.get(now, 0)
        climb.carried = {now: surplus} if surplus else {}
        if missing and self.main is not None:
            self.main.count_in(run, self.unit, missing)

    def surplus(self, run: Run, period: int) -> int:
        """What a period's sum is above the threshold of its tier."""
        rung = self.rungs[self.reached_in(run, period)]
        if self.main is None or rung.main is None or not rung.main.least:
            return 0
        return max(self.main.in_period(run, self.unit, period) - rung.main.least, 0)

    def look_at_new_period(self, run: Run) -> None:
        """A new period has to be looked at where something may be carried into it."""
        climb = self.climb(run)
        now = self.zone.period(run.at, self.unit)
        if self.surplus(run, now):
            climb.check = min(climb.check, self.zone.period_start(now + 1, self.unit))
            run.state.due = min(run.state.due, climb.check)

    def read(self, run: Run, name: str) -> Any:
        """Besides: `tier_for_2026`, the tier held in that year as far as it is earned."""
        told = FOR_YEAR.fullmatch(name)
        if told is None:
            return super().read(run, name)
        return self.tiers[self.tier_for(run, int(told[1]))].id

    def tier_for(self, run: Run, year: int) -> int:
        """The best of what holds at the last instant of a year, and of what is set until then."""
        last = self.zone.period_start(year + 1, "year") - 1
        now = self.zone.period(last, self.unit)
        periods = [one for one in range(now - MOST_BACK, now + 1) if self.ends(one) > last]
        tiers = [self.reached_in(run, one) for one in periods]
        held = self.climb(run).held
        if held is not None and held.until > last:
            tiers.append(held.tier)
        return max(tiers, default=0)
