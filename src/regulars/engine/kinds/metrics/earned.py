"""What was earned of an asset: never lessened by using it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.engine.kinds.metrics.figures import Figure, Windowed
from regulars.engine.rules import Handlers, Sentence
from regulars.engine.texts import Id, OneOrMany

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Earned(Windowed, frozen=True, kw_only=True, tag="earned"):
    """Counts what is earned of an asset, grants included; a refund takes back what it took.

    `by` names the rules whose giving counts (`grant` for grants of staff), all if left out;
    `except` those whose giving does not.
    """

    asset: Id | None = None
    by: OneOrMany[Id] = ()
    except_: OneOrMany[Id] = ()

    def compile(self, build: Build) -> Handlers:
        """Is told by every grant and every clawback."""
        figure = Figure(build, self, build.decimals(self.asset or ""))
        build.hear(self.asset or "", figure.add, self.heard_of(build))
        return figure.handlers()

    def heard_of(self, build: Build) -> tuple[str, ...]:
        """The rules that count; none means all of them."""
        if not self.except_:
            return self.by
        edition = build.edition
        rules = (*edition.earn, *edition.rewards, *edition.referrals)
        every = ("grant", *(rule.name_in_state for rule in rules))
        return tuple(name for name in self.by or every if name not in self.except_)

    def sentence(self) -> Sentence:
        """Points earned."""
        return Sentence("metric_earned", {"asset": self.asset})
