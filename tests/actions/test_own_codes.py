"""A code that a member chose is in no fact, and leads to them all the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from msgspec.structs import replace
from test_advocates import SINCE, members, points

from people import line, order, who
from regulars.actions import own_codes, portal_erasing
from regulars.actions.advocates import choose_code
from regulars.actions.record import Outcome, record
from regulars.db.advocates import MARK
from regulars.db.models import CodeRow, FactRow
from regulars.db.queries.advocates import code_of
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Order
from regulars.engine.happenings import Activity, Click, SignUp

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NAME = "ANNA-BLUM"
SOLD = order("o1", line("a", "20.00"), at=SINCE + 2 * DAY)
WAYS = {
    "order": [replace(SOLD, via="anna-blum")],
    "codes": [replace(SOLD, codes=("SPRING", " Anna-Blum"))],
    "click": [Click(key="c", at=SINCE + DAY, via=NAME), SOLD],
    "sign_up": [SignUp(key="s", at=SINCE + DAY, via=NAME), SOLD],
    "step": [
        Activity(key="t", at=SINCE + DAY, kind="step", value="x", labels={"via": NAME}),
        replace(SOLD, via=NAME),
    ],
}


@pytest.fixture(autouse=True)
def _data(settings: Any, tmp_path: Path) -> None:
    """The list of who was forgotten lies in a folder of the test."""
    settings.DATA = tmp_path


def club() -> tuple[int, int]:
    anna, ben = members("anna", "ben")
    choose_code(anna, "club", NAME, now=SINCE)
    return anna, ben


def tell(*facts: Order | Click | SignUp | Activity) -> list[Outcome]:
    """Ben's facts, each when it happens."""
    told = who("ben", email="ben@example.com")
    return [one for fact in facts for one in record([Arrival(fact=fact, who=told)], now=fact.at)]


def named() -> set[str]:
    """Where the name stands, in any table."""
    with connection.cursor() as cursor:
        found = set()
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', ["%blum%"])
            found |= {table} if cursor.fetchone()[0] else set()
    return found


@pytest.mark.parametrize("way", WAYS)
def test_a_chosen_code_leads_to_its_member_and_stands_in_no_fact(way: str) -> None:
    anna, ben = club()
    assert {one.state for one in tell(*WAYS[way])} == {"recorded"}
    assert (points(anna), points(ben)) == (50, 20)
    assert named() == {"regulars_code"}
    portal_erasing.erase(anna, SINCE + 5 * DAY)
    assert named() == set()


@pytest.mark.parametrize("way", WAYS)
def test_what_is_told_again_is_known_whatever_became_of_the_code(way: str) -> None:
    anna, _ben = club()
    tell(*WAYS[way])
    assert {one.state for one in tell(*WAYS[way])} == {"known"}
    portal_erasing.erase(anna, SINCE + 5 * DAY)
    assert {one.state for one in tell(*WAYS[way])} == {"known"}
    assert named() == set()


def test_what_is_told_before_the_code_is_chosen_is_known_after_it() -> None:
    anna, _ben = members("anna", "ben")
    sold = replace(SOLD, via=NAME)
    tell(sold)
    choose_code(anna, "club", NAME, now=SINCE + 3 * DAY)
    assert [one.state for one in tell(sold)] == ["known"]
    other = replace(sold, amount_minor=1)
    assert [one.code for one in tell(other)] == ["key_reused"]
    again = replace(sold, version=2)
    assert [one.state for one in tell(again)] == ["restated"]
    assert points(anna) == 50


@pytest.mark.parametrize("chosen", [True, False])
def test_another_code_under_the_same_key_is_another_content(chosen: bool) -> None:
    anna, _ben, cleo = members("anna", "ben", "cleo")
    choose_code(anna, "club", NAME, now=SINCE)
    if chosen:
        choose_code(cleo, "club", "CLEOS-CLUB", now=SINCE)
    other = code_of(cleo, "club")
    tell(replace(SOLD, via=NAME))
    assert [one.code for one in tell(replace(SOLD, via=other))] == ["key_reused"]
    assert [one.state for one in tell(replace(SOLD, via=other, version=2))] == ["restated"]
    marks = dict(CodeRow.objects.filter(code__in=[NAME, other]).values_list("code", "mark"))
    via = (
        FactRow.objects.filter(key=SOLD.key).order_by("version").values_list("body__via", flat=True)
    )
    assert list(via) == [marks[NAME], marks[other] or other]
    assert [one.state for one in tell(replace(SOLD, via=NAME))] == ["known"]


def test_a_code_that_was_given_stays_as_it_is() -> None:
    anna, _ben = club()
    given = CodeRow.objects.get(customer_id=anna, mark="").code
    assert given != NAME == code_of(anna, "club")
    tell(replace(SOLD, via=given))
    assert points(anna) == 50
    assert CodeRow.objects.get(code=NAME).mark.startswith(MARK)


def test_facts_of_before_are_read_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    anna, _ben = club()
    monkeypatch.setattr(own_codes, "put_away", lambda cursor, arrivals, known: arrivals)
    tell(*WAYS["click"])
    assert points(anna) == 50


def test_saboteur_codes_that_are_kept_as_they_came(monkeypatch: pytest.MonkeyPatch) -> None:
    anna, _ben = club()
    monkeypatch.setattr(own_codes, "put_away", lambda cursor, arrivals, known: arrivals)
    tell(*WAYS["order"])
    portal_erasing.erase(anna, SINCE + 5 * DAY)
    assert named() == {"regulars_fact"}
