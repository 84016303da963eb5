"""Reads for the pages of vouchers: lists by state and by person, and where one came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Literal
from uuid import UUID

from django.db.models import Q
from msgspec import Struct

from regulars.db.models import AttemptRow, AuditRow, Customer, FactRow, VoucherRow
from regulars.db.queries.history import same_person
from regulars.db.queries.staff_words import with_reasons

PAGE = 25
Origin = Literal["hand", "asked", "by_itself"]
BY_HAND = "voucher:"
"""How the id of a voucher begins that somebody handed out."""


class Listed(Struct, frozen=True, kw_only=True):
    """A voucher and whose it is; `mark` names it in addresses, which must not hold its code."""

    row: VoucherRow
    customer: Customer | None
    mark: str


class Traced(Struct, frozen=True, kw_only=True):
    """Where a voucher came from, and how it ended: the attempt that brought it, what staff wrote
    down about it, and when it was used or taken back, with where it was shown."""

    origin: Origin
    attempt: AttemptRow | None
    notes: list[AuditRow]
    ended_at: datetime | None
    shown_at: str


def mark_of(row: VoucherRow) -> str:
    """What names a voucher of a customer in an address."""
    told = f"{row.programme}\0{row.id}".encode()
    return blake2b(told, digest_size=8).hexdigest()


def listed(
    state: str, customers: Sequence[int] | None, after: VoucherRow | None = None
) -> list[Listed]:
    """The newest vouchers, at most a page and one more: in a state (empty: any), of these
    customers (None: everybody), after the last one of the page before. Many may be of one
    instant."""
    found = Q()
    if state:
        found &= Q(state=state)
    if customers is not None:
        found &= Q(customer_id__in=customers)
    if after is not None:
        at, number = after.issued_at, after.customer_id
        found &= (
            Q(issued_at__lt=at)
            | Q(issued_at=at, customer_id__gt=number)
            | Q(issued_at=at, customer_id=number, id__gt=after.id)
        )
    rows = VoucherRow.objects.filter(found).order_by("-issued_at", "customer_id", "id")
    return _named(rows[: PAGE + 1])


def counted(customers: Sequence[int]) -> int:
    """How many vouchers these customers ever had."""
    return VoucherRow.objects.filter(customer_id__in=customers).count()


def _named(rows: Iterable[VoucherRow]) -> list[Listed]:
    kept = list(rows)
    known = Customer.objects.in_bulk({row.customer_id for row in kept})
    return [Listed(row=row, customer=known.get(row.customer_id), mark=mark_of(row)) for row in kept]


def one(customer: UUID, mark: str) -> Listed | None:
    """A voucher by its holder and its mark."""
    holder = Customer.objects.filter(public_id=customer).first()
    if holder is None:
        return None
    rows = VoucherRow.objects.filter(customer_id__in=same_person(holder.id))
    return next((each for each in _named(rows) if each.mark == mark), None)


def by_id(customers: Sequence[int], voucher: str) -> Listed | None:
    """A voucher of these customers by its id."""
    rows = VoucherRow.objects.filter(customer_id__in=customers, id=voucher)
    return next(iter(_named(rows[:1])), None)


def traced(row: VoucherRow) -> Traced:
    """Where a voucher came from, and how it ended."""
    attempt = AttemptRow.objects.filter(key=row.id, accepted=True).first()
    hand = row.id.startswith(BY_HAND) and attempt is None
    origin: Origin = "hand" if hand else "asked" if attempt is not None else "by_itself"
    ended = _ended(row)
    return Traced(
        origin=origin,
        attempt=attempt,
        notes=with_reasons(list(AuditRow.objects.filter(about=row.id).order_by("at"))),
        ended_at=ended.at if ended else row.expires_at if row.state == "expired" else None,
        shown_at=str(ended.body.get("source", "")) if ended else "",
    )


def _ended(row: VoucherRow) -> FactRow | None:
    """The last promise that this voucher is used or taken back, if it is."""
    if row.state not in ("used", "revoked"):
        return None
    facts = FactRow.objects.filter(customer_id=row.customer_id)
    said = facts.filter(type__in=("promise", "reversal"))
    named = Q(body__target=row.id) | Q(body__redemption=row.id)
    return said.filter(named).order_by("-at").first()
