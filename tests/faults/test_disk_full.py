"""The disks of the database and of its log fill up while clients send orders: nobody is told that
an order is booked which is not, everybody can read on, and once there is room again orders are
taken without anybody doing anything (R28)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from booking_kit import FULL
from django.db import connection
from killed_shop import PATIENCE, Sales, Shop, await_, await_more, disagreeing, running, selling
from msgspec import Struct

from furnished import furnished
from regulars.db.disk import RESERVE
from regulars.run import cluster, embedded, programs
from regulars.run.errors import CannotRun
from regulars.run.folder import PASSABLE, Folder, is_root

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600 if FULL else 300),
    pytest.mark.skipif(not is_root(), reason="only root lays out small disks"),
]
SEED = 20_261_124
MEGABYTE = 1024 * 1024
SEGMENT = 16 * MEGABYTE
LITTLE = RESERVE // 2
BACK_SECONDS = 10.0
SMALL_LOG = """
    ALTER SYSTEM SET max_wal_size = '64MB';
    ALTER SYSTEM SET min_wal_size = '32MB'
"""
WITHOUT_RESERVE = "from regulars.db import disk\ndisk.RESERVE = -1\n"


class Disks(Struct, frozen=True):
    """Where the database lies, and where its log."""

    data: Path
    log: Path


@contextmanager
def mounted(place: Path, size: int) -> Iterator[Path]:
    """A disk of so many megabytes."""
    place.mkdir()
    told = ["mount", "-t", "tmpfs", "-o", f"size={size}m,mode=711", "tmpfs", str(place)]
    if subprocess.run(told, capture_output=True, check=False).returncode:
        assert not os.environ.get("CI"), "here the small disks have to be tried"
        pytest.skip("this machine allows no small disks")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def disks() -> Iterator[Disks]:
    root = Path(tempfile.mkdtemp(prefix="regulars-full-"))
    root.chmod(PASSABLE)
    try:
        with mounted(root / "data", 320) as data, mounted(root / "log", 256) as log:
            yield Disks(data, log)
    finally:
        shutil.rmtree(root)


@pytest.fixture
def shop(disks: Disks, django_db_setup: None, django_db_blocker: Any) -> Iterator[Shop]:
    folder = furnished(disks.data / "data", waits_for_disk=True)
    try:
        with embedded.running(folder):
            run(folder, *SMALL_LOG.split(";"))
        apart(folder, disks.log / "wal")
        with django_db_blocker.unblock():
            yield Shop(folder)
    finally:
        embedded.stop(folder)
        await_(lambda: cluster.nobody_in(folder))


def apart(folder: Folder, place: Path) -> None:
    """Lay the log of a database that is stopped onto another disk."""
    inside = folder.postgres / "pg_wal"
    subprocess.run(["cp", "-a", str(inside), str(place)], check=True)
    shutil.rmtree(inside)
    inside.symlink_to(place)
    account = programs.find(folder).account
    assert account is not None
    os.chown(place, account.uid, account.gid)


def run(folder: Folder, *statements: str) -> list[Any]:
    """Statements as the database's master; what the last one says."""
    with psycopg.connect(embedded.superuser_address(folder), autocommit=True) as link:
        found = [link.execute(one) for one in statements][-1]
        return found.fetchall() if found.description else []


def fill(disk: Path, leave: int) -> Path:
    """Leave so many bytes of a disk free."""
    file = disk / f"filler-{leave}-{time.monotonic_ns()}"
    room = shutil.disk_usage(disk).free - leave
    with file.open("wb") as raw:
        os.posix_fallocate(raw.fileno(), 0, room)
    return file


