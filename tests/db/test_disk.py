"""How much room there is for the database, and what is said when there is none."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import OperationalError

from regulars.db import disk


@pytest.fixture
def home(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """A data folder whose log lies on another disk; what is free on either, by name."""
    (tmp_path / "postgres" / "pg_wal").mkdir(parents=True)
    settings.DATA = tmp_path
    free = {"pg_wal": 900 * disk.MEGABYTE, "other": 900 * disk.MEGABYTE}

    def usage(place: Path) -> SimpleNamespace:
        return SimpleNamespace(free=free.get(Path(place).name, free["other"]))

    monkeypatch.setattr(shutil, "disk_usage", usage)
    return free


@pytest.mark.parametrize("which", ["pg_wal", "other"])
def test_the_fuller_disk_counts(home: dict[str, int], which: str) -> None:
    moments = [0]
    room = disk.Room(lambda: moments[0])
    assert not room.is_over()
    home[which] = disk.RESERVE - 1
    assert not room.is_over(), "it was looked at a moment ago"
    moments.append(moments.pop() + disk.FRESH_NANOSECONDS)
    assert room.is_over()
    home[which] = disk.RESERVE
    moments[0] += disk.FRESH_NANOSECONDS
    assert not room.is_over()


def test_a_database_elsewhere_minds_its_own_disk(
    home: dict[str, int], tmp_path: Path, settings: Any
) -> None:
    home["other"] = 0
    settings.DATA = tmp_path / "elsewhere"
    assert not disk.Room().is_over()


def test_a_disk_that_does_not_answer_is_full(
    home: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def usage(place: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(shutil, "disk_usage", usage)
    assert disk.Room().is_over()


@pytest.mark.parametrize(
    ("cause", "code"),
    [(psycopg.errors.DiskFull(), "disk_full"), (psycopg.errors.AdminShutdown(), "busy")],
)
def test_what_the_database_says_is_told(cause: Exception, code: str) -> None:
    error = OperationalError()
    error.__cause__ = cause
    assert disk.code_of(error) == code


def test_what_a_log_can_still_write(tmp_path: Path) -> None:
    """Up to the first file that is missing; whatever else lies there is none."""
    wal = tmp_path / "postgres" / "pg_wal"
    (wal / "archive_status").mkdir(parents=True)
    size = 16 * disk.MEGABYTE
    for name in ("0000000200000001000000FE", "0000000200000001000000FF", "xlogtemp.17"):
        (wal / name).touch()
    (wal / "000000020000000200000000").touch()
    (wal / "000000020000000200000002").touch()
    files = disk.log_files(tmp_path, size)
    assert files == [0x1FE, 0x1FF, 0x200, 0x202]
    assert disk.log_ready(files, 0x1FE * size + 5, size) == 3 * size - 5
    assert disk.log_ready(files, 0x202 * size, size) == size
    assert disk.log_ready(files, 0x201 * size, size) == 0
