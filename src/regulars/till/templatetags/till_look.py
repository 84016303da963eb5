"""Tags of the till: pictures of its sprite, and money as the cashier reads it."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from regulars.words import formats
from regulars.words.qr import drawn

register = template.Library()


@register.simple_tag
def pic(name: str, css: str = "i") -> SafeString:
    """`{% pic "cup" %}`: a picture from the till's sprite, hidden from screen readers."""
    sprite = static("regulars/till.svg")
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', css, sprite, name
    )


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """A code to be scanned, as a picture with a name."""
    return drawn(text, label)


@register.filter
def cash(amount_minor: int, currency: str) -> str:
    """`{{ sum|cash:currency }}`: "€8.40"."""
    return formats.money(amount_minor, currency, get_language() or "en")


@register.filter
def whole_day(at: datetime) -> str:
    """`{{ until|whole_day }}`: "5 December 2026"."""
    return formats.whole_day(timezone.localtime(at).date(), get_language() or "en")


@register.filter
def at_moment(at: datetime) -> str:
    """`{{ line.at|at_moment }}`: "17 Nov, 18:40", with the year if not this one."""
    zone = timezone.get_current_timezone()
    return formats.moment(at, get_language() or "en", zone, timezone.localdate().year)
