"""Puts sales in order of time without holding them all in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from regulars.sources.corner_coffee.sales import DAY

WEEK = 7 * DAY
HELD_IN_MEMORY = 200_000
"""Packed sales that wait in memory; more wait on the disk, a file for each week."""


class Weeks:
    """Packed sales by week. Only one week at a time is sorted, in memory."""

    def __init__(self, folder: Path, held: int = HELD_IN_MEMORY) -> None:
        self._folder = folder
        self._most = held
        self._held: defaultdict[int, list[str]] = defaultdict(list)
        self._count = 0
        self._on_disk: set[int] = set()

    def add(self, sale: str) -> None:
        """Takes one packed sale; it begins with its second in nine digits."""
        self._held[int(sale[:9]) // WEEK].append(sale)
        self._count += 1
        if self._count >= self._most:
            self._to_disk()

    def in_order(self) -> Iterator[str]:
        """All sales by time; those of one second by their text, so that ties are settled too."""
        for week in sorted(self._on_disk | self._held.keys()):
            sales = self._held.pop(week, [])
            if week in self._on_disk:
                sales += self._path(week).read_text(encoding="utf-8").splitlines()
                self._path(week).unlink()
            sales.sort()
            yield from sales

    def _to_disk(self) -> None:
        for week, sales in self._held.items():
            with self._path(week).open("a", encoding="utf-8") as file:
                file.writelines(f"{sale}\n" for sale in sales)
            self._on_disk.add(week)
        self._held.clear()
        self._count = 0

    def _path(self, week: int) -> Path:
        return self._folder / f"week-{week:03d}"
