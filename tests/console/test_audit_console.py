"""Settings, Audit log: what was done, by whom, and by nobody but the owner to be read."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from customers_kit import EVIL, colleague, open_business
from django.utils import timezone
from shelf_kit import Shop

from people import NOW
from regulars.actions import audit
from regulars.actions.publishing import publish
from regulars.actions.shelves import Goods, Told, change_shelf
from regulars.db.models import (
    Adjustment,
    Customer,
    IdentifierRow,
    ImportRun,
    PaperCode,
    Place,
    Role,
    Staff,
)
from regulars.sources.corner_coffee import programme

pytestmark = pytest.mark.django_db
PAGE = "/console/settings/audit/"


def test_what_was_done_is_listed_with_who_and_when() -> None:
    open_business()
    owner = colleague(Role.OWNER)
    assert "Nothing was done yet" in owner.get(PAGE).content.decode()
    me = audit.staff_name(Staff.objects.get())
    audit.note("programme.published", "corner_club", me, None, {"edition": "one", "reason": ""})
    audit.note("till.strange", "window", "its browser")
    page = owner.get(PAGE).content.decode()
    assert page.index("till.strange") < page.index("Edition published")
    assert '<td data-k="Who">Owner</td>' in page
    assert "edition: one" in page
    assert "reason" not in page
    assert "till.strange" not in owner.get(PAGE, {"what": "programme"}).content.decode()
    assert "till.strange" in owner.get(PAGE, {"what": "nothing"}).content.decode()


def test_an_edition_is_called_by_its_number_as_everywhere() -> None:
    open_business()
    edition = publish(programme(), now=timezone.now())
    page = colleague(Role.OWNER).get(PAGE).content.decode()
    assert "edition: 1" in page
    assert f"edition: {edition.edition}" not in page


def test_what_others_wrote_stays_text() -> None:
    open_business()
    audit.note("till.code", EVIL, EVIL, None, {"place": EVIL})
    page = colleague(Role.OWNER).get(PAGE).content.decode()
    assert "<img src=x" not in page
    assert "<script>alert" not in page


def test_who_is_gone_is_no_longer_named() -> None:
    open_business()
    gone = "staff 00000000-0000-4000-8000-000000000000"
    audit.note("till.code", "1", gone)
    page = colleague(Role.OWNER).get(PAGE).content.decode()
    assert "somebody who worked here" in page
    assert gone not in page


def test_what_it_is_about_is_called_by_its_name_and_leads_there() -> None:
    open_business()
    Place.objects.create(code="p-7", name="Market Street")
    mia = Customer.objects.create(id=7, name="Mia Meyer", created_at=NOW)
    row = {"programme": "club", "asset": "points", "amount": 5, "reason": "Spilt", "state": "done"}
    given = Adjustment.objects.create(id=uuid4(), customer_id=mia.pk, asked_at=NOW, **row)
    audit.note("place.renamed", "p-7", "", None, {"from": "Old", "to": "Market Street"})
    audit.note("cashier.added", uuid4(), "", None, {"places": ["p-7"], "pin": True})
    audit.note("adjustment.made", given.pk, "", None, {"amount": "5", "asset": "points"})
    page = colleague(Role.OWNER).get(PAGE).content.decode()
    assert '<a href="/console/settings/places/">Market Street</a>' in page
    assert f'<a href="/console/customers/{mia.public_id}/">Mia Meyer</a>' in page
    assert "places: Market Street" in page
    assert "new PIN: yes" in page
    assert "before: Old" in page
    assert "no longer there" in page
    assert str(given.pk) not in page


def test_a_page_of_entries_asks_no_more_than_one(django_assert_max_num_queries: Any) -> None:
    """Saboteur: a look-up for each entry would ask a hundred times as often."""
    open_business()
    owner = colleague(Role.OWNER)
    for number in range(100):
        Place.objects.create(code=f"p-{number}", name=f"Place {number}")
        audit.note("place.added", f"p-{number}", "")
    with django_assert_max_num_queries(60):
        assert "Place 99" in owner.get(PAGE).content.decode()


def test_what_was_done_to_a_reward_is_told_in_money() -> None:
    shop = Shop()
    goods = Goods(programme="corner_club", reward="coffee")
    change_shelf(shop.staff, goods, Told(offered=True, worth_minor=300, cost_minor=90), shop.now)
    audit.note("reward.picture", "corner_club/coffee", "", None, {"picture": "7a93f741347a4bd3"})
    audit.note("scan.set", "p-7", "", None, {"gives": "stamps", "programme": "corner_club"})
    audit.note("till.paired", "t-1", audit.BROWSER)
    page = shop.owner.get(PAGE).content.decode()
    assert "costs: €0.90" in page
    assert "worth: €3.00" in page
    assert "on offer: yes" in page
    assert "gives: stamps; programme: Corner Club" in page
    assert "7a93f741347a4bd3" not in page, "the mark of a file"


def test_pots_and_acts_are_called_by_their_names() -> None:
    shop = Shop()
    told = {"amount": "-5", "asset": "points", "programme": "corner_club"}
    audit.note("adjustment.made", uuid4(), "", None, told)
    gave = {"corner_club": {"points": -4, "stamps": 1}}
    audit.note("till.undo", "deed", "", None, {"gave": gave})
    audit.note("adjustment.made", uuid4(), "", None, {**told, "asset": "gone", "amount": "7"})
    page = shop.owner.get(PAGE).content.decode().replace("\xa0", " ")
    assert "amount: −5 points" in page
    assert "gave: −4 points, +1 stamp" in page
    assert "corner_club points" not in page
    assert "amount: 7 gone" in page


def test_an_import_is_told_by_its_file_with_who_began_it() -> None:
    open_business()
    owner = colleague(Role.OWNER)
    me = audit.staff_name(Staff.objects.get())
    here = ImportRun.objects.create(
        id=uuid4(), file_name="may.csv", proposal={}, created_at=NOW, by_name="Olga"
    )
    elsewhere = ImportRun.objects.create(id=uuid4(), file_name="june.csv", created_at=NOW)
    audit.note("import.begun", here.pk, me, None, {"restate": True})
    audit.note("import.begun", elsewhere.pk, "")
    page = owner.get(PAGE, {"what": "import"}).content.decode()
    assert f'<a href="/console/customers/imports/{here.pk}/">may.csv</a>' in page
    assert "the file wins: yes" in page
    assert "june.csv" in page
    assert str(elsewhere.pk) not in page


def test_codes_are_told_in_words_and_papers_by_their_names() -> None:
    open_business()
    owner = colleague(Role.OWNER)
    place = Place.objects.create(code="p-7", name="Market Street")
    told = {"place": place, "made_at": NOW}
    here = PaperCode.objects.create(id=uuid4(), token="a" * 20, name="At the door", **told)
    ended = {"id": uuid4(), "token": "b" * 20, "name": "On a table", "ended_at": NOW}
    gone = PaperCode.objects.create(**ended, **told)
    key = {"scopes": ["facts:write", "redeem"], "per_minute": 1200}
    audit.note("key.made", "rgl_abc", "", None, key)
    audit.note("webhook.added", uuid4(), "", None, {"types": ["tier.changed", "strange"]})
    audit.note("scan.paper", here.pk, "")
    audit.note("scan.paper_ended", gone.pk, "")
    page = owner.get(PAGE).content.decode()
    assert "record what happened: orders, refunds, visits · quote a cart" in page
    assert "requests a minute: 1,200" in page
    assert "hears of: Somebody has another tier · strange" in page
    assert f'<a href="/console/settings/tills/scans/papers/{here.pk}/">At the door</a>' in page
    assert "On a table" in page
    assert str(gone.pk) not in page


def test_who_has_no_name_is_called_by_what_they_are_known_by() -> None:
    open_business()
    nameless = Customer.objects.create(id=7, created_at=NOW)
    stranger = Customer.objects.create(id=8, created_at=NOW)
    IdentifierRow.objects.create(kind="card", value="CC12", customer_id=nameless.pk)
    for number, who in enumerate((nameless, stranger)):
        row = {"programme": "club", "asset": "points", "amount": 5, "state": "done"}
        given = Adjustment.objects.create(
            id=uuid4(), customer_id=who.pk, asked_at=NOW, reason="Spilt", **row
        )
        audit.note("adjustment.made", given.pk, "", None, {"amount": str(number)})
    page = colleague(Role.OWNER).get(PAGE).content.decode()
    assert f'<a href="/console/customers/{nameless.public_id}/">Card CC12</a>' in page
    assert f'<a href="/console/customers/{stranger.public_id}/">No name</a>' in page
