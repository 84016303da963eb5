"""What is counted under a name: requests without waiting for the disk, all else for good; whatever
the clock does (R33)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from regulars.db import api_keys, hot
from regulars.db.api_keys import KeyRow

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
KEY = KeyRow(
    id=UUID("6f1c2a4e-0000-4000-8000-00000000000a"),
    name="till",
    scopes=frozenset(),
    per_minute=5,
)


def test_only_requests_are_counted_without_waiting_for_the_disk(
    own_database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    run = hot.run

    def noting(cursor: Any, query: str, told: Any = ()) -> Any:
        asked.append(query)
        return run(cursor, query, told)

    monkeypatch.setattr(hot, "run", noting)
    with connection.cursor() as cursor:
        assert api_keys.spend(cursor, KEY, NOW, 2).left == 3
        assert api_keys.count(cursor, "codes", 5, NOW, (3600, 1)).left == 4
        assert api_keys.counted(cursor, "codes", NOW, 3600) == 1
    assert ["synchronous_commit" in query for query in asked] == [True, False]


LENGTHS = {"minute": 60, "hour": 3600, "day": 86_400}
BACK_AND_FORTH = [timedelta(days=3653), -timedelta(days=3653), timedelta(0)]


def refused_after(name: str, length: int) -> list[bool]:
    """Whether somebody who asks once is refused, after others used a limit up by each of the clocks
    that were wrong, and by the right one."""
    found = []
    with connection.cursor() as cursor:
        for wrong in BACK_AND_FORTH:
            for _try in range(7):
                api_keys.count(cursor, name, 5, NOW + wrong, (length, 1))
            found.append(api_keys.count(cursor, name, 5, NOW, (length, 1)).over)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("name", LENGTHS)
def test_a_clock_that_was_wrong_keeps_nobody_out_for_years(name: str) -> None:
    """What was used up in ten years from now, or ten years ago, is not used up now; what is used up
    now stays so."""
    assert refused_after(name, LENGTHS[name]) == [False, False, True]


@pytest.mark.django_db
def test_a_process_that_is_a_moment_ahead_gives_nobody_more() -> None:
    with connection.cursor() as cursor:
        for moment in (0, 60, 0, 60, 0, 60):
            at = NOW + timedelta(seconds=moment)
            left = api_keys.count(cursor, "key", 5, at, (60, 1)).left
    assert left == 0, "all but the first counted in the later minute"


@pytest.mark.django_db
def test_saboteur_who_waits_for_the_later_window(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = api_keys.SPEND.replace("IN (0, 1)", ">= 0").replace(
        "= 1)::int", '= 1)::int + greatest(u."window" - excluded."window" - 1, 0)'
    )
    assert waits != api_keys.SPEND
    monkeypatch.setattr(api_keys, "SPEND", waits)
    assert refused_after("key", 60) == [True, True, True]
