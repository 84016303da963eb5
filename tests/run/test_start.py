"""A start does nothing twice and loads nothing it does not need: it is soon over."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from psycopg.conninfo import make_conninfo

from regulars.run import migrate

HEAVY = (
    "regulars.urls",
    "regulars.db.migrations",
    "ninja",
    "duckdb",
    "pandas",
    "polars",
    "pyarrow",
)
BY_THE_SERVER = f"""
import sys
from regulars.run import server
server.make()
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""


def test_file_names_tell_what_django_would_find() -> None:
    found = MigrationLoader(None).disk_migrations
    assert found is not None
    assert migrate.on_disk(settings.INSTALLED_APPS) == set(found)


@pytest.mark.usefixtures("own_database")
def test_only_a_whole_database_saves_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "regulars.settings")
    told = connections["owner"].get_connection_params()
    names = {"dbname", "user", "password", "host", "port"} & set(told)
    address = make_conninfo(**{name: told[name] for name in names})
    assert not migrate.may_be_behind(address)
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    assert migrate.may_be_behind(address)
    assert migrate.may_be_behind(make_conninfo(address, dbname="nowhere"))


def test_what_answers_orders_loads_no_page() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BY_THE_SERVER],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "regulars.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []
