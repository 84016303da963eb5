"""A customer's page: where a member stands, and why each line is what it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from customers_kit import colleague, open_business
from django.test import Client
from msgspec import structs

from people import arrival, line, order, who
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.db.models import Customer, HolderState, Role
from regulars.sources.corner_coffee import programme

pytestmark = pytest.mark.django_db
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


def test_a_member_has_balance_tier_progress_and_what_runs_out() -> None:
    page = text(colleague(Role.VIEWER), member())
    assert "24 points , to use now. Guest." in page
    assert "24 of 200 to Regular" in page
    assert "Can be used until" in page
    assert "A coffee" in page
    assert "Brings friends with the code" in page


def test_each_line_says_why_and_what_was_left() -> None:
    page = text(colleague(Role.VIEWER), member())
    assert "Order of €12.80" in page
    assert "+12 24" in page
    assert "+12 12" in page
    assert "€12.80 is 12 full euros" in page
    assert page.count("Order of €12.80") == 2


def test_more_lines_than_a_few_are_asked_for() -> None:
    ann, client = member(many=11), colleague(Role.STAFF)
    assert "8 of 11" in text(client, ann)
    assert "11 of 11" in text(client, ann, "?points=all")


def test_who_looks_after_one_place_sees_no_lines_of_the_others() -> None:
    ann = member()
    client = colleague(Role.STAFF, "north")
    page = text(client, ann)
    assert "24 points" in page
    assert "is 12 full euros" not in page


def test_who_takes_no_part_has_no_card() -> None:
    ann = member()
    HolderState.objects.all().delete()
    assert "Brings friends" not in text(colleague(Role.OWNER), ann)
