"""Settings, Places: added, called otherwise, closed with their tills, opened again."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from console.customers_kit import EVIL, colleague, open_business
from regulars.actions import audit, places, tills
from regulars.actions.refused import Refused
from regulars.db.models import Place, Role, Staff, TillDevice

pytestmark = pytest.mark.django_db
PAGE = "/console/settings/places/"


@pytest.fixture
def owner() -> Client:
    open_business()
    return colleague(Role.OWNER)


def text(client: Client, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_place_is_added_once(owner: Client) -> None:
    assert "<strong>2 places</strong> are open" in text(owner)
    page = owner.post(PAGE, {"name": " Canal  Street "}, follow=True).content.decode()
    assert "The place is added." in page
    assert "Next: set up a till." in page
    assert Place.objects.get(code="Canal Street").name == "Canal Street"
    page = owner.post(PAGE, {"name": "Canal Street"}, follow=True).content.decode()
    assert "The place was there already." in page
    (noted,) = audit.entries(what="place.")
    assert noted.who == audit.staff_name(Staff.objects.get())


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "north street"])
def test_what_is_no_name_or_another_ones_is_refused(owner: Client, name: str) -> None:
    page = owner.post(PAGE, {"name": name}).content.decode()
    assert 'id="id_name_error"' in page
    assert Place.objects.count() == 2


def test_it_is_called_otherwise_and_orders_find_it_as_before(owner: Client) -> None:
    owner.post(f"{PAGE}one/?code=north", {"name": "North & Sons"})
    assert Place.objects.get(code="north").name == "North & Sons"
    page = text(owner)
    assert "North &amp; Sons" in page
    assert "Orders say north" in page
    page = owner.post(f"{PAGE}one/?code=north", {"name": "SOUTH square"}).content.decode()
    assert "Another place is called SOUTH square" in page
    assert owner.get(f"{PAGE}one/?code=west").status_code == 404
    assert owner.get(f"{PAGE}one/").status_code == 404


def test_who_works_there_and_which_tills_stand_there(owner: Client) -> None:
    colleague(Role.STAFF, "north")
    me = Staff.objects.get(role=Role.OWNER)
    wanted = tills.Wanted(name="Mia", pin="2846", places=frozenset({"north"}))
    tills.add_cashier(me, wanted, timezone.now())
    tills.make_code("north", "window", me, timezone.now())
    page = text(owner)
    assert "Next: set up a till." not in page
    assert "One person looks after all of them." in page
    row = page[page.index(">North Street") : page.index(">South Square")]
    for part in ("window", "Staffnorth", "Mia"):
        assert part in row, part


def test_a_closed_place_loses_its_tills_and_takes_no_new_ones(owner: Client) -> None:
    me = Staff.objects.get()
    _device, code = tills.make_code("north", "window", me, timezone.now())
    tills.pair(code, timezone.now())
    asked = text(owner, f"{PAGE}close/?code=north")
    assert "Close North Street?" in asked
    assert "Its till is shut out at once." in asked
    assert TillDevice.objects.get().revoked_at is None
    owner.post(f"{PAGE}close/?code=north")
    assert TillDevice.objects.get().revoked_at is not None
    with pytest.raises(Refused) as refused:
        tills.make_code("north", "door", me, timezone.now())
    assert refused.value.code == "place_closed"
    for path in ("/console/settings/tills/", "/console/settings/staff/invite/"):
        page = text(owner, path)
        assert 'value="south"' in page
        assert 'value="north"' not in page
    owner.post(f"{PAGE}open/?code=north")
    tills.make_code("north", "door", me, timezone.now())
    acts = [one.what for one in audit.entries(what="place.")[::-1]]
    assert acts == ["place.closed", "place.opened"]


def test_who_is_limited_to_a_closed_place_stays_so(owner: Client) -> None:
    colleague(Role.STAFF, "north")
    sam = Staff.objects.get(role=Role.STAFF)
    places.close("north", timezone.now())
    page = text(owner, f"/console/settings/staff/{sam.pk}/")
    assert 'value="north"' in page
    owner.post(f"/console/settings/staff/{sam.pk}/", {"role": "staff", "places": ["north"]})
    assert [one.code for one in sam.places.all()] == ["north"]


def test_what_orders_call_a_place_stays_text(owner: Client) -> None:
    Place.objects.create(code=EVIL[:100], name=EVIL)
    page = text(owner)
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    owner.post(f"{PAGE}close/", QUERY_STRING="")
    assert not Place.objects.exclude(closed_at=None).exists()


def test_before_there_is_a_place_tills_lead_to_naming_one(owner: Client) -> None:
    Place.objects.all().delete()
    page = text(owner, "/console/settings/tills/")
    assert "First name your shop" in page
    assert f'href="{PAGE}">Add your shop' in page
    assert 'name="place"' not in page
