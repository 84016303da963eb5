"""An import that is killed at any moment and run again leaves what an unbroken one leaves."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from regulars.db import factstore
from regulars.run import embedded
from regulars.run.folder import Folder
from regulars.sources import corner_coffee

SEED = 20_261_121
POINTS = 50 if os.environ.get("REGULARS_TORTURE") else 5
SCRIPT = Path(__file__).with_name("import_once.py")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("orders")
    written = corner_coffee.write(folder, customers=25, seed=3, until=date(2026, 11, 20))
    return Path(written.paths[0])


@pytest.fixture
def importing(orders: Path, tmp_path: Path) -> Run:
    def run(dies_at: int = 0, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(SCRIPT), str(orders), str(tmp_path), str(dies_at), *more],
            env={**os.environ, "REGULARS_DATABASE_URL": _address(), "REGULARS_OWNER_URL": ""},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def _address() -> str:
    from urllib.parse import quote

    told = connection.settings_dict
    password, host = quote(told["PASSWORD"], safe=""), quote(told["HOST"], safe="")
    return f"postgresql://{told['USER']}:{password}@/{told['NAME']}?host={host}"


@contextmanager
def another_database(folder: Folder, name: str) -> Iterator[None]:
    old = connection.settings_dict["NAME"]
    connection.close()
    with psycopg.connect(embedded.superuser_address(folder), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE clean OWNER regulars_owner")
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = old
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def digest() -> str:
    with connection.cursor() as cursor:
        return factstore.digest(cursor)


@pytest.mark.slow
@pytest.mark.usefixtures("own_database")
def test_killed_imports_end_as_an_unbroken_one(importing: Run, cluster: Folder) -> None:
    unbroken = importing()
    assert unbroken.returncode == 0, unbroken.stderr
    statements, expected = int(unbroken.stdout), digest()
    points = random.Random(SEED).sample(range(1, statements + 1), POINTS)
    for point in points:
        with another_database(cluster, f"killed_{point}"):
            killed = importing(point)
            assert killed.returncode == -signal.SIGKILL, (point, killed.stderr)
            again = importing()
            assert again.returncode == 0, (point, again.stderr)
            assert digest() == expected, f"seed {SEED}, killed before statement {point}"


@pytest.mark.slow
@pytest.mark.usefixtures("own_database")
def test_without_the_unique_key_a_killed_import_doubles_facts(
    importing: Run, cluster: Folder
) -> None:
    expected_from = importing()
    statements, expected = int(expected_from.stdout), digest()
    with another_database(cluster, "sabotaged"):
        address = embedded.superuser_address(cluster, "sabotaged")
        with psycopg.connect(address, autocommit=True) as admin:
            owner: psycopg.Connection[Any] = admin
            owner.execute("ALTER TABLE regulars_factkey DROP CONSTRAINT regulars_factkey_pkey")
        assert importing(statements // 2, "sabotage").returncode == -signal.SIGKILL
        assert importing(0, "sabotage").returncode == 0
        assert digest() != expected, "the saboteur must be noticed"
