"""The first steps of a new business: ticked off as they are done, and gone when they are."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone
from shelf_kit import signed_in

from regulars.actions import drafting
from regulars.actions.business import Owner, set_up
from regulars.actions.drafting import Begin, begin
from regulars.actions.entry import setup_link
from regulars.actions.known import known_customer
from regulars.actions.publishing import Wish
from regulars.db.models import Business, PaperCode, Place, Role
from regulars.engine.facts import Identifier, Who
from staff import CAFE, employ, open_cafe

pytestmark = pytest.mark.django_db
TODAY = "/console/"


@pytest.fixture
def owner() -> Client:
    """Whoever set the business up in the browser."""
    now = timezone.now()
    olga = Owner(name="Olga", email="olga@corner.example")
    return signed_in(set_up(CAFE, olga, now, token=setup_link(now)))


def main(client: Client) -> str:
    return client.get(TODAY).content.decode().partition("<main")[2]


def done(client: Client) -> list[str]:
    return re.findall(r'<li class="done">.*?<h3>([^<]+)</h3>', main(client), re.DOTALL)


def test_each_step_ticks_itself_off_and_all_go_when_all_are_done(owner: Client) -> None:
    now = timezone.now()
    assert done(owner) == []
    assert main(owner).count('class="btn primary"') == 1
    assert 'href="/console/customers/imports/new/"' in main(owner)
    assert 'Members sign in at <a href="http://testserver/my/"' in main(owner)
    row = begin(
        Begin(ready="cafe_stamp_card", name="Card", zone="Europe/Berlin", currency="EUR"),
        by="Olga",
        now=now,
    )
    assert done(owner) == ["Choose a programme"]
    assert f'href="/console/programme/draft/{row.programme}/"' in main(owner)
    drafting.publish(row.programme, row.revision, Wish(by="Olga"), now)
    known_customer(Who(identifiers=(Identifier("card", "RC-1"),)), now)
    assert done(owner) == ["Bring in your customers", "Choose a programme", "Publish it"]
    place = Place.objects.create(code="main", name="Main")
    PaperCode.objects.create(token="t", place=place, name="door", made_at=now)
    assert "First steps" in main(owner)
    manager = signed_in(employ("max", Role.MANAGER))
    assert "First steps" not in main(manager)
    assert "First steps" not in main(owner)


def test_an_owner_hides_them_and_nobody_else_may(owner: Client) -> None:
    max_ = signed_in(employ("max", Role.MANAGER))
    assert max_.post(f"{TODAY}first-steps/hide/").status_code == 403
    assert "First steps" in main(owner)
    owner.post(f"{TODAY}first-steps/hide/")
    assert "First steps" not in main(owner)
    assert not Business.objects.get().first_steps


def test_who_is_set_up_by_a_command_is_not_led() -> None:
    assert "First steps" not in main(signed_in(open_cafe()))
