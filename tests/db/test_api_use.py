"""What is counted under a name: requests without waiting for the disk, all else for good."""

from __future__ import annotations

from datetime import UTC, datetime
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
