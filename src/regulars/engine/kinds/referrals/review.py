"""How long the advocate's reward waits, and what becomes of what a person should look at."""

from __future__ import annotations

from typing import Literal

from regulars.engine.texts import Duration, Part


class Review(Part, frozen=True, kw_only=True):
    """Every reward of the advocate waits for `wait` after what earned it; the friend has his own at
    once. What is flagged waits for a person until `deadline` (as long as `wait`, if left out;
    without both until somebody decides) and is `then` approved or rejected by itself. `approved`
    says whether a person's yes ends the waiting at once."""

    wait: Duration | None = None
    deadline: Duration | None = None
    then: Literal["approve", "reject"] = "approve"
    approved: Literal["waits", "at_once"] = "waits"
