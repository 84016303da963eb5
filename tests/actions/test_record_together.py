"""The same facts from several sides at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connections

from people import arrival, line, order, who
from regulars.actions.record import record
from regulars.db.models import FactRow


def _record_elsewhere(number: int, now: datetime) -> list[str]:
    try:
        batch = [
            arrival(order(str(n), line("tea", "2")), who(str(n % 7), phone=f"+49{n % 5}"))
            for n in range(number, number + 20)
        ]
        return [outcome.state for outcome in record(batch, now=now)]
    finally:
        connections.close_all()


@pytest.mark.usefixtures("own_database")
def test_the_same_orders_from_eight_sides_at_once_count_once(now: datetime) -> None:
    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(lambda _n: _record_elsewhere(0, now), range(8)))
    assert sum(state == "recorded" for side in states for state in side) == 20
    assert sum(state == "known" for side in states for state in side) == 140
    assert FactRow.objects.count() == 20
