"""Reads for the till: which browser is one, who works there, who a member is, what was done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from msgspec import Struct

from regulars.db.models import Cashier, TillDeed, TillDevice
from regulars.db.queries.finding import LAST_SIGN
from regulars.db.queries.history import end_of
from regulars.db.queries.members import number_of, voucher_by_code
from regulars.db.queries.staff import token_hash
from regulars.identity import IdentityError, fold, normalise

IDLE = timedelta(minutes=10)
"""A cashier's session ends when the till was not used for so long."""
UNDO_FOR = timedelta(minutes=15)
CASHIER = "cashier "
"""Before a cashier's id, where it is written down who did something."""
MOST_FOUND = 8
SHORTEST = 3
BY_NUMBER = ("card", "phone", "email", "external")
EXACT = """
    SELECT customer_id FROM regulars_identifier
    WHERE (kind, value) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
"""
BY_NAME = """
    SELECT t.customer_id FROM regulars_searchtoken t {joined}
    WHERE t.token >= %(first)s AND t.token < %(last)s {order} LIMIT %(most)s
"""
JOINED = (
    " JOIN regulars_searchtoken o{n} ON o{n}.customer_id = t.customer_id"
    " AND o{n}.token >= %(w{n})s AND o{n}.token < %(v{n})s"
)
"""Joined, not asked one by one: the database begins with whichever word is the rarest."""
BRIEFS = """
    SELECT c.id, c.public_id, c.name, c.language,
        (SELECT max(right(i.value, 3)) FROM regulars_identifier i
            WHERE i.customer_id = c.id AND i.kind = 'phone'),
        (SELECT max(right(i.value, 3)) FROM regulars_identifier i
            WHERE i.customer_id = c.id AND i.kind = 'card'),
        (SELECT array_agg(h.programme) FROM regulars_holder h
            WHERE h.customer_id = c.id AND h.left_at IS NULL)
    FROM regulars_customer c WHERE c.id = ANY(%s)
"""


class Brief(Struct, frozen=True, kw_only=True):
    """A person as a cashier sees them: at most three digits of phone and card."""

    id: int
    public_id: UUID
    name: str
    language: str
    phone: str
    card: str
    programmes: tuple[str, ...]


class Found(Struct, frozen=True, kw_only=True):
    """Who fits what was typed or scanned: `sure` where it was a whole number, `voucher` the id of
    the voucher whose code it was."""

    people: list[Brief]
    sure: bool = False
    voucher: str = ""


class Worker(Struct, frozen=True, kw_only=True):
    """Who works at a till now."""

    device: TillDevice
    cashier: Cashier


def device_of(token: str) -> TillDevice | None:
    """The till that shows this token, as long as it was not revoked."""
    if not token:
        return None
    rows = TillDevice.objects.select_related("place", "cashier")
    return rows.filter(token_hash=token_hash(token), revoked_at=None).first()


def worker_of(device: TillDevice, session: str, now: datetime) -> Worker | None:
    """Who is signed in at a till; nobody where they were idle, left, or never were."""
    cashier, at = device.cashier, device.session_at
    right = bool(session) and device.session_hash == token_hash(session)
    if not right or cashier is None or at is None or now - at >= IDLE:
        return None
    if not cashier.is_active or not _works_at(device.place_id).filter(pk=cashier.pk).exists():
        return None
    return Worker(device=device, cashier=cashier)


def _works_at(place: str) -> Any:
    return Cashier.objects.filter(Q(places=None) | Q(places=place), is_active=True).distinct()


def cashiers_at(place: str) -> list[Cashier]:
    """Who may work at a place, by name."""
    return sorted(_works_at(place), key=lambda one: one.name.casefold())


def devices() -> list[TillDevice]:
    """Every till that was not revoked, by place and name."""
    rows = TillDevice.objects.filter(revoked_at=None).select_related("place", "cashier")
    return sorted(rows, key=lambda one: (one.place.name.casefold(), one.name.casefold()))


def cashiers() -> list[Cashier]:
    """Everybody with a PIN, those who left last."""
    rows = Cashier.objects.prefetch_related("places")
    return sorted(rows, key=lambda one: (not one.is_active, one.name.casefold()))


