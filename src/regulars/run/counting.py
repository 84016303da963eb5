"""How many requests were answered, how, and how fast: counted by each process of the server in a
small file of its own, which all of them can add up.

A file outlives its process, so that what was counted never becomes less while the server runs.
"""

from __future__ import annotations

import mmap
import os
import shutil
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

KINDS = ("facts", "api", "pages", "health")
STATUSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""
_EACH = len(STATUSES) + len(BOUNDS) + 2
"""By kind: answers by status, by time with those that took longer, and all their microseconds."""
SIZE = 8 * _EACH * len(KINDS)
FOLDER = "counts"


class Kind(Struct, frozen=True):
    """The answers of one kind: by status, by how long they took (up to each bound, the last up to
    for ever, not yet added up), and the seconds of all."""

    name: str
    statuses: tuple[int, ...]
    took: tuple[int, ...]
    seconds: float


class Counts:
    """What this process counts, in a folder where others find it; without one, for itself."""

    def __init__(self, folder: Path | None = None) -> None:
        self._held = _memory(folder)
        self._numbers = memoryview(self._held).cast("Q")

    def note(self, kind: str, status: int, seconds: float) -> None:
        """Count an answer."""
        first = KINDS.index(kind) * _EACH
        numbers, times = self._numbers, first + len(STATUSES)
        numbers[first + min(max(status // 100, 1), 5) - 1] += 1
        numbers[times + bisect_left(BOUNDS, seconds)] += 1
        numbers[times + len(BOUNDS) + 1] += int(seconds * 1_000_000)

    def bytes(self) -> bytes:
        """What was counted, as it is kept."""
        return bytes(self._held)


def kind_of(path: str, fact_path: str) -> str:
    """To which kind the answers of an address belong."""
    if path == fact_path:
        return "facts"
    if path.startswith("/api/"):
        return "api"
    return "health" if path in ("/livez", "/readyz", "/metrics") else "pages"


def added_up(folder: Path | None, mine: Counts) -> Iterator[Kind]:
    """What all processes counted since the server was started."""
    files = sorted(folder.glob("*")) if folder else []
    held = [one for one in (file.read_bytes() for file in files) if len(one) == SIZE]
    rows = [memoryview(one).cast("Q") for one in held or [mine.bytes()]]
    sums = [sum(column) for column in zip(*rows, strict=True)]
    for place, name in enumerate(KINDS):
        part = sums[place * _EACH : (place + 1) * _EACH]
        statuses, took = part[: len(STATUSES)], part[len(STATUSES) : -1]
        yield Kind(name, tuple(statuses), tuple(took), part[-1] / 1_000_000)


def begin_anew(run: Path) -> None:
    """Forget what was counted, when the server is started."""
    shutil.rmtree(run / FOLDER, ignore_errors=True)


def _memory(folder: Path | None) -> mmap.mmap:
    if folder is None:
        return mmap.mmap(-1, SIZE)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(folder / str(os.getpid()), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return mmap.mmap(-1, SIZE)
    try:
        # Room that is only promised would end the process where a full disk cannot keep it.
        os.posix_fallocate(handle, 0, SIZE)
        return mmap.mmap(handle, SIZE)
    except OSError:
        return mmap.mmap(-1, SIZE)
    finally:
        os.close(handle)
