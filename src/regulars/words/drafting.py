"""What is told where a programme is changed in its forms, and does not go."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

DRAFT_REASONS = {
    "draft_changed": _(
        "%(who)s changed this draft at %(at)s, while you were looking at it. Yours was not kept: "
        "look at it as it is now, and change it again."
    ),
    "draft_gone": _("There is no draft any more. Somebody has published it or given it up."),
    "cases_full": _("A programme keeps at most %(most)s cases. Remove one first."),
}
"""Codes with their sentences in English."""
