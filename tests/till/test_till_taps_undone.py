"""A tap that gave something in several programmes is taken back in each of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from till_kit import NOW, Counter, open_counter

from regulars.actions.looking import look
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.actions.till_taps import Tap, tap
from regulars.actions.till_undoing import undo

pytestmark = pytest.mark.django_db
VISITS = """
format: 1
programme: PROGRAMME
edition: PROGRAMME_1
name: Visits
zone: Europe/Berlin
currency: EUR
assets:
  - {id: points, name: point}
earn:
  - {id: visit, kind: per_activity, activity: visit, points: 5}
"""


def points(counter: Counter, programme: str) -> int:
    return look(counter.ana, programme, NOW + timedelta(hours=1)).balances["points"].available


def test_a_visit_that_counts_in_two_programmes_is_taken_back_in_both() -> None:
    counter = open_counter()
    for programme in ("visits", "walks"):
        publish(VISITS.replace("PROGRAMME", programme), now=NOW - timedelta(days=9), by="Olga")
        join([counter.ana], programme, since=NOW - timedelta(days=8), now=NOW - timedelta(days=8))
    act = Tap(key="tap:1", customer=counter.ana, at=NOW, programme="visits", activity="visit")
    tap(counter.worker, act, NOW)
    assert [points(counter, one) for one in ("visits", "walks")] == [5, 5]
    undone = undo(counter.worker, "tap:1", NOW)
    assert undone.gave == {"visits": {"points": -5}, "walks": {"points": -5}}
    assert [points(counter, one) for one in ("visits", "walks")] == [0, 0]
