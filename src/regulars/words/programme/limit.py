"""What limits tell members, and what they cut."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_LIMIT: dict[str, str] = {
    "limit_points_per_day": _("Nobody earns more than %(most)s %(asset)s a day."),
    "limit_points_per_week": _("Nobody earns more than %(most)s %(asset)s a week."),
    "limit_points_per_month": _("Nobody earns more than %(most)s %(asset)s a month."),
    "limit_points_per_year": _("Nobody earns more than %(most)s %(asset)s a year."),
}
"""What each kind says of itself."""

WHYS_LIMIT: dict[str, str] = {
    "within_limit": _("%(room)s %(asset)s had room, nothing cut"),
    "over_limit": _("Only %(room)s %(asset)s had room"),
}
"""What limits say to a fact."""
