"""Who left for good, or asked to be forgotten, can join again: anew, with nothing of before, and
without a second welcome (at the till, on the phone, by the API)."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from portal_kit import ANA, CLUB, NOW, Club, buy, give, member, text

from api.api_kit import Caller, key
from regulars.actions import birthdays, customers, leavings, members, portal_erasing, portal_profile
from regulars.actions.known import known_customer
from regulars.actions.looking import look
from regulars.actions.portal_profile import Said
from regulars.actions.rebuilding import rebuild
from regulars.actions.record import record
from regulars.actions.redeeming import Asked, redeem
from regulars.actions.verifying import verify
from regulars.api import clock as api_clock
from regulars.db.models import Customer, FactRow, HolderState, Leaving, VoucherRow
from regulars.db.queries.advocates import code_of
from regulars.engine.arrivals import Arrival, decode
from regulars.engine.facts import Identifier, Refund, Who
from regulars.engine.fold import fold
from regulars.engine.happenings import Redemption, SignUp

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
OVER = NOW + 14 * DAY


def points(number: int, now: datetime) -> int:
    return look(number, CLUB, now).balances["points"].available


def leave(club: Club, clock: list[datetime], *, swept: bool = True) -> None:
    """Ana leaves, and does not come back in time."""
    said = Said(choices={}, wordings={}, language="en", source="portal")
    portal_profile.leave(club.ana, CLUB, said, NOW)
    clock[0] = OVER
    if swept:
        portal_profile.end_leavings(OVER)


def join(club: Club, now: datetime = OVER) -> list[int]:
    return members.join([club.ana], CLUB, since=now, now=now)


@pytest.mark.parametrize("swept", [True, False])
def test_nothing_of_before_and_all_of_what_comes(
    club: Club, clock: list[datetime], swept: bool
) -> None:
    buy(ANA, "old", "20.00")
    assert points(club.ana, NOW) > 130
    leave(club, clock, swept=swept)
    assert join(club) == [club.ana]
    assert not Leaving.objects.exists()
    assert points(club.ana, OVER) == 0
    buy(ANA, "new", "12.40", OVER + SECOND)
    gained = points(club.ana, OVER + SECOND)
    assert gained == 12
    back = Refund(
        key="f", at=OVER + 2 * SECOND, order="old", full=True, currency="EUR", amount_minor=2000
    )
    record([Arrival(fact=back)], now=OVER + 2 * SECOND)
    assert points(club.ana, OVER + 2 * SECOND) == gained, "the old order takes nothing"
    assert look(club.ana, CLUB, OVER + 3 * SECOND).vouchers == []
    assert HolderState.objects.filter(customer_id=club.ana).count() == 1


def test_what_is_stored_folds_to_the_same_in_any_order(club: Club, clock: list[datetime]) -> None:
    from django.db import connection

    from regulars.db import programmes

    leave(club, clock)
    join(club)
    buy(ANA, "new", "12.40", OVER + SECOND)
    rows = FactRow.objects.filter(customer_id=club.ana).order_by("seq")
    facts: list[Any] = [decode(row.body_text) for row in rows.extra(
        select={"body_text": "body::text"})]  # fmt: skip
    with connection.cursor() as cursor:
        compiled = programmes.running(cursor)[CLUB]
    name = str(club.customer.public_id)
    states = []
    for seed in range(6):
        random.Random(seed).shuffle(facts)
        states.append(compiled.dump(fold(compiled, facts, holder=name).state))
    assert len(set(states)) == 1
    assert compiled.load(states[0]).holdings[0].balance == 12


def test_in_time_they_have_everything(club: Club, clock: list[datetime]) -> None:
    said = Said(choices={}, wordings={}, language="en", source="portal")
    portal_profile.leave(club.ana, CLUB, said, NOW)
    assert join(club, NOW + 13 * DAY) == [club.ana]
    assert points(club.ana, NOW + 13 * DAY) == 130
    assert join(club, NOW + 13 * DAY) == []
    assert not FactRow.objects.filter(type="erasure").exists()


def test_their_birthday_is_known_again(club: Club, clock: list[datetime]) -> None:
    """What the rules knew of them is gone, what stands in the profile is not."""
    Customer.objects.filter(id=club.ana).update(birth_date=date(1990, 12, 8))
    birthdays.tell([club.ana], NOW)
    leave(club, clock)
    assert birthdays.tell([club.ana], OVER) == 0, "nobody is told of who is gone"
    join(club)
    assert birthdays.tell([club.ana], OVER + SECOND) == 0, "they were told at once"
    told = FactRow.objects.filter(customer_id=club.ana, type="attribute")
    assert [row.body["value"] for row in told] == ["--12-08", "--12-08"]
    wish = Redemption(key="gift", at=OVER + 3 * DAY, reward="birthday")
    asked = Asked(attempt=wish, customer_id=club.ana, programme=CLUB, now=OVER + 3 * DAY)
    assert redeem(asked).accepted


def test_again_and_again(club: Club, clock: list[datetime]) -> None:
    """At one instant too: leaving for good stands before beginning anew."""
    for round_ in range(3):
        give(club.ana, 50, key=f"given{round_}") if round_ else None
        said = Said(choices={}, wordings={}, language="en", source="portal")
        portal_profile.leave(club.ana, CLUB, said, clock[0])
        clock[0] += 14 * DAY
        assert portal_profile.end_leavings(clock[0]) == 1
        assert join(club, clock[0]) == [club.ana]
        assert points(club.ana, clock[0]) == 0
    buy(ANA, "new", "5.00", clock[0] + SECOND)
    assert points(club.ana, clock[0] + SECOND) == 5


@pytest.mark.usefixtures("own_database")
def test_the_books_agree(clock: list[datetime], settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    club = Club()
    buy(ANA, "old", "20.00")
    leave(club, clock)
    join(club)
    buy(ANA, "new", "12.40", OVER + SECOND)
    assert verify().finding is None
    rebuild(OVER + DAY)
    assert points(club.ana, OVER + DAY) == 12
    assert verify().finding is None


@pytest.mark.parametrize("takes_part", [True, False])
def test_who_left_as_a_double_takes_nothing_from_whom_they_are(
    club: Club, clock: list[datetime], takes_part: bool
) -> None:
    double = member("Anna", email="anna@example.com")
    said = Said(choices={}, wordings={}, language="en", source="portal")
    portal_profile.leave(double, CLUB, said, NOW)
    other = club.ana
    if not takes_part:
        who = Who(identifiers=(Identifier("email", "new@example.com"),))
        other = known_customer(who, NOW)
    public = Customer.objects.in_bulk([double, other])
    customers.merge(public[double].public_id, public[other].public_id, reason="one", now=NOW)
    clock[0] = OVER
    assert portal_profile.end_leavings(OVER) == (0 if takes_part else 1)
    assert points(other, OVER) == (130 if takes_part else 0)
    if not takes_part:
        assert members.join([other], CLUB, since=OVER, now=OVER) == [other]
        assert not Leaving.objects.exists()


def test_who_stays_and_had_left_keeps_what_the_double_has(
    club: Club, clock: list[datetime]
) -> None:
    """Whoever takes part as one of the two takes part, whichever of them goes."""
    double = member("Anna", email="anna@example.com")
    said = Said(choices={}, wordings={}, language="en", source="portal")
    portal_profile.leave(double, CLUB, said, NOW)
    public = Customer.objects.in_bulk([double, club.ana])
    customers.merge(public[club.ana].public_id, public[double].public_id, reason="", now=NOW)
    assert not Leaving.objects.exists()
    clock[0] = OVER
    assert portal_profile.end_leavings(OVER) == 0
    assert points(double, OVER) == 130


def test_who_left_as_both_has_left(club: Club, clock: list[datetime]) -> None:
    double = member("Anna", email="anna@example.com")
    said = Said(choices={}, wordings={}, language="en", source="portal")
    for number in (double, club.ana):
        portal_profile.leave(number, CLUB, said, NOW)
    public = Customer.objects.in_bulk([double, club.ana])
    customers.merge(public[double].public_id, public[club.ana].public_id, reason="", now=NOW)
    assert portal_profile.end_leavings(OVER) == 1
    assert points(club.ana, OVER) == 0


def test_everybody_is_not_those_who_left(club: Club, clock: list[datetime]) -> None:
    leave(club, clock)
    assert sum(members.join_everybody(CLUB, since=OVER, now=OVER)) == 0
    assert Leaving.objects.count() == 1


def test_saboteur_who_only_takes_the_leaving_away(
    club: Club, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leavings, "_begin_anew", lambda *_told: None)
    leave(club, clock)
    join(club)
    buy(ANA, "new", "12.40", OVER + SECOND)
    assert points(club.ana, OVER + SECOND) == 0, "they would take part and get nothing, for ever"


def test_on_the_phone(club: Club, clock: list[datetime]) -> None:
    phone = club.browser()
    phone.post("/my/profile/leave/", {"in": CLUB})
    clock[0] = OVER
    portal_profile.end_leavings(OVER)
    for path in ("", "history/", "rewards/", "share/", "profile/"):
        told = text(phone.get(f"/my/{path}"))
        assert "What you had has ended. You can take part anew; you begin with nothing." in told
    assert "Leave the programme" not in text(phone.get("/my/profile/"))
    assert phone.post("/my/join/", {"in": CLUB}).status_code == 302
    told = text(phone.get("/my/"))
    assert "You left" not in told
    assert points(club.ana, OVER) == 0
    buy(ANA, "new", "60.00", OVER + SECOND)
    clock[0] = OVER + SECOND
    assert points(club.ana, clock[0]) == 60
    assert "Leave the programme" in text(phone.get("/my/profile/"))


def test_on_the_phone_to_join_is_not_to_come_back_by_mistake(club: Club) -> None:
    """The button of the first days is another one: it says what it does."""
    phone = club.browser()
    phone.post("/my/profile/leave/", {"in": CLUB})
    phone.post("/my/join/", {"in": CLUB})
    assert Leaving.objects.count() == 1


def test_by_the_api(club: Club, clock: list[datetime], monkeypatch: pytest.MonkeyPatch) -> None:
    leave(club, clock)
    monkeypatch.setattr(api_clock, "now", lambda: OVER)
    caller = Caller(key("members:write", "members:read"))
    told = caller.post("/members", {"programme": CLUB, "customer": {"email": ANA}}).said
    assert told["member"] == str(club.customer.public_id)
    assert told["balances"]["points"]["available"] == "0"
    buy(ANA, "new", "12.40", OVER + SECOND)
    assert points(club.ana, OVER + SECOND) == 12


def test_a_gift_for_joining_is_given_once(club: Club, clock: list[datetime]) -> None:
    """The friend whom somebody brought gets the welcome once, however often they join."""
    code = code_of(club.ana, CLUB)
    ben = member("Ben", email="ben@example.com")
    record([Arrival(fact=SignUp(key="s1", at=NOW, via=code))], now=NOW, source=_owned(ben))
    buy("ben@example.com", "first", "40.00")
    assert points(ben, NOW) == 35, "five off, for a friend"
    said = Said(choices={}, wordings={}, language="en", source="portal")
    portal_profile.leave(ben, CLUB, said, NOW)
    clock[0] = OVER
    members.join([ben], CLUB, since=OVER, now=OVER)
    again = SignUp(key="s2", at=OVER + SECOND, via=code)
    record([Arrival(fact=again)], now=OVER + SECOND, source=_owned(ben))
    buy("ben@example.com", "o", "40.00", OVER + DAY)
    seen = look(ben, CLUB, OVER + 60 * DAY)
    assert seen.balances["points"].available == 40, "nothing off this time"
    assert seen.vouchers == []


def _owned(number: int) -> Any:
    from regulars.actions.record import Source

    return Source(owner=number)


def test_who_was_forgotten_is_somebody_new(
    club: Club, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing tells who they were: the same address begins a new customer."""
    portal_erasing.erase(club.ana, NOW)
    clock[0] = NOW + DAY
    monkeypatch.setattr(api_clock, "now", lambda: NOW + DAY)
    caller = Caller(key("members:write", "members:read"))
    told = caller.post("/members", {"programme": CLUB, "customer": {"email": ANA}}).said
    new = Customer.objects.get(public_id=told["member"])
    assert new.id != club.ana
    buy(ANA, "new", "12.40", NOW + DAY + SECOND)
    assert points(new.id, NOW + DAY + SECOND) == 12
    assert points(club.ana, NOW + DAY + SECOND) == 0
    assert not VoucherRow.objects.filter(customer_id=new.id).exists()
    phone = Client()
    assert phone.get("/my/").status_code == 302
    assert club.browser(new.id, NOW + DAY).get("/my/").status_code == 200
