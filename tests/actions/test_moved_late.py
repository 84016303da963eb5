"""A fact that came too late for one member and turns out to be another's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from msgspec.structs import replace

import regulars
from people import line, order, who
from regulars.actions.looking import look
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.actions.verifying import verify
from regulars.db import people
from regulars.db.models import FactRow, PromiseKey
from regulars.engine.arrivals import Arrival

pytestmark = pytest.mark.usefixtures("own_database")
CAFE = Path(regulars.__file__).parent / "blueprints" / "cafe_points" / "programme.yaml"
CLUB = "corner_club"
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def two() -> list[int]:
    """Mia and Ben, members since long ago."""
    publish(CAFE.read_text(), now=LONG_AGO)
    with connection.cursor() as cursor:
        both = people.find_or_make(
            cursor, [who("mia"), who("ben")], now=LONG_AGO, crowd=people.Crowd()
        )
    join(both, CLUB, since=LONG_AGO, now=LONG_AGO)
    return list(both)


def points(customer: int, now: datetime) -> int:
    return int(look(customer, CLUB, now).balances["points"].available)


def test_a_late_order_is_restated_for_somebody_else_and_stays_late() -> None:
    mia, ben = two()
    late = order("o1", line("flat_white", "20.00"), at=NOW - timedelta(days=800))
    record([Arrival(fact=late, who=who("mia"))], now=NOW)
    then = NOW + timedelta(hours=1)
    (moved,) = record([Arrival(fact=replace(late, version=2), who=who("ben"))], now=then)
    assert moved.state == "restated"
    assert [points(mia, then), points(ben, then)] == [0, 0]
    later = then + timedelta(hours=1)
    (back,) = record([Arrival(fact=replace(late, version=3), who=who("mia"))], now=later)
    assert back.state == "restated"
    assert [points(mia, later), points(ben, later)] == [0, 0]
    assert whose_notes() == [(1, mia), (2, ben), (3, mia)]
    assert verify().finding is None
    held = PromiseKey.objects.filter(rule="late").values_list("customer_id", flat=True)
    assert list(held) == [mia]


def whose_notes() -> list[tuple[int, int]]:
    """The versions of the note that the order came too late, and whose they are."""
    found = FactRow.objects.filter(type="promise").order_by("version")
    return list(found.values_list("version", "customer_id"))
