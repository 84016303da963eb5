"""Birthdays: told to programmes that ask for them, by day and month, and no year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from msgspec import structs

import regulars
from people import line, order, who
from regulars import jobs
from regulars.actions import birthdays, imports
from regulars.actions.business import known_business
from regulars.actions.customers import change_profile
from regulars.actions.known import known_customer
from regulars.actions.members import join, join_everybody
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.actions.redeeming import Answer, Asked, redeem
from regulars.actions.verifying import verify
from regulars.db import birthdays as asking
from regulars.db.models import Customer, FactRow
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Profile, Who
from regulars.engine.happenings import Redemption
from regulars.sources.corner_coffee import BUSINESS, programme, write
from regulars.sources.files.inspection import inspect
from regulars.sources.files.shapes import Hints

pytestmark = pytest.mark.usefixtures("own_database")
CLUB = "corner_club"
SINCE = datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
"""A Monday, and her birthday is on the Sunday after it."""
BORN = date(1991, 11, 8)
BLUEPRINTS = Path(regulars.__file__).parent / "blueprints"
SILENT = """
format: 1
programme: corner_club
edition: {edition}
name: Corner Club
zone: Europe/Berlin
currency: EUR
assets: [{{id: points, name: point, many: points}}]
earn: [{{kind: per_amount, step: 1.00 EUR, points: 1}}]
rewards: [{rewards}]
"""
GIFT = "{id: birthday, kind: birthday, window: week, name: a drink}"


def cafe() -> None:
    publish((BLUEPRINTS / "cafe_points" / "programme.yaml").read_text(), now=SINCE)


def born(day: date | None = BORN) -> Who:
    anna: Who = who("anna")
    return structs.replace(anna, profile=Profile(name="Anna", birth_date=day))


def member(person: Who) -> int:
    number = known_customer(person, NOW)
    join([number], CLUB, since=SINCE, now=NOW)
    return number


def gift(number: int, key: str, now: datetime = NOW) -> Answer:
    asked = Redemption(key=key, at=now, reward="birthday")
    return redeem(Asked(attempt=asked, customer_id=number, programme=CLUB, now=now))


def told() -> list[str]:
    rows = FactRow.objects.filter(type="attribute").order_by("seq")
    return [row.body.get("value", "") for row in rows]


def waiting() -> list[str]:
    """The jobs that wait to tell birthdays, by whose."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args ->> 'customers' FROM procrastinate_jobs"
            " WHERE task_name = 'tell_birthdays' AND args ->> 'customers' <> '' ORDER BY id"
        )
        return [one for (one,) in cursor.fetchall()]


def test_who_joins_gets_the_gift_in_the_week_and_only_then() -> None:
    cafe()
    number = member(born())
    assert gift(number, "early", NOW - timedelta(days=1)).code == "outside_window"
    assert gift(number, "now").accepted
    assert gift(number, "again").code == "once_per_12_months"
    assert verify().finding is None


def test_facts_tell_no_year() -> None:
    cafe()
    member(born())
    assert told() == ["--11-08"]
    assert not FactRow.objects.filter(body__icontains="1991").exists()


def test_a_birthday_that_comes_with_an_order_is_told_by_a_job_once() -> None:
    cafe()
    number = member(who("anna"))
    assert gift(number, "unknown").code == "outside_window"
    for count in (1, 2):
        sold = order(f"o{count}", line("cake", "3.00"), at=NOW)
        record([Arrival(fact=sold, who=born())], now=NOW)
        assert waiting() == [str(number)]
        assert birthdays.tell([number], NOW) == (1 if count == 1 else 0)
    assert gift(number, "known").accepted
    assert verify().finding is None


def test_what_is_corrected_or_taken_away_is_told_too() -> None:
    cafe()
    number = member(born())
    public = Customer.objects.get(id=number).public_id
    for count, day in enumerate((date(1991, 6, 8), None), start=1):
        now = NOW + timedelta(seconds=count)
        change_profile(public, Profile(name="Anna", birth_date=day))
        assert birthdays.tell([number], now) == 1
        assert gift(number, f"at {day}", now).code == "outside_window"
    assert told() == ["--11-08", "--06-08", ""]
    assert waiting() == [str(number)] * 2


def test_another_year_is_no_news() -> None:
    cafe()
    number = member(born())
    public = Customer.objects.get(id=number).public_id
    change_profile(public, Profile(name="Anna", birth_date=date(1990, 11, 8)))
    assert (birthdays.tell([number], NOW), waiting()) == (0, [])


def test_a_programme_that_does_not_ask_is_told_nothing_before_an_edition_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(SILENT.format(edition="first", rewards=""), now=SINCE)
    number = member(born())
    assert (birthdays.tell_everybody(NOW), told()) == (0, [])
    publish(SILENT.format(edition="second", rewards=GIFT), now=NOW)
    monkeypatch.setattr("regulars.jobs.timezone.now", lambda: NOW)
    jobs.tell_birthdays("")
    assert told() == ["--11-08"]
    assert gift(number, "now").accepted
    assert birthdays.tell_everybody(NOW) == 0


def test_who_left_and_comes_back_is_told_of_once() -> None:
    cafe()
    number = member(born())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE regulars_holder SET left_at = now() WHERE true")
    assert birthdays.tell([number], NOW) == 0
    assert told() == ["--11-08"]


def test_at_the_demonstration_the_treat_of_the_week_can_be_had(tmp_path: Path) -> None:
    known_business(NOW)
    until = NOW.date()
    orders = write(tmp_path, customers=60, seed=1, until=until).paths[0]
    hints = Hints(zone=BUSINESS.zone, currency=BUSINESS.currency, source="corner-coffee")
    mapping = inspect(orders, hints).mapping
    run = imports.begin(orders, mapping, name=orders.name, by="", now=NOW)
    imports.run_import(run, tmp_path / "work", report=lambda step: None)
    publish(programme(), now=NOW)
    assert sum(join_everybody(CLUB, since=SINCE, now=NOW)) > 40
    days = [(one.id, one.birth_date) for one in Customer.objects.exclude(birth_date=None)]
    known = [(number, day) for number, day in days if day and (day.month, day.day) != (2, 29)]
    assert len(known) > 10
    number, day = max(known, key=lambda one: one[1].month)
    then = datetime(2027, day.month, day.day, 12, tzinfo=UTC)
    assert gift(number, "treat", then).accepted


def test_saboteur_a_date_with_its_year_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    sql = asking.UNTOLD.replace('"--"MM-DD', "YYYY-MM-DD")
    monkeypatch.setattr(asking, "UNTOLD", sql)
    cafe()
    member(born())
    with pytest.raises(AssertionError):
        assert not FactRow.objects.filter(body__icontains="1991").exists()
