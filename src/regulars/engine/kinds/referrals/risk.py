"""Whom to believe: what two people share, and what is then done."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from regulars.engine.questions import Introduced
from regulars.engine.texts import Duration, Part, parse_duration

Then = Literal["block", "hold", "allow"]
SHARED = ("email", "phone", "name", "card", "device", "address", "ip")
REASONS = {
    "email": "self_referral",
    "phone": "self_referral",
    "name": "self_referral",
    "card": "shared_card",
    "device": "same_device",
    "address": "same_household",
    "ip": "ip_limit",
}
"""Why a referral ends because of what friend and advocate share."""


class Crowd(Part, frozen=True, kw_only=True):
    """More than `most`, and what is `then` done."""

    most: Annotated[int, Meta(ge=0)]
    then: Then = "hold"
    within: Duration = "P7D"


class Risk(Part, frozen=True, kw_only=True):
    """What is done where friend and advocate share something: `block` ends the referral, `hold`
    lets a person look, `allow` does nothing. The same person is blocked, one household too; what
    people may share by chance is held. `similar` speaks of nearly the same names or addresses,
    `public_code` of codes found in public, `per_ip` of friends of anybody from one address on the
    net, `many` of friends of one advocate `within` a time."""

    email: Then = "block"
    phone: Then = "block"
    name: Then = "block"
    household: Then = "block"
    card: Then = "hold"
    device: Then = "hold"
    address: Then = "hold"
    ip: Then = "hold"
    similar: Then = "allow"
    public_code: Then = "allow"
    per_ip: Crowd | None = None
    many: Crowd | None = None


class Risks:
    """A risk policy made ready."""

    def __init__(self, risk: Risk) -> None:
        self.risk = risk
        self.many = risk.many
        self.within = parse_duration(risk.many.within) if risk.many else None

    def blocks(self, reply: Introduced) -> str:
        """Why the referral ends at once; empty if it does not."""
        for kind in SHARED:
            if kind in reply.shared and getattr(self.risk, kind) == "block":
                return REASONS[kind]
        crowd = self.risk.per_ip
        if crowd and crowd.then == "block" and reply.seen.get("ip", 0) >= crowd.most:
            return "ip_limit"
        return ""

    def flags(self, reply: Introduced) -> list[str]:
        """Why a person should look."""
        risk = self.risk
        found = [
            f"shared_{kind}"
            for kind in SHARED
            if kind in reply.shared and getattr(risk, kind) == "hold"
        ]
        crowd = risk.per_ip
        if crowd and crowd.then == "hold" and reply.seen.get("ip", 0) >= crowd.most:
            found.append(f"ip_more_than_{crowd.most}")
        if risk.similar == "hold":
            found.extend(f"similar_{kind}" for kind in reply.similar if kind not in reply.shared)
        if risk.household == "hold" and reply.circle:
            found.append("same_household")
        if risk.public_code == "hold" and reply.public:
            found.append("public_code")
        return found


def reason_of(flags: list[str]) -> str:
    """Why a referral ends that a person turned down: by its first flag that says it."""
    for flag in flags:
        if flag.startswith("ip_more_than"):
            return "ip_limit"
        if flag.startswith("shared_"):
            return REASONS[flag.removeprefix("shared_")]
        if flag == "same_household":
            return flag
    return "rejected_by_person"
