"""Orders a day against the usual range of their weekday."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pyarrow as pa

from regulars.insight import usual_days

SUNDAY = date(2026, 11, 15)


def table(orders: dict[date, int]) -> pa.Table:
    days = [day for day, count in orders.items() for _n in range(count)]
    return pa.table(
        {
            "customer_id": [str(n % 7) for n in range(len(days))],
            "order_id": [str(n) for n in range(len(days))],
            "at": [datetime(day.year, day.month, day.day, 12) for day in days],
            "amount": ["2.50"] * len(days),
        }
    )


def weeks(count: int, *, usual: int = 20, last: int = 20) -> dict[date, int]:
    """Sundays with `usual` orders, one more every second week, and the last with `last`."""
    found = {SUNDAY - timedelta(days=7 * n): usual + n % 2 for n in range(1, count + 1)}
    return {**found, SUNDAY: last}


def row_of(day: date, orders: dict[date, int]) -> dict[str, object]:
    result = usual_days(table(orders), as_of=SUNDAY)
    return {row["day"]: row for row in result["days"].records()}[day]


def test_a_day_inside_its_range_is_as_usual() -> None:
    row = row_of(SUNDAY, weeks(26, last=21))
    assert (row["orders"], row["low"], row["median"], row["high"]) == (21, 20, 20.5, 21)
    assert row["unusual"] == ""


def test_days_below_and_above_their_range_are_told() -> None:
    assert row_of(SUNDAY, weeks(26, last=19))["unusual"] == "low"
    assert row_of(SUNDAY, weeks(26, last=22))["unusual"] == "high"


def test_a_day_without_orders_stands_as_none_and_counts_in_later_ranges() -> None:
    orders = weeks(26)
    del orders[SUNDAY]
    monday = SUNDAY - timedelta(days=6)
    orders[SUNDAY - timedelta(days=1)] = 1
    result = usual_days(table(orders), as_of=SUNDAY)
    rows = {row["day"]: row for row in result["days"].records()}
    assert (rows[SUNDAY]["orders"], rows[SUNDAY]["unusual"]) == (0, "low")
    assert (rows[monday]["orders"], rows[monday]["high"], rows[monday]["unusual"]) == (0, 0, "")


def test_fewer_than_eight_weeks_have_no_range() -> None:
    assert row_of(SUNDAY, weeks(7, last=1))["low"] is None
    assert row_of(SUNDAY, weeks(8, last=1))["unusual"] == "low"


def test_the_last_days_are_shown_the_earliest_first() -> None:
    result = usual_days(table(weeks(10)), as_of=SUNDAY)
    days = [row["day"] for row in result["days"].records()]
    assert (days[0], days[-1], len(days)) == (SUNDAY - timedelta(days=13), SUNDAY, 14)
