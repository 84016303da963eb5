"""A referral programme: a friend gets something for coming, an advocate for bringing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from regulars.engine.facts import Order
from regulars.engine.happenings import Activity, Promise, SignUp
from regulars.engine.kinds.referrals.advocate import AdvocateSide
from regulars.engine.kinds.referrals.asking import WHAT
from regulars.engine.kinds.referrals.caps import Cap
from regulars.engine.kinds.referrals.friend import FriendSide
from regulars.engine.kinds.referrals.memory import Memory
from regulars.engine.kinds.referrals.newness import Attribution, Newness
from regulars.engine.kinds.referrals.offer import Offer
from regulars.engine.kinds.referrals.opening import Openings
from regulars.engine.kinds.referrals.payout import Milestone
from regulars.engine.kinds.referrals.qualifying import Pay
from regulars.engine.kinds.referrals.reading import Reading
from regulars.engine.kinds.referrals.review import Review
from regulars.engine.kinds.referrals.risk import Risk
from regulars.engine.rules import Handlers, ReferralRule, Sentence
from regulars.engine.texts import Day, Duration, Finding, Instant, repeated

if TYPE_CHECKING:
    from regulars.engine.build import Build
    from regulars.engine.run import Run

DISCOUNTS_FIRST = -10
"""What is taken off comes before what pays."""


class TwoSided(ReferralRule, frozen=True, kw_only=True, tag="two_sided"):
    """Who brings a new friend is paid when the friend has done what `pays` says.

    `offer` is what the friend pays less. `within` is how long he has after he was brought. `every`
    pays for each so many friends only, `milestones` give something besides. `at_most` caps the
    advocate's side, never the friend's. Without `open`, and after `until` (a day counts whole),
    nobody new is taken; who was brought before keeps what was promised then.
    """

    memory: ClassVar[type | None] = Memory
    offer: Offer | None = None
    pays: Annotated[list[Pay], Meta(min_length=1)]
    within: Duration | None = None
    every: Annotated[int, Meta(ge=1)] = 1
    milestones: list[Milestone] = []
    clicks: Attribution = Attribution()
    newness: Newness = Newness()
    risk: Risk = Risk()
    review: Review = Review()
    at_most: list[Cap] = []
    open: bool = True
    until: Day | Instant | None = None

    def problems(self) -> Iterable[Finding]:
        """Payments and caps are told apart by their ids."""
        yield from repeated([pay.id for pay in self.pays], "pays", "id")
        yield from repeated([cap.id for cap in self.at_most], "at_most", "id")

    def compile(self, build: Build) -> Handlers:
        """Both sides, in whosever fold it is."""
        friend, advocate = FriendSide(self, build), AdvocateSide(self, build)
        openings, reading = Openings(friend, advocate), Reading(friend, advocate)

        def acted(run: Run, fact: Activity) -> None:
            friend.acted(run, fact)
            advocate.acted(run, fact)

        def promised(run: Run, promise: Promise) -> None:
            side = friend if WHAT in promise.details else advocate
            side.promised(run, promise)

        def due(run: Run) -> None:
            friend.due(run)
            advocate.due(run)

        return Handlers(
            on={Order: friend.ordered, SignUp: friend.signed_up, Activity: acted},
            undo=friend.undo,
            next_due=lambda run: min(friend.next_due(run), advocate.next_due(run)),
            due=due,
            wants=advocate.wants,
            asks=friend.asks,
            promised=promised,
            opening=openings.opening,
            effect=advocate.effect,
            read=reading.read,
            erased=lambda run: advocate.stop(run, "advocate_gone"),
            asks_rank=DISCOUNTS_FIRST,
            opens=friend.is_brought,
        )

    def sentence(self) -> Sentence:
        """What friends and advocates get, and when."""
        pay = self.pays[0]
        wait = self.review.wait
        return Sentence(
            "referral_two_sided",
            {
                "offer": self.offer,
                "gifts": [gift for gift in pay.advocate if gift.who is None] or pay.advocate,
                "friend": pay.friend,
                "least": pay.at_least,
                "after": Sentence(
                    f"referral_after_{pay.after}", {"steps": pay.steps, "when": pay.when}
                ),
                "wait": Sentence("referral_wait", {"wait": wait}) if wait else None,
                "caps": [
                    Sentence(f"referral_at_most_{cap.per}", {"most": cap.rewards or cap.amount})
                    for cap in self.at_most
                ],
            },
        )
