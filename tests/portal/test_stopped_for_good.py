"""Who stopped mails stays stopped, whatever is done with their address (P07): only they take it
back. Codes to sign in come all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from portal_kit import ANA, CLUB, NOW, Club, ask, link_in, mails, member, text, work
from smtp_server import smtp

from api.api_kit import Caller, key
from console import wizard
from regulars.actions import customers, mailing, portal_erasing, portal_profile, stops
from regulars.actions.portal_profile import How, Said, consent
from regulars.api import clock as api_clock
from regulars.db import forgotten, stopped
from regulars.db.models import Customer, Invitation, OutMail, StoppedAddress
from regulars.db.queries import advocates, consents
from regulars.db.queries.consents import agrees, consents_of, stop_token
from regulars.db.queries.portal import customer_of_email
from regulars.engine.facts import Identifier
from staff import signed_in

NEWS, EVENTS = ("news", "mail"), ("events", "mail")
BEN = "ben@example.com"
FILE = f"""order_id,date,email,name,product,quantity,unit_price
F-1,2026-10-03,{ANA},Ana Popescu,Espresso,2,2.50
"""


def say(number: int, source: How = "till", given: bool = True, at: datetime = NOW) -> None:
    """A yes to news: as a cashier writes it down, or by other ways."""
    said = Said(choices={NEWS: given}, wordings={}, language="en", source=source)
    consent(number, said, at)


def news(number: int) -> OutMail | None:
    """A newsletter to her address, as far as it gets."""
    wanted = mailing.Wanted(
        kind="newsletter",
        recipient=ANA,
        subject="New in May",
        text="Iced tea is here.\n",
        customer_id=number,
        purpose="news",
    )
    queued = mailing.queue(wanted, NOW)
    return OutMail.objects.get(pk=queued) if queued else None


def link(club: Club) -> str:
    """The way out that stood in each of her mails."""
    return f"/my/stop/{stop_token(club.customer, ANA, 'news', 'mail')}/"


def one_who_stopped(club: Club) -> int:
    """Ana agreed, got a mail, and pressed the button."""
    say(club.ana, "portal")
    assert news(club.ana) is not None
    assert Client().post(link(club)).status_code == 200
    OutMail.objects.all().delete()
    return club.ana


def whose() -> int:
    found = customer_of_email(ANA)
    assert found is not None
    return found.id


def erase(club: Club) -> None:
    portal_erasing.erase(club.ana, NOW)
    assert customer_of_email(ANA) is None


def imported(club: Club) -> int:
    wizard.through(signed_in(club.owner), FILE)
    return whose()


def created(_club: Club) -> int:
    caller = Caller(key("members:write", "members:read"))
    told = {"programme": CLUB, "customer": {"email": " ANA@example.COM ", "name": "Ana"}}
    assert caller.post("/members", told).status == 200
    return whose()


def erased_and_imported(club: Club) -> int:
    erase(club)
    return imported(club)


def erased_and_created(club: Club) -> int:
    erase(club)
    return created(club)


def erased_and_invited(club: Club) -> int:
    """She comes anew as a friend: what she stopped was something else."""
    member("Olga", email="olga@example.com")
    code = advocates.code_of(whose_is("olga@example.com"), CLUB)
    erase(club)
    Client().post(f"/r/{code.lower()}/", {"email": ANA})
    work()
    [mail] = mails()
    assert Client().post(link_in(mail), {"name": "Ana"}).status_code == 302
    return whose()


def whose_is(email: str) -> int:
    found = customer_of_email(email)
    assert found is not None
    return found.id


def merged(club: Club) -> int:
    double = member("Anna", email="anna@example.com")
    say(double, "portal")
    return _merged(club.ana, double)


def merged_into_her(club: Club) -> int:
    double = member("Anna", email="anna@example.com")
    say(double, "portal")
    return _merged(double, club.ana)


def erased_and_merged(club: Club) -> int:
    """Nothing tells any more that she said no, but her address."""
    new = erased_and_created(club)
    double = member("Anna", email="anna@example.com")
    say(double, "portal")
    return _merged(new, double)


def _merged(source: int, into: int) -> int:
    public = {row.id: row.public_id for row in Customer.objects.filter(id__in=[source, into])}
    customers.merge(public[source], public[into], reason="one", now=NOW)
    return into


def moved(club: Club) -> int:
    """Staff give her address to somebody else who agreed."""
    double = member("Anna", email="anna@example.com")
    say(double, "portal")
    mine = Identifier("email", ANA)
    public = Customer.objects.get(id=double).public_id
    customers.remove_identifier(club.customer.public_id, mine, now=NOW)
    customers.add_identifier(public, mine, now=NOW)
    return double


def restored(club: Club) -> int:
    """A backup from before comes back: she has agreed, and nobody has stopped anything."""
    StoppedAddress.objects.all().delete()
    say(club.ana, at=NOW + timedelta(hours=1))
    assert stops.stop_again(forgotten.place()) == 1
    assert stops.stop_again(forgotten.place()) == 0
    return club.ana


def erased_and_restored(club: Club) -> int:
    erase(club)
    StoppedAddress.objects.all().delete()
    stops.stop_again(forgotten.place())
    return created(club)


WAYS: list[Callable[[Club], int]] = [
    imported,
    created,
    merged,
    merged_into_her,
    moved,
    restored,
    erased_and_imported,
    erased_and_created,
    erased_and_invited,
    erased_and_merged,
    erased_and_restored,
]


@pytest.fixture(autouse=True)
def _api_time(clock: list[datetime], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_clock, "now", lambda: clock[0])


@pytest.mark.parametrize("way", WAYS, ids=[one.__name__ for one in WAYS])
def test_p07_it_stays_stopped(
    club: Club, way: Callable[[Club], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    one_who_stopped(club)
    number = way(club)
    say(number, "till", at=NOW + timedelta(hours=2))
    assert consents_of(number)[NEWS], "what a cashier wrote down is kept as the proof"
    assert news(number) is None
    assert not agrees(number, *NEWS)
    ask(Client())
    codes = OutMail.objects.filter(kind="sign_in", recipient=ANA)
    assert codes.exists(), "nobody is kept out"
    with monkeypatch.context() as sabotaged:
        sabotaged.setattr(consents, "stopped_at", lambda _marks: set())
        assert news(number) is not None, "a saboteur who asks for the newest yes alone"
    phone = club.browser(number)
    assert "checked" not in box(phone)
    phone.post("/my/profile/consents/", {"yes": "news:mail"})
    assert "checked" in box(phone)
    assert news(number) is not None, "she said it herself"


def box(phone: Client) -> str:
    """Her box for news."""
    page = phone.get("/my/profile/").content.decode()
    return page[page.index('value="news:mail"') :].partition(">")[0]


def test_p07_every_way_in_which_she_says_no(club: Club) -> None:
    """By a link, in her profile, by leaving, through staff, at the counter."""
    noes: list[Callable[[], Any]] = [
        lambda: Client().post(link(club)),
        lambda: club.browser().post("/my/profile/consents/", {}),
        lambda: club.browser().post("/my/profile/leave/", {"in": CLUB}),
        lambda: say(club.ana, "staff", given=False),
        lambda: say(club.ana, "till", given=False),
    ]
    for no in noes:
        say(club.ana, "portal")
        assert not StoppedAddress.objects.exists()
        no()
        assert [row.purpose for row in StoppedAddress.objects.all()] == ["news"]


def test_p07_a_no_of_before_is_kept_when_she_is_forgotten(club: Club) -> None:
    """From a time when nothing but her no was kept."""
    say(club.ana, "portal")
    say(club.ana, "staff", given=False)
    StoppedAddress.objects.all().delete()
    erase(club)
    number = created(club)
    say(number)
    assert news(number) is None


def test_p07_who_was_forgotten_without_a_no_is_somebody_new(club: Club) -> None:
    say(club.ana, "portal")
    erase(club)
    assert not StoppedAddress.objects.exists()
    number = created(club)
    say(number)
    assert news(number) is not None


def test_p07_an_old_mail_stops_whoever_has_the_address_now(club: Club) -> None:
    say(club.ana, "portal")
    old = link(club)
    erase(club)
    number = created(club)
    say(number, "portal")
    assert news(number) is not None
    assert "No more mails" in text(Client().get(old))
    assert "You get no mails about “News and offers”" in text(Client().post(old))
    assert news(number) is None


def test_p07_one_purpose_is_not_another(club: Club) -> None:
    said = Said(choices={NEWS: True, EVENTS: True}, wordings={}, language="en", source="portal")
    consent(club.ana, said, NOW)
    Client().post(link(club))
    assert not agrees(club.ana, *NEWS)
    assert agrees(club.ana, *EVENTS)


def test_what_is_kept_is_a_keyed_hash(club: Club, settings: Any) -> None:
    one_who_stopped(club)
    row = StoppedAddress.objects.get()
    assert row.address_hash == stopped.mark_of(" ANA@Example.com")
    assert row.address_hash != stopped.mark_of("anna@example.com")
    kept = forgotten.place().read_text()
    assert row.address_hash in kept
    assert ANA not in kept
    settings.SECRET_KEY = "another key of another place, long enough for anybody"
    assert row.address_hash != stopped.mark_of(ANA)


def lines() -> list[tuple[str, str]]:
    return [(one.purpose, one.word) for one in stopped.listed(forgotten.place())]


def test_of_the_list_the_newest_line_counts(
    club: Club, django_capture_on_commit_callbacks: Any
) -> None:
    """Whoever wanted them again is not stopped by an older backup, whatever order lines have."""
    one_who_stopped(club)
    assert lines() == [("news", "stop")]
    with django_capture_on_commit_callbacks(execute=True):
        say(club.ana, "portal", at=NOW + timedelta(hours=1))
    assert lines() == []
    assert stops.stop_again(forgotten.place()) == 0
    told = forgotten.place().read_text().split("\n")
    torn = "\n".join([*reversed(told), "4c1f news stop", "4c1f news stop never"])
    forgotten.place().write_text(torn)
    assert lines() == []


def test_a_line_that_was_torn_anywhere_is_passed_over(
    club: Club, django_capture_on_commit_callbacks: Any
) -> None:
    one_who_stopped(club)
    whole = forgotten.place().read_text()
    with django_capture_on_commit_callbacks(execute=True):
        say(club.ana, "portal", at=NOW + timedelta(hours=1))
    again = forgotten.place().read_text().removeprefix(whole).rstrip("\n")
    zone = len("+00:00")
    for kept in range(len(again) - zone + 1):
        forgotten.place().write_text(whole + again[:kept])
        assert lines() == [("news", "stop")], again[:kept]


def test_saboteur_who_keeps_no_list(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgotten, "add", lambda _lines: None)
    one_who_stopped(club)
    with pytest.raises(AssertionError):
        restored(club)
    assert news(club.ana) is not None


def friend_path(club: Club) -> str:
    return f"/r/{advocates.code_of(club.ana, CLUB).lower()}/"


def claim(club: Club, email: str) -> str:
    answer = Client().post(friend_path(club), {"email": email})
    work()
    return text(answer)


def test_p07_whoever_is_written_to_because_of_a_friend_can_stop_that(
    club: Club, settings: Any
) -> None:
    said = claim(club, BEN)
    [mail] = mails()
    way = mail.text.rpartition(portal_address())[2].strip()
    with smtp(settings) as server:
        assert mailing.send_due(NOW) == 1
    [(_to, sent)] = server.mails
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    before = Client().get(f"/my/stop/{way}")
    assert "No more mails about “Invitations by friends”" in text(before)
    assert "say at the counter who sent you" in text(Client().post(f"/my/stop/{way}"))
    Invitation.objects.all().delete()
    assert claim(club, BEN) == said, "the page does not tell"
    assert mails() == [mail]
    assert not Invitation.objects.exists(), "an address for which nothing is sent is not kept"
    claim(club, "cleo@example.com")
    assert len(mails()) == 2


def portal_address() -> str:
    return "https://club.example/my/stop/"


def test_p07_what_waits_in_the_outbox_does_not_go(club: Club, settings: Any) -> None:
    claim(club, BEN)
    [mail] = mails()
    Client().post("/my/stop/" + mail.text.rpartition(portal_address())[2].strip())
    with smtp(settings) as server:
        assert mailing.send_due(NOW) == 0
    assert server.mails == []
    assert [(one.state, one.code) for one in mails()] == [("failed", "stopped")]


def test_staff_read_it_on_the_customers_page(club: Club) -> None:
    one_who_stopped(club)
    say(club.ana)
    for tail in ("", "consents/"):
        page = text(
            signed_in(club.owner).get(f"/console/customers/{club.customer.public_id}/{tail}")
        )
        assert "Stopped: News and offers. Only they themselves can have these mails again" in page


def test_it_is_told_in_her_own_data(club: Club) -> None:
    one_who_stopped(club)
    told = club.browser().get("/my/profile/data/").json()
    assert [one["purpose"] for one in told["stopped_mails"]] == ["news"]


def test_leaving_ends_what_was_agreed_to(club: Club) -> None:
    say(club.ana, "portal")
    said = Said(choices={}, wordings={}, language="en", source="portal")
    portal_profile.leave(club.ana, CLUB, said, NOW)
    portal_profile.come_back(club.ana, CLUB, NOW)
    say(club.ana)
    assert news(club.ana) is None
