"""A real PostgreSQL for every test run: embedded, in a folder of its own, gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections

from regulars.run import embedded
from regulars.run.folder import PASSABLE, Folder, prepare

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Folder]:
    """A data folder with a running database, shared by the tests of one process."""
    root = Path(tempfile.mkdtemp(prefix="regulars-test-"))
    root.chmod(PASSABLE)
    folder = prepare(root / "data")
    try:
        with embedded.running(folder):
            yield folder
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _point_at(url: str, alias: str) -> None:
    from regulars.settings import _database

    settings = connections[alias].settings_dict
    settings.update({**_database(url), "CONN_MAX_AGE": 0})


def _superuser(folder: Folder) -> psycopg.Connection[Any]:
    return psycopg.connect(embedded.superuser_address(folder), autocommit=True)


@pytest.fixture(scope="session")
def django_db_setup(cluster: Folder, django_db_blocker: Any) -> Iterator[None]:
    """Tables by the owner, tests as the application's role; a template for tests that commit."""
    from django.core.management import call_command

    with embedded.running(cluster) as addresses, django_db_blocker.unblock():
        _point_at(addresses.app, "default")
        _point_at(addresses.owner, "owner")
        call_command("migrate", database="owner", verbosity=0)
        connections.close_all()
        with _superuser(cluster) as admin:
            admin.execute(
                "CREATE DATABASE clean TEMPLATE regulars OWNER regulars_owner IS_TEMPLATE true"
            )
        yield
        connections.close_all()


@contextmanager
def _fresh_database(folder: Folder, name: str) -> Iterator[None]:
    with _superuser(folder) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE clean OWNER regulars_owner")
        old = connections["default"].settings_dict["NAME"]
        for alias in ("default", "owner"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        try:
            yield
        finally:
            for alias in ("default", "owner"):
                connections[alias].close()
                connections[alias].settings_dict["NAME"] = old
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def own_database(django_db_setup: None, cluster: Folder, django_db_blocker: Any) -> Iterator[None]:
    """A database of its own for a test that commits, crashes or uses several connections."""
    with django_db_blocker.unblock(), _fresh_database(cluster, f"t_{os.urandom(6).hex()}"):
        yield


@pytest.fixture
def now() -> datetime:
    return NOW
