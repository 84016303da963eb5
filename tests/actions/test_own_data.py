"""What somebody takes along of ten thousand facts is written in minutes, by as many questions as of
ten facts (P08)."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.portal_kit import CLUB, NOW, Club
from regulars.actions.record import Source, record
from regulars.db.queries import portal_data
from regulars.engine.arrivals import Arrival
from regulars.engine.happenings import Grant

pytestmark = pytest.mark.django_db
TORTURE = bool(os.environ.get("REGULARS_TORTURE"))
FULL, AT_ONCE = 10_000 if TORTURE else 200, 500
FIVE_MINUTES = 300
SIZES = (40, 80, 160)
FILES = {"JSON": "/my/profile/data/", "CSV": "/my/profile/data/tables/"}


@pytest.fixture
def club(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Club:
    settings.DATA = tmp_path
    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return Club()


def happen(club: Club, first: int, last: int) -> None:
    """Ana is given a point, from the first time to the last, one second after the other."""
    for start in range(first, last, AT_ONCE):
        facts = [
            Arrival(
                fact=Grant(
                    key=f"g{number}", at=NOW - timedelta(hours=20, seconds=-number), amount=1
                ),
                programme=CLUB,
            )
            for number in range(start, min(start + AT_ONCE, last))
        ]
        record(facts, now=NOW, source=Source(owner=club.ana))


class Work:
    """What it took to write a file: questions to the database, and calls of functions."""

    def __init__(self, ask: Callable[[], Any]) -> None:
        self.calls = 0
        with CaptureQueriesContext(connection) as asked:
            sys.setprofile(self._count)
            try:
                ask()
            finally:
                sys.setprofile(None)
        self.questions = len(asked)

    def _count(self, _frame: Any, happened: str, _more: Any) -> None:
        self.calls += happened in ("call", "c_call")


def is_straight(phone: Client, club: Club, kind: str) -> bool:
    """Whether twice as many facts take twice the work (a square would be four times as much), and
    no question more."""
    taken, there = [], 0
    for size in SIZES:
        happen(club, there, size)
        there = size
        taken.append(Work(lambda: phone.get(FILES[kind]).getvalue()))
    once, twice = (after.calls - before.calls for before, after in pairwise(taken))
    return len({one.questions for one in taken}) == 1 and once < twice < once * 2.5


@pytest.mark.parametrize("kind", FILES)
def test_p08_more_facts_take_no_more_questions_and_no_square_of_work(club: Club, kind: str) -> None:
    phone = club.browser()
    phone.get(FILES[kind])
    assert is_straight(phone, club, kind)


def asks(*told: Any) -> Any:
    """A saboteur who asks anew for each row."""
    for row in ROWS(*told):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        yield row


def looks(*told: Any) -> Any:
    """A saboteur who looks through all rows for each."""
    there = list(ROWS(*told))
    for row in there:
        assert repr(row) in [repr(other) for other in there]
        yield row


ROWS = portal_data._rows


@pytest.mark.parametrize("saboteur", [asks, looks])
def test_p08_saboteurs(
    club: Club, monkeypatch: pytest.MonkeyPatch, saboteur: Callable[..., Any]
) -> None:
    phone = club.browser()
    phone.get(FILES["JSON"])
    monkeypatch.setattr(portal_data, "_rows", saboteur)
    assert not is_straight(phone, club, "JSON")


def test_p08_ten_thousand_facts_in_minutes(club: Club) -> None:
    happen(club, 0, FULL)
    phone = club.browser()
    for kind, path in FILES.items():
        began = time.monotonic()
        told = phone.get(path).getvalue()
        took = time.monotonic() - began
        assert rows_in(kind, told, "facts") > FULL
        assert rows_in(kind, told, "transfers") > FULL
        assert took < FIVE_MINUTES or not TORTURE, f"{kind}: {took:.0f} s"


def rows_in(kind: str, told: bytes, table: str) -> int:
    if kind == "JSON":
        return len(json.loads(told)[table])
    with zipfile.ZipFile(io.BytesIO(told)) as file:
        text = file.read(f"{table}.csv").decode("utf-8-sig")
    return len(list(csv.reader(io.StringIO(text)))) - 1
