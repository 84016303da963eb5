"""So many points for each full kilometre of a ride: a kind that another package brings."""

from __future__ import annotations

from regulars.engine.build import Build
from regulars.engine.earning import Earning
from regulars.engine.happenings import Activity
from regulars.engine.rules import Earn, Handlers, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Positive


class PerKilometre(Earn, frozen=True, kw_only=True, tag="per_kilometre"):
    """`points` for each full kilometre that an act of kind `ride` counts."""

    points: Positive

    def compile(self, build: Build) -> Handlers:
        """Listens to acts."""
        earning = Earning(build, self, None, None)
        points = build.units(self.points)

        def act(run: Run, fact: Activity) -> None:
            if fact.kind == "ride":
                earning.book(run, int(fact.counts.get("km", 0)) * points)

        return Handlers(on={Activity: act})

    def sentence(self) -> Sentence:
        """Says it in its own words, since the catalogue does not know them."""
        return Sentence(
            "own_words",
            {
                "text": {
                    "en": f"Every kilometre earns {self.points} points.",
                    "de": f"Jeder Kilometer bringt {self.points} Punkte.",
                }
            },
        )
