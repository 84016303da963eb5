"""A birthday without a year is a birthday, and says nothing about an age."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from regulars.engine import conditions
from regulars.engine.calendar import instant_of, zone
from regulars.engine.periods import UNSAID, birth_of


@pytest.mark.parametrize(
    ("told", "born"),
    [
        ("1991-11-24", date(1991, 11, 24)),
        ("--11-24", date(UNSAID, 11, 24)),
        ("--02-29", date(UNSAID, 2, 29)),
        ("--02-30", None),
        ("--", None),
        ("", None),
        ("soon", None),
    ],
)
def test_a_birthday_is_read_with_or_without_its_year(told: str, born: date | None) -> None:
    assert birth_of(told) == born


@pytest.mark.parametrize(
    ("told", "birthday", "of_age"),
    [("1991-11-24", True, True), ("2015-11-24", True, False), ("--11-24", True, False)],
)
def test_without_a_year_nobody_is_of_an_age(told: str, birthday: bool, of_age: bool) -> None:
    state = SimpleNamespace(attributes={"birth_date": told})
    run: Any = SimpleNamespace(state=state, at=instant_of(datetime(2026, 11, 24, 9, tzinfo=UTC)))
    berlin = zone("Europe/Berlin")
    assert conditions._birthday("day", lambda _run: berlin, run, None) == birthday
    assert conditions._aged(18, None, lambda _run: berlin, run, None) == of_age
