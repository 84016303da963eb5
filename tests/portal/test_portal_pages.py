"""What members see and do on their pages, over HTTP and without a script."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from portal_kit import ANA, CLUB, NOW, Club, buy, give, member, text, work

from regulars.actions import portal_profile
from regulars.actions.looking import look
from regulars.actions.verifying import verify
from regulars.db import ids
from regulars.db.models import Brand, Consent, ConsentWording, Customer, FactRow, VoucherRow
from regulars.db.queries import portal_data

DAY = timedelta(days=1)


@pytest.fixture
def far_numbers(db: None) -> None:
    """The customers' internal numbers are like nothing else that stands somewhere."""
    first = 918_273_645
    ids.left(connection)[:] = [range(first, first + ids.BLOCK)]


def points(club: Club, now: datetime = NOW) -> int:
    return look(club.ana, CLUB, now).balances["points"].available


def hidden(answer: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())
    assert found, text(answer)
    return found[1]


def test_the_card_says_what_there_is_and_what_comes_next(club: Club) -> None:
    buy(ANA, "o1", "12.40")
    answer = club.browser().get("/my/")
    told = text(answer)
    assert "Ana Popescu" in told
    assert "142 points" in told
    assert "A bag of beans in 78 points" in told
    assert "Yours today, if you like: a coffee and a piece of cake." in told
    assert "1 of 9" in told
    assert "Use by 30 November 2027 142 points" in told
    assert 'aria-label="Your card\'s code"' in answer.content.decode()
    assert "RC773318" in told
    assert answer.headers["Cache-Control"] == "no-store"


def test_points_are_seen_at_once_with_their_reason(club: Club, clock: list[datetime]) -> None:
    client = club.browser()
    assert "Flat white" not in text(client.get("/my/history/"))
    clock[0] = NOW + timedelta(minutes=1)
    buy(ANA, "o1", "12.40", clock[0])
    told = text(client.get("/my/history/"))
    assert "Flat white +12 +1 stamp €12.40 is 12 full euros." in told
    assert "then 142 points" in told


def test_the_history_by_kinds_and_page_by_page(club: Club) -> None:
    for n in range(40):
        buy(ANA, f"o{n}", "3.00", NOW - timedelta(hours=n + 1))
    client = club.browser()
    told = text(client.get("/my/history/"))
    assert "Show earlier" in told
    assert client.get("/my/history/").content.decode().count('class="head"') == 30
    assert text(client.get("/my/history/?pages=9")).count("Flat white") == 40
    assert text(client.get("/my/history/?pages=2&show=points")).count("Flat white") == 40
    for odd in ("?pages=x", "?pages=-1", "?pages=999999999999999999999", "?show=nothing", "?in=x"):
        assert client.get(f"/my/history/{odd}").status_code == 200, odd


def test_a_reward_becomes_a_voucher_once_and_can_be_undone(club: Club) -> None:
    client = club.browser()
    page = client.get("/my/rewards/")
    assert "90 points to go" in text(page)
    wish = {"reward": "coffee", "key": hidden(page, "key"), "in": CLUB}
    done = client.post("/my/rewards/redeem/", wish)
    assert client.post("/my/rewards/redeem/", wish).status_code == 302, "pressed twice"
    assert points(club) == 80
    voucher = VoucherRow.objects.get(customer_id=club.ana)
    page = client.get(done.headers["Location"])
    assert voucher.code in text(page)
    assert "Ready to use A coffee" in text(page)
    assert "Undo" in text(page)
    assert "Just redeemed" not in text(page)
    assert "Just redeemed: A coffee Undo" in text(client.get("/my/rewards/")), "also later on"
    told = text(client.get("/my/history/"))
    assert "A coffee −50 You chose this." in told
    assert "Voucher: A coffee" in told
    assert client.post("/my/rewards/undo/", {"key": wish["key"], "in": CLUB}).status_code == 302
    assert points(club) == 130
    assert VoucherRow.objects.get(customer_id=club.ana).state != "open"
    assert client.post("/my/rewards/undo/", {"key": wish["key"], "in": CLUB}).status_code == 422


def test_what_cannot_be_had_says_why_and_takes_nothing(club: Club, clock: list[datetime]) -> None:
    client = club.browser()
    key = hidden(client.get("/my/rewards/"), "key")
    answer = client.post("/my/rewards/redeem/", {"reward": "beans", "key": key, "in": CLUB})
    assert answer.status_code == 422
    assert "Nothing was taken" in text(answer)
    assert "insufficient_points" in text(answer)
    for wrong in ({"reward": "friends"}, {"reward": ""}, {"reward": "coffee", "key": "x"}, {}):
        answer = client.post("/my/rewards/redeem/", {"key": key, "in": CLUB, **wrong})
        assert answer.status_code == 422, wrong
    assert points(club) == 130


