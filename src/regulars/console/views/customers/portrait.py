"""How somebody stands, in words and in four numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from babel.core import Locale, UnknownLocaleError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from regulars.console.templatetags.look import every, money, number, short_day, whole_money
from regulars.console.views.customers.rows import seen_on, shown_identifier, whole_days
from regulars.db.models import Customer, Standing
from regulars.db.queries.history import Person


def name_of(customer: Customer, identifiers: list[tuple[str, str]]) -> str:
    """What to call somebody: by name, else by what they are known by."""
    if customer.name:
        return customer.name
    order = ("email", "phone", "card", "external")
    known = sorted(identifiers, key=lambda pair: order.index(pair[0]))
    return shown_identifier(*known[0]) if known else _("No name")


def known_since(person: Person) -> datetime:
    """Since the first order, or since somebody wrote them down, whichever came first."""
    created = person.customer.created_at
    return min(created, person.standing.first_at) if person.standing else created


def portrait(person: Person, currency: str) -> SafeString:
    """The sentence under the name: the rhythm, and how it stands with it."""
    standing = person.standing
    if standing is None:
        return format_html("{}", _("No orders yet."))
    seen = seen_on(standing.last_at)
    rhythm = every(whole_days(standing.usual_gap_days)) if standing.usual_gap_days else ""
    if standing.is_drifting and rhythm:
        return _drifting(standing, rhythm, seen, currency)
    if standing.orders == 1:
        return format_html(_("Ordered once, <strong>{seen}</strong>."), seen=seen)
    if standing.is_regular and rhythm:
        told = _("One of your regulars: comes <strong>{rhythm}</strong>, last seen {seen}.")
        return format_html(told, rhythm=rhythm, seen=seen)
    if rhythm:
        told = _("Usually comes <strong>{rhythm}</strong>, last seen {seen}.")
        return format_html(told, rhythm=rhythm, seen=seen)
    return format_html(_("Last seen <strong>{seen}</strong>."), seen=seen)


def _drifting(standing: Standing, rhythm: str, seen: str, currency: str) -> SafeString:
    told = _(
        "Used to come <strong>{rhythm}</strong>, last seen <strong>{seen}</strong>."
        " About {stake} a month is at stake."
    )
    stake = whole_money(standing.stake_minor, currency)
    return format_html(told, rhythm=rhythm, seen=seen, stake=stake)


def numbers(person: Person, currency: str) -> list[dict[str, str]]:
    """The strip of numbers; none for somebody who has not ordered."""
    standing = person.standing
    if standing is None:
        return []
    each = standing.revenue_12m_minor // standing.orders_12m if standing.orders_12m else 0
    orders = ngettext("%(n)s order", "%(n)s orders", standing.orders_12m)
    orders %= {"n": number(standing.orders_12m)}
    gap = standing.usual_gap_days
    return [
        {
            "label": _("Spent in 12 months"),
            "value": whole_money(standing.revenue_12m_minor, currency),
            "note": _("%(orders)s, %(each)s each")
            % {"orders": orders, "each": money(each, currency)}
            if standing.orders_12m
            else _("nothing in this time"),
        },
        {
            "label": _("Spent in all"),
            "value": whole_money(standing.revenue_minor, currency),
            "note": _in_all(standing),
        },
        {
            "label": _("Usually comes"),
            "value": every(whole_days(gap)) if gap else "–",
            "note": _("half of the gaps are shorter") if gap else _("too early to say"),
        },
        {
            "label": _("Last seen"),
            "value": seen_on(standing.last_at),
            "note": short_day(standing.last_at),
        },
    ]


def _in_all(standing: Standing) -> str:
    told = ngettext("%(n)s order since %(day)s", "%(n)s orders since %(day)s", standing.orders)
    return told % {"n": number(standing.orders), "day": short_day(standing.first_at)}


def language_name(code: str) -> str:
    """A language in the reader's words; an unknown one as it is."""
    if not code:
        return ""
    try:
        name = Locale.parse(code.replace("-", "_")).get_display_name(get_language() or "en")
    except (ValueError, UnknownLocaleError):
        return code
    return name or code


def country_name(code: str) -> str:
    """A country in the reader's words; what is no code as it was written."""
    names: Mapping[str, str] = Locale.parse(get_language() or "en", sep="-").territories
    return names.get(code.upper(), code)
