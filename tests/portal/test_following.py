"""P11: what is corrected reaches what waits to be told: mails, and webhooks, which name nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from portal_kit import ANA, NOW, Club, ask, buy, mails

from regulars.actions import customers, following, webhooks
from regulars.actions.mailing import Wanted, queue
from regulars.db.models import OutMail, OutMessage
from regulars.engine.facts import Identifier, Profile

NEW = "ana.new@example.com"


def waiting(club: Club, **more: object) -> OutMail:
    """A mail to Ana, or about her, that has not gone out."""
    told = {"customer_id": club.ana, "recipient": ANA, **more}
    wanted = Wanted(
        kind="welcome", subject="Welcome, Ana", text="For Ana Popescu, not Anabel.\n", **told
    )  # type: ignore[arg-type]
    return OutMail.objects.get(id=queue(wanted, NOW))


def moved(club: Club) -> None:
    """Staff write down another address, and take the old one away."""
    me = club.customer.public_id
    customers.add_identifier(me, Identifier("email", NEW), now=NOW)
    customers.remove_identifier(me, Identifier("email", ANA), now=NOW)


def test_p11_a_changed_address_reaches_what_waits(club: Club) -> None:
    mail = waiting(club)
    gone = waiting(club)
    OutMail.objects.filter(id=gone.id).update(state="sent", settled_at=NOW)
    ask(Client())
    moved(club)
    mail.refresh_from_db()
    assert (mail.recipient, mail.state) == (NEW, "waiting")
    [entry] = [one for one in mails() if one.kind == "sign_in"]
    assert (entry.state, entry.code, entry.text) == ("failed", "address_gone", "")
    notices = {one.recipient for one in mails() if one.kind == "address_changed"}
    assert ANA in notices, "the old address is told still"
    gone.refresh_from_db()
    assert gone.recipient == ANA, "what went there is told as it was"


def test_p11_without_another_address_nothing_goes_out(club: Club) -> None:
    mail = waiting(club)
    customers.remove_identifier(club.customer.public_id, Identifier("email", ANA), now=NOW)
    mail.refresh_from_db()
    assert (mail.state, mail.code, mail.text) == ("failed", "address_gone", "")


def test_p11_a_changed_name_reaches_what_waits(club: Club) -> None:
    mine = waiting(club)
    about = waiting(club, customer_id=None, recipient="ben@example.com", about_id=club.ana)
    other = waiting(club, customer_id=None, recipient="ben@example.com")
    customers.change_profile(club.customer.public_id, Profile(name="Maria Novak"))
    for mail in (mine, about):
        mail.refresh_from_db()
        assert mail.subject == "Welcome, Maria"
        assert mail.text == "For Maria Novak, not Anabel.\n"
    other.refresh_from_db()
    assert other.subject == "Welcome, Ana", "another Ana is called so still"


def test_p11_webhooks_bear_numbers_that_stay(club: Club) -> None:
    webhooks.add("https://hooks.example/", [], now=NOW)
    buy(ANA, "o1", "12.00", NOW + timedelta(minutes=1))
    told = " ".join(OutMessage.objects.values_list("body", flat=True))
    assert str(club.customer.public_id) in told
    assert not [one for one in ("Ana", "Popescu", ANA, "RC773318") if one in told]


def test_p11_saboteur_who_tells_nobody(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "to_address", lambda *_told: None)
    mail = waiting(club)
    moved(club)
    mail.refresh_from_db()
    assert mail.recipient == ANA
