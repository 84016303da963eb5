"""Reads for one customer's page: everything that happened to them, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from msgspec import Struct, structs

from regulars.db import holders
from regulars.db.models import (
    Customer,
    CustomerLink,
    CustomerNote,
    CustomerTag,
    FactRow,
    IdentifierRow,
    RefundTie,
    Standing,
)
from regulars.db.queries.staff_words import reasons
from regulars.db.queries.uncounted import bought
from regulars.engine.arrivals import decode
from regulars.engine.facts import Link, Order, Refund, Unlink

PAGE = 20
Shown = Order | Refund | Link | Unlink
"""What the timeline tells: what a person did, and with whom they are one."""
SHOWN = ["order", "refund", "link", "unlink"]


class Happening(Struct, frozen=True, kw_only=True):
    """One entry of the timeline: a fact, when it was true, when it was known."""

    fact: Shown
    at: datetime
    received_at: datetime
    seq: int
    tied_to: str = ""
    import_id: UUID | None = None


class Joined(Struct, frozen=True, kw_only=True):
    """Somebody who is the same person since `at`: a merged customer, or a guest with an order."""

    key: str
    at: datetime
    name: str = ""
    public_id: UUID | None = None
    order_number: str = ""


class Person(Struct, frozen=True, kw_only=True):
    """A customer with what is known about them; `numbers` are all rows that are this person. The
    standing has no segment where the last computation did not see them yet."""

    customer: Customer
    numbers: list[int]
    identifiers: list[tuple[str, str]]
    tags: list[str]
    notes: list[CustomerNote]
    standing: Standing | None
    joined: list[Joined]
    survivor: Customer | None


def person(public_id: UUID) -> Person | None:
    """Everything that a customer's page needs beside the timeline; None where nobody is."""
    customer = Customer.objects.filter(public_id=public_id).first()
    if customer is None:
        return None
    numbers = same_person(customer.id)
    end = end_of(customer.id)
    identifiers = IdentifierRow.objects.filter(customer_id__in=numbers).order_by("kind", "value")
    tags = CustomerTag.objects.filter(customer_id__in=numbers).order_by("tag")
    return Person(
        customer=customer,
        numbers=numbers,
        identifiers=list(identifiers.values_list("kind", "value")),
        tags=list(dict.fromkeys(tags.values_list("tag", flat=True))),
        notes=list(CustomerNote.objects.filter(customer_id__in=numbers).order_by("-at")),
        standing=Standing.objects.filter(customer_id=customer.id).first()
        or bought([customer.id]).get(customer.id),
        joined=_joined(numbers),
        survivor=Customer.objects.get(id=end) if end != customer.id else None,
    )


def end_of(number: int) -> int:
    """The customer at the end of the links that start at `number`; itself where none does."""
    with connection.cursor() as cursor:
        return holders.end_of(cursor, number)


def _joined(numbers: Sequence[int]) -> list[Joined]:
    """Who was linked into a person, the last first."""
    links = list(CustomerLink.objects.filter(into_id__in=numbers, undone_at=None).order_by("-at"))
    sources = [link.customer_id for link in links]
    known = {customer.id: customer for customer in Customer.objects.filter(id__in=sources)}
    guests = [number for number in sources if number not in known]
    orders = dict(
        FactRow.objects.filter(customer_id__in=guests, type="order").values_list(
            "customer_id", "body__number"
        )
    )
    return [_one_joined(link, known.get(link.customer_id), orders) for link in links]


def _one_joined(
    link: CustomerLink, customer: Customer | None, orders: dict[int, str | None]
) -> Joined:
    if customer is None:
        number = orders.get(link.customer_id) or ""
        return Joined(key=link.key, at=link.at, order_number=number)
    return Joined(key=link.key, at=link.at, name=customer.name, public_id=customer.public_id)


def bought_at(numbers: Sequence[int], places: Sequence[str]) -> bool:
    """Whether a person ordered in one of the places."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM regulars_fact WHERE customer_id = ANY(%s)"
            " AND type = 'order' AND body->>'place' = ANY(%s))",
            [list(numbers), list(places)],
        )
        return bool(cursor.fetchone()[0])


def same_person(number: int) -> list[int]:
    """The customer's number and those of all customers and guests linked into them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE same(id) AS (SELECT %s::bigint"
            " UNION SELECT l.customer_id FROM regulars_customerlink l"
            " JOIN same ON l.into_id = same.id WHERE l.undone_at IS NULL) SELECT id FROM same",
            [number],
        )
        return [found for (found,) in cursor.fetchall()]


