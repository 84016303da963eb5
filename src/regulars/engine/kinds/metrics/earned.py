"""What was earned of an asset: never lessened by using it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from regulars.engine.metering import Meter, Metering
from regulars.engine.rules import Handlers, Metric
from regulars.engine.texts import Id

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Earned(Metric, frozen=True, kw_only=True, tag="earned"):
    """Counts what is earned of an asset, grants included; a refund takes back what it took."""

    memory: ClassVar[type | None] = Meter
    asset: Id | None = None

    def compile(self, build: Build) -> Handlers:
        """Is told by every grant and every clawback."""
        metering = Metering(build, self, build.decimals(self.asset or ""))
        build.hear(self.asset or "", metering.add)
        return Handlers()
