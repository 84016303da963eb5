"""What members are told of how long their points live."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_LIFE: dict[str, str] = {
    "life_after": _("%(asset)s last %(life)s."),
    "life_month_end": _("%(asset)s last %(months_span)s, to the end of the month."),
}
"""What each kind says of itself."""

WHYS_LIFE: dict[str, str] = {}
"""What lives say to a fact."""
