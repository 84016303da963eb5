"""What the answer to "who brought this person?" comes to: welcome, or why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.engine.kinds.referrals.memory import Brought
from regulars.engine.kinds.referrals.newness import Attribution, Newness
from regulars.engine.kinds.referrals.risk import Risks
from regulars.engine.periods import DAY
from regulars.engine.questions import Introduced, Introduction
from regulars.engine.texts import parse_duration

if TYPE_CHECKING:
    from regulars.engine.build import Build
    from regulars.engine.run import Run

HOUR = DAY // 24
DAYS_OF_MONTH = 30


class Clue:
    """What a fact says of who brought its person."""

    def __init__(self, key: str, codes: tuple[str, ...], via: str, session: str) -> None:
        self.key = key
        self.codes = codes
        self.via = via
        self.session = session


class Judge:
    """The rule's attribution, newness and risk made ready."""

    def __init__(self, build: Build, attribution: Attribution, newness: Newness) -> None:
        self.newness = newness
        self.first = (attribution.count or build.policy.attribution) == "first_click"
        self.window = window(attribution.within)

    def question(self, run: Run, clue: Clue, advocate: str) -> Introduction:
        """What to ask about a fact; an advocate who is known already stays."""
        return Introduction(
            key=clue.key,
            at=run.at,
            codes=clue.codes,
            via=clue.via,
            session=clue.session,
            window=self.window,
            first=self.first,
            by=self.newness.by,
            emails=self.newness.emails,
            advocate=advocate,
        )

    def against(self, run: Run, reply: Introduced, risks: Risks) -> str:
        """Why the advocate who was found cannot bring this person; empty if he can."""
        if reply.circle and risks.risk.household == "block":
            return "same_household"
        if run.is_me(reply.advocate):
            return "self_referral"
        if reply.banned:
            return "advocate_banned"
        return "advocate_gone" if reply.gone else risks.blocks(reply)

    def here_before(self, reply: Introduced, brought: Brought) -> str:
        """Why the person is not new; empty if he is."""
        account = self.newness.new == "account"
        if brought.bought or reply.bought or (account and (brought.joined or reply.joined)):
            return "existing_customer"
        return "former_customer" if reply.former and self.newness.former == "refuse" else ""


def window(within: str | None) -> int:
    """How long a click counts, in microseconds: 0 in its session only, -1 ever."""
    if within is None:
        return -1
    if within == "session":
        return 0
    span = parse_duration(within)
    return (span.months * DAYS_OF_MONTH + span.days) * DAY + span.hours * HOUR
