"""Standing that is reached within months and then kept for a term, until it is reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from regulars.engine.edition import Tier
from regulars.engine.kinds.metrics.figures import Figure, Span, figure
from regulars.engine.kinds.standing.climbing import TIER, Climb, Climbing, Found, Held
from regulars.engine.rules import Handlers, Ladder, Sentence
from regulars.engine.run import Run
from regulars.engine.state import BEGINNING
from regulars.engine.texts import Id, Part
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build

Months = Annotated[int, Meta(ge=1, le=120)]
Falls = Literal["to_reached", "one_tier"]


class First(Part, frozen=True, kw_only=True):
    """Where members stand when this edition begins: by what a metric came to in a calendar year."""

    year: Annotated[int, Meta(ge=1970, le=2199)]
    metric: Id | None = None


class Term(Climb):
    """The ladder's memory: the tier reached and when (or last confirmed), its term's `anchor` and
    how many `terms` have begun, `until` when it holds. `support` is what still stands of what it
    was reached by, FOREVER where it was not reached by counting. Counting began after `start`."""

    tier: int = 0
    reached: int = BEGINNING
    anchor: int = BEGINNING
    terms: int = 0
    until: int = FOREVER
    support: int = FOREVER
    start: int = BEGINNING
    placed: int = BEGINNING
    brought: int = BEGINNING


class Kept(Ladder, frozen=True, kw_only=True):
    """A tier is reached when the metric comes to its `from` within `months`, at any time. It is
    kept for `kept` months from that instant; what was counted in the `months` before that term
    ends decides what comes then. A refund of what a tier was reached by may lower it at once.

    `falls` says how far: to what is reached then, or one tier at most. `first` places members when
    the edition begins.
    """

    memory: ClassVar[type | None] = Term
    metric: Id
    months: Months = 12
    kept: Months = 12
    falls: Falls = "to_reached"
    first: First | None = None

    def compile(self, build: Build) -> Handlers:
        """Looks when the metric changed, and when a term ends."""
        return Working(self, build).handlers()

    def sentence(self) -> Sentence:
        """500 stars within 12 months make Gold, kept for 12 months."""
        return Sentence(
            f"standing_{self.kind}",
            {"metric": self.metric, "months": self.months, "kept": self.kept},
        )


class RollingKept(Kept, frozen=True, kw_only=True, tag="rolling_kept"):
    """What was counted goes on counting after a review."""


class Anniversary(Kept, frozen=True, kw_only=True, tag="anniversary"):
    """Whenever a term ends, counting begins again at 0."""


class Working(Climbing):
    """The ladder made ready."""

    def __init__(self, rule: Kept, build: Build) -> None:
        self.figure = figure(build, rule.metric)
        self.first = rule.first
        self.first_figure: Figure | None = None
        if rule.first is not None:
            self.first_figure = figure(build, rule.first.metric or rule.metric)
            self.first_figure.keep(Span(unit="year"))
        super().__init__(rule, build, rule.metric, Span(months=rule.months))
        self.months = rule.months
        self.kept = rule.kept
        self.one_tier = rule.falls == "one_tier"
        self.resets = isinstance(rule, Anniversary)
        self.figure.heard.append(self.lose)
        if self.resets:
            self.figure.own = lambda run: self.counted(run, self.figure)

    def term(self, run: Run) -> Term:
        """The holder's memory of this ladder."""
        term: Term = run.state.memory[self.slot]
        return term

    def counted(self, run: Run, one: Figure, span: Span | None = None) -> int:
        """What counts now: in the months up to now, or since counting began again."""
        start = self.term(run).start
        if span is None and self.resets and start > BEGINNING:
            return one.since(run, start)
        return one.value(run, span or self.span)

    def level(self, run: Run) -> int:
        """The highest tier whose hurdles are taken now."""
        return self.highest(lambda one, span: self.counted(run, one, span))

    def lose(self, run: Run, amount: int, at: int) -> None:
        """What is taken back may be what the tier was reached by."""
        term = self.term(run)
        if (
            amount < 0
            and term.support < FOREVER
            and self.zone.counts(at, term.reached, self.months)
        ):
            term.support += amount

    def found(self, run: Run, due: bool) -> Found:
        """Rise at any time; at the end of a term keep the tier or fall; fall when what it was
        reached by was taken back."""
        term = self.term(run)
        level = self.level(run)
        if due and term.until <= run.at:
            self.review(run, term, level)
        elif level > term.tier:
            self.reach(run, term, level)
        elif term.lessened and self.on_refund and term.support < self.needed(term.tier):
            self.reach(run, term, min(level, term.tier))
        return Found(term.tier, term.until)

    def review(self, run: Run, term: Term, level: int) -> None:
        """A term ends: what was counted in the months up to now decides."""
        if self.resets:
            level = self.highest(lambda one, span: one.value(run, span or self.span))
        if level >= term.tier:
            run.change(TIER, run.holder, self.tiers[term.tier].id, "kept")
            if level == term.tier:
                self.begin(run, term, term.anchor, term.terms + 1)
            else:
                self.reach(run, term, level)
        else:
            self.reach(run, term, max(level, term.tier - 1) if self.one_tier else level)
        if self.resets:
            term.start = run.at

    def reach(self, run: Run, term: Term, tier: int) -> None:
        """Take a tier, up or down: a term begins."""
        term.tier = tier
        self.begin(run, term, run.at, 1)

    def begin(self, run: Run, term: Term, anchor: int, terms: int) -> None:
        """A term of the present tier begins now; its end keeps the anchor's day of the month."""
        term.anchor, term.terms, term.reached = anchor, terms, run.at
        term.until = self.zone.plus_months(anchor, self.kept * terms) if term.tier else FOREVER
        self.support(run, term)

    def support(self, run: Run, term: Term) -> None:
        """Note what the tier stands on."""
        amount = self.counted(run, self.figure)
        term.support = amount if amount >= self.needed(term.tier) else FOREVER

    def needed(self, tier: int) -> int:
        """What the metric must come to for a tier; for one that is not reached by counting, more
        than anything."""
        main = self.rungs[tier].main
        return FOREVER if main is None or main.least is None else main.least

    def level_by_facts(self, run: Run) -> int:
        """The tier that the metrics make now."""
        return self.level(run)

    def valid(self, since: int) -> int:
        """One term."""
        return self.zone.plus_months(since, self.kept)

    def adopt(self, run: Run, held: Held) -> None:
        """A tier that is brought in or set is reviewed like one that was reached."""
        term = self.term(run)
        term.tier, term.reached, term.support = held.tier, run.at, FOREVER
        term.until = held.until if held.tier else FOREVER
        term.anchor, term.terms = term.until, 0
        self.dated(run, run.at)
        term.brought = run.at if held.brought else BEGINNING

    def dated(self, run: Run, since: int) -> None:
        """Its terms are counted from when it was reached."""
        term = self.term(run)
        if term.until == self.valid(since):
            term.anchor, term.terms = since, 1

    def opened(self, run: Run, fact: object) -> None:
        """What is brought in may be what the tier stands on."""
        term = self.term(run)
        if term.brought == run.at:
            self.support(run, term)

    def renumber(self, run: Run, climb: Climb, before: list[Tier]) -> None:
        """The tier of the term too."""
        super().renumber(run, climb, before)
        term = self.term(run)
        term.tier = self.place_of(term.tier, before)

    def settle(self, run: Run) -> None:
        """Place the member where that has not been done yet."""
        if self.first is not None:
            term = self.term(run)
            if term.edition != self.edition:
                self.arrive(run, term)
            self.place_first(run, term, self.first)
        super().settle(run)

    def place_first(self, run: Run, term: Term, first: First) -> None:
        """Once, at the first instant of this edition for the member."""
        if term.placed not in (BEGINNING, run.at):
            return
        term.placed = run.at
        one = self.first_figure
        if one is None or term.brought == run.at:
            return
        level = self.highest(lambda _, span: one.in_period(run, "year", first.year))
        if level > term.tier:
            self.reach(run, term, level)
            term.dirty = True
