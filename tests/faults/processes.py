"""Processes and those that they have started."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def offspring(pid: int) -> list[int]:
    """The processes below one, by what the kernel says."""
    parents: dict[int, list[int]] = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with suppress(OSError):
                told = (place / "stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(told[1]), []).append(int(place.name))
    found, todo = [], [pid]
    while todo:
        below = parents.get(todo.pop(), [])
        found += below
        todo += below
    return found
