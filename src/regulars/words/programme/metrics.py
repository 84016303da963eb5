"""How what metrics count is told: so much of it, as a ladder asks for."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_METRICS: dict[str, str] = {
    "metric_earned": _("%(n)s %(asset)s earned"),
}
"""So much of what each kind counts."""

WHYS_METRICS: dict[str, str] = {}
"""What metrics say to a fact."""
