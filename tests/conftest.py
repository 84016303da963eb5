"""A real PostgreSQL for every test run; tests that commit get a database of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import django.core.cache.backends.db  # noqa: F401 - it keeps the clock that it finds at first
import pytest
from django.conf import settings as house
from django.db import connections
from django.utils import translation
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

import server
from furnished import forget_models
from people import NOW

CERTAIN = not os.environ.get("REGULARS_TORTURE")
settings.register_profile(
    "certain",
    deadline=None,
    derandomize=CERTAIN,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("certain")
# A short run tries the same examples wherever it runs and however slowly; a long run new ones.
if CERTAIN:
    # Otherwise examples hold numbers and texts of whatever modules this process has loaded so far,
    # which hangs on the tests that it happened to run before.
    vars(providers)["_get_local_constants"] = lambda: providers._local_constants


@pytest.fixture(scope="session")
def cluster() -> Iterator[server.Server]:
    """A running server, shared by the tests of one process."""
    with server.running() as running:
        yield running


def _point_at(url: str, alias: str) -> None:
    from regulars.settings import _database

    settings = connections[alias].settings_dict
    settings.update({**_database(url), "CONN_MAX_AGE": 0})


@pytest.fixture(scope="session")
def django_db_setup(
    cluster: server.Server, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Tables by the owner, tests as the application's role; a template for tests that commit. What
    is kept beside the database lands in no folder of anybody's."""
    from django.core.management import call_command

    house.DATA = tmp_path_factory.mktemp("data")
    with django_db_blocker.unblock():
        _point_at(cluster.app, "default")
        _point_at(cluster.owner, "owner")
        call_command("migrate", database="owner", verbosity=0)
        connections.close_all()
        with cluster.admin() as admin:
            admin.execute(
                "CREATE DATABASE clean TEMPLATE regulars OWNER regulars_owner IS_TEMPLATE true"
            )
        yield
        connections.close_all()


@pytest.fixture
def own_database(
    django_db_setup: None, cluster: server.Server, django_db_blocker: Any
) -> Iterator[None]:
    """A database of its own for a test that commits, crashes or uses several connections."""
    with django_db_blocker.unblock(), server.fresh_database(cluster, f"t_{os.urandom(6).hex()}"):
        yield


@pytest.fixture
def now() -> datetime:
    return NOW


FIRST = (
    "tests/test_other_postgresql.py",
    "tests/faults/",
    "tests/sources/test_files_real.py",
    "tests/docs/",
    "tests/browser/",
    "tests/attacks/",
    "tests/cli/",
    "tests/run/",
)
"""What takes long begins first, so that at the end no process works alone."""


@pytest.fixture(autouse=True)
def _english() -> None:
    """Whoever was answered last in this process may have read another language."""
    translation.activate("en")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        found = (n for n, place in enumerate(FIRST) if item.nodeid.startswith(place))
        return next(found, len(FIRST))

    items.sort(key=turn)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        forget_models()
