"""Each simple value of the case language: how it may be written, and what is told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.programmes.cases.values import SCALARS, Bad, Duration, Value
from regulars.programmes.documents import Data, DecimalText, read

CET = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        ("number", "12", Decimal(12)),
        ("number", '"12.50"', Decimal("12.50")),
        ("number", "12.50", Decimal("12.50")),
        ("number", "-8.00", Decimal("-8.00")),
        ("number", "0.00", Decimal("0.00")),
        ("whole", "3", 3),
        ("whole", '"3.00"', 3),
        ("instant", "2025-12-31T23:59:00+01:00", datetime(2025, 12, 31, 23, 59, tzinfo=CET)),
        ("instant", '"2025-12-31T22:59:00Z"', datetime(2025, 12, 31, 22, 59, tzinfo=UTC)),
        ("instant", "2025-12-31 22:59Z", datetime(2025, 12, 31, 22, 59, tzinfo=UTC)),
        ("day", "2024-02-29", date(2024, 2, 29)),
        ("moment", '"2024-02-29"', date(2024, 2, 29)),
        ("moment", "2025-12-31T22:59:00Z", datetime(2025, 12, 31, 22, 59, tzinfo=UTC)),
        ("duration", "P1M", Duration(months=1)),
        ("duration", "P2Y", Duration(years=2)),
        ("duration", "P1DT12H30M5S", Duration(days=1, hours=12, minutes=30, seconds=5)),
        ("duration", "P2W", Duration(weeks=2)),
        ("flag", "true", True),
        ("text", "latte", "latte"),
        ("text", "1000", "1000"),
        ("text", "12.50", "12.50"),
        ("zone", "Europe/Berlin", "Europe/Berlin"),
        ("currency", "EUR", "EUR"),
        ("free", "{a: [1, 2.50, x]}", {"a": (1, Decimal("2.50"), "x")}),
    ],
)
def test_a_value_is_read(kind: str, written: str, expected: object) -> None:
    found = SCALARS[kind](read(f"key: {written}", "one.yaml").data["key"])  # type: ignore[call-overload,index]
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("number", "1,50", "case_bad_number"),
        ("number", "1e3", "case_bad_number"),
        ("number", "", "case_bad_number"),
        ("number", True, "case_bad_number"),
        ("number", None, "case_bad_number"),
        ("number", "٣", "case_bad_number"),
        ("whole", DecimalText("1.5"), "case_bad_whole"),
        ("instant", "2025-12-31", "case_bad_instant"),
        ("instant", "2025-12-31T10:00:00", "case_bad_instant"),
        ("instant", "2025-02-30T10:00:00Z", "case_bad_instant"),
        ("instant", "2025-W01-1T10:00:00Z", "case_bad_instant"),
        ("day", "2025-02-29", "case_bad_day"),
        ("day", "20250228", "case_bad_day"),
        ("day", 20250228, "case_bad_day"),
        ("moment", 3, "case_bad_moment"),
        ("duration", "P", "case_bad_duration"),
        ("duration", "P1DT", "case_bad_duration"),
        ("duration", "1M", "case_bad_duration"),
        ("flag", "yes", "case_bad_flag"),
        ("text", ["a"], "case_bad_text"),
        ("text", "", "case_empty"),
        ("text", False, "case_bad_text"),
        ("zone", "Mars/Base", "case_bad_zone"),
        ("zone", "Europe", "case_bad_zone"),
        ("zone", "../etc/passwd", "case_bad_zone"),
        ("currency", "eur", "case_bad_currency"),
    ],
)
def test_a_value_that_cannot_be_read_is_told(kind: str, data: Data, code: str) -> None:
    with pytest.raises(Bad) as bad:
        SCALARS[kind](data)
    assert bad.value.code == code


@given(st.decimals(-(10**9), 10**9, places=6))
def test_numbers_keep_every_digit(number: Decimal) -> None:
    assert keeps_digits(SCALARS["number"], number)


def test_a_float_on_the_way_would_be_noticed() -> None:
    assert not keeps_digits(lambda written: Decimal(str(float(str(written)))), Decimal("1.50"))


def keeps_digits(read_number: Callable[[Data], Value], number: Decimal) -> bool:
    found = read_number(str(number))
    return isinstance(found, Decimal) and found.as_tuple() == number.as_tuple()
