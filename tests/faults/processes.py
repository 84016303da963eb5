"""Processes, those that they have started, and what came for them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

ESTABLISHED = "01"
"""A connection that stands, in Linux' table of them."""


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


def unread(port: int) -> int:
    """The bytes that came to a port of this machine and that nobody took yet."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    sockets = [line.split() for line in lines]
    return sum(
        int(queues.partition(":")[2], 16)
        for _number, local, _remote, state, queues, *_more in sockets
        if local.endswith(f":{port:04X}") and state == ESTABLISHED
    )
