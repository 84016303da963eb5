"""Settings: the business, staff, one's own account."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from doors import browser, wear_totp

from regulars.db.models import Business, Place, Role, Staff
from regulars.db.queries.staff import places_of
from staff import PASSWORD, digest, employ, open_cafe, signed_in

pytestmark = pytest.mark.django_db
SETTINGS = "/console/settings/"
BUSINESS = {
    "business": "Café Ecke",
    "zone": "Europe/Warsaw",
    "region": "PL",
    "currency": "PLN",
    "language": "de",
}


@pytest.fixture
def olga() -> Client:
    return signed_in(open_cafe())


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.mark.parametrize(
    ("role", "goal"),
    [
        (Role.OWNER, "business/"),
        (Role.MANAGER, "staff/"),
        (Role.STAFF, "account/"),
        (Role.VIEWER, "account/"),
    ],
)
def test_settings_open_where_one_may_be(role: Role, goal: str) -> None:
    open_cafe()
    client = browser(employ("Ann", role))
    assert client.get(SETTINGS)["Location"] == SETTINGS + goal
    tabs = re.findall(r'href="/console/settings/(\w+)/"', text(client, SETTINGS + goal))
    assert ("business" in tabs) == (role == Role.OWNER)


def test_the_business_is_changed(olga: Client) -> None:
    assert 'value="Corner Coffee"' in text(olga, f"{SETTINGS}business/")
    answer = olga.post(f"{SETTINGS}business/", {**BUSINESS, "second_factor_required": "on"})
    assert answer.status_code == 302
    row = Business.objects.get()
    assert (row.name, row.zone, row.currency, row.region) == (
        *("Café Ecke", "Europe/Warsaw", "PLN", "PL"),
    )
    assert row.second_factor_required


def test_a_wrong_zone_changes_nothing(olga: Client) -> None:
    before = digest()
    answer = olga.post(f"{SETTINGS}business/", {**BUSINESS, "zone": "Mars/Olympus"})
    assert answer.status_code == 200
    assert 'id="id_zone_error"' in answer.content.decode()
    assert digest() == before


def test_one_changes_ones_own_name_and_language(olga: Client) -> None:
    olga.post(f"{SETTINGS}account/", {"name": "Olga Ost", "language": "de"})
    row = Staff.objects.get()
    assert (row.name, row.language) == ("Olga Ost", "de")
    assert '<html lang="de">' in text(olga, f"{SETTINGS}account/")


def test_extra_fields_are_not_taken(olga: Client) -> None:
    sam = employ("Sam", Role.STAFF)
    client = browser(sam)
    fields = {"name": "Sam", "language": "en", "role": "owner", "is_active": "", "email": "x@y.z"}
    client.post(f"{SETTINGS}account/", fields)
    sam.refresh_from_db()
    assert (sam.role, sam.is_active, sam.email) == (Role.STAFF, True, "sam@corner.example")


def test_the_list_says_who_and_how(olga: Client) -> None:
    wear_totp(employ("Mara", Role.MANAGER, "Corner"))
    page = text(olga, f"{SETTINGS}staff/")
    assert "2 people" in page
    for part in ("Olga", "Mara", "Manager", "Corner"):
        assert part in page


def test_an_invitation_shows_its_link_once(olga: Client) -> None:
    Place.objects.create(code="corner", name="Corner")
    fields = {"email": "Nina@x.example", "name": "Nina", "role": "staff", "places": ["corner"]}
    page = olga.post(f"{SETTINGS}staff/invite/", fields).content.decode()
    found = re.search(r'value="http://testserver(/console/enter/[\w-]{43}/)"', page)
    assert found
    nina = Staff.objects.get(email="nina@x.example")
    assert places_of(nina) == {"corner"}
    assert "has not answered" in text(olga, f"{SETTINGS}staff/{nina.pk}/")
    assert Client().post(found[1], {"name": "Nina", "password": PASSWORD}).status_code == 302
    again = olga.post(f"{SETTINGS}staff/invite/", fields).content.decode()
    assert "works here already" in again


def test_a_manager_is_not_offered_what_they_may_not_give() -> None:
    open_cafe()
    mara = employ("Mara", Role.MANAGER, "corner")
    Place.objects.create(code="station", name="Station")
    client = browser(mara)
    page = text(client, f"{SETTINGS}staff/invite/")
    assert 'value="owner"' not in page
    assert 'value="station"' not in page
    before = digest()
    for wrong in (
        {"role": "owner", "places": ["corner"]},
        {"role": "staff"},
        {"role": "staff", "places": ["station"]},
    ):
        answer = client.post(f"{SETTINGS}staff/invite/", {"email": "n@x.example", **wrong})
        assert answer.status_code == 200
        assert 'class="err"' in answer.content.decode()
    assert digest() == before


def test_a_colleague_is_changed_shut_out_and_let_back(olga: Client) -> None:
    sam = employ("Sam", Role.STAFF)
    page = f"{SETTINGS}staff/{sam.pk}/"
    olga.post(page, {"role": "manager"})
    assert Staff.objects.get(pk=sam.pk).role == Role.MANAGER
    olga.post(f"{page}leave/")
    assert not Staff.objects.get(pk=sam.pk).is_active
    assert "can no longer sign in" in text(olga, page)
    olga.post(f"{page}return/")
    assert Staff.objects.get(pk=sam.pk).is_active


@pytest.mark.parametrize("act", ["link", "leave", "return"])
def test_a_manager_can_do_nothing_to_an_owner(act: str) -> None:
    owner = open_cafe()
    client = browser(employ("Mara", Role.MANAGER))
    page = f"{SETTINGS}staff/{owner.pk}/"
    assert "You cannot change this person" in text(client, page)
    before = digest()
    answer = client.post(f"{page}{act}/")
    assert answer.status_code == 409
    assert "above their own" in answer.content.decode()
    assert client.post(page, {"role": "viewer"}).status_code == 200
    assert digest() == before


def test_nobody_is_found_under_an_unknown_number(olga: Client) -> None:
    missing = "00000000-0000-4000-8000-000000000000"
    for act in ("", "link/", "leave/", "return/"):
        assert olga.post(f"{SETTINGS}staff/{missing}/{act}").status_code == 404


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "{{ 7|add:42424242 }}", "' onfocus=alert(1) x='"]
)
def test_a_name_is_never_markup(name: str) -> None:
    open_cafe()
    sam = employ("Sam", Role.STAFF)
    Staff.objects.filter(pk=sam.pk).update(name=name)
    client = browser(Staff.objects.get(role=Role.OWNER))
    for path in ("staff/", f"staff/{sam.pk}/"):
        page = text(client, SETTINGS + path)
        assert name not in page.replace("{{ 7|add:42424242 }}", "")
        assert "42424249" not in page


@pytest.mark.parametrize("page", ["look", "mail"])
def test_where_members_sign_in_is_told_to_be_copied_and_scanned(
    olga: Client, page: str, settings: object
) -> None:
    settings.BASE_URL = "https://club.example"  # type: ignore[attr-defined]
    told = olga.get(f"/console/settings/{page}/").content.decode()
    assert 'readonly value="https://club.example/my/"' in told
    assert '<svg class="qr"' in told
    assert "known to this computer alone" not in told
    settings.BASE_URL = "http://localhost:8000"  # type: ignore[attr-defined]
    assert "known to this computer alone" in olga.get(f"/console/settings/{page}/").content.decode()
