"""What modifiers tell members, and what they changed."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_CHANGE: dict[str, str] = {
    "add": _("For %(goods)s you get %(points)s %(asset)s on top %(circumstances)s."),
    "add_all": _("Every order brings %(points)s %(asset)s on top %(circumstances)s."),
    "add_minimum": _(
        "Every order %(on_goods)s from %(minimum)s on brings %(points)s %(asset)s on top "
        "%(circumstances)s."
    ),
    "multiply": _("%(goods)s earn %(factor)s %(circumstances)s."),
    "multiply_all": _("Everything earns %(factor)s %(circumstances)s."),
    "multiply_given": _("%(given)s count %(factor)s %(circumstances)s."),
    "multiply_one": _("What you get for %(goods)s counts %(factor)s %(circumstances)s."),
}
"""What each kind says of itself. `_all` is for all goods, `_one` for goods with one name."""

WHYS_CHANGE: dict[str, str] = {
    "modified": _("This counts %(factor)s"),
    "modified_goods": _("%(eligible_minor)s of %(goods)s counts %(factor)s"),
    "not_modified": _("Not for this, or another extra gives more"),
}
"""What each kind says to a fact."""
