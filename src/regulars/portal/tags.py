"""What the portal's templates use: icons, figures as the reader writes them, codes as pictures."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from regulars.words import formats
from regulars.words.qr import drawn

register = template.Library()


def _language() -> str:
    return get_language() or "en"


def _local(value: date) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "gift" %}`: a picture from the sprite, hidden from screen readers."""
    sprite = static("regulars/portal.svg")
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#i-{}"/></svg>', sprite, name
    )


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """A code to be scanned, as a picture with a name."""
    return drawn(text, label)


@register.filter
def day(value: date) -> str:
    """A date in words: "Tuesday, 17 November"."""
    return formats.day(_local(value), _language(), timezone.localdate().year)


@register.filter
def whole_day(value: date) -> str:
    """A whole date: "30 November 2026"."""
    return formats.whole_day(_local(value), _language())


@register.filter
def last_day(value: datetime) -> str:
    """The last whole day before an exclusive end: what people read as "until"."""
    return formats.whole_day(_local(value - timedelta(microseconds=1)), _language())


@register.filter
def spaced(value: str) -> SafeString:
    """A card's number in groups of four, when it is made of figures."""
    if value.isdigit() and len(value) > 5:
        groups = [value[at : at + 4] for at in range(0, len(value), 4)]
        return mark_safe(" ".join(groups))  # noqa: S308 - figures only
    return format_html("{}", value)
