"""A start does nothing twice and loads nothing it does not need: it is soon over."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings
from django.db.migrations.loader import MigrationLoader

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


def test_what_answers_orders_loads_no_page() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BY_THE_SERVER],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "regulars.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []
