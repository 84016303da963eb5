"""Everything that is known of one person, for that person: as one JSON text, or by table.

What is told is every column whose privacy class is theirs (`regulars.db.privacy`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.apps import apps
from django.db.models import Model, Q, QuerySet
from msgspec import Struct

from regulars.db import privacy
from regulars.db.models import Consent, ConsentWording, IdentifierRow
from regulars.db.queries.history import same_person
from regulars.db.stopped import mark_of

RENAMED = {
    "person": {"public_id": "id", "attributes": "details", "created_at": "known_since"},
}


class Person(Struct, frozen=True):
    """Whose data it is: the customers who are this person, and their addresses."""

    numbers: list[int]
    addresses: list[str]


def everything(customer_id: int, now: datetime) -> str:
    """All that is known of a customer, and of whoever was merged into them, as JSON."""
    text = msgspec.json.encode(told(customer_id, now))
    return msgspec.json.format(text, indent=2).decode()


def told(customer_id: int, now: datetime) -> dict[str, Any]:
    """The same by table: a list of rows for each."""
    person = person_of(customer_id)
    found: dict[str, Any] = {"written_at": now}
    for name, table in privacy.told_tables().items():
        found[name] = list(_rows(name, table, person))
    read = {row["wording"] for row in found["consents"]}
    texts = ConsentWording.objects.filter(id__in=read)
    found["wordings"] = list(texts.values("id", "language", "text"))
    return found


def person_of(customer_id: int) -> Person:
    """Who a customer is, by all their numbers and addresses."""
    numbers = same_person(customer_id)
    rows = IdentifierRow.objects.filter(customer_id__in=numbers, kind="email")
    return Person(numbers, list(rows.values_list("value", flat=True)))


def rows_of(table: str, person: Person) -> QuerySet[Any]:
    """The rows of a table that belong to a person."""
    rows = models()[table]._default_manager.all()
    by = privacy.TABLES[table].by
    if by == "email":
        return rows.filter(email__in=person.addresses)
    if by == "address_hash":
        return rows.filter(address_hash__in=list(map(mark_of, person.addresses)))
    if by == "id":
        return rows.filter(id__in=person.numbers)
    mine = Q(customer_id__in=person.numbers)
    if table == "regulars_out_mail":  # an invitation went out before they were anybody
        mine |= Q(customer_id=None, recipient__in=person.addresses)
    return rows.filter(mine)


def models() -> Mapping[str, type[Model]]:
    """Our tables by their names."""
    return {one._meta.db_table: one for one in apps.get_app_config("regulars").get_models()}


def _rows(name: str, table: str, person: Person) -> Iterator[dict[str, Any]]:
    columns = privacy.told(table)
    called = RENAMED.get(name, {})
    for row in rows_of(table, person).values(*columns).iterator():
        yield {called.get(column, column): row[column] for column in columns}


def consents(customer_id: int) -> list[Consent]:
    """What somebody said yes or no to, the newest first."""
    return list(Consent.objects.filter(customer_id=customer_id).order_by("-at", "-id"))


def wording(name: str) -> str:
    """The text that somebody read."""
    return ConsentWording.objects.filter(id=name).values_list("text", flat=True).first() or ""
