"""An import that is killed at any moment and run again leaves what an unbroken one leaves."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from regulars.db import factstore
from regulars.sources import corner_coffee
from server import Server, address, fresh_database

SEED = 20_261_121
POINTS = 50 if os.environ.get("REGULARS_TORTURE") else 2
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
            env={**os.environ, "REGULARS_DATABASE_URL": address(), "REGULARS_OWNER_URL": ""},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    return run


def digest() -> str:
    with connection.cursor() as cursor:
        return factstore.digest(cursor)


@pytest.mark.slow
@pytest.mark.usefixtures("own_database")
def test_killed_imports_end_as_an_unbroken_one(importing: Run, cluster: Server) -> None:
    unbroken = importing()
    assert unbroken.returncode == 0, unbroken.stderr
    statements, expected = int(unbroken.stdout), digest()
    points = random.Random(SEED).sample(range(1, statements + 1), POINTS)
    for point in points:
        with fresh_database(cluster, f"killed_{point}"):
            killed = importing(point)
            assert killed.returncode == -signal.SIGKILL, (point, killed.stderr)
            again = importing()
            assert again.returncode == 0, (point, again.stderr)
            assert digest() == expected, f"seed {SEED}, killed before statement {point}"


@pytest.mark.slow
@pytest.mark.usefixtures("own_database")
def test_without_the_unique_key_a_killed_import_doubles_facts(
    importing: Run, cluster: Server
) -> None:
    expected_from = importing()
    statements, expected = int(expected_from.stdout), digest()
    with fresh_database(cluster, "sabotaged"):
        with cluster.admin("sabotaged") as admin:
            admin.execute("ALTER TABLE regulars_factkey DROP CONSTRAINT regulars_factkey_pkey")
        assert importing(statements // 2, "sabotage").returncode == -signal.SIGKILL
        assert importing(0, "sabotage").returncode == 0
        assert digest() != expected, "the saboteur must be noticed"
