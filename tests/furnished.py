"""Data folders whose database exists already: copies of one that is made once in a test run."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from regulars.run import database, embedded
from regulars.run.folder import PASSABLE, Folder, prepare
from regulars.run.migrate import migrate

PARTS = ("keys", "postgres")
NAME = "regulars-models"
BARE, WHOLE = "bare", "whole"
WITHOUT_DISK = "fsync = off\nfull_page_writes = off\nmin_wal_size = 32MB\n"
"""Of databases that are thrown away. Processes that are killed find everything again nevertheless:
what was written stays with the system."""


def furnished(root: Path, model: str = WHOLE, *, waits_for_disk: bool = False) -> Folder:
    """A data folder with a database that was started before: a bare one, or with its tables."""
    folder = prepare(root)
    home = _home()
    home.mkdir(mode=PASSABLE, exist_ok=True)
    home.chmod(PASSABLE)
    with (home / f"{model}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / model).exists():
            _forget_gone()
            _make(home / f"{model}.new", model)
            (home / f"{model}.new").rename(home / model)
    for part in PARTS:
        source = home / model / part
        subprocess.run(["cp", "-a", "--", f"{source}/.", str(root / part)], check=True)
    if not waits_for_disk:
        with (folder.postgres / "postgresql.auto.conf").open("a") as file:
            file.write(WITHOUT_DISK)
    return folder


def forget_models() -> None:
    """Remove what this run copied from. Only when all its processes are done."""
    shutil.rmtree(_home(), ignore_errors=True)


def _forget_gone() -> None:
    """Remove what runs left behind that were killed."""
    for home in Path(tempfile.gettempdir()).glob(f"{NAME}-*"):
        if not Path("/proc", home.name.rpartition("-")[2]).exists() and Path("/proc/1").exists():
            shutil.rmtree(home, ignore_errors=True)


def _make(root: Path, model: str) -> None:
    folder = prepare(root)
    with embedded.running(folder) as addresses:
        if model == WHOLE:
            migrate(addresses, database.variables(folder, addresses, {}))
    (folder.keys / "secret-key").unlink(missing_ok=True)


def _home() -> Path:
    """The same for all processes of a run: it is called by the one that started them."""
    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    return Path(tempfile.gettempdir()) / f"{NAME}-{run}"
