"""Room on the disks of the embedded database. While there is hardly any left nothing is written: a
database whose log finds no room ends, and then nobody could read either."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from psycopg.errors import DiskFull

MEGABYTE = 1024 * 1024
RESERVE = 48 * MEGABYTE
"""What is never filled by us: three files of the database's log."""
ENOUGH = 100 * MEGABYTE
"""With less the installation does not call itself ready."""
PLENTY = 1024 * MEGABYTE
"""With less there is an eye on what the database's log can still write."""
LOG_FILE = re.compile("[0-9A-F]{8}([0-9A-F]{8})([0-9A-F]{8})")
"""The name of one: its line of time, and its number in two parts."""
FRESH_NANOSECONDS = 500_000_000
RETRY_SECONDS = 5
"""When to come again, for those who are told that the disk is full."""


def free(data: Path) -> int:
    """The bytes that are free for the database of a data folder, on the fuller of its disks.
    Raises OSError where a disk does not answer."""
    homes = (data, data / "postgres", data / "postgres" / "pg_wal")
    return min(shutil.disk_usage(home).free for home in homes if home.exists())


def log_files(data: Path, size: int) -> list[int]:
    """The numbers of the files of this size that the database's log has, used ones among them.
    Raises OSError where there is no such log."""
    names = [place.name for place in (data / "postgres" / "pg_wal").iterdir()]
    found = [LOG_FILE.fullmatch(name) for name in names]
    each = 2**32 // size
    return sorted(int(one[1], 16) * each + int(one[2], 16) for one in found if one)


def log_ready(files: list[int], position: int, size: int) -> int:
    """The bytes of a log, written up to a position, that find room in the files that are there."""
    end = position // size
    there = frozenset(files)
    while end in there:
        end += 1
    return max(0, end * size - position)


class NoRoom(Exception):
    """The disk is nearly full: what can wait has to."""

    def __str__(self) -> str:
        return f"fewer than {RESERVE // MEGABYTE} MB of the disk are free"


class Room:
    """Whether there is room to write, looked at twice a second at most."""

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._looked = -FRESH_NANOSECONDS
        self._over = False

    def is_over(self) -> bool:
        """Nothing more may be written. A database elsewhere minds its own disk."""
        if self._clock() - self._looked >= FRESH_NANOSECONDS:
            self._looked = self._clock()
            self._over = self._look()
        return self._over

    def _look(self) -> bool:
        data = Path(settings.DATA)
        try:
            return (data / "postgres").is_dir() and free(data) < RESERVE
        except OSError:
            return True


ROOM = Room()


def code_of(error: Exception) -> str:
    """What those are told whom the database did not serve: disk_full, or busy."""
    return "disk_full" if isinstance(error.__cause__, DiskFull) else "busy"
