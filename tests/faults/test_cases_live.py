"""Every worked case runs twice, in memory and over the database, and comes to the same."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection

import regulars.cli
import server
from regulars.api import clock
from regulars.cli.live.database import emptying
from regulars.cli.live.outside import Outside
from regulars.cli.live.running import over
from regulars.db import ledger
from regulars.db.ledger import Transfers
from regulars.engine.run import EARN
from regulars.programmes.cases.agreeing import run_twice
from regulars.programmes.cases.comparing import Difference
from regulars.programmes.cases.shapes import Case, Run
from regulars.programmes.cases.sides import Opened

sys.path.insert(0, str(Path(__file__).parents[1] / "cases"))
from given_cases import editions, explained, given, more, ready_made, set_aside

PARTS = 24
"""One case in so many is tried in a short run, each part of them in its own test in a long one."""
SHORT = [0]
LONG = range(PARTS)
TRIED = LONG if os.environ.get("REGULARS_TORTURE") else SHORT
SOURCE = Path(regulars.cli.__file__).parents[1]
BROKEN_OFF = "case_side_broke"


@pytest.fixture
def live(own_database: None, cluster: server.Server) -> Iterator[Opened]:
    """A database for cases, empty before each."""
    address = cluster.address(connection.settings_dict["NAME"])
    with emptying(address) as empty, over(empty) as opened:
        yield opened


def runs() -> list[tuple[Case, Run]]:
    """Every run of every case that is not held to be wrong."""
    several = [one for part in (given(), explained(), ready_made(), more()) for one in part.cases]
    kept = [one for one in several if one.runnable and one.id not in set_aside()]
    return [(case, run) for case in kept for run in case.runs]


def differing(part: list[tuple[Case, Run]], live: Opened) -> dict[str, Difference]:
    """What does not come to the same, by case."""
    found: dict[str, Difference] = {}
    for case, run in part:
        ran = run_twice(case, run, editions(), live)
        if ran.difference is not None:
            found[case.id] = ran.difference
    return found


@pytest.mark.parametrize("part", TRIED)
def test_the_database_says_what_memory_says(part: int, live: Opened) -> None:
    assert differing(runs()[part::PARTS], live) == {}


def test_the_database_knows_households(live: Opened) -> None:
    told = [one for one in runs() if one[0].id == "unseen-store-household"]
    assert told
    assert differing(told, live) == {}


def one_more(booked: list[Transfers]) -> list[Transfers]:
    """The same transfers, a point more in each that gives some."""
    return [
        msgspec.structs.replace(
            one,
            rows=[
                msgspec.structs.replace(row, amount=row.amount + 1) if row.step == EARN else row
                for row in one.rows
            ],
        )
        for one in booked
    ]


def test_a_point_too_many_is_seen(live: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    book = ledger.book

    def wrong(cursor: Any, booked: list[Transfers], *more: Any) -> Any:
        return book(cursor, one_more(booked), *more)

    (case, run) = next(one for one in runs() if "eligible" in str(one[0].events))
    assert differing([(case, run)], live) == {}
    monkeypatch.setattr(ledger, "book", wrong)
    assert differing([(case, run)], live)[case.id].reason.code == "case_side_unlike"
    monkeypatch.setattr(Outside, "look", lambda *told: None)
    assert differing([(case, run)], live)[case.id].reason.code == "case_sides_stand"


def test_a_side_that_breaks_off_is_told(live: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "book", lambda *told: 1 // 0)
    found = differing(runs()[:1], live)
    assert [one.reason.code for one in found.values()] == [BROKEN_OFF]


def test_most_of_it_goes_over_http(live: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Outside] = []
    begin = Outside.__init__

    def noted(self: Outside, *told: Any) -> None:
        begin(self, *told)
        made.append(self)

    monkeypatch.setattr(Outside, "__init__", noted)
    assert differing(runs()[:10], live) == {}
    assert sum(one.said for one in made) > sum(one.else_ for one in made) > 0


def test_only_cases_tell_what_time_it_is() -> None:
    telling = {path.name for path in SOURCE.rglob("*.py") if "clock.tell(" in path.read_text()}
    assert telling == {"outside.py"}
    using = {path.name for path in SOURCE.rglob("*.py") if "cli.live" in path.read_text()}
    rest = using - {path.name for path in (SOURCE / "cli" / "live").iterdir()}
    assert rest == {"check.py"}
    before, told = datetime.now(UTC), clock.now()
    assert before <= told <= datetime.now(UTC)
