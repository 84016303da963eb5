"""Bring the database's tables up to date, as their owner, one process at a time.

Migrations run in a process of their own (`python -m regulars.run.migrate`): there the owner is the
only account that Django knows, and the caller keeps its memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from regulars.run.embedded import Addresses
from regulars.run.errors import CannotRun

# Any number will do, as long as every release uses the same one.
LOCK = 7_364_827_851_209
LABELS = {"regulars.db": "regulars", "procrastinate.contrib.django": "procrastinate"}
"""What Django calls an app that is not called by the end of its name."""
Migrations = set[tuple[str, str]]


def on_disk(apps: Sequence[str]) -> Migrations:
    """Every migration of the apps, by its file, without loading any: that takes longer than all
    else of a start."""
    return {pair for app in apps for pair in _files(_label(app), _home(app))}


def _label(app: str) -> str:
    return LABELS.get(app, app.rpartition(".")[2])


def _home(app: str) -> Path:
    """The folder of an app. Only the outermost package is looked up: looking further would load
    what lies between."""
    outer, *inner = app.split(".")
    spec = find_spec(outer)
    places = (spec.submodule_search_locations if spec else None) or [""]
    return Path(places[0]).joinpath(*inner)


def _files(label: str, home: Path) -> Iterator[tuple[str, str]]:
    for file in (home / "migrations").glob("[0-9]*.py"):
        yield label, file.stem


def applied(link: psycopg.Connection[Any]) -> Migrations:
    """What the database says was done to it."""
    try:
        rows = link.execute("SELECT app, name FROM django_migrations").fetchall()
    except psycopg.errors.UndefinedTable:
        return set()
    return {(app, name) for app, name in rows}


def migrate(addresses: Addresses, variables: Mapping[str, str]) -> None:
    """Apply what is missing; `variables` are those of `database.variables`. Harmless when repeated.

    Raises CannotRun with the last line that the migration said.
    """
    asked = {**os.environ, **variables, "REGULARS_DATABASE_URL": addresses.owner}
    done = subprocess.run(
        [sys.executable, "-m", "regulars.run.migrate"],
        env=asked,
        # Ctrl-C reaches the caller alone, which ends once the tables are whole.
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["it said nothing"]
        raise CannotRun(f"The database's tables could not be brought up to date: {lines[-1]}")


def missing(link: psycopg.Connection[Any]) -> Migrations:
    """The newest migrations of the installed code that this database lacks; Django is set up."""
    return newest() - applied(link)


def newest() -> Migrations:
    """The last migration of every app, as the installed code has them."""
    from django.db.migrations.loader import (  # noqa: PLC0415 - needs Django set up
        MigrationLoader,
    )

    return set(MigrationLoader(None).graph.leaf_nodes())


def main() -> None:
    import django  # noqa: PLC0415 - Django reads its settings at import, from what the caller set
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    with psycopg.connect(os.environ["REGULARS_DATABASE_URL"], autocommit=True) as link:
        link.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if missing(link):
            call_command("migrate", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
