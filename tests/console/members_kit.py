"""A member of the club for tests of the customers' pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.test import Client
from msgspec import structs

from console.customers_kit import open_business
from people import arrival, line, order, who
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.db.models import Customer
from regulars.sources.corner_coffee import programme

CLUB = "corner_club"


def member(many: int = 2) -> Customer:
    """Ann, who bought for 12.80 each time, in a row of days."""
    open_business()
    now = datetime.now(UTC)
    publish(programme(), now=now - timedelta(days=40), by="Olga")
    batch = [
        arrival(
            structs.replace(
                order(f"A{n}", line("latte", "12.80", "1"), at=now - timedelta(days=n + 1)),
                place="north",
            ),
            who("nr-A", "Ann Ashby", email="ann@example.com"),
        )
        for n in range(many)
    ]
    record(batch[:1], now=now)
    ann = Customer.objects.get()
    join([ann.id], CLUB, since=now - timedelta(days=30), now=now)
    record(batch[1:], now=now)
    return ann


def text(client: Client, ann: Customer, query: str = "") -> str:
    answer = client.get(f"/console/customers/{ann.public_id}/{query}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


WHAT = f"{CLUB}/points"


def page_of(ann: Customer, act: str = "") -> str:
    return f"/console/customers/{ann.public_id}/{act}"


def form(amount: str, way: str = "give", **more: str) -> dict[str, str]:
    told = {"press": str(uuid4()), "what": WHAT, "way": way, "amount": amount, "reason": "sorry"}
    return {**told, **more}


def adjust(client: Client, ann: Customer, *told: str, **more: str) -> str:
    page = client.post(page_of(ann, "adjust/"), form(*told, **more), follow=True)
    assert page.status_code == 200
    return page.content.decode()