def test_undo_ends(club: Club, clock: list[datetime]) -> None:
    client = club.browser()
    key = hidden(client.get("/my/rewards/"), "key")
    client.post("/my/rewards/redeem/", {"reward": "coffee", "key": key, "in": CLUB})
    clock[0] = NOW + timedelta(minutes=16)
    assert client.post("/my/rewards/undo/", {"key": key, "in": CLUB}).status_code == 422
    assert points(club, clock[0]) == 80


def test_sharing_shows_the_link_and_the_friends_steps(club: Club) -> None:
    client = club.browser()
    page = client.get("/my/share/")
    told = text(page)
    assert "€5.00 off the first order from €15.00" in told
    assert "50 points" in told
    found = re.search(r"https://club\.example(/r/[a-z0-9]+/)", page.content.decode())
    assert found
    assert client.get(found[1]).status_code == 200
    assert "https://wa.me/?text=" in page.content.decode()
    assert "<script" not in page.content.decode()


@pytest.mark.usefixtures("own_database")
def test_the_books_agree_after_all_of_it(clock: list[datetime], settings: Any) -> None:
    settings.BASE_URL = "https://club.example"
    club = Club()
    client = club.browser()
    for reward, undone in (("coffee", True), ("coffee", False)):
        clock[0] += timedelta(seconds=1)
        key = hidden(client.get("/my/rewards/"), "key")
        client.post("/my/rewards/redeem/", {"reward": reward, "key": key, "in": CLUB})
        clock[0] += timedelta(seconds=1)
        if undone:
            client.post("/my/rewards/undo/", {"key": key, "in": CLUB})
    assert points(club, clock[0]) == 80
    assert verify().finding is None
    client.post("/my/profile/leave/", {"in": CLUB})
    clock[0] += 14 * DAY
    assert portal_profile.end_leavings(clock[0]) == 1
    assert verify().finding is None


def test_a_code_of_ones_own(club: Club) -> None:
    client = club.browser()
    assert client.post("/my/share/code/", {"code": "Ana-7", "in": CLUB}).status_code == 302
    assert "/r/ana-7/" in text(client.get("/my/share/"))
    assert Client().get("/r/ANA-7/").status_code == 200
    answer = client.post("/my/share/code/", {"code": "?!", "in": CLUB})
    assert answer.status_code == 422
    assert "4 to 20 letters" in text(answer)


def test_name_birthday_and_language(club: Club) -> None:
    client = club.browser()
    sent = {"name": "  Ana  Maria ", "birthday": "24.11.", "language": "de"}
    assert client.post("/my/profile/about/", sent).status_code == 302
    row = club.customer
    assert (row.name, row.language) == ("Ana Maria", "de")
    assert (row.birth_date.month, row.birth_date.day) == (11, 24)  # type: ignore[union-attr]
    told = FactRow.objects.filter(customer_id=club.ana, type="attribute").latest("seq").body
    assert (told["name"], told["value"]) == ("birth_date", "--11-24")
    page = text(client.get("/my/profile/"))
    assert "Über dich" in page
    assert 'value="24.11."' in client.get("/my/profile/").content.decode()


@pytest.mark.parametrize("birthday", ["31.2.", "x", "24", "1.1.1800", "24.11.99999", "1.2.3.4"])
def test_days_that_do_not_exist(club: Club, birthday: str) -> None:
    answer = club.browser().post("/my/profile/about/", {"name": "Ana", "birthday": birthday})
    assert answer.status_code == 422
    assert "Write it like 24.11." in text(answer)
    assert club.customer.birth_date is None


def test_what_was_typed_stands_there_when_it_is_refused(club: Club) -> None:
    browser = club.browser()
    told = {"name": "Ana-Maria", "birthday": "31.2.", "language": "de"}
    page = browser.post("/my/profile/about/", told).content.decode()
    assert 'value="Ana-Maria"' in page
    assert 'value="31.2."' in page
    assert 'value="de" checked' in page


@pytest.mark.parametrize("birthday", ["24.11.1990", "1990-11-24", "24/11/1990", " 24, 11 1990"])
def test_days_in_the_ways_people_write_them(club: Club, birthday: str) -> None:
    club.browser().post("/my/profile/about/", {"name": "Ana", "birthday": birthday})
    assert str(club.customer.birth_date) == "1990-11-24"


