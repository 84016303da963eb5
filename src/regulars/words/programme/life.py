"""What members are told of how long their points live."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_LIFE: dict[str, str] = {
    "life_after": _("%(asset)s last %(life)s."),
    "life_after_mass": _("%(asset)s lasts %(life)s."),
    "life_by_tier": _("%(tiers)s Otherwise: %(other)s"),
    "life_inactivity": _("%(asset)s lapse after %(life_within)s without %(by)s."),
    "life_month_by_month": _(
        "%(asset)s last %(months_span)s, to the end of the month; %(by)s in the last month adds "
        "another."
    ),
    "life_month_by_month_same": _(
        "%(asset)s last to the end of the month in which they are earned; %(by)s in that month "
        "adds another."
    ),
    "life_month_end": _("%(asset)s last %(months_span)s, to the end of the month."),
    "life_month_end_mass": _("%(asset)s lasts %(months_span)s, to the end of the month."),
    "life_month_end_same": _("%(asset)s last to the end of the month in which they are earned."),
    "life_month_end_same_mass": _("%(asset)s lasts to the end of the month in which it is earned."),
    "life_never": _("%(asset)s do not expire."),
    "life_never_mass": _("%(asset)s does not expire."),
    "life_newest_prolongs": _("%(asset)s last %(life)s from when some were last earned."),
    "life_yearly": _("%(asset)s go at the end of %(day)s."),
    "life_yearly_old": _("%(asset)s that are %(at_least)s old go at the end of %(day)s."),
}
"""What each kind says of itself; `_mass` of an asset that has no word for several: credit."""

BY_TIER = _("For %(tier)s: %(life)s")
ACTS: dict[str, str] = {"order": _("an order"), "redemption": _("a redemption")}
"""What keeps points alive."""

WHYS_LIFE: dict[str, str] = {}
"""What lives say to a fact."""
