"""When freed space is written over, and what is said of it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from regulars.db import forgotten
from regulars.run import doctor_live, scrub
from regulars.run.folder import Folder
from regulars.run.scrub import Mark, Scrubbed, Scrubber

NOON = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp())


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(root=tmp_path)


def forget(folder: Folder, *numbers: int) -> None:
    with (folder.root / forgotten.NAME).open("a") as file:
        file.writelines(f"{UUID(int=one)}\n" for one in numbers)


class Counted:
    """Stands for the work itself: how often it was done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Folder) -> None:
        self.times = 0
        self.hour = 12
        self.large: tuple[str, ...] = ()
        self.scrubber = Scrubber(folder)
        monkeypatch.setattr(scrub, "scrub", self)
        monkeypatch.setattr(self.scrubber, "_hour", lambda: self.hour)

    def __call__(self, folder: Folder) -> Scrubbed:
        self.times += 1
        people = len(forgotten.listed(folder.root / forgotten.NAME))
        if not self.large:
            scrub._note(folder, Mark(people=people))
        return Scrubbed(tables=1, large=self.large)

    def look(self, *, hours: float, hour: int) -> int:
        """Look so long after noon, when it is that hour at the business; how often it was done."""
        self.hour = hour
        self.scrubber.look(NOON + hours * 3600)
        return self.times


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch, folder: Folder) -> Counted:
    return Counted(monkeypatch, folder)


def test_it_is_done_in_the_night_once(counted: Counted, folder: Folder) -> None:
    assert counted.look(hours=0, hour=3) == 0, "nobody asked"
    forget(folder, 1)
    assert counted.look(hours=1, hour=13) == 0
    assert counted.look(hours=14, hour=2) == 0
    assert counted.look(hours=15, hour=3) == 1
    assert counted.look(hours=15.2, hour=3) == 1
    forget(folder, 2)
    assert counted.look(hours=16, hour=4) == 2


def test_a_machine_that_is_off_at_night_does_it_after_a_day(
    counted: Counted, folder: Folder
) -> None:
    forget(folder, 1)
    assert counted.look(hours=0, hour=12) == 0
    forget(folder, 2)
    assert counted.look(hours=23.9, hour=12) == 0
    assert counted.look(hours=24, hour=12) == 1, "a day after the first who asked"


def test_large_tables_are_told_once_and_somebody_still_waits(
    counted: Counted, folder: Folder
) -> None:
    counted.large = ("regulars_customer",)
    forget(folder, 1)
    assert counted.look(hours=0, hour=3) == 1
    assert counted.look(hours=1, hour=4) == 1
    assert counted.look(hours=30, hour=3) == 1
    assert scrub.waits_since(folder) == NOON
    forget(folder, 2)
    assert counted.look(hours=39, hour=3) == 2


def test_stopped_mails_are_no_reason(counted: Counted, folder: Folder) -> None:
    (folder.root / forgotten.NAME).write_text("stopped 4c1f\n")
    assert counted.look(hours=0, hour=3) == 0


@pytest.mark.parametrize(
    ("asked", "state", "said"),
    [
        (None, "ok", "Nobody who was forgotten"),
        (timedelta(hours=5), "ok", "in the night"),
        (timedelta(days=3), "warn", "may still be left"),
    ],
)
def test_the_doctor_tells_who_waits(
    folder: Folder, asked: timedelta | None, state: str, said: str
) -> None:
    if asked is not None:
        forget(folder, 1)
        at = (datetime.now(UTC) - asked).timestamp()
        os.utime(folder.root / forgotten.NAME, (at, at))
    found = doctor_live.freed(folder, {})
    assert (found.state, said in found.sentence) == (state, True)