def test_p01_consents_are_rows_with_their_wording(club: Club, clock: list[datetime]) -> None:
    client = club.browser()
    page = client.get("/my/profile/").content.decode()
    assert 'type="checkbox"' in page
    assert "checked>" not in re.sub(r'type="radio"[^>]*', "", page), "P02: nothing is ticked"
    client.post("/my/profile/consents/", {"yes": ["points:mail", "news:mail"]})
    clock[0] = NOW + DAY
    client.post("/my/profile/consents/", {"yes": ["points:mail"]})
    client.post("/my/profile/consents/", {"yes": ["points:mail"]})
    rows = list(Consent.objects.order_by("at", "purpose"))
    assert [(row.purpose, row.given, row.at, row.source, row.actor) for row in rows] == [
        ("news", True, NOW, "portal", "member"),
        ("points", True, NOW, "portal", "member"),
        ("news", False, NOW + DAY, "portal", "member"),
    ]
    read = portal_data.wording(rows[1].wording)
    assert read == "Your points and rewards: what you have, what runs out"
    assert portal_profile.consents_of(club.ana) == {
        ("points", "mail"): True,
        ("news", "mail"): False,
    }
    assert "News and offers: no" in text(client.get("/my/profile/"))
    assert ConsentWording.objects.count() == 2


