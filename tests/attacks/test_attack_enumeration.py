"""Nobody learns by asking who is known: pages answer alike, whoever is asked about (A34)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from attacks.asking import (
    INVITED,
    LEFT,
    LOGIN,
    NOBODY,
    OF_MEMBERS,
    OF_STAFF,
    OLGA,
    OTHER,
    OTTO,
    RESET,
    RUTH,
    Asked,
    Known,
    ask,
    often,
    opened,
    seen_of,
    told,
)
from console import wizard
from console.doors import tries_stand_still
from portal.portal_kit import ANA, NOW, Club
from regulars.actions import portal_friends, tills
from regulars.db.models import Customer, Place
from regulars.db.queries.portal import customer_of_email
from staff import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(club: Club, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Known:
    tries_stand_still(monkeypatch)
    settings.MAIL_CONFIGURED = True
    return opened(club)


ASKING = [one for one in OF_MEMBERS if one.fields == {"email": "{email}"}]
LIMITED = [*ASKING, LOGIN, RESET]


def title(page: Asked) -> str:
    return page.title


@pytest.mark.parametrize("page", OF_MEMBERS, ids=title)
def test_a34_a_member_and_nobody_are_answered_alike(known: Known, page: Asked) -> None:
    told(known, page, OTHER)  # whoever is the first has more looked up
    one, other = told(known, page, ANA), told(known, page, NOBODY)
    assert one == other
    assert one["status"] in (200, 302, 401, 404, 422)


@pytest.mark.parametrize("page", OF_STAFF, ids=title)
def test_a34_staff_and_nobody_are_answered_alike(known: Known, page: Asked) -> None:
    """Those who work here, who were only invited, and who left."""
    told(known, page, RUTH)
    unknown = told(known, page, OTTO)
    for email in (OLGA, INVITED, LEFT):
        assert told(known, page, email) == unknown, email


@pytest.mark.parametrize("page", LIMITED, ids=title)
def test_a34_who_asks_too_often_learns_no_more(known: Known, page: Asked) -> None:
    pair = (OLGA, OTTO) if page in OF_STAFF else (ANA, NOBODY)
    one, other = (often(known, page, email) for email in pair)
    assert one == other
    assert len({str(seen["body"]) for seen in one}) == 2, "a limit was met"


@contextmanager
def hashed() -> Iterator[list[int]]:
    """How often a password is hashed in here."""
    count = [0]
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, *rest: Any) -> str:
        count[0] += 1
        return encode(self, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MD5PasswordHasher, "encode", counted)
        yield count


def hashes(known: Known, email: str) -> int:
    with hashed() as count:
        ask(known, LOGIN, email, Client())
    return count[0]


def test_a34_a_password_is_hashed_whoever_it_is_of(
    known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [hashes(known, one) for one in (OLGA, INVITED, LEFT, OTTO)] == [1, 1, 1, 1]
    monkeypatch.setattr(AuthenticationBackend, "_mitigate_timing_attack", lambda *_rest: None)
    assert hashes(known, OTTO) == 0, "a saboteur who saves the work"


def test_a34_saboteur_who_looks_the_address_up_while_asked(
    known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = portal_friends.claim

    def looks(wanted: portal_friends.Claim, *rest: Any) -> Any:
        customer_of_email(wanted.email)
        return claim(wanted, *rest)

    monkeypatch.setattr(portal_friends, "claim", looks)
    page = next(one for one in OF_MEMBERS if one.path == "/r/{code}/")
    assert told(known, page, ANA) != told(known, page, NOBODY)


FILE = """order_id,date,email,name,product,quantity,unit_price
F-1,2026-10-03,{email},Joe,Espresso,2,2.50
F-2,2026-10-04,{email},Joe,Espresso,none,2.50
"""


def test_a34_the_preview_of_an_import_tells_nobody_who_is_known(club: Club) -> None:
    """Columns and preview of a file: staff who bring orders in need not see customers by it."""
    found = []
    for email in (ANA, NOBODY):
        owner = signed_in(club.owner)
        address = wizard.upload(owner, FILE.format(email=email))
        pages = [owner.get(address + "columns/"), wizard.match(owner, address)]
        pages.append(owner.get(address + "preview/"))
        run = address.rstrip("/").rpartition("/")[2]
        found.append([seen_of(one, email, run) for one in pages])
        owner.post(address + "discard/")
    assert [one["status"] for one in found[0]] == [200, 302, 200]
    assert found[0] == found[1]


@pytest.fixture
def till(club: Club) -> Client:
    """A cashier at a till."""
    Place.objects.create(code="market", name="Market")
    _device, code = tills.make_code("market", "till 1", None, NOW)
    made = tills.pair(code, NOW)
    mia = tills.add_cashier(None, tills.Wanted(name="Mia", pin="2846"), NOW)
    browser = Client()
    browser.cookies["regulars_till"] = made.token
    assert browser.post("/till/enter/", {"cashier": str(mia.pk), "pin": "2846"})
    return browser


def joins(till: Client, email: str, number: int, **more: str) -> Any:
    told = {"contact": email, "name": "Joe", "agreed": "yes", "key": f"{number:032}"}
    return till.post("/till/new/", told | more)


def test_a34_at_the_till_nobody_is_asked_about_without_their_yes(till: Client) -> None:
    seen = [seen_of(joins(till, one, 1, agreed=""), one) for one in (ANA, NOBODY)]
    assert seen[0] == seen[1]
    assert seen[0]["status"] == 409


def test_a34_at_the_till_enrolling_is_looking_up_and_counts_as_such(
    till: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cashier is told that somebody joined before: as often as they may look people up."""
    monkeypatch.setattr(tills, "FINDS_A_MINUTE", 3)
    for number in range(3):
        assert "already" in joins(till, ANA, number).content.decode()
    people = Customer.objects.count()
    seen = [seen_of(joins(till, one, 9), one) for one in (ANA, NOBODY)]
    assert seen[0] == seen[1]
    assert seen[0]["status"] == 409
    assert Customer.objects.count() == people
