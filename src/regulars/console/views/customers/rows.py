"""One customer as a row: of the page, and of the file."""

from __future__ import annotations

from datetime import datetime, tzinfo
from decimal import Decimal

import phonenumbers
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import npgettext
from msgspec import Struct

from regulars.console.exports import Cell
from regulars.console.templatetags.look import ago, number, short_day
from regulars.console.views.customers.clubs import Clubs
from regulars.console.views.customers.labels import KINDS, segment_name, segment_tone
from regulars.db.queries.customers import ExportedCustomer, ListedCustomer
from regulars.engine.money import from_minor

LONG_AGO_DAYS = 400
"""After so long a silence the date says more than the number of days."""

EXPORTED = (
    "id",
    "name",
    "email",
    "phone",
    "card",
    "customer_number",
    "tags",
    "segment",
    "regular",
    "drifting",
    "orders",
    "orders_12_months",
    "spent",
    "spent_12_months",
    "at_stake_a_month",
    "currency",
    "first_order",
    "last_order",
    "usual_gap_days",
    "balance",
    "tier",
)


class ShownRow(Struct, frozen=True, kw_only=True):
    """What the list says about somebody."""

    person: ListedCustomer
    name: str
    identifier: str
    standing: str
    tone: str
    seen: str
    usual: str
    balance: str = ""
    tier: str = ""


def shown_row(person: ListedCustomer, clubs: Clubs | None = None) -> ShownRow:
    """A row of a list; without `clubs` it does not say what members can use."""
    balance, tier = clubs.balance(person) if clubs else ("", "")
    identifier = shown_identifier(person.identifier_kind, person.identifier)
    return ShownRow(
        person=person,
        name=person.name or identifier or _("No name"),
        identifier=identifier if person.name else "",
        standing=_stands(person),
        tone=segment_tone(person.segment) if person.segment else "",
        seen=seen_on(person.last_at),
        usual=usual_gap(person.usual_gap_days),
        balance=balance,
        tier=tier,
    )


def _stands(person: ListedCustomer) -> str:
    if not person.orders:
        return _("Prospect")
    return segment_name(person.segment) if person.segment else _("Being counted")


def shown_identifier(kind: str, value: str) -> str:
    """An identifier as people say it: an address speaks for itself, a number needs its kind."""
    return f"{KINDS[kind]} {value}" if kind in ("card", "external") else spaced(kind, value)


def spaced(kind: str, value: str) -> str:
    """A phone number as its country groups it; anything else as it is."""
    if kind != "phone":
        return value
    try:
        parsed = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def seen_on(last_at: datetime | None) -> str:
    """ "19 days ago", or the date where that is long ago."""
    if last_at is None:
        return ""
    days = (timezone.localdate() - timezone.localtime(last_at).date()).days
    return short_day(last_at) if days > LONG_AGO_DAYS else ago(last_at)


def usual_gap(gap: Decimal | None) -> str:
    if gap is None:
        return ""
    days = whole_days(gap)
    told = npgettext("short", "usually every day", "usually every %(n)s", days)
    return told % {"n": number(days)}


def whole_days(gap: Decimal) -> int:
    """A gap in whole days, one at least."""
    return max(1, round(gap))


def export_row(person: ExportedCustomer, currency: str, zone: tzinfo, clubs: Clubs) -> list[Cell]:
    row = person.row
    balance, tier = clubs.exact(row)
    return [
        str(row.public_id),
        row.name,
        *(person.identifiers.get(kind, "") for kind in ("email", "phone", "card", "external")),
        ", ".join(row.tags),
        row.segment,
        row.is_regular,
        row.is_drifting,
        row.orders,
        row.orders_12m,
        from_minor(row.revenue_minor, currency),
        from_minor(row.revenue_12m_minor, currency),
        from_minor(row.stake_minor, currency),
        currency,
        row.first_at.astimezone(zone).date() if row.first_at else None,
        row.last_at.astimezone(zone).date() if row.last_at else None,
        row.usual_gap_days,
        balance,
        tier,
    ]
