"""An account is taken over by a changed e-mail address, and somebody would empty it (A39)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from portal.portal_kit import ANA, CLUB, NOW, Club, ask, give, link_in, mails, member, text
from regulars.actions import addresses, customers, merged, portal_rewards, rewards_by_hand
from regulars.actions.portal_profile import Said, consent
from regulars.actions.refused import Refused
from regulars.console.permissions import pages
from regulars.db.models import (
    Consent,
    Customer,
    IdentifierRow,
    MemberSession,
    OutMail,
    VoucherRow,
)
from regulars.db.queries.consents import consents_of
from regulars.engine.facts import Identifier
from staff import digest, signed_in

pytestmark = pytest.mark.django_db
THIEF = "thief@example.com"
DAY = timedelta(hours=24)
SECOND = timedelta(seconds=1)
Change = Callable[[Club], Any]


def _form(club: Club, tail: str = "") -> str:
    return f"/console/customers/{club.customer.public_id}/identifiers/{tail}"


def add(club: Club, email: str = THIEF) -> Any:
    """Staff write down another address, by the console's own form."""
    told = {"kind": "email", "value": email}
    answer = signed_in(club.owner).post(_form(club), told)
    assert answer.status_code == 302, text(answer)
    return answer


def remove(club: Club, email: str = ANA) -> Any:
    told = {"kind": "email", "value": email}
    return signed_in(club.owner).post(_form(club, "remove/"), told)


def take(client: Client) -> Any:
    sent = {"reward": "coffee", "key": str(uuid.uuid4()), "in": CLUB}
    return client.post("/my/rewards/redeem/", sent)


@pytest.mark.parametrize("change", [add, remove])
def test_a39_the_old_address_is_told_and_all_phones_are_out(club: Club, change: Change) -> None:
    phones = [club.browser(), club.browser()]
    change(club)
    [mail] = mails()
    assert (mail.kind, mail.recipient, mail.secret) == ("address_changed", ANA, False)
    assert mail.subject == "Your e-mail address at Corner Coffee was changed"
    assert "within these 24 hours" in mail.text
    assert THIEF not in mail.text
    for phone in phones:
        assert phone.get("/my/").headers["Location"] == "/my/sign-in/"
    assert not MemberSession.objects.exists()


def test_a39_a_link_that_was_handed_out_before_opens_nothing(club: Club) -> None:
    from regulars.actions.signing_in import make_ticket

    token = make_ticket(club.ana, NOW)
    add(club)
    assert Client().post(f"/my/enter/{token}/").status_code == 404


def test_a39_for_a_day_no_points_leave_by_the_phone(club: Club, clock: list[datetime]) -> None:
    add(club)
    thief = _in_as(THIEF)
    before = digest()
    answer = take(thief)
    assert answer.status_code == 422
    assert "Until 22 Nov 2026, 10:30 points become vouchers only at the counter." in text(answer)
    with pytest.raises(Refused) as refused:
        portal_rewards.redeem(_wish(club), NOW)
    assert (refused.value.code, refused.value.params) == ("address_changed", {"until": NOW + DAY})
    assert digest() == before
    clock[0] = NOW + DAY - SECOND
    assert take(thief).status_code == 422
    clock[0] = NOW + DAY
    assert take(thief).status_code == 302
    assert VoucherRow.objects.filter(customer_id=club.ana).count() == 1


def test_a39_at_the_counter_all_goes_on(club: Club) -> None:
    add(club)
    wish = rewards_by_hand.Wish(
        customer_id=club.ana, programme=CLUB, reward="coffee", key=uuid.uuid4()
    )
    rewards_by_hand.redeem(club.owner, wish, NOW)
    assert VoucherRow.objects.filter(customer_id=club.ana).exists()


def test_a39_to_take_the_old_one_away_first_is_no_way_round(
    club: Club, clock: list[datetime]
) -> None:
    remove(club)
    clock[0] = NOW + DAY - SECOND
    add(club)
    clock[0] += DAY - SECOND
    assert take(_in_as(THIEF, clock[0])).status_code == 422


def test_a39_who_had_no_address_is_not_held_up(club: Club) -> None:
    ben = member("Ben", card="BEN-1")
    give(ben, 100)
    public_id = Customer.objects.get(id=ben).public_id
    customers.add_identifier(public_id, Identifier("email", "ben@example.com"), now=NOW)
    assert mails() == []
    assert take(_in_as("ben@example.com")).status_code == 302


def test_a39_other_identifiers_change_nothing(club: Club) -> None:
    phone = club.browser()
    public_id = club.customer.public_id
    customers.add_identifier(public_id, Identifier("card", "RC-9"), now=NOW)
    customers.remove_identifier(public_id, Identifier("card", "RC-9"), now=NOW)
    customers.add_identifier(public_id, Identifier("email", ANA), now=NOW)
    assert mails() == []
    assert take(phone).status_code == 302


def test_a39_whoever_was_merged_is_held_too(club: Club) -> None:
    other = member("Anna", email="anna@example.com")
    public_id = Customer.objects.get(id=other).public_id
    customers.merge(public_id, club.customer.public_id, reason="one person", now=NOW)
    customers.add_identifier(public_id, Identifier("email", THIEF), now=NOW)
    assert {one.recipient for one in mails()} == {ANA, "anna@example.com"}
    assert take(_in_as(ANA)).status_code == 422


