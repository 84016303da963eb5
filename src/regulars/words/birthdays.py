"""When a gift for the birthday can be had, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext

from regulars.engine.edition import Edition
from regulars.engine.kinds.rewards.birthday import Birthday

OUTSIDE = "outside_window"
"""The code with which a gift for the birthday is refused on other days."""


def days_of(reward: str, code: str, edition: Edition) -> str:
    """Where a reward is refused by this code for its day: the days on which it can be had, as a
    sentence; else empty."""
    if code != OUTSIDE:
        return ""
    named = (rule for rule in edition.rewards if rule.name_in_state == reward)
    rule = next((one for one in named if isinstance(one, Birthday)), None)
    if rule is None:
        return ""
    if rule.days:
        return gettext("Only on the birthday and in the days after it.")
    return {
        "day": gettext("Only on the birthday."),
        "week": gettext("Only in the week of the birthday."),
        "month": gettext("Only in the month of the birthday."),
    }[rule.window]
