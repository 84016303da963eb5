"""What is known about somebody, as a list: identifiers first, then the profile."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from msgspec import Struct

from regulars.actions.birthdays import NO_YEAR
from regulars.console.views.customers.labels import KINDS
from regulars.console.views.customers.portrait import country_name, language_name
from regulars.console.views.customers.rows import spaced
from regulars.db.models import Customer
from regulars.words import formats
from regulars.words.amounts import language

ICONS = {"email": "mail", "phone": "sms", "card": "card", "external": "key"}


class KnownThing(Struct, frozen=True, kw_only=True):
    """One thing: what it says, what it is; identifiers with the value they are stored by."""

    icon: str
    text: str
    label: str
    kind: str = ""
    value: str = ""


def identifiers_of(pairs: list[tuple[str, str]]) -> list[KnownThing]:
    order = list(KINDS)
    return [
        KnownThing(
            icon=ICONS[kind],
            text=spaced(kind, value),
            label=str(KINDS[kind]),
            kind=kind,
            value=value,
        )
        for kind, value in sorted(pairs, key=lambda pair: order.index(pair[0]))
    ]


def details_of(customer: Customer) -> list[KnownThing]:
    born = customer.birth_date
    told = [
        ("calendar", _birthday(born) if born else "", _("Birthday")),
        ("speech", language_name(customer.language), _("Language")),
        ("globe", country_name(customer.country), _("Country")),
        *(("tag", value, name) for name, value in sorted(customer.attributes.items())),
    ]
    return [KnownThing(icon=icon, text=text, label=label) for icon, text, label in told if text]


def _birthday(born: date) -> str:
    """The day, with its year where somebody said one."""
    return formats.short_day(born, language(), NO_YEAR)
