"""What limits tell members, and what they cut."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_LIMIT: dict[str, str] = {
    "limit_cooldown": _("Who has earned something earns nothing more for %(wait)s."),
    "limit_points_ever": _("Nobody earns more than %(most)s %(asset)s in all."),
    "limit_points_per_campaign": _("Nobody earns more than %(most)s %(asset)s %(in_campaign)s."),
    "limit_points_per_day": _("Nobody earns more than %(most)s %(asset)s a day."),
    "limit_points_per_month": _("Nobody earns more than %(most)s %(asset)s a month."),
    "limit_points_per_order": _("Nobody earns more than %(most)s %(asset)s with one order."),
    "limit_points_per_quarter": _("Nobody earns more than %(most)s %(asset)s a quarter."),
    "limit_points_per_week": _("Nobody earns more than %(most)s %(asset)s a week."),
    "limit_points_per_year": _("Nobody earns more than %(most)s %(asset)s a year."),
    "limit_points_rolling": _(
        "Nobody earns more than %(most)s %(asset)s within %(within_within)s."
    ),
    "limit_times_ever": _("Nobody earns more than %(most_times)s in all."),
    "limit_times_per_day": _("Nobody earns more than %(most_times)s a day."),
    "limit_times_per_month": _("Nobody earns more than %(most_times)s a month."),
    "limit_times_per_quarter": _("Nobody earns more than %(most_times)s a quarter."),
    "limit_times_per_week": _("Nobody earns more than %(most_times)s a week."),
    "limit_times_per_year": _("Nobody earns more than %(most_times)s a year."),
}
"""What each kind says of itself."""

WHYS_LIMIT: dict[str, str] = {
    "over_limit": _("Only %(room)s %(asset)s were left of the limit"),
    "over_times": _("It has been earned often enough for now"),
    "refused_by_limit": _("Refused: the limit is reached"),
    "within_limit": _("%(room)s %(asset)s were left of the limit, nothing cut"),
    "within_limit_of": _("%(used)s of %(most)s %(asset)s %(in_period)s, nothing cut"),
    "within_times": _("Not too often, nothing cut"),
}
"""What limits say to a fact."""