@pytest.mark.parametrize("into_the_thief", [False, True])
def test_a39_to_be_made_one_with_somebody_is_a_change(
    club: Club, clock: list[datetime], into_the_thief: bool
) -> None:
    """Whoever works in the office and merges a member with themselves gains a way in: in either
    direction both are told, all phones are out, and for a day nothing leaves by them."""
    thief = member("Theo", email=THIEF)
    phones = [club.browser(), club.browser(thief)]
    merge(club, thief, into_the_thief=into_the_thief)
    assert {one.recipient for one in mails()} == {ANA, THIEF}
    assert {one.kind for one in mails()} == {"address_changed"}
    assert {one.subject for one in mails()} == {"You are known once at Corner Coffee from now on"}
    for phone in phones:
        assert phone.get("/my/").headers["Location"] == "/my/sign-in/"
    assert take(_in_as(THIEF)).status_code == 422
    assert take(_in_as(ANA)).status_code == 422
    clock[0] = NOW + DAY
    assert take(_in_as(ANA, clock[0])).status_code == 302


def test_a39_saboteur_who_forgets_that_merging_is_a_change(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merged, "note_merge", lambda *_told: None)
    merge(club, member("Theo", email=THIEF))
    assert take(_in_as(THIEF)).status_code == 302


@pytest.mark.parametrize("into_the_card", [False, True])
def test_a39_a_card_without_an_address_is_no_way_in(club: Club, into_the_card: bool) -> None:
    """A card that turns out to be Ana's brings nobody in: she is not held up."""
    card = member("Ana", card="BEN-1")
    give(card, 100)
    merge(club, card, into_the_thief=into_the_card)
    assert mails() == []
    assert take(_in_as(ANA)).status_code == 302


def test_a39_who_was_merged_is_signed_out_and_so_are_both_when_parted(club: Club) -> None:
    card = member("Ana", card="BEN-1")
    theirs, mine = club.browser(card), club.browser()
    key = merge(club, card)
    assert theirs.get("/my/").status_code == 302
    assert mine.get("/my/").status_code == 200
    customers.undo_merge(key, reason="two after all", now=NOW)
    assert mine.get("/my/").status_code == 302


def test_a_no_of_either_holds_for_both(club: Club) -> None:
    """Merging keeps the stricter consent: nobody is written to who said no."""
    theo, places = member("Theo", email=THIEF), [("news", "mail"), ("events", "mail")]
    for number, given in ((club.ana, (True, True)), (theo, (True, True)), (theo, (False, True))):
        choices = dict(zip(places, given, strict=True))
        said = Said(choices=choices, wordings={}, language="en", source="portal")
        consent(number, said, NOW)
    merge(club, theo)
    assert consents_of(club.ana) == {("news", "mail"): False, ("events", "mail"): True}
    assert Consent.objects.get(customer_id=club.ana, given=False).source == "merge"


def merge(club: Club, other: int, *, into_the_thief: bool = False) -> str:
    both = [Customer.objects.get(id=other).public_id, club.customer.public_id]
    source, into = reversed(both) if into_the_thief else both
    return customers.merge(source, into, reason="one person", now=NOW)


def test_a39_the_member_is_told_in_their_language(club: Club) -> None:
    Customer.objects.filter(id=club.ana).update(language="de")
    add(club)
    assert "24 Stunden" in mails()[0].text


def test_a39_refused_changes_tell_nobody(club: Club) -> None:
    member("Ben", email="ben@example.com")
    phone = club.browser()
    public_id = club.customer.public_id
    with pytest.raises(Refused, match="identifier_taken"):
        customers.add_identifier(public_id, Identifier("email", "ben@example.com"), now=NOW)
    IdentifierRow.objects.filter(customer_id=club.ana).exclude(kind="email").delete()
    with pytest.raises(Refused, match="identifier_last"):
        customers.remove_identifier(public_id, Identifier("email", ANA), now=NOW)
    assert mails() == []
    assert phone.get("/my/").status_code == 200


def test_a39_saboteur_without_a_pause_the_points_are_gone(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "PAUSE", timedelta())
    add(club)
    assert take(_in_as(THIEF)).status_code == 302


def test_a39_members_change_no_address_themselves() -> None:
    """There is no page for it: whoever holds a phone cannot move the account to their address."""
    named = [page.pattern for page in pages() if page.name.startswith("portal:")]
    assert not [one for one in named if "email" in one or "identifier" in one]


def _wish(club: Club) -> portal_rewards.Wish:
    return portal_rewards.Wish(
        customer_id=club.ana, programme=CLUB, reward="coffee", key=str(uuid.uuid4())
    )


def _in_as(email: str, now: datetime = NOW) -> Client:
    """Somebody who reads the mails of an address."""
    client = Client()
    ask(client, email, now)
    mail = OutMail.objects.filter(recipient=email, kind="sign_in").latest("queued_at")
    assert client.post(link_in(mail)).status_code == 302
    return client
