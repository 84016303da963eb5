"""When a gift for the birthday can be had, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext

from regulars.engine.edition import Edition
from regulars.engine.kinds.rewards.birthday import Birthday

CODE = "outside_window"


def time_of(edition: Edition, reward: str) -> str:
    """The days on which a birthday's gift can be had, as a sentence; empty for other rewards."""
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
