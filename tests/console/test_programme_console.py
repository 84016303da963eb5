"""Console, Programme: its sentences, its file, its editions, and how to begin."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from customers_kit import colleague, open_business, remember
from django.test import Client
from django.utils import translation

from regulars.actions.audit import staff_name
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.blueprints import PLAIN, PROGRAMME, blueprints
from regulars.db import programmes
from regulars.db.models import Business, EditionRow, FactRow, Role, Staff, TransferRow
from regulars.engine.texts import in_language
from regulars.programmes.loading import abouts, ready

pytestmark = pytest.mark.django_db
PAGE = "/console/programme/"
BODY = blueprints()["cafe_points"].joinpath(PROGRAMME).read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def business() -> None:
    open_business()


def now() -> datetime:
    return datetime.now(UTC)


def begin() -> None:
    publish(BODY, now=now() - timedelta(days=3), by="Olga")


def later(name: str = "cafe_later") -> str:
    """The same programme as another edition, kinder by a point."""
    return BODY.replace("edition: cafe_points", f"edition: {name}").replace(
        "price: 50", "price: 45"
    )


def text(client: Client, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode().replace("\xa0", " ")


def test_where_none_runs_a_ready_one_is_chosen() -> None:
    owner = colleague(Role.OWNER)
    page = text(owner)
    assert "No programme runs yet." in page
    for name in blueprints():
        assert f"{PAGE}ready/{name}/" in page
    assert page.index("ready/cafe_points/") < page.index("ready/starbucks_us_2024/")
    one = text(owner, f"{PAGE}ready/cafe_points/")
    assert "Every full 1 euro spent earns 1 point." in one
    assert "Publish it as it is" in one
    assert "Publish it as it is" not in text(colleague(Role.MANAGER), f"{PAGE}ready/cafe_points/")


def test_a_ready_one_begins() -> None:
    owner = colleague(Role.OWNER)
    answer = owner.post(f"{PAGE}ready/cafe_points/publish/", follow=True)
    assert "The programme is in force." in answer.content.decode()
    assert [row.body for row in EditionRow.objects.all()] == [BODY]
    again = owner.post(f"{PAGE}ready/cafe_points/publish/", follow=True)
    assert 'class="banner bad"' in again.content.decode() or EditionRow.objects.count() == 1
    assert EditionRow.objects.count() == 1
    assert owner.post(f"{PAGE}ready/nothing/publish/").status_code == 404


def test_the_sentences_are_numbered_and_lead_into_the_file() -> None:
    begin()
    page = text(colleague(Role.VIEWER))
    assert "These 10 sentences are the whole programme." in page
    assert '<a href="#part-earn-0"><i>1</i>' in page
    assert '<span id="part-earn-0">  - kind: per_amount' in page
    assert "edition: cafe_points" in page


def test_every_line_of_the_file_is_there_once() -> None:
    begin()
    page = text(colleague(Role.VIEWER))
    shown = page.partition("<code>")[2].partition("</code>")[0]
    plain = "".join(part.partition(">")[2] for part in shown.split("<span")[1:])
    plain = plain.replace("</span>", "").replace("&quot;", '"').replace("&#x27;", "'")
    assert plain.replace("&amp;", "&").replace("&gt;", ">").strip() == BODY.strip()


def test_editions_say_their_days_and_who() -> None:
    begin()
    owner = colleague(Role.OWNER)
    who = staff_name(Staff.objects.get())
    publish(later(), now=now(), by=who, begins=now() + timedelta(days=9))
    page = text(owner, f"{PAGE}editions/corner_club/")
    assert page.index("cafe_later") < page.index("cafe_points")
    assert "coming" in page
    assert "in force" in page
    assert "Owner" in page
    assert "Olga" in page
    assert "Edition 2 begins on" in (page := text(owner))
    assert "Edition 1, in force since" in page
    assert "45 points" in text(owner, f"{PAGE}editions/corner_club/cafe_later/")


def test_the_file_is_the_one_that_was_published() -> None:
    begin()
    answer = colleague(Role.VIEWER).get(f"{PAGE}editions/corner_club/cafe_points/file/")
    assert answer.content.decode() == BODY
    assert answer["Content-Disposition"] == "attachment; filename=cafe_points.yaml"


@pytest.mark.parametrize(
    "path",
    ["ready/nothing/", "editions/nothing/", "editions/corner_club/nothing/"],
)
def test_what_is_not_there_is_not_found(path: str) -> None:
    begin()
    assert colleague(Role.OWNER).get(PAGE + path).status_code == 404


def test_a_purchase_of_somebody_new_is_tried_and_nothing_is_booked() -> None:
    begin()
    client = colleague(Role.VIEWER)
    page = text(client, f"{PAGE}?amount=12,40")
    assert "12 points" in page
    assert "€12.40 is 12 full euros" in page
    assert (FactRow.objects.count(), TransferRow.objects.count()) == (0, 0)
    assert "Write an amount above 0, as in 12.40." in text(client, f"{PAGE}?amount=-3")
    assert "For €1,234.50" in text(client, f"{PAGE}?amount=1.234,50")
    assert "Do you mean 1,234.00 or 1.23?" in text(client, f"{PAGE}?amount=1.234")
    assert "Write an amount above 0" in text(client, f"{PAGE}?amount=1e99")
    assert "24 points" in text(client, f"{PAGE}?amount=24.99&category=coffee")
    assert "Nobody is known by that." in text(client, f"{PAGE}?amount=3&who=Nobody")


def test_a_purchase_of_a_member_is_tried_with_what_they_may_use() -> None:
    begin()
    people = remember(now())
    client = colleague(Role.OWNER)
    ann = people["Ann"]
    assert 'id="t1e"' in text(client, f"{PAGE}?amount=3&who=ann")
    join([ann.id], "corner_club", since=now() - timedelta(days=2), now=now())
    page = text(client, f"{PAGE}?amount=50&who=ann+ash")
    assert "Ann Ashby" in page
    assert "What may be used" in page
    assert "50 points" in page


def test_who_looks_after_one_place_tries_it_with_its_customers_only() -> None:
    begin()
    ben = remember(now())["Ben"]
    join([ben.id], "corner_club", since=now() - timedelta(days=2), now=now())
    path = f"{PAGE}?amount=50&customer={ben.public_id}"
    assert "Ben M" in text(colleague(Role.STAFF, "south"), path)
    assert "Ben M" not in text(colleague(Role.STAFF, "north"), path)


@pytest.mark.parametrize("language", ["en", "de", "pl", "ro"])
def test_plain_ready_ones_are_told_apart_in_every_language(language: str) -> None:
    several = {key: ready()[key] for key in PLAIN}
    with translation.override(language):
        names = [in_language(one.name, language) for one in several.values()]
        assert len(set(names)) == len(names)
        assert len({one[language] for one in abouts().values()}) == len(PLAIN)
    for one in several.values():
        own = [*one.names.values(), *one.counts.values(), *(tier.name for tier in one.tiers)]
        texts = [one.name, *own, *(each.name for each in one.rewards if hasattr(each, "name"))]
        assert all(isinstance(text, str) or language in text for text in texts)


def test_a_plain_one_is_shown_and_begun_in_the_shops_zone_and_currency() -> None:
    Business.objects.update(zone="Europe/Warsaw", currency="PLN")
    owner = colleague(Role.OWNER)
    assert "US$" not in text(owner).partition("<details")[0]
    page = text(owner, f"{PAGE}ready/plain/")
    assert re.search(r"PLN ?1 spent earns 1 point\.", page)
    assert "US$" not in page
    assert "It was written with USD; the figures stay, and are PLN here" in page
    assert "Its days are those of your time zone, Europe/Warsaw." in page
    owner.post(f"{PAGE}ready/plain/publish/")
    edition = programmes.read(EditionRow.objects.get().body, "plain")
    assert (edition.zone, edition.currency) == ("Europe/Warsaw", "PLN")


def test_a_well_known_one_keeps_what_it_is_told_with() -> None:
    page = text(colleague(Role.OWNER), f"{PAGE}ready/starbucks_us_2024/")
    assert "US$" in page
    assert "become EUR instead of USD" in page
    assert "Publish it as it is" not in page