def cashier_names(doers: Iterable[str]) -> dict[str, str]:
    """What the cashiers among them are called, by what was written down of them."""
    keys = {str(row.pk): row.name for row in Cashier.objects.all()}
    found = {one: keys.get(one.removeprefix(CASHIER)) for one in doers if one.startswith(CASHIER)}
    return {one: name for one, name in found.items() if name}


NO_SIGN = "\0"
"""A scanned code may hold it; no text in the database does."""


def find(text: str, region: str) -> Found:
    """Who is meant by a card, a code, a phone number, an e-mail address or a name."""
    text = text.strip()[:254]
    if NO_SIGN in text:
        return Found(people=[])
    number = number_of(text) if len(text) == len(str(UUID(int=0))) else None
    if number is not None:
        return Found(people=briefs([number]), sure=True)
    exact = _exactly(text, region)
    if exact:
        return Found(people=briefs(exact), sure=True)
    voucher = voucher_by_code(text)
    if voucher is not None:
        return Found(people=briefs([end_of(voucher.customer_id)]), sure=True, voucher=voucher.id)
    people = briefs(_by_name(text)) if len(text) >= SHORTEST else []
    return Found(people=sorted(people, key=lambda one: one.name.casefold()))


def _exactly(text: str, region: str) -> list[int]:
    pairs = []
    for kind in BY_NUMBER:
        try:
            pairs.append((kind, normalise(kind, text, region=region)))
        except IdentityError:
            continue
    with connection.cursor() as cursor:
        cursor.execute(EXACT, [[kind for kind, _ in pairs], [value for _, value in pairs]])
        return sorted({end_of(number) for (number,) in cursor.fetchall()})


def _by_name(text: str) -> list[int]:
    """Whose name or numbers begin so; found by walking along the index, and no further than a few
    people."""
    words = sorted(fold(text).split(), key=len, reverse=True)[:4]
    if not words or len(words[0]) < SHORTEST:
        return []
    first, *others = words
    told: dict[str, Any] = {"first": first, "last": first + LAST_SIGN, "most": MOST_FOUND * 2}
    for n, word in enumerate(others):
        told |= {f"w{n}": word, f"v{n}": word + LAST_SIGN}
    joined = "".join(JOINED.format(n=n) for n, _word in enumerate(others))
    statement = BY_NAME.format(joined=joined, order="" if others else "ORDER BY t.token")
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        numbers = dict.fromkeys(number for (number,) in cursor.fetchall())
    return list(dict.fromkeys(end_of(number) for number in numbers))[: MOST_FOUND + 1]


def briefs(numbers: list[int]) -> list[Brief]:
    """People as a cashier sees them, in this order."""
    with connection.cursor() as cursor:
        cursor.execute(BRIEFS, [numbers])
        rows = {row[0]: row for row in cursor.fetchall()}
    return [_brief(rows[number]) for number in numbers if number in rows]


def _brief(row: tuple[Any, ...]) -> Brief:
    number, public_id, name, language, phone, card, programmes = row
    return Brief(
        id=number,
        public_id=public_id,
        name=name,
        language=language,
        phone=phone or "",
        card=card or "",
        programmes=tuple(sorted(programmes or ())),
    )


def brief_of(public_id: str) -> Brief | None:
    """One person by their random id."""
    number = number_of(public_id)
    return next(iter(briefs([number])), None) if number is not None else None


def last_deed(device: TillDevice, now: datetime) -> TillDeed | None:
    """What was booked last at a till and can still be taken back."""
    rows = TillDeed.objects.filter(
        device=device,
        booked_at__gt=now - UNDO_FOR,
        what__in=(TillDeed.What.SALE, TillDeed.What.TAP),
    )
    for row in rows.order_by("-booked_at")[:5]:
        if not TillDeed.objects.filter(undoes=row.key).exists():
            return row
    return None


def deed(key: str) -> TillDeed | None:
    """What was done under a key."""
    return TillDeed.objects.filter(key=key).first()


def is_undone(key: str) -> bool:
    """Whether a deed was taken back."""
    return TillDeed.objects.filter(undoes=key).exists()
