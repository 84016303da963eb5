"""The console's own tags and filters: icons, figures as the reader writes them, parts of a page.

A builtin: templates need no `{% load %}`. The language is the active one, the zone the active one
(the business's), the currency is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext

from regulars.console.charts import flat, render
from regulars.console.charts.figures import AnyFigure
from regulars.words import formats
from regulars.words.formats import Number
from regulars.words.reasons import sentence

register = template.Library()
FACES = ("", "r", "i")
NOTHING = "–"


def _language() -> str:
    return get_language() or "en"


def _local(value: date) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.simple_tag
def icon(name: str, css: str = "icon", label: str = "") -> SafeString:
    """`{% icon "mail" %}`: a picture from the sprite; hidden from screen readers without label."""
    sprite = static("regulars/icons.svg")
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#i-{}"/></svg>',
            css,
            label,
            sprite,
            name,
        )
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', css, sprite, name
    )


@register.filter
def number(value: Number | None, decimals: int | None = None) -> str:
    """`{{ n|number }}`, `{{ n|number:1 }}`: "1,234", "3.1"; a dash for None."""
    return NOTHING if value is None else formats.number(value, _language(), decimals)


@register.filter
def share(value: Number | None, decimals: int = 0) -> str:
    """`{{ fraction|share }}`: a fraction of one as "46 %"; a dash for None."""
    return NOTHING if value is None else formats.share(value, _language(), decimals)


@register.filter
def money(amount_minor: int | None, currency: str) -> str:
    """`{{ order.amount_minor|money:order.currency }}`: "€1,234.50"; a dash for None."""
    return NOTHING if amount_minor is None else formats.money(amount_minor, currency, _language())


@register.filter
def whole_money(amount_minor: int | None, currency: str) -> str:
    """`{{ amount_minor|whole_money:currency }}`: "€1,840"; a dash for None."""
    if amount_minor is None:
        return NOTHING
    return formats.whole_money(amount_minor, currency, _language())


@register.filter
def day(value: date | None) -> str:
    """A date (or a moment, in the business's zone) in words: "Tuesday, 17 November"."""
    if value is None:
        return NOTHING
    return formats.day(_local(value), _language(), timezone.localdate().year)


@register.filter
def short_day(value: date | None) -> str:
    """A date or a moment as "17 Nov 2026"; this year's without the year."""
    if value is None:
        return NOTHING
    return formats.short_day(_local(value), _language(), timezone.localdate().year)


@register.filter
def moment(value: datetime | None) -> str:
    """An aware moment in the business's zone: "17 Nov, 18:40"; with the year if not this one."""
    if value is None:
        return NOTHING
    zone = timezone.get_current_timezone()
    return formats.moment(value, _language(), zone, timezone.localdate().year)


@register.filter
def ago(value: date | int | None) -> str:
    """A date, a moment or a number of days: "today", "yesterday", "19 days ago"."""
    if value is None:
        return NOTHING
    days = value if isinstance(value, int) else (timezone.localdate() - _local(value)).days
    return formats.days_ago(max(days, 0), _language())


@register.filter
def every(value: int | None) -> str:
    """A rhythm in days: "every 4 days", "every day"."""
    if value is None:
        return NOTHING
    return ngettext("every day", "every %(n)s days", max(value, 1)) % {"n": number(value)}


@register.filter
def seconds(value: int | None) -> str:
    """A length of time: `130` as "2 minutes"."""
    return NOTHING if value is None else formats.seconds(value, _language())


@register.filter
def joined(items: Sequence[str]) -> str:
    """A list in words: "Anna, Ben and Carla"."""
    return formats.joined([str(item) for item in items], _language())


@register.filter
def iso(value: date | None) -> str:
    """For `<time datetime>` and date fields: "2026-11-17" or a moment with its offset."""
    if value is None:
        return ""
    return timezone.localtime(value).isoformat() if isinstance(value, datetime) else str(value)


@register.filter
def initials(name: object) -> str:
    """Up to two letters for a face: first and last word of a name, or the start of an e-mail."""
    words = [word for word in str(name).replace("@", " ").split() if word[0].isalnum()]
    ends = words[:1] + words[1:][-1:]
    return "".join(word[0] for word in ends).upper() or "?"


@register.filter
def face_class(key: object) -> str:
    """The tint of a face: always the same for the same person."""
    return FACES[sum(str(key).encode()) % len(FACES)]


@register.simple_tag
def face(name: object, key: object = "", css: str = "") -> SafeString:
    """`{% face customer.name customer.public_id "big" %}`: the round initials of somebody."""
    tint = face_class(key or name)
    return format_html(
        '<span class="face {} {}" aria-hidden="true">{}</span>', tint, css, initials(name)
    )


@register.filter
def reason(problem: object) -> str:
    """A refusal or problem (`.code`, `.params`) as a sentence in the reader's language."""
    params = getattr(problem, "params", None) or {}
    return sentence(str(getattr(problem, "code", problem)), params)


@register.inclusion_tag("console/parts/field.html")
def field(bound: BoundField, css: str = "") -> dict[str, object]:
    """`{% field form.name %}`: label, input, help and errors of one form field."""
    widget = getattr(bound.field.widget, "input_type", "")
    described = f"{bound.auto_id}_error" if bound.errors else ""
    return {"field": bound, "css": css, "tick": widget == "checkbox", "error_id": described}


@register.inclusion_tag("console/parts/counts.html")
def counts(notes: Sequence[object], label: str = "") -> dict[str, object]:
    """`{% counts notes %}`: "What counts", from pairs of a term and its meaning."""
    return {"notes": [_pair(note) for note in notes], "label": label}


def _pair(note: object) -> dict[str, object]:
    if isinstance(note, tuple):
        return {"term": note[0], "text": note[1]}
    return {"term": getattr(note, "term", ""), "text": getattr(note, "text", "")}


@register.inclusion_tag("console/charts/figure.html")
def chart(figure: AnyFigure, css: str = "") -> dict[str, object]:
    """`{% chart figure %}`: the picture with its title, legend, "What counts", "As a table"."""
    return {**render.context(figure, _language()), "css": css}


@register.simple_tag
def meter(label: str, *parts: object) -> SafeString:
    """`{% meter label 1038 "f1" 166 "f3" 12 "fbad" %}`: parts of one whole as a thin bar.

    Pairs of a whole number and a chart class; the numbers are written beside it by the page.
    """
    amounts = [int(str(part)) for part in parts[::2]]
    return flat.thin_bar(label, amounts, [str(css) for css in parts[1::2]])
