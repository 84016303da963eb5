"""What the reader may do, for templates: `{% if reader|may:"import" %}`."""

from __future__ import annotations

from django import template

from regulars.console.permissions import Right, places_of
from regulars.console.permissions import may as _may
from regulars.db.models import Staff

register = template.Library()


@register.filter
def may(staff: object, right: str) -> bool:
    """Whether somebody has the right of that name; an unknown name is an error."""
    return _may(staff, Right(right))


@register.filter
def whole(staff: Staff) -> bool:
    """Whether somebody looks after all places, as pages about the whole business ask."""
    return places_of(staff) is None
