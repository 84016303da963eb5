"""The database tests once more on PostgreSQL 15, the oldest that is supported.

Its programs come from the system (Debian's package postgresql-15); where they are missing the test
says so. They run in a cluster of their own, on loopback, as an account that is not root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ports import free_port

PROGRAMS = Path(os.environ.get("REGULARS_POSTGRESQL_15", "/usr/lib/postgresql/15/bin"))
TESTS = ["tests/actions/test_record.py", "tests/actions/test_record_together.py", "tests/db"]
SABOTEURS = "left_out or is_seen"
"""What is broken on purpose is noticed by the tests themselves, whatever the version."""
ALONE = ["-q", "-n", "0", "-p", "no:cacheprovider"]
ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_database_tests_pass_on_postgresql_15() -> None:
    if not (PROGRAMS / "initdb").exists():
        pytest.skip(f"PostgreSQL 15 is not installed in {PROGRAMS}")
    with cluster() as superuser:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *ALONE, "-k", f"not ({SABOTEURS})", *TESTS],
            env={**_alone(), "REGULARS_TEST_SUPERUSER": superuser},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-4000:]


def _alone() -> dict[str, str]:
    """The environment without what says that this is a process among others of one run."""
    return {name: told for name, told in os.environ.items() if "XDIST" not in name}


@contextmanager
def cluster() -> Iterator[str]:
    place = Path(tempfile.mkdtemp(prefix="regulars-15-"))
    place.chmod(0o711)
    account = "postgres" if os.geteuid() == 0 else None
    data = place / "data"
    if account:
        shutil.chown(place, account)
    port = free_port()

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(PROGRAMS / program), *arguments],
            user=account,
            cwd=place,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    run("initdb", f"--pgdata={data}", "--username=postgres", "--auth=trust", "--locale=C.UTF-8")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={place}"
    # Compiling statements takes longer than running them; waiting for the disk shows nothing.
    options += " -c jit=off -c fsync=off -c full_page_writes=off"
    run("pg_ctl", "start", f"--pgdata={data}", f"--log={place}/log", "--wait", "-o", options)
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "stop", f"--pgdata={data}", "--mode=immediate", "--wait")
        shutil.rmtree(place, ignore_errors=True)
