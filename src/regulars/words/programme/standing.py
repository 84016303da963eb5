"""What ladders tell members."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_STANDING: dict[str, str] = {
    "standing_anniversary": _("%(reached)s within %(months_within)s %(makes)s."),
    "standing_calendar_month": _("%(reached)s in a calendar month %(makes)s."),
    "standing_calendar_quarter": _("%(reached)s in a quarter %(makes)s."),
    "standing_calendar_year": _("%(reached)s in a calendar year %(makes)s."),
    "standing_invited": _("Standing is given by invitation."),
    "standing_lifetime": _("%(reached)s in all %(makes)s."),
    "standing_rolling": _("%(reached)s within %(months_within)s %(makes)s."),
    "standing_rolling_kept": _("%(reached)s within %(months_within)s %(makes)s."),
}
"""What each kind says of itself: of the first tier that has to be reached. Further ones follow."""

AFTER_STANDING: dict[str, str] = {
    "standing_anniversary": _("It is kept for %(kept_span)s, then counting begins again."),
    "standing_calendar_month": _("It holds for the rest of the month and %(more_months)s more."),
    "standing_calendar_month_rest": _("It holds for the rest of the month."),
    "standing_calendar_quarter": _(
        "It holds for the rest of the quarter and %(more_quarters)s more."
    ),
    "standing_calendar_quarter_rest": _("It holds for the rest of the quarter."),
    "standing_calendar_year": _("It holds for the rest of the year and %(more_years)s more."),
    "standing_calendar_year_rest": _("It holds for the rest of the year."),
    "standing_rolling_kept": _("It is kept for %(kept_span)s."),
}
"""What comes after the tiers."""

EXTRA = _("After that it holds for %(extra_months_span)s more.")

WHYS_STANDING: dict[str, str] = {}
"""What ladders say to a fact."""
