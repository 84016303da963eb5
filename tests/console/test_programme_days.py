"""Console, Programme: one earliest day, in words, in the form, the refusal and the proposal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from customers_kit import open_business
from insights_kit import the_time_is
from programme_kit import BODY, PAGE, begin, now, owner, save, text

from regulars.actions.publishing import first_day, publish
from regulars.console.templatetags.look import short_day
from regulars.db.models import Business, DraftRow, EditionRow

LOOK = f"{PAGE}look/"
DAY = re.compile(r'name="begins" min="([^"]*)" value="([^"]*)"')


@pytest.fixture(autouse=True)
def running(own_database: Any) -> Iterator[None]:
    """Since this moment, at which it stays: which day is the earliest changes at midnight."""
    with the_time_is(now()):
        open_business()
        begin()
        yield


def days(page: str) -> tuple[str, str]:
    found = DAY.search(page)
    assert found is not None
    return found[1], found[2]


def test_the_day_that_is_refused_proposed_and_accepted_is_the_same() -> None:
    client = owner()
    save(client, "rewards[0]", **{"rewards[0].price": "95"})
    page = text(client.get(LOOK))
    earliest = first_day(now() + timedelta(days=30))
    assert days(page)[1] == earliest.isoformat()
    assert "Nobody is written to about it" in page
    revision = str(DraftRow.objects.get().revision)
    early = (earliest - timedelta(days=1)).isoformat()
    refused = text(client.post(LOOK, {"revision": revision, "begins": early}))
    assert f"(A coffee: Price in points). Let it begin on {short_day(earliest)} or" in refused
    assert "rewards.coffee" not in refused.partition("<main")[2].partition("The file")[0]
    sent = {"revision": revision, "begins": earliest.isoformat()}
    assert client.post(LOOK, sent).status_code == 302


def test_a_new_edition_begins_after_the_one_to_come() -> None:
    zone = ZoneInfo(Business.objects.get().zone)
    coming = (now().astimezone(zone) + timedelta(days=40)).replace(hour=0, minute=0, second=0)
    next_ = BODY.replace("edition: cafe_points", "edition: cafe_points_1")
    publish(next_, now=now(), begins=coming.replace(microsecond=0))
    client = owner()
    save(client, "rewards[0]", **{"rewards[0].price": "45"})
    day, after = short_day(coming.date()), coming.date() + timedelta(days=1)
    told = f"Edition 2 begins on {day}."
    assert f"{told} A new one can begin after it" in text(client.get(PAGE))
    page = text(client.get(LOOK))
    assert told in page
    assert "Had it been in force" not in page
    assert "Empty: at once" not in page
    assert days(page) == (after.isoformat(), after.isoformat())
    revision = str(DraftRow.objects.get().revision)
    refused = text(client.post(LOOK, {"revision": revision}))
    assert f"on {short_day(after)} at the earliest" in refused
    sent = {"revision": revision, "begins": after.isoformat()}
    assert client.post(LOOK, sent).status_code == 302
    assert EditionRow.objects.count() == 3