def timeline(
    numbers: Sequence[int],
    *,
    until: datetime | None = None,
    before: tuple[datetime, int] | None = None,
    places: Sequence[str] | None = None,
    size: int = PAGE,
) -> list[Happening]:
    """What happened to a person, newest first, newest versions only.

    `until`: nothing later than that; `before`: the (at, seq) of the last entry of the page
    before; `places`: only what happened there (None: everywhere).
    """
    ended = _links_taken_back(numbers)
    conditions = [
        "f.customer_id = ANY(%(all)s)",
        "f.type = ANY(%(types)s)",
        "(f.customer_id = ANY(%(ids)s) OR f.key = ANY(%(ended)s))",
        NEWEST,
    ]
    if until is not None:
        conditions.append("f.at < %(until)s")
    if before is not None:
        conditions.append("(f.at, f.seq) < (%(at)s, %(seq)s)")
    if places is not None:
        conditions.append("f.body->>'place' = ANY(%(places)s)")
    parameters: dict[str, Any] = {
        "ids": list(numbers),
        "types": SHOWN,
        "all": [*numbers, *ended.values()],
        "ended": [*ended, *(f"un{key}" for key in ended)],
        "until": until,
        "at": before[0] if before else None,
        "seq": before[1] if before else None,
        "places": list(places or ()),
        "size": size,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT f.body::text, f.at, f.received_at, f.seq, f.import_id"  # noqa: S608 - own texts
            f" FROM regulars_fact f WHERE {' AND '.join(conditions)}"
            " ORDER BY f.at DESC, f.seq DESC LIMIT %(size)s",
            parameters,
        )
        rows = cursor.fetchall()
    ties = dict(
        RefundTie.objects.filter(customer_id__in=numbers).values_list("refund_key", "order_key")
    )
    return _with_reasons([_happening(row, ties) for row in rows])


def _with_reasons(found: list[Happening]) -> list[Happening]:
    """The same with the reasons that staff gave for links, which stand apart from their facts."""
    given = reasons(one.fact.key for one in found if isinstance(one.fact, Link | Unlink))
    return [
        structs.replace(one, fact=structs.replace(one.fact, reason=given[one.fact.key]))
        if isinstance(one.fact, Link | Unlink) and one.fact.key in given
        else one
        for one in found
    ]


def _links_taken_back(numbers: Sequence[int]) -> dict[str, int]:
    """Links into a person that hold no more, by key, with whom they linked."""
    links = CustomerLink.objects.filter(into_id__in=numbers).exclude(undone_at=None)
    return dict(links.values_list("key", "customer_id"))


NEWEST = (
    "NOT EXISTS (SELECT 1 FROM regulars_factkey n WHERE n.key = f.key AND n.version > f.version)"
)


def _happening(row: tuple[Any, ...], ties: dict[str, str]) -> Happening:
    body, at, received_at, seq, import_id = row
    fact = decode(body)
    assert isinstance(fact, Shown)  # noqa: S101 - for the type checker: the query says so
    return Happening(
        fact=fact,
        at=at,
        received_at=received_at,
        seq=seq,
        tied_to=(fact.order if isinstance(fact, Refund) else "") or ties.get(fact.key, ""),
        import_id=import_id,
    )


class Named(Struct, frozen=True, kw_only=True):
    """How a customer is shown beside something: the random id of their page, and their name."""

    public_id: UUID
    name: str


def named_customers(public_ids: Sequence[UUID]) -> dict[str, Named]:
    """Customers by their public id as text."""
    found = Customer.objects.filter(public_id__in=public_ids)
    return {str(one.public_id): Named(public_id=one.public_id, name=str(one)) for one in found}


def orders_by_key(keys: Sequence[str], numbers: Sequence[int]) -> dict[str, Order]:
    """A person's orders with these keys, the newest version of each."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT body::text FROM regulars_fact WHERE customer_id = ANY(%s) AND key = ANY(%s)"
            " AND type = 'order' ORDER BY version",
            [list(numbers), list(keys)],
        )
        facts = [decode(body) for (body,) in cursor.fetchall()]
    return {fact.key: fact for fact in facts if isinstance(fact, Order)}
