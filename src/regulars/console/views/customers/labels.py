"""What segments, filters and identifiers are called on the customers' pages."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.db.queries.customers import Filter

SEGMENTS: dict[str, tuple[str | Promise, str]] = {
    "champion": (_("Champion"), "reward"),
    "loyal": (_("Loyal"), "accent"),
    "potential_loyalist": (_("Becoming loyal"), "accent"),
    "new": (pgettext_lazy("customer", "New"), "info"),
    "promising": (_("Promising"), "info"),
    "need_attention": (_("Needs attention"), "warn"),
    "about_to_sleep": (_("About to sleep"), ""),
    "at_risk": (_("At risk"), "warn"),
    "cannot_lose": (_("Cannot lose"), "warn"),
    "hibernating": (_("Hibernating"), ""),
    "lost": (_("Lost"), ""),
}
"""Each named segment of RFM: its name on a tag, and the tag's tone."""

FILTERS: dict[Filter, str | Promise] = {
    "all": _("Everybody"),
    "regulars": _("Regulars"),
    "drifting": _("Drifting away"),
    "new": pgettext_lazy("customers", "New"),
    "once": _("Once only"),
    "prospects": _("Prospects"),
}
"""The filters of the list, in the order of their chips."""

COUNTED = {"all": "customers"}
"""Under which name a filter's number is counted, where that is not the filter's own."""

KINDS: dict[str, str | Promise] = {
    "email": _("E-mail"),
    "phone": _("Phone"),
    "card": _("Card"),
    "external": _("Customer number"),
}
"""Kinds of identifiers."""


def segment_name(segment: str) -> str:
    """A segment as people read it; nothing for nothing, an unknown one as it is."""
    known = SEGMENTS.get(segment)
    return str(known[0]) if known else segment


def segment_tone(segment: str) -> str:
    known = SEGMENTS.get(segment)
    return known[1] if known else ""
