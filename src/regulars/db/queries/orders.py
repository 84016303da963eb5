"""Reads of single orders: found by the number on the receipt, whoever placed them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection
from msgspec import Struct

from regulars.db.models import Customer
from regulars.db.queries.history import end_of
from regulars.engine.arrivals import decode
from regulars.engine.facts import Order

MOST_SOURCES = 100
"""Sources that are looked through; a business has a handful."""

SOURCES = f"""
WITH RECURSIVE walk(key, n) AS (
    (SELECT key, 1 FROM regulars_factkey ORDER BY key LIMIT 1)
    UNION ALL
    SELECT (
        SELECT k.key FROM regulars_factkey k
        WHERE k.key > CASE WHEN position(':' in walk.key) > 0
            THEN split_part(walk.key, ':', 1) || ';' ELSE walk.key END
        ORDER BY k.key LIMIT 1
    ), n + 1
    FROM walk WHERE walk.key IS NOT NULL AND n < {MOST_SOURCES}
)
SELECT split_part(key, ':', 1) FROM walk WHERE position(':' in key) > 0
"""  # noqa: S608 - own numbers only
"""What stands before the first colon of keys (`source:number`), each once: a walk along the index
that jumps from one source to the next. `;` is the sign after `:`."""


class FoundOrder(Struct, frozen=True, kw_only=True):
    """An order with whom it belongs to: nobody yet where `owner` is None."""

    order: Order
    number: int
    guest: bool
    owner: Customer | None

    @property
    def owner_id(self) -> UUID | None:
        return self.owner.public_id if self.owner else None

    @property
    def at(self) -> datetime:
        return self.order.at


def orders_numbered(number: str) -> list[FoundOrder]:
    """The orders with this number, or with this key; the newest version of each."""
    number = number.strip()[:100]
    if not number:
        return []
    with connection.cursor() as cursor:
        cursor.execute(SOURCES)
        keys = [f"{source}:{number}" for (source,) in cursor.fetchall()]
        cursor.execute(
            "SELECT DISTINCT ON (k.key) f.customer_id, f.guest, f.body::text"
            " FROM regulars_factkey k JOIN regulars_fact f ON f.customer_id = k.customer_id"
            " AND f.key = k.key AND f.version = k.version AND f.type = 'order'"
            " WHERE k.key = ANY(%s) ORDER BY k.key, k.version DESC",
            [[number, *keys]],
        )
        rows = cursor.fetchall()
    return [_found(customer, guest, body) for customer, guest, body in rows]


def _found(number: int, guest: bool, body: str) -> FoundOrder:
    order = decode(body)
    assert isinstance(order, Order)  # noqa: S101 - for the type checker: the query says so
    owner = Customer.objects.filter(id=end_of(number)).first()
    return FoundOrder(order=order, number=number, guest=guest, owner=owner)
