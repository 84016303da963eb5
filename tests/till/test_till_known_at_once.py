"""Who joined and bought at a till stands in the console at once, before anything is computed."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from till_kit import NOW, Counter, member, open_counter

from regulars.actions import places
from regulars.actions.measuring import refresh
from regulars.actions.till_sales import sell
from regulars.db.models import Place, Role, Staff, Standing
from regulars.db.queries.today import unnamed_places

pytestmark = pytest.mark.django_db
LIST = "/console/customers/"


@pytest.fixture
def counter() -> Counter:
    found = open_counter()
    sell(found.worker, found.sale(), NOW)
    member("Bob Baker", email="bob@example.com")
    return found


@pytest.fixture
def console(counter: Counter) -> Client:
    client = Client()
    client.force_login(
        Staff.objects.create(email="o@c.example", name="Olga", role=Role.OWNER, created_at=NOW)
    )
    return client


def page(console: Client, address: str) -> str:
    answer = console.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_and_the_search_hold_them(console: Client) -> None:
    assert not Standing.objects.exists()
    html = page(console, LIST)
    assert html.index("Bob Baker") > 0
    assert html.index("Ana Popescu") > 0
    assert "2 people." in html
    assert "Prospect" in html, "Bob"
    found = page(console, LIST + "?q=ana")
    assert "Being counted" in found
    assert "Prospect</span>" not in found


def test_their_page_tells_what_they_bought(console: Client, counter: Counter) -> None:
    html = page(console, f"{LIST}{counter.ana_id}/")
    assert "Ordered once" in html
    assert "1 order since" in html
    assert "Being counted" in html
    assert "No orders yet." not in html
    assert "Prospect" not in html


def test_members_who_bought_nothing_stay_in_the_list(console: Client, tmp_path: Path) -> None:
    refresh(tmp_path, now=NOW)
    html = page(console, LIST)
    assert html.index("Ana Popescu") < html.index("Bob Baker")
    assert "Being counted" not in html


def test_two_customers_are_told_no_shares(console: Client, tmp_path: Path) -> None:
    refresh(tmp_path, now=NOW)
    html = page(console, "/console/")
    assert "Of 100 first orders" not in html
    assert "has been here as usual" not in html


def test_a_place_that_somebody_named_is_named(counter: Counter) -> None:
    Place.objects.create(code="k7", name="k7")
    places.add("Harbour", timezone.now())
    assert unnamed_places() == 1
