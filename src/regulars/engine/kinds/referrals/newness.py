"""Who can be brought: somebody who was not here before, under every known identifier."""

from __future__ import annotations

from typing import Literal

from regulars.engine.questions import Emails
from regulars.engine.texts import Duration, OneOrMany, Part

IdentifierKind = Literal["email", "phone", "card", "device", "address"]


class Newness(Part, frozen=True, kw_only=True):
    """A friend is new who never bought (`new: buyer`) or never even had an account (`account`),
    under any of the identifiers in `by`; orders of guests count. `former`: whether somebody whose
    account was closed may come again. `emails` says how addresses are compared."""

    new: Literal["buyer", "account"] = "buyer"
    by: OneOrMany[IdentifierKind] = ("email", "phone")
    former: Literal["refuse", "allow"] = "refuse"
    emails: Emails = "case"


class Attribution(Part, frozen=True, kw_only=True):
    """Whose friend somebody is. The `last` or `first` click counts (the policy's, if left out),
    `within` a length of time or in the same `session` only; a code or link on the order or the
    sign-up itself is a click too."""

    count: Literal["last_click", "first_click"] | None = None
    within: Duration | Literal["session"] | None = None
