"""Codes of members: made when they join, chosen, and leading to them for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from msgspec.structs import replace

from people import line, order, who
from regulars.actions.advocates import MOST_CODES, choose_code
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.actions.refused import Refused
from regulars.db import people
from regulars.db.ledger import ADVOCATE_LENGTH, ALPHABET
from regulars.db.models import CodeRow, HolderState, Signal
from regulars.db.queries.advocates import code_of
from regulars.engine.arrivals import Arrival

pytestmark = pytest.mark.django_db
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PLAIN = """
format: 1
programme: club
edition: codes_1
name: Club
zone: Europe/Berlin
currency: EUR
assets: [{id: points, name: point}]
"""
BRINGS = (
    PLAIN.replace("codes_1", "codes_2")
    + """
referrals:
  - id: friends
    kind: two_sided
    pays: [{after: order, advocate: [{amount: 50}], friend: [{amount: 20}]}]
"""
)


def members(*names: str, programme: str = BRINGS) -> list[int]:
    """A programme, and members of it with an address each."""
    publish(programme, now=SINCE)
    everybody = [who(one, email=f"{one}@example.com") for one in names]
    with connection.cursor() as cursor:
        found = people.find_or_make(cursor, everybody, now=SINCE, crowd=people.Crowd())
    join(found, "club", since=SINCE, now=SINCE)
    return found


def points(number: int) -> int:
    """What a member has."""
    row = HolderState.objects.get(customer_id=number, programme="club")
    return int(row.figures.get("points", {}).get("available", 0))


def buys(number: str, name: str, code: str, now: datetime) -> None:
    """Somebody buys by a code."""
    fact = replace(order(number, line("tea", "10")), codes=(code,))
    [outcome] = record([Arrival(fact=fact, who=who(name))], now=now)
    assert outcome.state == "recorded"


def test_members_have_a_code_that_nobody_can_guess() -> None:
    found = members("anna", "ben")
    codes = {code_of(one, "club") for one in found}
    assert len(codes) == 2
    assert all(len(code) == ADVOCATE_LENGTH and set(code) <= set(ALPHABET) for code in codes)
    assert set(Signal.objects.values_list("value", flat=True)) == {
        "anna@example.com",
        "ben@example.com",
    }


def test_a_code_brings_friends_however_it_is_written(now: datetime) -> None:
    anna, ben = members("anna", "ben")
    buys("1", "ben", f" {code_of(anna, 'club').lower()}", now)
    assert (points(anna), points(ben)) == (50, 20)


def test_nothing_is_kept_where_nobody_is_brought(now: datetime) -> None:
    [anna] = members("anna", programme=PLAIN)
    assert code_of(anna, "club") == ""
    record([Arrival(fact=order("1", line("tea", "10")), who=who("ben", email="b@x.org"))], now=now)
    assert not Signal.objects.exists()


def test_members_get_a_code_when_a_later_edition_pays_for_friends(now: datetime) -> None:
    anna, ben = members("anna", "ben", programme=PLAIN)
    publish(BRINGS, now=SINCE + timedelta(days=1))
    assert code_of(anna, "club") != code_of(ben, "club") != ""
    assert Signal.objects.filter(customer_id=anna, value="anna@example.com").exists()
    buys("1", "ben", code_of(anna, "club"), now)
    assert (points(anna), points(ben)) == (50, 20)


def test_who_is_known_by_another_way_of_writing_is_not_new(now: datetime) -> None:
    wary = BRINGS.replace("codes_2", "codes_3").replace(
        "    pays", "    newness: {emails: dots_and_tags}\n    pays"
    )
    anna, ben = members("anna", "ben", programme=wary)
    fact = order("0", line("tea", "10"))
    record([Arrival(fact=fact, who=who("cleo", email="b.en+x@gmail.com"))], now=now)
    fact = replace(order("1", line("tea", "10")), codes=(code_of(anna, "club"),), at=now)
    record([Arrival(fact=fact, who=who("ben", email="ben@gmail.com"))], now=now)
    assert (points(anna), points(ben)) == (0, 0)


def test_a_chosen_code_is_shown_and_the_old_one_still_leads_there(now: datetime) -> None:
    anna, _ben, _cleo = members("anna", "ben", "cleo")
    old = code_of(anna, "club")
    assert choose_code(anna, "club", " anna-10 ", now=now) == "ANNA-10"
    assert code_of(anna, "club") == "ANNA-10"
    buys("1", "ben", old, now)
    buys("2", "cleo", "anna-10", now)
    assert points(anna) == 100
    choose_code(anna, "club", old, now=SINCE)
    assert code_of(anna, "club") == old


@pytest.mark.parametrize("written", ["", "ab", "a b c", "-anna", "an--na", "äöüß!", "A" * 21])
def test_codes_that_nobody_can_read_are_refused(written: str, now: datetime) -> None:
    [anna] = members("anna")
    refused(anna, written, "code_unreadable", now)


def test_codes_of_others_are_refused(now: datetime) -> None:
    anna, ben = members("anna", "ben")
    choose_code(ben, "club", "tea-time", now=now)
    refused(anna, "TEA-TIME", "code_taken", now)


def test_nobody_takes_every_name(now: datetime) -> None:
    [anna] = members("anna")
    for number in range(MOST_CODES - 1):
        choose_code(anna, "club", f"ANNA{number}", now=now)
    refused(anna, "ANNA-MORE", "codes_too_many", now)


def test_who_is_no_member_chooses_no_code(now: datetime) -> None:
    members("anna")
    refused(17, "TEA-TIME", "not_member", now)


def refused(number: int, written: str, code: str, now: datetime) -> None:
    """A choice is refused, and nothing changes."""
    before = set(CodeRow.objects.values_list())
    with pytest.raises(Refused) as refusal:
        choose_code(number, "club", written, now=now)
    assert refusal.value.code == code
    assert set(CodeRow.objects.values_list()) == before
