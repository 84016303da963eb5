"""What a browser says of itself, in words: `{{ session.user_agent|device }}`."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from regulars.words import browsers

register = template.Library()


@register.filter
def device(agent: str) -> str:
    """ "Firefox, Linux": a guess, for recognising one's own."""
    return browsers.device(agent) or _("Unknown browser")
