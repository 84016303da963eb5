"""How what metrics count is told: so much of it, as a ladder asks for."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_METRICS: dict[str, str] = {
    "metric_activities": _("%(n)s × %(activity)s"),
    "metric_counted": _("%(n)s %(of)s"),
    "metric_earned": _("%(n)s %(asset)s earned"),
    "metric_orders": _("%(n)s orders"),
    "metric_readings": _("%(n)s %(of)s by readings"),
    "metric_return_rate": _("%(n)s returned of the last %(orders)s orders"),
    "metric_spent": _("%(n_money)s spent"),
    "metric_streak_day": _("%(n)s days in a row"),
    "metric_streak_month": _("%(n)s months in a row"),
    "metric_streak_week": _("%(n)s weeks in a row"),
    "metric_told": _("%(n)s (%(attribute)s)"),
}
"""So much of what each kind counts."""

WHYS_METRICS: dict[str, str] = {
    "counted": _("This counts"),
    "counted_less": _("What was given back no longer counts"),
    "counted_money": _("This counts"),
    "head_start": _("A head start"),
    "streak": _("%(amount)s in a row"),
    "streak_over": _("The streak is over"),
    "streak_protected": _("The streak was protected"),
}
"""What metrics say to a fact."""