def use_up_log(shop: Shop) -> None:
    """Let the log have half a megabyte left in the files that it has already."""
    ((spare, written),) = run(
        shop.folder,
        "SELECT count(*) FILTER (WHERE name > pg_walfile_name(pg_current_wal_insert_lsn())),"
        f" (pg_current_wal_insert_lsn() - '0/0') % {SEGMENT} FROM pg_ls_waldir()"
        " WHERE name ~ '^[0-9A-F]{24}$'",
    )
    left = (spare + 1) * SEGMENT - int(written) - MEGABYTE // 2
    if left > 0:
        run(shop.folder, f"SELECT pg_logical_emit_message(false, 'x', repeat('x', {left}))")


def ended(shop: Shop, disk: Path) -> list[Path]:
    """Leave the log no room at all until the database ends; what fills the disk. A checkpoint may
    give back files of the log meanwhile: those are filled as well."""
    fillers: list[Path] = []
    until = time.monotonic() + PATIENCE
    while shop.reads():
        assert time.monotonic() < until, "the database outlives a full disk"
        with suppress(OSError, psycopg.Error, CannotRun):
            if shutil.disk_usage(disk).free:
                fillers.append(fill(disk, 0))
            use_up_log(shop)
    return fillers


def is_full(shop: Shop) -> bool:
    status, told = shop.ask("/readyz")
    return status == 503 and told["reasons"] == ["disk"]


def filled(shop: Shop, sales: Sales, disk: Path) -> None:
    """Fill a disk while orders come, and make room again."""
    fillers = [fill(disk, LITTLE)]
    refused = sales.refused["503 disk_full"]
    await_(lambda: sales.refused["503 disk_full"] > refused + 16)
    if disk.name == "log":
        use_up_log(shop)
    fillers.append(fill(disk, 0))
    try:
        await_(lambda: is_full(shop))
        assert shop.reads()
        assert shop.ask("/livez")[0] == 200
        held = len(sales.acknowledged)
        time.sleep(30 if FULL else 0)
        assert shop.reads()
        assert len(sales.acknowledged) == held
    finally:
        for file in fillers:
            file.unlink()
    took = await_more(sales, 8)
    await_(shop.is_ready)
    if FULL:
        assert took < BACK_SECONDS


def test_a_full_disk_stops_orders_and_nothing_else(shop: Shop, disks: Disks) -> None:
    sales = Sales(SEED)
    with running(shop.folder, shop):
        pids, database = shop.pids(), cluster.process(shop.folder)
        with selling(shop, sales):
            await_more(sales, 24)
            for _round in range(20 if FULL else 1):
                filled(shop, sales, disks.log)
                filled(shop, sales, disks.data)
        assert disagreeing(sales) == [], f"seed {SEED}"
        assert cluster.process(shop.folder) == database
        assert set(pids) <= set(shop.pids()), "something had to be started again"


def test_a_log_that_is_written_full_is_seen_and_survived(shop: Shop, disks: Disks) -> None:
    """Without the reserve the database ends: nobody can read. Even so nothing is lost."""
    sales = Sales(SEED + 1)
    shop.break_on_purpose(WITHOUT_RESERVE)
    with running(shop.folder, shop):
        with selling(shop, sales):
            await_more(sales, 24)
            fillers = ended(shop, disks.log)
            for file in fillers:
                file.unlink()
            took = await_more(sales, 8)
        await_(shop.is_ready)
        connection.close()
        assert disagreeing(sales) == [], f"seed {SEED + 1}"
    if FULL:
        assert took < BACK_SECONDS


def test_orders_alone_fill_the_disk(shop: Shop, disks: Disks) -> None:
    """Up to the reserve, and no further."""
    sales = Sales(SEED + 2)
    with running(shop.folder, shop):
        with selling(shop, sales):
            await_more(sales, 24)
            filler = fill(disks.data, RESERVE + (8 if FULL else 1) * MEGABYTE // 4)
            await_(lambda: sales.refused["503 disk_full"] > 16)
            assert shutil.disk_usage(disks.data).free > RESERVE // 2
            filler.unlink()
            await_more(sales, 8)
        assert disagreeing(sales) == [], f"seed {SEED + 2}"
