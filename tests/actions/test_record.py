"""Facts come in: each counts once, for ever, and nothing is half done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import Error, connection, transaction

from people import NOON, arrival, line, order, refund, who
from regulars.actions.record import Source, record
from regulars.db import factstore
from regulars.db.models import Customer, FactKey, FactRow, IdentifierRow, SearchToken
from regulars.engine.arrivals import Arrival, decode

pytestmark = pytest.mark.django_db


def digest() -> str:
    with connection.cursor() as cursor:
        return factstore.digest(cursor)


def test_an_order_makes_its_buyer_a_customer(now: datetime) -> None:
    ann = who("17", "Ann Müller", email="ann@example.com")
    [outcome] = record([arrival(order("1", line("latte", "3.20", "2")), ann)], now=now)

    assert outcome.state == "recorded"
    customer = Customer.objects.get()
    row = FactRow.objects.get()
    assert (customer.name, row.customer_id, row.guest) == ("Ann Müller", customer.id, False)
    assert decode(FactRow.objects.extra(select={"raw": "body::text"}).values_list("raw")[0][0]) == (
        order("1", line("latte", "3.20", "2"))
    )
    assert set(SearchToken.objects.values_list("token", flat=True)) >= {"ann", "muller", "17"}


def test_a_guests_order_has_an_owner_number_but_no_customer(now: datetime) -> None:
    record([arrival(order("1", line("tea", "2"))), arrival(order("2", line("tea", "2")))], now=now)
    assert Customer.objects.count() == 0
    assert FactRow.objects.filter(guest=True).values("customer_id").distinct().count() == 2


def test_the_same_again_is_known_and_changes_nothing(now: datetime) -> None:
    batch = [arrival(order("1", line("tea", "2")), who("17", "Ann"))]
    record(batch, now=now)
    before = digest()
    outcomes = record(batch + batch, now=now + timedelta(days=400))
    assert [o.state for o in outcomes] == ["known", "known"]
    assert digest() == before


@pytest.mark.parametrize(
    "other",
    [
        arrival(order("1", line("tea", "2.01")), who("17")),
        arrival(order("1", line("tea", "2")), who("18")),
        arrival(order("1", line("tea", "2"), at=NOON + timedelta(minutes=1)), who("17")),
        arrival(order("1", line("tea", "2"))),
        arrival(refund("1", line("tea", "2")), who("17")),
    ],
    ids=["other amount", "other buyer", "other time", "no buyer", "other type"],
)
def test_a_key_with_other_content_is_refused(other: Arrival, now: datetime) -> None:
    record([arrival(order("1", line("tea", "2")), who("17"))], now=now)
    before = digest()
    [outcome] = record([other], now=now)
    assert (outcome.state, outcome.code) == ("refused", "key_reused")
    assert digest() == before
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("restate", [False, True])
def test_lines_in_another_order_say_the_same(restate: bool, now: datetime) -> None:
    tea, cake = line("tea", "2"), line("cake", "4")
    record([arrival(order("1", tea, cake, tea), who("17"))], now=now)
    before = digest()
    turned = arrival(order("1", tea, tea, cake), who("17"))
    [outcome] = record([turned], now=now, source=Source(restate=restate))
    assert outcome.state == "known"
    assert digest() == before


@pytest.mark.parametrize(
    "other",
    [
        arrival(order("1", line("cake", "4"), line("tea", "2"), line("tea", "2")), who("17")),
        arrival(order("1", line("cake", "4"), line("tea", "2")), who("18")),
        arrival(order("1", line("cake", "4"), line("tea", "3")), who("17")),
    ],
    ids=["another line", "another buyer", "another price"],
)
def test_other_lines_say_something_else(other: Arrival, now: datetime) -> None:
    record([arrival(order("1", line("tea", "2"), line("cake", "4")), who("17"))], now=now)
    before = digest()
    [outcome] = record([other], now=now)
    assert (outcome.state, outcome.code) == ("refused", "key_reused")
    assert digest() == before


def test_a_source_that_restates_books_a_higher_version(now: datetime) -> None:
    record([arrival(order("1", line("tea", "2")), who("17"))], now=now)
    changed = arrival(order("1", line("tea", "3")), who("17"))
    first = record([changed], now=now, source=Source(restate=True))
    again = record([changed], now=now, source=Source(restate=True))
    assert [first[0].state, again[0].state] == ["restated", "known"]
    assert list(FactRow.objects.order_by("seq").values_list("version", flat=True)) == [1, 2]


def test_a_person_is_known_by_any_identifier_and_learns_new_ones(now: datetime) -> None:
    record([arrival(order("1", line("tea", "2")), who("17"))], now=now)
    record([arrival(order("2", line("tea", "2")), who("17", "Ann", card="CC1"))], now=now)
    assert Customer.objects.get().name == "Ann"
    assert set(IdentifierRow.objects.values_list("kind", "value")) == {
        ("external", "17"),
        ("card", "CC1"),
    }


def test_two_known_people_are_not_merged_by_a_shared_identifier(now: datetime) -> None:
    record([arrival(order("1", line("tea", "2")), who("17", phone="+4930111"))], now=now)
    record([arrival(order("2", line("tea", "2")), who("18", phone="+4930111"))], now=now)
    assert Customer.objects.count() == 1, "a new number with a known phone is the phone's owner"
    record([arrival(order("3", line("tea", "2")), who("19"))], now=now)
    record([arrival(order("4", line("tea", "2")), who("19", phone="+4930111"))], now=now)
    assert Customer.objects.count() == 2


def test_what_a_source_says_fills_blanks_and_overwrites_nothing(now: datetime) -> None:
    record([arrival(order("1", line("tea", "2")), who("17", "Ann"))], now=now)
    record([arrival(order("2", line("tea", "2")), who("17", "Anna-Maria"))], now=now)
    assert Customer.objects.get().name == "Ann"


@pytest.mark.parametrize(
    "odd", ["tab\there", "line\nend", "back\\slash", "\\N", 'quote"d', "ș„“🎂"]
)
def test_odd_signs_come_back_as_they_went_in(odd: str, now: datetime) -> None:
    fact = order(odd, line(odd, "2"))
    record([arrival(fact, who("17"))], now=now)
    body = FactRow.objects.extra(select={"raw": "body::text"}).values_list("raw")[0][0]
    assert decode(body) == fact
    assert FactRow.objects.get().key == fact.key


def test_facts_and_keys_stay_as_they_are(now: datetime) -> None:
    record([arrival(order("1", line("tea", "2")), who("17"))], now=now)
    for statement in (
        "UPDATE regulars_fact SET version = 2",
        "DELETE FROM regulars_fact",
        "TRUNCATE regulars_fact",
        "UPDATE regulars_factkey SET version = 2",
        "DELETE FROM regulars_factkey",
    ):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert FactRow.objects.count() == FactKey.objects.count() == 1


@pytest.mark.parametrize(
    "at", [datetime(2026, 3, 1), datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)]
)
def test_a_time_that_cannot_be_reckoned_with_is_refused(at: datetime, now: datetime) -> None:
    [outcome] = record([arrival(order("1", line("tea", "2"), at=at), who("17"))], now=now)
    assert (outcome.state, outcome.code) == ("refused", "bad_time")
    assert not FactRow.objects.exists()
