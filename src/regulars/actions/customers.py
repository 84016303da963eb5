"""What staff do with a customer: tags, notes, profile, identifiers; merging, claiming, undoing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from msgspec import Struct, structs

from regulars.actions import addresses, following, merged, telling
from regulars.actions.anew import whole
from regulars.actions.audit import keep_reason, note, staff_name
from regulars.actions.by_hand import REASON_LENGTH
from regulars.actions.later import refresh_later
from regulars.actions.linking import Tie, join_books, part_books
from regulars.actions.record import Source, record
from regulars.actions.refused import Refused
from regulars.db import factstore, people
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
from regulars.db.queries.history import end_of, same_person
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Identifier, Link, Profile, Unlink, Who
from regulars.identity import without_cards

TAG_LENGTH = 60
NOTE_LENGTH = 2000
NAME_LENGTH = 200
ATTRIBUTE_LENGTH = 500


class Known(Struct, frozen=True, kw_only=True):
    """Somebody whom the business knows now; `made` tells that it did not know them before."""

    public_id: UUID
    made: bool


def _customer(public_id: UUID) -> Customer:
    customer = Customer.objects.filter(public_id=public_id).first()
    if customer is None:
        raise Refused("customer_unknown")
    return customer


def _numbers(public_id: UUID) -> list[int]:
    """The numbers of a customer and of everybody who was merged into them."""
    return same_person(_customer(public_id).id)


def _check_length(text: str, most: int, code: str) -> None:
    if len(text) > most:
        raise Refused(code, most=most)


@transaction.atomic
def add_tag(public_id: UUID, tag: str, *, now: datetime) -> None:
    """Give a customer a tag; giving it again changes nothing.

    Refused: customer_unknown, tag_empty, tag_too_long.
    """
    tag = " ".join(tag.split())
    if not tag:
        raise Refused("tag_empty")
    _check_length(tag, TAG_LENGTH, "tag_too_long")
    CustomerTag.objects.get_or_create(
        customer_id=_customer(public_id).id, tag=without_cards(tag), defaults={"at": now}
    )


@transaction.atomic
def remove_tag(public_id: UUID, tag: str) -> None:
    """Take a tag away, also from those merged into the customer; a tag that is not there is fine.

    Refused: customer_unknown.
    """
    CustomerTag.objects.filter(customer_id__in=_numbers(public_id), tag=tag).delete()


@transaction.atomic
def add_note(public_id: UUID, text: str, *, by: Staff, now: datetime) -> None:
    """Write a note for staff. Refused: customer_unknown, note_empty, note_too_long."""
    text = text.strip()
    if not text:
        raise Refused("note_empty")
    _check_length(text, NOTE_LENGTH, "note_too_long")
    CustomerNote.objects.create(
        customer_id=_customer(public_id).id, at=now, by_name=str(by), text=without_cards(text)
    )


@transaction.atomic
def remove_note(public_id: UUID, note_id: UUID) -> None:
    """Take a note away, also one of somebody merged into the customer.

    Refused: customer_unknown.
    """
    CustomerNote.objects.filter(customer_id__in=_numbers(public_id), id=note_id).delete()


@transaction.atomic
def change_profile(public_id: UUID, profile: Profile) -> None:
    """Correct what is known about a customer: name, language, country, birthday, attributes.

    Refused: customer_unknown, name_too_long, attributes_too_many, attribute_too_long.
    """
    customer = _customer(public_id)
    _check_length(profile.name, NAME_LENGTH, "name_too_long")
    if len(profile.attributes) > people.MOST_ATTRIBUTES:
        raise Refused("attributes_too_many", most=people.MOST_ATTRIBUTES)
    for pair in profile.attributes.items():
        _check_length(max(pair, key=len), ATTRIBUTE_LENGTH, "attribute_too_long")
    profile = _without_cards(profile)
    with connection.cursor() as cursor:
        people.save_profile(cursor, customer.id, profile)
        telling.note_birthdays(cursor, [customer.id])
        _write_tokens_anew(customer.id, profile.name)
    if profile.name != customer.name:
        following.to_name([customer.id], customer.name, profile.name)


def _without_cards(profile: Profile) -> Profile:
    """The profile without numbers of payment cards: they are never kept."""
    pairs = profile.attributes.items()
    return structs.replace(
        profile,
        name=without_cards(profile.name),
        country=without_cards(profile.country),
        attributes={without_cards(name): without_cards(value) for name, value in pairs},
    )


def _write_tokens_anew(number: int, name: str) -> None:
    """Find somebody by what they are called now, and no longer by what was taken away."""
    rows = IdentifierRow.objects.filter(customer_id=number).values_list("kind", "value")
    identifiers = [Identifier(kind, value) for kind, value in rows]  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM regulars_searchtoken WHERE customer_id = %s", [number])
        people.write_tokens(cursor, {number: (name, identifiers)})


@transaction.atomic
def add_identifier(
    public_id: UUID, identifier: Identifier, *, now: datetime, by: Staff | None = None
) -> None:
    """Add a normalised identifier; one that the customer has already changes nothing. The addresses
    that somebody signs in by already are told of a new one.

    Refused: customer_unknown, identifier_taken (somebody else has it).
    """
    customer = _customer(public_id)
    before = addresses.addresses_of(customer.id)
    row, made = IdentifierRow.objects.get_or_create(
        kind=identifier.kind, value=identifier.value, defaults={"customer_id": customer.id}
    )
    if row.customer_id not in same_person(customer.id):
        raise Refused("identifier_taken", value=identifier.value)
    if made:
        _note("customer.known", public_id, by, {"kind": identifier.kind})
        _write_tokens_anew(customer.id, customer.name)
    if made and identifier.kind == "email":
        addresses.note_change(customer.id, before, now)


@transaction.atomic
def remove_identifier(
    public_id: UUID, identifier: Identifier, *, now: datetime, by: Staff | None = None
) -> None:
    """Take an identifier away; one that is not there changes nothing. An address is told of it.

    Refused: customer_unknown, identifier_last (nothing would be left to know them by).
    """
    numbers = _numbers(public_id)
    rows = list(IdentifierRow.objects.select_for_update().filter(customer_id__in=numbers))
    found = [row for row in rows if (row.kind, row.value) == (identifier.kind, identifier.value)]
    if not found:
        return
    if len(rows) == 1:
        raise Refused("identifier_last")
    owner = Customer.objects.get(id=found[0].customer_id)
    before = addresses.addresses_of(owner.id)
    _note("customer.unknown", public_id, by, {"kind": identifier.kind})
    IdentifierRow.objects.filter(kind=identifier.kind, value=identifier.value).delete()
    _write_tokens_anew(owner.id, owner.name)
    if identifier.kind == "email":
        addresses.note_change(owner.id, before, now)
        left = next(iter(addresses.addresses_of(owner.id)), "")
        following.to_address(numbers, identifier.value, left, now)


def add_prospect(who: Who, *, now: datetime) -> Known:
    """Make somebody known who has not bought yet; one who is known already is found instead.

    Refused: prospect_empty (neither a name nor an identifier), name_too_long.
    """
    name = who.profile.name if who.profile else ""
    if not name and not who.identifiers:
        raise Refused("prospect_empty")
    _check_length(name, NAME_LENGTH, "name_too_long")
    if who.profile:
        who = structs.replace(who, profile=_without_cards(who.profile))
        name = without_cards(name)
    return whole(lambda cursor, _also: _prospect(cursor, who, name, now))


def _prospect(cursor: CursorWrapper, who: Who, name: str, now: datetime) -> Known:
    wanted = [(one.kind, one.value) for one in who.identifiers]
    known = any(IdentifierRow.objects.filter(kind=k, value=v).exists() for k, v in wanted)
    [number] = people.find_or_make(cursor, [who], now=now, crowd=people.Crowd())
    people.write_tokens(cursor, {number: (name, who.identifiers)})
    return Known(public_id=Customer.objects.get(id=end_of(number)).public_id, made=not known)


def merge(
    customer: UUID, into: UUID, *, reason: str, now: datetime, by: Staff | None = None
) -> str:
    """Say that two customers are one person; the key of the link, by which it can be undone.

    Both histories stay as they are: the link is a dated fact. What both hold is one book from now
    on; where both signed in by an address, it counts as a change of address. Refused:
    customer_unknown, merge_with_self, merge_already (the customer is merged into somebody),
    merge_circle, reason_too_long, member_gone (one of them was erased, and has not taken part anew
    before the other did anything).
    """
    _check_length(reason, REASON_LENGTH, "reason_too_long")

    def act(cursor: CursorWrapper, also: frozenset[int]) -> str:
        _note("customer.merged", into, by)
        return _merge(cursor, (customer, into), (reason, now), also)

    return whole(act)


def _merge(
    cursor: CursorWrapper, who: tuple[UUID, UUID], why: tuple[str, datetime], also: frozenset[int]
) -> str:
    (customer, into), (reason, now) = who, why
    factstore.link_alone(cursor)
    source, target = _customer(customer), _customer(into)
    if source.id == target.id:
        raise Refused("merge_with_self")
    if source.merged:
        raise Refused("merge_already", name=str(source))
    if end_of(target.id) == source.id:
        raise Refused("merge_circle", name=str(target))
    key = f"link:{secrets.token_hex(12)}"
    was = merged.before(source.id, end_of(target.id), key)
    fact = Link(key=key, at=now, customer=str(customer), into=str(into))
    _record_link(fact, source.id, now)
    keep_reason(key, source.id, without_cards(reason), now)
    tie = Tie(source=source.id, into=target.id, key=key, at=now, now=now, also=also)
    join_books(cursor, tie)
    CustomerLink.objects.create(customer_id=source.id, key=key, into_id=target.id, at=now)
    Customer.objects.filter(id=source.id).update(merged=True)
    merged.note_merge(source.id, end_of(target.id), was, now)
    refresh_later()
    return key


def undo_merge(link: str, *, reason: str, now: datetime, by: Staff | None = None) -> None:
    """Take a merge or a claim back: from now on the two are two again.

    Refused: merge_unknown (there is no such link, or it was taken back), reason_too_long.
    """
    _check_length(reason, REASON_LENGTH, "reason_too_long")

    def act(cursor: CursorWrapper, also: frozenset[int]) -> None:
        row = CustomerLink.objects.filter(key=link, undone_at=None).first()
        into = Customer.objects.filter(id=row.into_id).first() if row else None
        if into is not None:
            _note("customer.parted", into.public_id, by)
        _undo(cursor, link, (reason, now), also)

    whole(act)


def _undo(
    cursor: CursorWrapper, link: str, why: tuple[str, datetime], also: frozenset[int]
) -> None:
    reason, now = why
    factstore.link_alone(cursor)
    row = CustomerLink.objects.filter(key=link, undone_at=None).first()
    if row is None:
        raise Refused("merge_unknown")
    fact = Unlink(key=f"un{link}", at=now, link=link)
    _record_link(fact, row.customer_id, now)
    keep_reason(fact.key, row.customer_id, without_cards(reason), now)
    tie = Tie(source=row.customer_id, into=row.into_id, key=fact.key, at=row.at, now=now, also=also)
    if Customer.objects.filter(id=row.customer_id).exists():
        # Who signed in by the one's address while they were one would see the other's.
        merged.sign_out(end_of(row.into_id))
    part_books(cursor, tie, lambda: _unlink(row, now))
    merged.note_parting(row.customer_id, row.into_id, link)
    refresh_later()


def _unlink(row: CustomerLink, now: datetime) -> None:
    CustomerLink.objects.filter(customer_id=row.customer_id, key=row.key).update(undone_at=now)
    Customer.objects.filter(id=row.customer_id).update(merged=False)


def claim_order(order_key: str, into: UUID, *, reason: str, now: datetime) -> str:
    """Give a guest's order to the customer who placed it; the key of the link.

    Refused: customer_unknown, order_unknown, order_not_guests (it has an owner), claim_already,
    reason_too_long, member_gone.
    """
    _check_length(reason, REASON_LENGTH, "reason_too_long")
    return whole(lambda cursor, also: _claim(cursor, (order_key, into), (reason, now), also))


def _claim(
    cursor: CursorWrapper, who: tuple[str, UUID], why: tuple[str, datetime], also: frozenset[int]
) -> str:
    (order_key, into), (reason, now) = who, why
    factstore.link_alone(cursor)
    target = _customer(into)
    row = _newest_fact(order_key)
    if row is None or row.type != "order":
        raise Refused("order_unknown")
    if not row.guest:
        raise Refused("order_not_guests")
    if CustomerLink.objects.filter(customer_id=row.customer_id, undone_at=None).exists():
        raise Refused("claim_already")
    key = f"claim:{secrets.token_hex(12)}"
    fact = Link(key=key, at=now, customer=f"guest:{order_key}"[:200], into=str(into))
    _record_link(fact, row.customer_id, now)
    keep_reason(key, row.customer_id, without_cards(reason), now)
    tie = Tie(source=row.customer_id, into=target.id, key=key, at=now, now=now, also=also)
    join_books(cursor, tie)
    CustomerLink.objects.create(customer_id=row.customer_id, key=key, into_id=target.id, at=now)
    refresh_later()
    return key


def _note(what: str, about: UUID, by: Staff | None, details: Mapping[str, str] = {}) -> None:
    """Write down what staff do about who somebody is; never what they are known by."""
    if by is not None:
        note(what, about, staff_name(by), details=details)


def _newest_fact(key: str) -> FactRow | None:
    known = FactKey.objects.filter(key=key).order_by("-version").first()
    if known is None:
        return None
    return FactRow.objects.get(customer_id=known.customer_id, key=key, version=known.version)


def _record_link(fact: Link | Unlink, number: int, now: datetime) -> None:
    record([Arrival(fact=fact)], now=now, source=Source(owner=number))
