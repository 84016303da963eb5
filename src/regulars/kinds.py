"""Kinds that other packages bring: found by their entry points, in the group of their family.

A package names its kind in its own metadata, for example in the group `regulars.kinds.earn`. None
of them sees the database.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

GROUP = "regulars.kinds"


@cache
def outside(family: str) -> tuple[type, ...]:
    """The classes that installed packages offer for a family, in the order of their names."""
    found = sorted(entry_points(group=f"{GROUP}.{family}"), key=lambda one: one.name)
    return tuple(one.load() for one in found)
