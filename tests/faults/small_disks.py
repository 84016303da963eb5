"""A database on two small disks, one of them for its log, and what fills them."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec import Struct

from regulars.db.disk import MEGABYTE
from regulars.run import cluster_log, embedded, programs, roles
from regulars.run.folder import PASSABLE, Folder

SEGMENT = 16 * MEGABYTE
HARDLY = 4 * MEGABYTE
"""More than is written while a checkpoint is made, which makes room in the log."""
SMALL_LOG = "min_wal_size = 96MB\n"


class Disks(Struct, frozen=True):
    """Where the database lies, and where its log."""

    data: Path
    log: Path


@contextmanager
def laid() -> Iterator[Disks]:
    """Both disks, for as long as the block runs."""
    root = Path(tempfile.mkdtemp(prefix="regulars-full-"))
    root.chmod(PASSABLE)
    try:
        with _mounted(root / "data", 320) as data, _mounted(root / "log", 256) as log:
            yield Disks(data, log)
    finally:
        shutil.rmtree(root)


@contextmanager
def _mounted(place: Path, size: int) -> Iterator[Path]:
    """A disk of so many megabytes."""
    place.mkdir()
    told = ["mount", "-t", "tmpfs", "-o", f"size={size}m,mode=711", "tmpfs", str(place)]
    if subprocess.run(told, capture_output=True, check=False).returncode:
        assert not os.environ.get("CI"), "here the small disks have to be tried"
        pytest.skip("this machine allows no small disks")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def parted(folder: Folder, disks: Disks, settings: str = "") -> None:
    """Lay the log of a database that is stopped onto its disk, small enough for it."""
    with (folder.postgres / "postgresql.auto.conf").open("a") as file:
        file.write(SMALL_LOG + settings)
    inside, place = folder.postgres / "pg_wal", disks.log / "wal"
    subprocess.run(["cp", "-a", str(inside), str(place)], check=True)
    shutil.rmtree(inside)
    inside.symlink_to(place)
    account = programs.find(folder).account
    assert account is not None
    os.chown(place, account.uid, account.gid)


def run(folder: Folder, *statements: str) -> list[Any]:
    """Statements as the database's master; what the last one says."""
    with psycopg.connect(
        embedded.superuser_address(folder, roles.DATABASE), autocommit=True
    ) as link:
        found = [link.execute(one) for one in statements][-1]
        return found.fetchall() if found.description else []


def fill(disk: Path, leave: int) -> Path:
    """Leave so many bytes of a disk free, whatever else is written meanwhile."""
    file = disk / f"filler-{leave}-{time.monotonic_ns()}"
    with file.open("wb") as raw:
        while (room := shutil.disk_usage(disk).free - leave) > 0:
            try:
                os.posix_fallocate(raw.fileno(), file.stat().st_size, room)
            except OSError as error:  # the database was quicker: there is less by now
                if error.errno != errno.ENOSPC:
                    raise
    return file


def emptied(disks: Disks) -> None:
    """Take away whatever fills the disks."""
    for place in (disks.data, disks.log):
        for file in place.glob("filler-*"):
            file.unlink()


def log_of(folder: Folder) -> cluster_log.Log:
    with psycopg.connect(
        embedded.superuser_address(folder, roles.DATABASE), autocommit=True
    ) as link:
        return cluster_log.measured(folder, link)


def write_log(folder: Folder, size: int) -> None:
    """What the database writes by itself in hours: so many bytes of its log."""
    run(folder, f"SELECT pg_logical_emit_message(false, 'x', repeat('x', {size}))")


def use_up_log(folder: Folder) -> None:
    """Let the log have hardly anything left in the files that it has already."""
    left = log_of(folder).ready - HARDLY
    if left > 0:
        write_log(folder, left)
