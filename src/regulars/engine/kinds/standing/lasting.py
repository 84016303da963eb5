"""Standing that time does not take: by everything ever counted, or by invitation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from regulars.engine.kinds.metrics.figures import Span
from regulars.engine.kinds.standing.climbing import Climb, Climbing, Found
from regulars.engine.rules import Handlers, Ladder, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Duration, Id, parse_duration

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Lifetime(Ladder, frozen=True, kw_only=True, tag="lifetime"):
    """The tier is the highest whose `from` the metric has ever reached, less what came back."""

    memory: ClassVar[type | None] = Climb
    metric: Id

    def compile(self, build: Build) -> Handlers:
        """Looks when the metric changed."""
        return ByEverything(self, build).handlers()

    def sentence(self) -> Sentence:
        """1,000 points in all make Silver."""
        return Sentence("standing_lifetime", {"metric": self.metric})


class ByEverything(Climbing):
    """The ladder made ready."""

    def __init__(self, rule: Lifetime, build: Build) -> None:
        super().__init__(rule, build, rule.metric, Span())

    def found(self, run: Run, due: bool) -> Found:
        """What all that was counted reaches."""
        return Found(self.level(run))


class Invited(Ladder, frozen=True, kw_only=True, tag="invited"):
    """A tier is what staff set, for as long as they say, else for `valid`, else for good."""

    memory: ClassVar[type | None] = Climb
    valid: Duration | None = None

    def compile(self, build: Build) -> Handlers:
        """Listens to what staff set."""
        return ByInvitation(self, build).handlers()

    def sentence(self) -> Sentence:
        """Tiers are given by invitation."""
        return Sentence("standing_invited", {"valid": self.valid})


class ByInvitation(Climbing):
    """The ladder made ready."""

    def __init__(self, rule: Invited, build: Build) -> None:
        super().__init__(rule, build, None, Span())
        self.term = parse_duration(rule.valid) if rule.valid else None

    def valid(self, since: int) -> int:
        """As long as the file says."""
        return self.zone.plus(since, *self.term) if self.term else super().valid(since)
