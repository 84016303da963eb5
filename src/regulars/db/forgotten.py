"""Whom this installation was asked to forget, kept outside its database: a backup knows only those
who asked before it was made. A line for each public id, which leads to nobody any more; between
them stand the lines of `stopped`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings

NAME = "forgotten"


def place() -> Path:
    """The list of this installation."""
    return Path(settings.DATA) / NAME


def note(people: Iterable[UUID]) -> None:
    """Add them, for good before this returns."""
    add(map(str, people))


def add(told: Iterable[str]) -> None:
    """Add lines, for good before this returns. Each begins a line: the last one may be torn."""
    with place().open("a", encoding="ascii") as file:
        file.writelines(f"\n{one}\n" for one in told)
        file.flush()
        os.fsync(file.fileno())


def lines(path: Path) -> list[str]:
    """The lines of a list, none where there is no list."""
    if not path.exists():
        return []
    return path.read_text(encoding="ascii", errors="replace").splitlines()


def listed(path: Path) -> list[UUID]:
    """Who stands in a list, in order; a line that was torn is passed over."""
    return list(dict.fromkeys(filter(None, map(_read, lines(path)))))


def _read(line: str) -> UUID | None:
    try:
        return UUID(line.strip())
    except ValueError:
        return None
