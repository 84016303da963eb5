"""Every so many of something, one reward by itself: a stamp card."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from regulars.engine.converting import Converting
from regulars.engine.facts import Refund
from regulars.engine.happenings import Promise
from regulars.engine.rules import Handlers, Reward, Sentence
from regulars.engine.run import Ask, Run
from regulars.engine.terms import Issue, terms
from regulars.engine.texts import Duration, Finding, Id, Text

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Every(Reward, frozen=True, kw_only=True, tag="every"):
    """Whenever `each` of an asset have come together they turn into a voucher by themselves; what
    is beyond stays. The voucher is for `item` and lives for `valid`, for ever if left out; or
    `voucher` says all of its terms.
    """

    name: Text
    each: Annotated[int, Meta(ge=1)]
    asset: Id | None = None
    item: Id | None = None
    valid: Duration | None = None
    voucher: Issue | None = None

    def problems(self) -> Iterable[Finding]:
        """Terms that are said twice."""
        if self.voucher is not None and (self.item or self.valid):
            yield Finding("voucher", "said_twice", {})

    def compile(self, build: Build) -> Handlers:
        """Asks when enough have come together, and issues when promised."""
        working = Working(self, build)
        return Handlers(
            wants=working.wants,
            promised=working.promised,
            read=working.read,
            on={Refund: working.converting.refunded},
        )

    def sentence(self) -> Sentence:
        """Every 10th coffee is free."""
        code = "reward_every" if self.asset is None or self.item else "reward_every_value"
        params: dict[str, Any] = {"each": self.each, "name": self.name, "asset": self.asset}
        return Sentence(code, params | {"valid": self.valid, "voucher": self.voucher})


class Working:
    """The reward made ready."""

    def __init__(self, rule: Every, build: Build) -> None:
        self.id = rule.name_in_state
        self.asset = rule.asset or build.main
        self.index = build.asset(self.asset)
        self.whole = 10 ** build.decimals(self.asset)
        self.each = rule.each * self.whole
        told = rule.voucher or Issue(item=rule.item, valid=rule.valid)
        self.converting = Converting(build, rule, self.asset, terms(build, self.id, told))

    def wants(self, run: Run, ask: Ask) -> Promise | None:
        """The next voucher, if enough have come together."""
        if run.state.holdings[self.index].balance < self.each:
            return None
        ordinal = run.state.ordinals.get(self.id, 0) + 1
        while run.asked(self.id, ordinal):
            ordinal += 1
        return run.promise(self.id, ordinal, price=self.each, asset=self.asset)

    def promised(self, run: Run, promise: Promise) -> None:
        """Take what came together and issue the voucher."""
        run.state.ordinals[self.id] = max(run.state.ordinals.get(self.id, 0), int(promise.ordinal))
        self.converting.convert(run, promise)

    def read(self, run: Run, name: str) -> Any:
        """`progress`: how far it is to the next one, as 1/3."""
        if name not in ("progress", f"progress:{self.id}"):
            return None
        have = max(run.state.holdings[self.index].balance, 0) % self.each
        return f"{have // self.whole}/{self.each // self.whole}"
