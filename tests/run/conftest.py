"""Data folders of their own, reachable by the database's user, and processes that end with a test.

The fixtures of the whole suite share one database; here each test starts and stops its own.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from run_helpers import PATIENCE, Start, environ

from furnished import BARE, furnished
from ports import free_port
from regulars.run import embedded
from regulars.run.folder import PASSABLE, Folder, prepare


@pytest.fixture
def base() -> Iterator[Path]:
    """A temporary folder that every account can pass through, unlike pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="regulars-run-"))
    made.chmod(PASSABLE)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def empty(base: Path) -> Iterator[Folder]:
    """A data folder without a database."""
    made = prepare(base / "data")
    yield made
    embedded.stop(made)


@pytest.fixture
def folder(base: Path) -> Iterator[Folder]:
    """A data folder whose database was started before; without tables."""
    made = furnished(base / "data", BARE, waits_for_disk=True)
    yield made
    embedded.stop(made)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def shared_notes() -> Iterator[Folder]:
    """A running database with one table of one row, for tests that change neither."""
    made = Path(tempfile.mkdtemp(prefix="regulars-run-"))
    made.chmod(PASSABLE)
    folder = furnished(made / "data", BARE, waits_for_disk=True)
    with embedded.running(folder) as addresses:
        with psycopg.connect(addresses.owner) as link:
            link.execute("CREATE TABLE notes (word text)")
            link.execute("INSERT INTO notes VALUES ('a')")
        yield folder
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a Python program in a process of its own; whatever is left ends with the test."""
    started: list[subprocess.Popen[str]] = []

    def run(code: str, *arguments: str, **more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env=environ(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
