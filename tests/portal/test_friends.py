"""The invited friend: from the link to the gift of both, and everybody who may not have it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import portal_kit
import pytest
from django.test import Client
from portal_kit import ANA, BASE, CLUB, NOW, Club, buy, link_in, mails, member, text, work

from regulars.actions import portal_friends, signing_in
from regulars.actions.looking import look
from regulars.actions.passing import pass_time
from regulars.db.models import Customer, Invitation
from regulars.db.queries import advocates
from regulars.db.queries.portal import customer_of_email, first_name
from regulars.sources.corner_coffee import programme

DAY = timedelta(days=1)
BEN = "ben@example.com"


def path(club: Club) -> str:
    return f"/r/{advocates.code_of(club.ana, CLUB).lower()}/"


def claim(club: Club, email: str = BEN, client: Client | None = None) -> str:
    """Claim with an address; what the page says."""
    answer = (client or Client()).post(path(club), {"email": email})
    work()
    return text(answer)


def test_who_invites_and_what_both_get(club: Club) -> None:
    answer = Client().get(path(club))
    told = text(answer)
    assert "Ana thinks you would like it here" in told
    assert "€5.00" in told
    assert "50 points" in told
    assert "Popescu" not in told, "the first name only"
    assert ANA not in answer.content.decode()
    assert "checkbox" not in answer.content.decode(), "P02: no box of consent hidden in joining"


def test_a_code_scanned_on_the_way_waits_for_the_friend(club: Club) -> None:
    claim(club)
    [mail] = mails()
    phone = Client()
    phone.cookies["regulars_scan"] = "opened"
    answer = phone.post(link_in(mail), {"name": "Ben Novak"})
    assert answer.headers["Location"] == "/my/collect/"


def test_from_the_link_to_what_both_get(club: Club, clock: list[datetime]) -> None:
    assert "We have written to that address" in claim(club)
    [mail] = mails()
    assert mail.recipient == BEN
    assert "Ana sent you to Corner Coffee" in mail.subject
    link = link_in(mail)
    assert customer_of_email(BEN) is None, "P04: nobody is made before the button"
    scanner = Client()
    for _look in range(3):
        assert scanner.get(link).status_code == 200
    assert customer_of_email(BEN) is None
    phone = Client()
    assert phone.post(link, {"name": "Ben Novak"}).headers["Location"] == "/my/"
    assert "Ben Novak" in text(phone.get("/my/"))
    assert "For you: €5.00 off the first order from €15.00." in text(phone.get("/my/"))
    assert Client().post(link, {"name": "Eve"}).status_code == 404, "it works once"
    [welcome] = [one for one in mails() if one.kind == "welcome"]
    assert "Welcome, Ben" in welcome.subject
    assert "Ana sent you" in welcome.text
    assert "News and offers are off" in welcome.text
    ben = customer_of_email(BEN)
    assert ben is not None
    share = text(club.browser().get("/my/share/"))
    assert "Ben first order open" in share
    assert "Novak" not in share

    clock[0] = NOW + DAY
    buy(BEN, "o1", "20.00", clock[0])
    assert look(ben.id, CLUB, clock[0]).balances["points"].available == 15, "5 euros less to pay"
    assert "For you:" not in text(phone.get("/my/")), "it has been used"
    told = text(phone.get("/my/history/"))
    assert "€5.00 off, because a friend sent you. €15 is 15 full euros." in told
    assert "Ben" in text(club.browser(now=clock[0]).get("/my/share/"))
    clock[0] = NOW + 16 * DAY
    pass_time(clock[0])
    assert look(club.ana, CLUB, clock[0]).balances["points"].available == 180
    client = club.browser(now=clock[0])
    assert "Ben 50 points" in text(client.get("/my/share/"))
    assert "A friend came because of you +50" in text(client.get("/my/history/"))


def test_somebody_known_is_told_by_mail_and_gets_nothing(club: Club) -> None:
    buy(BEN, "o1", "5.00")
    page = claim(club)
    stranger = claim(club, "cleo@example.com")
    assert page == stranger, "A34: the page says the same"
    to_ben, to_cleo = sorted(mails(), key=lambda one: one.recipient)
    assert "You are a customer already" in to_ben.text
    assert "/r/confirm/" not in to_ben.text
    assert "/r/confirm/" in to_cleo.text
    assert Invitation.objects.count() == 1


def test_a36_ones_own_link_is_for_others(club: Club) -> None:
    own = club.browser()
    assert "This is your own link" in text(own.get(path(club)))
    claim(club, "ANA@Example.com ")
    [mail] = mails()
    assert "This is your own link" in mail.text
    assert Invitation.objects.count() == 0


def brought_by_a_second_address(club: Club, clock: list[datetime]) -> int:
    """Ana brings herself under another writing of her address, and buys: the points she has when
    the time is over after which a friend counts."""
    claim(club, "ana+second@example.com")
    Client().post(link_in(mails()[0]), {"name": "Not Ana"})
    clock[0] = NOW + DAY
    buy("ana+second@example.com", "o1", "20.00", clock[0])
    clock[0] = NOW + 20 * DAY
    pass_time(clock[0])
    return int(look(club.ana, CLUB, clock[0]).balances["points"].available)


def test_a36_the_same_inbox_under_another_writing_brings_nothing(
    club: Club, clock: list[datetime]
) -> None:
    """A second address of one person is a customer of its own, but no friend who counts."""
    assert brought_by_a_second_address(club, clock) == 130


def test_a36_saboteur_a_programme_that_compares_addresses_by_letters(
    db: None, settings: Any, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = BASE, ["*"]
    letters = programme().replace("    newness: {emails: dots_and_tags}\n", "")
    assert letters != programme()
    monkeypatch.setattr(portal_kit, "programme", lambda: letters)
    assert brought_by_a_second_address(Club(), clock) == 130 + 50


def test_a_member_who_follows_the_link_of_another_is_told(club: Club) -> None:
    ben = member("Ben Novak", email=BEN)
    told = text(club.browser(ben).get(path(club)))
    assert "You take part already" in told
    assert "gift for new friends" not in text(Client().get(path(club)))


def test_who_came_to_be_known_meanwhile_is_refused(club: Club) -> None:
    claim(club)
    buy(BEN, "o1", "5.00")
    answer = Client().post(link_in(mails()[0]), {"name": "Ben"})
    assert answer.status_code == 404
    assert "new customers" in text(answer)


def test_a_press_that_broke_off_is_pressed_again(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim(club)
    link = link_in(mails()[0])

    class Broken(Exception):
        pass

    def fall(*_told: object, **_more: object) -> None:
        raise Broken

    for name in ("join", "record"):
        with monkeypatch.context() as broken:
            broken.setattr(portal_friends, name, fall)
            with pytest.raises(Broken):
                Client().post(link, {"name": "Ben"})
    phone = Client()
    assert phone.post(link, {"name": "Ben"}).status_code == 302
    assert "Ben" in text(phone.get("/my/"))
    assert Customer.objects.filter(name="Ben").count() == 1


def test_links_and_addresses_are_forgotten(club: Club, clock: list[datetime]) -> None:
    claim(club)
    link = link_in(mails()[0])
    clock[0] = NOW + 7 * DAY
    assert Client().get(link).status_code == 404
    assert Client().post(link, {"name": "Ben"}).status_code == 404
    portal_friends.tidy(clock[0] + DAY)
    assert Invitation.objects.count() == 0


def test_codes_that_lead_nowhere(club: Club) -> None:
    for code in ("nothing", "x" * 300, "%00", "..", "' OR 1=1"):
        answer = Client().get(f"/r/{code}/")
        assert answer.status_code == 404, code
        assert Client().post(f"/r/{code}/", {"email": BEN}).status_code == 404
    work()
    assert mails() == []


def test_a20_no_cannon_of_mails(club: Club) -> None:
    for _mail in range(signing_in.BY_ADDRESS):
        claim(club)
    assert "several mails" in claim(club)
    assert len(mails()) == signing_in.BY_ADDRESS
    for number in range(signing_in.BY_NETWORK):
        claim(club, f"p{number}@example.com")
    assert len(mails()) <= signing_in.BY_NETWORK
    assert "several mails" in claim(club, "last@example.com")


NAMES = {
    "Ana Popescu": "Ana",
    "https://evil.example/win now": "httpsevilexamplewin",
    "evil.example": "evilexample",
    "O’Brien Pat": "O’Brien",
    "Jean-Luc P": "Jean-Luc",
    "  ": "",
    "x" * 300: "x" * 40,
    "<b>Ann</b>": "bAnnb",
    "Ștefania": "Ștefania",
}


@pytest.mark.parametrize("name", NAMES)
def test_a20_no_address_travels_in_a_name(name: str) -> None:
    assert first_name(name) == NAMES[name]


def test_the_mail_of_a_name_with_an_address(club: Club) -> None:
    Customer.objects.filter(id=club.ana).update(name="http://evil.example/x Now")
    claim(club)
    found = re.findall(r"https?://\S+", mails()[0].text + mails()[0].subject)
    assert len(found) == 2
    assert found[0].startswith("https://club.example/r/confirm/")
    assert found[1].startswith("https://club.example/my/stop/")
