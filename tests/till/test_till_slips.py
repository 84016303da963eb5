"""What goes wrong at a counter, and is put right by one tap: a sign left out, somebody else meant,
a reward that is gone, a session that ended."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from till_kit import CLUB, NOW, Counter, open_counter, text

from regulars.actions import shelves
from regulars.actions.publishing import publish
from regulars.actions.shelves import Goods, Told
from regulars.db.models import Role, TillDeed
from regulars.sources.corner_coffee import programme as club
from regulars.till.asking import slipped
from staff import employ

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What time it is: the one entry may be changed."""
    at = [NOW]
    monkeypatch.setattr(timezone, "now", lambda: at[0])
    return at


@pytest.fixture
def counter() -> Counter:
    return open_counter()


@pytest.mark.parametrize(
    ("typed", "currency", "meant"),
    [
        ("1240", "EUR", "12.40"),
        ("840", "EUR", "8.40"),
        ("84", "EUR", ""),
        ("050", "EUR", ""),
        ("8.40", "EUR", ""),
        ("1240", "JPY", ""),
        ("12400", "BHD", "12.400"),
        ("٨٤٠", "EUR", ""),
        ("", "EUR", ""),
    ],
)
def test_digits_alone_may_be_an_amount_without_its_sign(
    typed: str, currency: str, meant: str
) -> None:
    assert slipped(typed, currency) == meant


def test_the_other_reading_is_one_tap_away(counter: Counter) -> None:
    page = counter.browser().get("/till/", {"m": counter.ana_id, "a": "1240"})
    assert "Book · €1,240.00 to pay" in text(page)
    assert "Or was it €12.40?" in text(page)
    endless = counter.browser().get("/till/", {"m": counter.ana_id, "a": "9" * 30})
    assert endless.status_code == 200
    assert "Or was it" not in text(endless)
    chosen = counter.browser().get(f"/till/?m={counter.ana_id}&a=1240&a=12.40")
    assert "Book · €12.40 to pay" in text(chosen)
    assert "Or was it" not in text(chosen)


@pytest.mark.parametrize("who", ["ana@example.com", "Ana Pop"])
def test_somebody_else_is_meant_and_the_goods_stay(counter: Counter, who: str) -> None:
    told = {"q": who, "a": "5.60", "c": "Drinks", "n": "2"}
    answer = counter.browser().post("/till/find/", told)
    address = (
        answer.headers.get("Location")
        or re.findall(r'href="([^"]*\?m=[^"]*)"', str(answer.content))[0]
    )
    assert address.replace("&amp;", "&") == f"/till/?m={counter.ana_id}&a=5.60&c=Drinks&n=2"


def test_what_is_gone_keeps_its_price_and_the_way_on_is_named(counter: Counter) -> None:
    owner = employ("Lena", Role.OWNER)
    shelves.change_shelf(
        owner, Goods(programme=CLUB, reward="cup"), Told(offered=True, left=0), NOW
    )
    told = {"m": counter.ana_id, "a": "8.40", "u": f"{CLUB}.cup"}
    page = text(counter.browser().get("/till/", told))
    assert "320 points · on this sale" in page
    assert "There is none left." in page
    assert "Take it off to go on" in page
    assert "A keep-cup free" not in page


def test_a_session_that_ended_says_that_nothing_was_booked(
    counter: Counter, today: list[datetime]
) -> None:
    client = counter.browser()
    today[0] = NOW + timedelta(minutes=11)
    answer = client.post("/till/book/", {"m": counter.ana_id, "a": "8.40", "key": "0" * 32})
    assert answer["Location"] == "/till/enter/?unbooked"
    assert "Nothing was booked" in text(client.get("/till/enter/?unbooked"))
    assert "Nothing was booked" not in text(client.get("/till/enter/"))
    assert not TillDeed.objects.exists()


def test_no_yes_stays_ticked_for_whoever_comes_next(counter: Counter) -> None:
    page = counter.browser().get("/till/new/").content.decode()
    form = re.findall(r'<form[^>]*id="enrol"[^>]*>', page)
    assert form
    assert 'autocomplete="off"' in form[0], "a browser that goes back restores no box"


def test_an_edition_that_is_to_come_is_not_yet_told_at_the_till(
    counter: Counter, today: list[datetime]
) -> None:
    """What was published with notice changes nothing before its day."""
    lines = club().replace("corner_club_1", "corner_club_2").splitlines()
    without = "\n".join(
        line for line in lines if "{id: cup," not in line and "id: stamp," not in line
    )
    begins = NOW + timedelta(days=40)
    publish(without, now=NOW, by="Olga", begins=begins, reason="Cups are over")
    told = {"m": counter.ana_id, "a": "8.40"}
    page = text(counter.browser().get("/till/", told))
    assert "A keep-cup 320 points" in page
    assert "+ 1 stamp" in page
    today[0] = begins + timedelta(days=1)
    page = text(counter.browser().get("/till/", told))
    assert "keep-cup" not in page
    assert "+ 1 stamp" not in page


def test_what_was_booked_for_the_wrong_one_goes_on_to_another(counter: Counter) -> None:
    client = counter.browser()
    told = {"m": counter.ana_id, "a": "8.40", "key": "a" * 32, "expects": "840"}
    done = client.post("/till/book/", told)["Location"]
    assert "Book it for somebody else" not in text(client.get(done))
    key = re.findall(r'name="undo" value="([^"]+)"', client.get(done).content.decode())[0]
    undone = client.get(client.post("/till/undo/", {"undo": key})["Location"])
    assert "Taken back" in text(undone)
    assert 'href="/till/?a=8.40"' in undone.content.decode()
    assert "Book it for somebody else" in text(undone)
    assert counter.points() == 460