def test_consents_cannot_be_rewritten(club: Club) -> None:
    club.browser().post("/my/profile/consents/", {"yes": ["points:mail"]})
    from django.db import DatabaseError, transaction

    for statement in ("UPDATE regulars_consent SET given = false", "DELETE FROM regulars_consent"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_p01_a_hundred_changes_replay_to_what_is_shown(club: Club) -> None:
    import random

    dice = random.Random(7)
    shown: dict[tuple[str, str], bool] = {}
    for step in range(100):
        choices = {(one, "mail"): dice.random() < 0.5 for one in portal_profile.PURPOSES}
        said = portal_profile.Said(choices=choices, wordings={}, language="en", source="portal")
        portal_profile.consent(club.ana, said, NOW + timedelta(seconds=step))
        shown |= {place: yes for place, yes in choices.items() if yes or place in shown}
    assert portal_profile.consents_of(club.ana) == shown


def test_leaving_and_coming_back(club: Club, clock: list[datetime]) -> None:
    client = club.browser()
    client.post("/my/profile/consents/", {"yes": ["points:mail"]})
    client.post("/my/profile/leave/", {"in": CLUB})
    assert not any(portal_profile.consents_of(club.ana).values()), "messages stop at once"
    told = text(client.get("/my/"))
    assert "You left the programme. Back with everything until 5 December 2026." in told
    key = hidden(client.get("/my/rewards/"), "key") if "key" in told else None
    refused = client.post("/my/rewards/redeem/", {"reward": "coffee", "key": key or CLUB * 2})
    assert refused.status_code == 422
    clock[0] = NOW + 13 * DAY
    assert portal_profile.end_leavings(clock[0]) == 0
    assert client.post("/my/profile/return/", {"in": CLUB}).status_code == 302
    assert "You left" not in text(client.get("/my/"))
    assert points(club, clock[0]) == 130


def test_who_does_not_come_back_ends_with_nothing(club: Club, clock: list[datetime]) -> None:
    client = club.browser()
    client.post("/my/profile/leave/", {"in": CLUB})
    clock[0] = NOW + 14 * DAY
    assert portal_profile.end_leavings(clock[0]) == 1
    assert portal_profile.end_leavings(clock[0]) == 0
    assert points(club, clock[0]) == 0
    assert client.post("/my/profile/return/", {"in": CLUB}).status_code == 422
    for path in ("", "history/", "rewards/", "share/", "profile/"):
        assert client.get(f"/my/{path}").status_code == 200, path
    assert "You left the programme −130" in text(client.get("/my/history/"))


@pytest.mark.usefixtures("far_numbers")
def test_p08_the_download_holds_everything_and_nobody_else(club: Club) -> None:
    buy(ANA, "o-canary", "12.40")
    member("Ben Canary", email="ben-canary@example.com")
    client = club.browser()
    client.post("/my/profile/consents/", {"yes": ["points:mail"]})
    answer = client.get("/my/profile/data/")
    assert "attachment" in answer.headers["Content-Disposition"]
    told = json.loads(answer.content)
    body = answer.content.decode()
    for canary in ("Ana Popescu", ANA, "RC773318", "+491715550482", "o-canary", "points"):
        assert canary in body, canary
    assert "ben-canary" not in body.lower()
    assert str(club.ana) not in re.findall(r"\d+", body), "no internal number"
    assert told["wordings"]
    assert told["consents"][0]["purpose"] == "points"


def test_somebody_known_who_takes_no_part_may_join(club: Club) -> None:
    buy("guest@example.com", "g1", "5.00")
    number = Customer.objects.exclude(id=club.ana).get().id
    client = club.browser(number)
    assert "you do not take part yet" in text(client.get("/my/"))
    for path in ("history/", "rewards/", "share/"):
        assert client.get(f"/my/{path}").headers["Location"] == "/my/"
    assert client.post("/my/join/").status_code == 302
    assert "0 points" in text(client.get("/my/"))


def test_two_programmes_have_a_row_to_choose_from(club: Club) -> None:
    from pathlib import Path

    import regulars
    from regulars.actions.members import join
    from regulars.actions.publishing import publish

    plain = Path(regulars.__file__).parent / "blueprints" / "cafe_stamp_card" / "programme.yaml"
    publish(plain.read_text(), now=NOW - 2 * DAY)
    client = club.browser()
    assert "Your programmes" not in client.get("/my/").content.decode()
    other = re.search(r"^programme: (\w+)", plain.read_text(), re.M)
    assert other
    join([club.ana], other[1], since=NOW - DAY, now=NOW - DAY)
    page = client.get("/my/").content.decode()
    assert "Your programmes" in page
    for path in ("", "history/", "rewards/", "share/", "profile/"):
        assert client.get(f"/my/{path}?in={other[1]}").status_code == 200, path


def test_the_look_of_the_business(club: Club) -> None:
    assert "/looks/" not in Client().get("/my/sign-in/").content.decode()
    Brand.objects.create(colour="#aa0000", logo=b"png", logo_type="image/png", changed_at=NOW)
    page = Client().get("/my/sign-in/").content.decode()
    path = re.search(r'href="(/looks/[0-9a-f]+\.css)"', page)
    assert path
    style = Client().get(path[1])
    assert "--brand: #aa0000;" in style.content.decode()
    assert "immutable" in style.headers["Cache-Control"]
    logo = re.search(r'url\("([^"]+)"\)', style.content.decode())
    assert logo
    assert Client().get(logo[1]).content == b"png"
    assert Client().get("/looks/0123456789abcdef.css").status_code == 404


def test_a_look_that_is_no_colour_says_nothing(club: Club) -> None:
    Brand.objects.create(colour="red;}b{", changed_at=NOW)
    page = Client().get("/my/sign-in/").content.decode()
    path = re.search(r'href="(/looks/[0-9a-f]+\.css)"', page)
    assert path
    assert Client().get(path[1]).content == b":root {  }\n"


def test_the_language_of_a_visitor_and_of_a_member(club: Club) -> None:
    client = Client()
    assert 'lang="en"' in client.get("/my/sign-in/").content.decode()
    client.post("/my/language/", {"language": "de", "back": "/my/sign-in/"})
    assert "Deine Karte" in text(client.get("/my/sign-in/"))
    mine = club.browser()
    mine.post("/my/language/", {"language": "de", "back": "/my/"})
    assert club.customer.language == "de"
    assert "Was wann verfällt" in text(mine.get("/my/"))
    mine.post("/my/language/", {"language": "xx", "back": "/my/"})
    assert club.customer.language == "de"


def test_first_view_is_light(club: Club) -> None:
    import gzip
    from pathlib import Path

    import regulars

    root = Path(regulars.__file__).parent
    files = [
        "static/regulars/faces.css",
        "static/regulars/portal.css",
        "static/regulars/portal.svg",
    ]
    files.append("console/static/regulars/tokens.css")
    sizes = [len(gzip.compress((root / one).read_bytes())) for one in files]
    give(club.ana, 5)
    page = len(club.browser().get("/my/").content)
    assert sum(sizes) + page < 60_000
    work()


def test_errors_lead_members_to_their_card(club: Club) -> None:
    lost = Client().get("/my/nothing/")
    assert lost.status_code == 404
    stale = Client(enforce_csrf_checks=True).post("/my/sign-in/", {"email": ANA})
    assert stale.status_code == 403
    for answer in (lost, stale):
        page = answer.content.decode()
        assert 'href="/my/"' in page
        assert "console" not in page
