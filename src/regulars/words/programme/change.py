"""What modifiers tell members, and what they changed."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_CHANGE: dict[str, str] = {
    "multiply": _("%(goods)s earn %(factor)s %(circumstances)s."),
    "multiply_all": _("Everything earns %(factor)s %(circumstances)s."),
}
"""What each kind says of itself."""

WHYS_CHANGE: dict[str, str] = {
    "modified": _("%(eligible_minor)s earns %(factor)s"),
    "modified_goods": _("%(eligible_minor)s of %(goods)s earns %(factor)s"),
    "not_modified": _("Not for this sale, or not more than another extra"),
}
"""What each kind says to a fact."""
