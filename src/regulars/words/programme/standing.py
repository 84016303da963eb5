"""What ladders tell members."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_STANDING: dict[str, str] = {
    "standing_rolling": _("%(reached)s within %(months_within)s %(makes)s."),
}
"""What each kind says of itself: of the first tier that has to be reached. Further ones follow."""

WHYS_STANDING: dict[str, str] = {}
"""What ladders say to a fact."""
