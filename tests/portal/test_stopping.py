"""Mails that may be stopped carry a link that does it: without signing in, in one click (P03, P05),
also for what lies in the outbox (P12)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from email.message import Message
from typing import Any

import pytest
from django.test import Client
from portal_kit import ANA, BASE, NOW, Club, link_in, mails, member, text
from smtp_server import smtp

from regulars.actions import customers, mailing, portal_erasing
from regulars.actions.portal_profile import Said, consent
from regulars.db.models import Consent, ConsentWording, Customer, OutMail
from regulars.db.queries import consents
from regulars.db.queries.consents import agrees, consents_of, stop_token
from regulars.db.stopped import mark_of
from staff import digest
from steady import steady

NEWS, EVENTS = ("news", "mail"), ("events", "mail")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
WEB = "/my/stop/"


def agree(customer: int, *places: tuple[str, str]) -> None:
    said = Said(choices=dict.fromkeys(places, True), wordings={}, language="en", source="portal")
    consent(customer, said, NOW)


def news(club: Club, purpose: str = "news", to: int | None = None) -> OutMail | None:
    """A newsletter, as far as it gets."""
    wanted = mailing.Wanted(
        kind="newsletter",
        recipient=ANA,
        subject="New in May",
        text="Iced tea is here.\n",
        customer_id=to or club.ana,
        purpose=purpose,
    )
    queued = mailing.queue(wanted, NOW)
    return OutMail.objects.get(pk=queued) if queued else None


def path(club: Club, purpose: str = "news") -> str:
    return f"{WEB}{stop_token(club.customer, ANA, purpose, 'mail')}/"


def strange() -> Client:
    """A browser, or a mail program, that nobody has seen before."""
    return Client(enforce_csrf_checks=True)


def test_who_did_not_agree_gets_none(club: Club) -> None:
    agree(club.ana, EVENTS)
    assert news(club) is None
    assert mails() == []
    assert news(club, "events") is not None


def test_p05_the_mail_says_how_to_stop_it(club: Club, settings: Any) -> None:
    agree(club.ana, NEWS)
    row = news(club)
    assert row is not None
    assert "because you said yes to “News and offers”" in row.text
    assert link_in(row) == path(club)
    with smtp(settings) as server:
        assert mailing.send_due(NOW) == 1
    [(_address, mail)] = server.mails
    assert way_out(mail) == f"<{BASE}{path(club)}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def way_out(mail: Message) -> str:
    """The header, its line unfolded."""
    return str(mail["List-Unsubscribe"]).strip()


def test_p05_mails_that_must_come_have_no_way_out(club: Club, settings: Any) -> None:
    settings.DEMONSTRATION = False
    mailing.queue(mailing.Wanted(kind="sign_in", recipient=ANA, subject="1", text="2"), NOW)
    with smtp(settings) as server:
        mailing.send_due(NOW)
    [(_address, mail)] = server.mails
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None


def test_p05_without_https_no_click_is_promised(club: Club, settings: Any) -> None:
    settings.BASE_URL = "http://127.0.0.1:8000"
    agree(club.ana, NEWS)
    news(club)
    with smtp(settings) as server:
        mailing.send_due(NOW)
    [(_address, mail)] = server.mails
    assert way_out(mail).startswith("<http://127.0.0.1:8000/my/stop/")
    assert mail["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("kind", ["urlencoded", "multipart", "empty"])
def test_p05_one_click_without_cookies(club: Club, kind: str) -> None:
    agree(club.ana, NEWS, EVENTS)
    bodies: dict[str, dict[str, Any]] = {
        "urlencoded": {
            "data": "List-Unsubscribe=One-Click",
            "content_type": "application/x-www-form-urlencoded",
        },
        "multipart": {"data": ONE_CLICK},
        "empty": {"data": b"", "content_type": "application/octet-stream"},
    }
    for _time in (1, 2):
        answer = strange().post(path(club), HTTP_ORIGIN="https://mail.example", **bodies[kind])
        assert answer.status_code == 200
        assert "You get no mails about “News and offers”" in text(answer)
    assert consents_of(club.ana) == {NEWS: False, EVENTS: True}
    row = Consent.objects.get(customer_id=club.ana, given=False)
    assert (row.source, row.actor, row.purpose) == ("mail", "member", "news")
    assert ConsentWording.objects.get(id=row.wording).text == "Stop “News and offers”"


def test_p05_to_look_changes_nothing(club: Club) -> None:
    agree(club.ana, NEWS)
    before = digest()
    for method in ("get", "head"):
        assert getattr(strange(), method)(path(club)).status_code == 200
    assert digest() == before
    page = strange().get(path(club))
    told = page.content.decode()
    assert told.count("<button") - told.count('name="language"') == 1, "one button"
    assert "Ana" not in steady(told), "the page does not say whose it is"
    assert ANA not in told
    assert strange().put(path(club)).status_code == 405


def test_p03_it_takes_one_press(club: Club) -> None:
    """The link, the button; giving it takes the way to the profile, a box and a button."""
    agree(club.ana, NEWS)
    row = news(club)
    assert row is not None
    phone = strange()
    assert "No more mails about “News and offers”?" in text(phone.get(link_in(row)))
    assert phone.post(link_in(row)).status_code == 200
    assert not agrees(club.ana, *NEWS)
    assert "We write no more" in text(phone.get(link_in(row)))


def test_p12_what_lies_in_the_outbox_is_not_sent_any_more(club: Club, settings: Any) -> None:
    agree(club.ana, NEWS, EVENTS)
    stopped, other = news(club), news(club, "events")
    strange().post(path(club))
    with smtp(settings) as server:
        assert mailing.send_due(NOW) == 1
    assert [mail["Subject"] for _address, mail in server.mails] == ["New in May"]
    assert stopped is not None
    assert other is not None
    became = {row.pk: (row.state, row.code) for row in mails()}
    assert became == {stopped.pk: ("failed", "stopped"), other.pk: ("sent", "")}


def test_it_can_be_switched_on_again(club: Club) -> None:
    agree(club.ana, NEWS)
    strange().post(path(club))
    club.browser().post("/my/profile/consents/", {"yes": "news:mail"})
    assert agrees(club.ana, *NEWS)
    strange().post(path(club))
    assert not agrees(club.ana, *NEWS), "the old link works still"


def forged(club: Club) -> list[str]:
    """Tokens that nobody was given."""
    other = Customer.objects.get(id=member("Ben", email="ben@example.com"))
    mine = stop_token(club.customer, ANA, "news", "mail")
    told, signed = (
        mine[: -len(mine.split("-", 2)[2])],
        urlsafe_b64decode(mine.split("-", 2)[2] + "="),
    )
    swapped = urlsafe_b64encode(other.public_id.bytes + signed[16:]).decode()
    readdressed = signed[:16] + bytes.fromhex(mark_of("ben@example.com")) + signed[48:]
    bits = [bytearray(signed) for _byte in signed[48:]]
    for place, one in enumerate(bits, 48):
        one[place] ^= 1
    return [
        told + swapped,
        told + urlsafe_b64encode(readdressed).decode(),
        mine.replace("news", "events"),
        mine.replace("mail", "sms"),
        told,
        told + urlsafe_b64encode(signed[:16]).decode(),
        told + urlsafe_b64encode(signed[:48]).decode(),
        *(told + urlsafe_b64encode(bytes(one)).decode() for one in bits),
        *("nothing", "news-mail-é", "news-mail-====", "-" * 60, mine + "AAAA"),
    ]


def tried(club: Club) -> list[int]:
    return [strange().post(f"{WEB}{one}/").status_code for one in forged(club)]


def test_p05_nobody_can_make_one(club: Club) -> None:
    agree(club.ana, NEWS, EVENTS)
    assert set(tried(club)) == {404}
    assert consents_of(club.ana) == {NEWS: True, EVENTS: True}


def test_p05_saboteur_who_does_not_look_at_the_signature(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consents, "compare_digest", lambda _one, _other: True)
    assert 200 in tried(club)


def test_a_key_of_another_installation_opens_nothing(club: Club, settings: Any) -> None:
    agree(club.ana, NEWS)
    here = path(club)
    settings.SECRET_KEY = "another key of another place, long enough for anybody"
    assert strange().post(here).status_code == 404
    assert agrees(club.ana, *NEWS)


def test_who_was_merged_is_stopped_as_whom_they_are_now(club: Club) -> None:
    other = Customer.objects.get(id=member("Anna", email="anna@example.com"))
    token = stop_token(other, "anna@example.com", "news", "mail")
    customers.merge(other.public_id, club.customer.public_id, reason="one", now=NOW)
    agree(club.ana, NEWS)
    assert strange().post(f"{WEB}{token}/").status_code == 200
    assert not agrees(club.ana, *NEWS)
    assert news(club, to=other.id) is None


def test_who_was_forgotten_changes_nothing(club: Club) -> None:
    agree(club.ana, NEWS)
    here = path(club)
    portal_erasing.erase(club.ana, NOW + timedelta(hours=1))
    assert strange().post(here).status_code == 200
    assert not agrees(club.ana, *NEWS)


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "Keine Mails mehr"), ("pl", "Koniec wiadomości"), ("ro", "Nu mai vrei")],
)
def test_it_speaks_the_readers_language(club: Club, language: str, words: str) -> None:
    agree(club.ana, NEWS)
    page = text(strange().get(path(club), HTTP_ACCEPT_LANGUAGE=language))
    assert words in page
