"""What ladders tell members."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_STANDING: dict[str, str] = {
    "standing_rolling": _("%(reached)s within %(months)s months make %(tier)s"),
}
"""What each kind says of itself: of the first tier, then %(n)s and the name of each further one."""

WHYS_STANDING: dict[str, str] = {}
"""What ladders say to a fact."""
