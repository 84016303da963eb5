"""Reads for members' own pages: who is signed in, by what, and what the business looks like."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from unicodedata import combining

from django.db import connection
from msgspec import Struct

from regulars.db import holders
from regulars.db.models import (
    Brand,
    CodeRow,
    Customer,
    EntryTicket,
    FactRow,
    IdentifierRow,
    Leaving,
    MemberSession,
    ProgrammeRow,
    SignInTry,
    TillDeed,
)
from regulars.db.queries.history import end_of


def token_hash(token: str) -> str:
    """What is kept of a token: SHA-256 as 64 hexadecimal digits. A token is long and random."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def customer_of_email(email: str) -> Customer | None:
    """Whoever is known by an address, in its normalised form."""
    row = IdentifierRow.objects.filter(kind="email", value=email).first()
    return Customer.objects.filter(id=end_of(row.customer_id)).first() if row else None


def open_try(token: str, since: datetime, *, lock: bool = False) -> SignInTry | None:
    """What a link of a mail opens, if it was asked for after `since` and not used."""
    rows = SignInTry.objects.filter(link_hash=token_hash(token), used_at=None, created_at__gt=since)
    return (rows.select_for_update() if lock else rows).first()


def open_ticket(token: str, now: datetime, *, lock: bool = False) -> EntryTicket | None:
    """What a link without a mail opens."""
    rows = EntryTicket.objects.filter(
        token_hash=token_hash(token), used_at=None, expires_at__gt=now
    )
    return (rows.select_for_update() if lock else rows).first()


def whom_a_link_lets_in(token: str, now: datetime, since: datetime) -> Customer | None:
    """Whom a link would sign in, if it works."""
    asked = open_try(token, since)
    if asked is not None:
        return customer_of_email(asked.email)
    ticket = open_ticket(token, now)
    return Customer.objects.filter(id=end_of(ticket.customer_id)).first() if ticket else None


class Member(Struct, frozen=True, kw_only=True):
    """Somebody who is signed in, the programmes that they take part in, those left lately, and
    those left for good."""

    customer: Customer
    session: MemberSession
    programmes: list[str]
    left: dict[str, datetime]
    ended: frozenset[str] = frozenset()

    @property
    def first_name(self) -> str:
        return first_name(self.customer.name)


def first_name(name: str) -> str:
    """What friends may see of a name: its first word, of which letters, hyphens and apostrophes
    stay. So no address of a page travels in it."""
    first = name.split()[0] if name.split() else ""
    kept = (one for one in first if one.isalpha() or one in "-'’" or combining(one))
    return "".join(kept)[:40].strip("-'’")


def signed_in(token: str, now: datetime) -> Member | None:
    """Whose session a token is of."""
    session = MemberSession.objects.filter(token_hash=token_hash(token), expires_at__gt=now).first()
    if session is None:
        return None
    number = end_of(session.customer_id)
    customer = Customer.objects.filter(id=number).first()
    if customer is None:
        return None
    with connection.cursor() as cursor:
        rows = holders.read(cursor, [number])
    order = list(ProgrammeRow.objects.order_by("position").values_list("id", flat=True))
    gone = list(Leaving.objects.filter(customer_id=number))
    left = [one for one in gone if one.done_at is None and one.ends_at > now]
    mine = {row.programme for row in rows}
    return Member(
        customer=customer,
        session=session,
        programmes=[one for one in order if one in mine],
        left={one.programme: one.ends_at for one in left},
        ended=frozenset(one.programme for one in gone if one not in left),
    )


def sessions_of(number: int, now: datetime) -> list[MemberSession]:
    """The browsers in which a member is signed in, the last used first."""
    rows = MemberSession.objects.filter(customer_id=number, expires_at__gt=now)
    return list(rows.order_by("-seen_at", "-created_at"))


def card_number(number: int) -> str:
    """The number on a member's card; empty where they have none."""
    rows = IdentifierRow.objects.filter(customer_id=number, kind="card").order_by("value")
    return rows.values_list("value", flat=True).first() or ""


TO_SHOW = """
    SELECT h.customer_id FROM regulars_holder h
    JOIN regulars_identifier e ON e.customer_id = h.customer_id AND e.kind = 'email'
    JOIN regulars_identifier c ON c.customer_id = h.customer_id AND c.kind = 'card'
    JOIN regulars_customer p ON p.id = h.customer_id
    WHERE h.programme = %s AND h.left_at IS NULL
    ORDER BY p.language = ANY(%s),
        (h.figures -> 'points' ->> 'available')::numeric DESC NULLS LAST, h.customer_id LIMIT 1
"""


def member_to_show(programme: str, not_in: Sequence[str]) -> Customer | None:
    """The member of a demonstration whose card has most on it, of those with a card and an address;
    only where there is no other one who reads one of these languages: their pages would not follow
    the reader's."""
    with connection.cursor() as cursor:
        cursor.execute(TO_SHOW, [programme, list(not_in)])
        found = cursor.fetchone()
    return Customer.objects.filter(id=found[0]).first() if found else None


def address_of(number: int, kind: str = "email") -> str:
    """An address by which a member is known; empty where there is none."""
    rows = IdentifierRow.objects.filter(customer_id=number, kind=kind).order_by("value")
    return rows.values_list("value", flat=True).first() or ""


def brand() -> Brand | None:
    """How the business looks to members, if anybody said."""
    return Brand.objects.filter(pk=1).first()


def cashiers_of(keys: Sequence[str]) -> dict[str, str]:
    """Who stood at the till, by the key of the fact, where it came from one."""
    rows = TillDeed.objects.filter(key__in=set(keys)).select_related("cashier")
    return {row.key: row.cashier.name for row in rows}


def advocate_of(code: str) -> CodeRow | None:
    """The advocate whom a code leads to, as it is kept."""
    rows = CodeRow.objects.filter(code=code, kind=CodeRow.Kind.ADVOCATE)
    return rows.exclude(customer_id=None).first()


def bodies(customers: Sequence[int], keys: Sequence[str]) -> dict[str, FactRow]:
    """Facts by their keys, the newest version of each."""
    rows = FactRow.objects.filter(customer_id__in=customers, key__in=set(keys)).order_by("version")
    return {row.key: row for row in rows}
