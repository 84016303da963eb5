"""A reward that is offered to somebody and has to be claimed in time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import Struct, field

from regulars.engine.calendar import Zone
from regulars.engine.happenings import Activity, Promise
from regulars.engine.rules import Handlers, Reward, Sentence
from regulars.engine.run import Ask, Run
from regulars.engine.state import Record
from regulars.engine.terms import Issue, issue, terms
from regulars.engine.texts import Duration, Finding, Id, OneOrMany, Text, Units, parse_duration
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build

WITHIN_DAYS = "must_claim_within_days"
"""The count of an offer that says after how many days it lapses."""
MOST_OFFERS = 100
"""So many of the newest offers of one member are remembered."""


class Offers(Struct, omit_defaults=True):
    """Until when each offer can be claimed, by its key; those that were claimed, in their order."""

    until: dict[str, int] = field(default_factory=dict)
    claimed: list[str] = field(default_factory=list)


class Offered(Reward, frozen=True, kw_only=True, tag="offered"):
    """A `voucher`, or `points` of an asset, for whoever claims it in time. The act `offer` offers
    it by the id of this rule or one of `items`; the act `claim` names that offer's key.

    It can be claimed `within` a time of the offer, or within the days that the offer itself says
    (`must_claim_within_days`), once; for ever where neither says. A claim that comes too late, or
    again, is refused.
    """

    memory: ClassVar[type | None] = Offers
    name: Text
    offer: Id = "offer"
    claim: Id = "claim"
    within: Duration | None = None
    items: OneOrMany[Id] = ()
    voucher: Issue | None = None
    points: Units | None = None
    asset: Id | None = None

    def problems(self) -> Iterable[Finding]:
        """An offer of nothing."""
        if self.voucher is None and self.points is None:
            yield Finding("voucher", "missing", {})

    def compile(self, build: Build) -> Handlers:
        """Listens to offers and claims; hands out what was claimed."""
        working = Working(self, build)
        return Handlers(
            on={Activity: working.act},
            wants=working.wants,
            promised=working.promised,
            refuses=True,
        )

    def sentence(self) -> Sentence:
        """Whoever is offered a dessert has to claim it within 7 days."""
        code = "reward_offered_within" if self.within else "reward_offered"
        params: dict[str, Any] = {"name": self.name, "within": self.within}
        return Sentence(code, params | {"voucher": self.voucher, "asset": self.asset})


class Working:
    """The offer made ready."""

    def __init__(self, rule: Offered, build: Build) -> None:
        self.rule = rule
        self.id = rule.name_in_state
        self.slot = build.slot(rule)
        self.zone: Zone = build.zone
        self.names = frozenset((self.id, *rule.items))
        self.within = parse_duration(rule.within) if rule.within else None
        self.terms = terms(build, self.id, rule.voucher) if rule.voucher else None
        self.asset = rule.asset or build.main
        self.points = build.units(rule.points, self.asset) if rule.points else 0
        self.give = build.giving(rule, self.asset)

    def offers(self, run: Run) -> Offers:
        """What was offered to this holder."""
        offers: Offers = run.state.memory[self.slot]
        return offers

    def act(self, run: Run, act: Activity) -> None:
        """Note an offer of this reward, or a claim of one."""
        if act.kind == self.rule.offer and act.value in self.names:
            until = self.offers(run).until
            until[act.key] = self.until(run, act)
            while len(until) > MOST_OFFERS:
                del until[next(iter(until))]
        elif act.kind == self.rule.claim and act.value in self.offers(run).until:
            self.claim(run, act)

    def until(self, run: Run, act: Activity) -> int:
        """The first instant at which it cannot be claimed any more."""
        days = act.counts.get(WITHIN_DAYS)
        if days is not None:
            return self.zone.plus_days(run.at, int(days))
        return self.zone.plus(run.at, *self.within) if self.within else FOREVER

    def claim(self, run: Run, act: Activity) -> None:
        """Take it up, or refuse."""
        offers = self.offers(run)
        claimed = act.value in offers.claimed
        code = "already_claimed" if claimed else ""
        if not code and run.at >= offers.until[act.value]:
            code = "expired"
        if code:
            run.change("activity", act.key, "refused", code, rule=self.id)
        else:
            offers.claimed.append(act.value)

    def wants(self, run: Run, ask: Ask) -> Promise | None:
        """The first claimed offer that was not handed out."""
        for offer in self.offers(run).claimed:
            if not run.asked(self.id, offer):
                return run.promise(self.id, offer)
        return None

    def promised(self, run: Run, promise: Promise) -> None:
        """Hand it out."""
        if run.keeps(promise.key):
            run.records[promise.key] = Record(
                key=promise.key, edition=run.edition.id, at=run.at, rule=self.id
            )
        if self.terms is not None:
            bare = not (self.terms.item or self.terms.value or self.terms.percent)
            issue(run, self.terms, promise.key, **({"item": self.id} if bare else {}))
        if self.points:
            self.give(run, self.points)
        run.say(self.id, "claimed", self.points, self.asset)
