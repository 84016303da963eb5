"""What staff do with a customer: tags, notes, attributes, merging and taking a merge back."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from regulars.actions.record import Source, record
from regulars.actions.refused import Refused
from regulars.db import people
from regulars.db.models import (
    Customer,
    CustomerLink,
    CustomerNote,
    CustomerTag,
    FactKey,
    FactRow,
    IdentifierRow,
    Staff,
)
from regulars.engine.facts import Arrival, Identifier, Link, Profile, Unlink, Who

LINKS = 5_210_002
"""Advisory lock: links are made and undone one at a time, so that no circle can close."""


def _customer(public_id: UUID) -> Customer:
    customer = Customer.objects.filter(public_id=public_id).first()
    if customer is None:
        raise Refused("customer_unknown")
    return customer


@transaction.atomic
def add_tag(public_id: UUID, tag: str, *, now: datetime) -> None:
    """Give a customer a tag; giving it again changes nothing. Refused: tag_empty, tag_too_long."""
    tag = " ".join(tag.split())
    if not tag:
        raise Refused("tag_empty")
    if len(tag) > 60:
        raise Refused("tag_too_long", most=60)
    CustomerTag.objects.get_or_create(
        customer_id=_customer(public_id).id, tag=tag, defaults={"at": now}
    )


@transaction.atomic
def remove_tag(public_id: UUID, tag: str) -> None:
    """Take a tag away; taking away what is not there changes nothing."""
    CustomerTag.objects.filter(customer_id=_customer(public_id).id, tag=tag).delete()


@transaction.atomic
def add_note(public_id: UUID, text: str, *, by: Staff, now: datetime) -> None:
    """Write a note for staff. Refused: note_empty, note_too_long."""
    text = text.strip()
    if not text:
        raise Refused("note_empty")
    if len(text) > 2000:
        raise Refused("note_too_long", most=2000)
    CustomerNote.objects.create(
        customer_id=_customer(public_id).id, at=now, by_name=str(by), text=text
    )


@transaction.atomic
def remove_note(public_id: UUID, note_id: UUID) -> None:
    """Take a note away."""
    CustomerNote.objects.filter(customer_id=_customer(public_id).id, id=note_id).delete()


@transaction.atomic
def change_profile(public_id: UUID, profile: Profile) -> None:
    """Correct what is known about a customer: name, language, country, birthday, attributes."""
    customer = _customer(public_id)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM regulars_searchtoken WHERE customer_id = %s", [customer.id])
        people.save_profile(cursor, customer.id, profile)
        people.write_tokens(cursor, {customer.id: ("", _identifiers(customer.id))})


def _identifiers(number: int) -> list[Identifier]:
    rows = IdentifierRow.objects.filter(customer_id=number).values_list("kind", "value")
    return [Identifier(kind, value) for kind, value in rows]  # type: ignore[arg-type]


@transaction.atomic
def add_identifier(public_id: UUID, identifier: Identifier) -> None:
    """Add a normalised identifier. Refused: identifier_taken, when somebody else has it."""
    customer = _customer(public_id)
    row, _made = IdentifierRow.objects.get_or_create(
        kind=identifier.kind, value=identifier.value, defaults={"customer_id": customer.id}
    )
    if row.customer_id != customer.id:
        raise Refused("identifier_taken", value=identifier.value)
    with connection.cursor() as cursor:
        people.write_tokens(cursor, {customer.id: (customer.name, [identifier])})


@transaction.atomic
def add_prospect(who: Who, *, now: datetime) -> UUID:
    """Make somebody known who has not bought yet; the public id of the new or known customer."""
    with connection.cursor() as cursor:
        [number] = people.find_or_make(cursor, [who], now=now)
    return Customer.objects.get(id=number).public_id


@transaction.atomic
def merge(customer: UUID, into: UUID, *, reason: str, now: datetime) -> str:
    """Say that two customers are one person; the key of the link, by which it can be undone.

    Both histories stay as they are: the link is a dated fact. Refused: merge_with_self,
    merge_already (the customer is merged into somebody), merge_circle.
    """
    _one_at_a_time()
    source, target = _customer(customer), _customer(into)
    if source.id == target.id:
        raise Refused("merge_with_self")
    if source.merged:
        raise Refused("merge_already", name=str(source))
    if _end_of(target.id) == source.id:
        raise Refused("merge_circle", name=str(target))
    key = f"link:{secrets.token_hex(12)}"
    fact = Link(key=key, at=now, customer=str(customer), into=str(into), reason=reason)
    _record_link(fact, source.id, now)
    CustomerLink.objects.create(customer_id=source.id, key=key, into_id=target.id, at=now)
    Customer.objects.filter(id=source.id).update(merged=True)
    return key


@transaction.atomic
def undo_merge(link: str, *, reason: str, now: datetime) -> None:
    """Take a merge back: from now on the two are two again. Refused: merge_unknown."""
    _one_at_a_time()
    row = CustomerLink.objects.filter(key=link, undone_at=None).first()
    if row is None:
        raise Refused("merge_unknown")
    fact = Unlink(key=f"un{link}", at=now, link=link, reason=reason)
    _record_link(fact, row.customer_id, now)
    CustomerLink.objects.filter(customer_id=row.customer_id, key=link).update(undone_at=now)
    Customer.objects.filter(id=row.customer_id).update(merged=False)


@transaction.atomic
def claim_order(order_key: str, into: UUID, *, reason: str, now: datetime) -> str:
    """Give a guest's order to the customer who placed it; the key of the link.

    Refused: order_unknown, order_not_guests (it has an owner), claim_already.
    """
    _one_at_a_time()
    target = _customer(into)
    row = _newest_fact(order_key)
    if row is None or row.type != "order":
        raise Refused("order_unknown")
    if not row.guest:
        raise Refused("order_not_guests")
    if CustomerLink.objects.filter(customer_id=row.customer_id, undone_at=None).exists():
        raise Refused("claim_already")
    key = f"claim:{secrets.token_hex(12)}"
    fact = Link(key=key, at=now, customer=f"guest:{order_key}"[:200], into=str(into), reason=reason)
    _record_link(fact, row.customer_id, now)
    CustomerLink.objects.create(customer_id=row.customer_id, key=key, into_id=target.id, at=now)
    return key


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LINKS])


def _newest_fact(key: str) -> FactRow | None:
    known = FactKey.objects.filter(key=key).order_by("-version").first()
    if known is None:
        return None
    return FactRow.objects.get(customer_id=known.customer_id, key=key, version=known.version)


def _end_of(number: int) -> int:
    """The customer at the end of the links that start at `number`."""
    while link := CustomerLink.objects.filter(customer_id=number, undone_at=None).first():
        number = link.into_id
    return number


def _record_link(fact: Link | Unlink, number: int, now: datetime) -> None:
    record([Arrival(fact=fact)], now=now, source=Source(owner=number))
