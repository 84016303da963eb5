"""Reads for machines: customers by how they are known, what they take part in, what was booked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from msgspec import Struct

from regulars.db.models import AttemptRow, CodeRow, Customer, HolderState, IdentifierRow, VoucherRow
from regulars.db.queries.history import NEWEST, end_of, same_person
from regulars.engine.arrivals import AnyFact, decode
from regulars.engine.facts import Identifier

TRANSFERS = """
    SELECT seq, asset, amount, source, target, at, booked_at, fact, rule, step, cause
    FROM regulars_transfer WHERE customer_id = %s AND programme = %s AND seq < %s
    ORDER BY seq DESC LIMIT %s
"""
HISTORY = f"""
    SELECT f.seq, f.received_at, f.body::text FROM regulars_fact f
    WHERE f.customer_id = ANY(%s) AND f.type = ANY(%s) AND (f.at, f.seq) < (%s, %s) AND {NEWEST}
    ORDER BY f.at DESC, f.seq DESC LIMIT %s
"""  # noqa: S608 - own texts
TOLD = ["order", "refund", "activity", "sign_up", "click", "attribute", "grant", "tier_set"]
"""What is told to machines of a history: what happened, and no promise of the engine."""


def number_of(public_id: str) -> int | None:
    """The number of whom a customer is one with, by their random id."""
    try:
        found = Customer.objects.filter(public_id=UUID(public_id)).values_list("id", flat=True)
    except ValueError:
        return None
    number = found.first()
    return None if number is None else end_of(number)


def public_ids(numbers: Iterable[int]) -> dict[int, str]:
    """The random ids of customers by their numbers."""
    rows = Customer.objects.filter(id__in=set(numbers)).values_list("id", "public_id")
    return {number: str(public_id) for number, public_id in rows}


def number_known_by(identifiers: Sequence[Identifier]) -> int | None:
    """The number of whoever is known by the first of these that anybody is known by."""
    for one in identifiers:
        found = IdentifierRow.objects.filter(kind=one.kind, value=one.value)
        number = found.values_list("customer_id", flat=True).first()
        if number is not None:
            return end_of(number)
    return None


class Portrait(Struct, frozen=True, kw_only=True):
    """A customer, how they are known, and in which programmes they take part."""

    customer: Customer
    identifiers: list[tuple[str, str]]
    programmes: list[str]


def portrait(number: int) -> Portrait:
    """What a machine may know of a customer."""
    numbers = same_person(number)
    identifiers = IdentifierRow.objects.filter(customer_id__in=numbers).order_by("kind", "value")
    members = HolderState.objects.filter(customer_id=number, left_at=None).order_by("programme")
    return Portrait(
        customer=Customer.objects.get(id=number),
        identifiers=list(identifiers.values_list("kind", "value")),
        programmes=list(members.values_list("programme", flat=True)),
    )


class Happened(Struct, frozen=True, kw_only=True):
    """A fact, when it was known, and its place in the list."""

    fact: AnyFact
    received_at: datetime
    seq: int


def history(number: int, before: tuple[datetime, int] | None, size: int) -> list[Happened]:
    """What happened to somebody, the newest first, the newest versions only."""
    at, seq = before or (datetime.max.replace(tzinfo=UTC), 1 << 62)
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, [same_person(number), TOLD, at, seq, size])
        rows = cursor.fetchall()
    return [Happened(seq=seq, received_at=at, fact=decode(body)) for seq, at, body in rows]


class Transfer(Struct, frozen=True):
    """A row of the ledger."""

    seq: int
    asset: str
    amount: int
    source: str
    target: str
    at: datetime
    booked_at: datetime
    fact: str
    rule: str
    step: str
    cause: str


def transfers(number: int, programme: str, before: int, size: int) -> list[Transfer]:
    """What was booked for a member, the newest first, below a sequence number."""
    with connection.cursor() as cursor:
        cursor.execute(TRANSFERS, [number, programme, before, size])
        return [Transfer(*row) for row in cursor.fetchall()]


def holder(number: int, programme: str) -> HolderState | None:
    """A member as stored."""
    rows = HolderState.objects.filter(customer_id=number, programme=programme, left_at=None)
    return rows.first()


def written_code(told: str) -> str:
    """A code of a voucher as it is stored, however somebody typed it."""
    return "".join(told.split()).upper().replace("-", "")


def voucher_by_code(code: str) -> VoucherRow | None:
    """The voucher with this code, as it stands with whom its holder is one with."""
    row = CodeRow.objects.filter(code=written_code(code), kind=CodeRow.Kind.VOUCHER).first()
    if row is None or row.customer_id is None:
        return None
    named: Any = VoucherRow.objects.filter(programme=row.programme, id=row.voucher)
    found = named.filter(customer_id=end_of(row.customer_id)).first()
    return found or named.filter(customer_id=row.customer_id).first()  # type: ignore[no-any-return]


def vouchers_meant(told: Sequence[str], customer: int) -> tuple[str, ...]:
    """The vouchers of a customer by their ids, where some are told by their codes; nobody learns
    anything of the codes of others."""
    codes = {written_code(one) for one in told}
    rows = CodeRow.objects.filter(code__in=codes, kind=CodeRow.Kind.VOUCHER)
    known = {
        row.code: row.voucher
        for row in rows
        if row.customer_id and end_of(row.customer_id) == customer
    }
    return tuple(known.get(written_code(one), one) for one in told)


def vouchers_of(customer: int, ids: Sequence[str]) -> set[str]:
    """Which of these vouchers are, or were, a customer's."""
    found = VoucherRow.objects.filter(customer_id__in=same_person(customer), id__in=list(ids))
    return set(found.values_list("id", flat=True))


def to_give_back(keys: Sequence[str]) -> set[str]:
    """Which of these redemptions can be given back: those that were neither kept for good nor given
    back already."""
    rows = AttemptRow.objects.filter(
        key__in=list(keys), accepted=True, resolved="", reserved_until=None
    )
    return set(rows.values_list("key", flat=True))


def takes_part(customer: int) -> bool:
    """Whether a customer is a member of any programme."""
    return HolderState.objects.filter(customer_id=customer, left_at=None).exists()
