"""A database of its own for cases: empty before each of them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from regulars.run import database, embedded, migrate
from regulars.run.embedded import Addresses
from regulars.run.folder import PASSABLE, prepare

Empty = Callable[[], None]
"""Takes everything out of the database."""
TABLES = """
    SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'regulars\\_%'
"""


@contextmanager
def emptied() -> Iterator[Empty]:
    """A database in a temporary folder, Django set up on it, for as long as the block runs.

    It is always an embedded one, whatever database the environment names: what is there is taken
    away before each case.
    """
    root = Path(tempfile.mkdtemp(prefix="regulars-check-"))
    root.chmod(PASSABLE)
    try:
        folder = prepare(root / "data")
        with embedded.running(folder) as addresses:
            told = database.variables(folder, addresses, {})
            os.environ.update(told)
            _set_up(addresses, told)
            with emptying(embedded.superuser_address(folder, "regulars")) as empty:
                yield empty
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _set_up(addresses: Addresses, told: dict[str, str]) -> None:
    import django  # noqa: PLC0415 - reads the settings that have just been told

    django.setup()
    migrate.migrate(addresses, told)


@contextmanager
def emptying(superuser: str) -> Iterator[Empty]:
    """What takes everything out of the database at an address, past what guards its rows."""
    from django.db import connections  # noqa: PLC0415 - exists once Django is set up

    with psycopg.connect(superuser, autocommit=True) as admin:
        delete = _deleting(admin)
        try:
            yield lambda: _empty(admin, delete)
        finally:
            connections.close_all()


def _deleting(admin: psycopg.Connection[Any]) -> str:
    admin.execute("SET session_replication_role = replica")
    tables = [name for (name,) in admin.execute(TABLES).fetchall()]
    return "; ".join(f"DELETE FROM {name}" for name in tables)  # noqa: S608 - own names


def _empty(admin: psycopg.Connection[Any], delete: str) -> None:
    admin.execute(delete.encode())
