"""The disks of the database and of its log fill up while clients send orders: nobody is told that
an order is booked which is not, everybody can read on, and once there is room again orders are
taken without anybody doing anything (R28)."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from booking_kit import FULL
from django.db import connection
from killed_shop import (
    PATIENCE,
    Client,
    Sales,
    Shop,
    await_,
    await_more,
    disagreeing,
    running,
    selling,
)
from small_disks import (
    HARDLY,
    SEGMENT,
    Disks,
    fill,
    laid,
    log_of,
    parted,
    run,
    use_up_log,
    write_log,
)

from furnished import furnished
from regulars.db.disk import MEGABYTE, RESERVE
from regulars.run import cluster, embedded
from regulars.run.errors import CannotRun
from regulars.run.folder import is_root

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600 if FULL else 900),
    pytest.mark.skipif(not is_root(), reason="only root lays out small disks"),
]
SEED = 20_261_124
LITTLE = RESERVE // 2
BACK_SECONDS = 10.0
READY = 2 * SEGMENT
WITHOUT_RESERVE = """
from regulars.db import disk
from regulars.run.cluster_log import LogKeeper
disk.RESERVE = -1
LogKeeper.look = lambda self: None
"""


@pytest.fixture
def disks() -> Iterator[Disks]:
    with laid() as both:
        yield both


@pytest.fixture
def shop(disks: Disks, django_db_setup: None, django_db_blocker: Any) -> Iterator[Shop]:
    folder = furnished(disks.data / "data", waits_for_disk=True)
    parted(folder, disks)
    try:
        with django_db_blocker.unblock():
            yield Shop(folder)
    finally:
        print(cluster.last_words(folder))
        embedded.stop(folder)
        await_(lambda: cluster.nobody_in(folder))


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
            use_up_log(shop.folder)
    return fillers


def is_full(shop: Shop) -> bool:
    status, told = shop.ask("/readyz")
    return status == 503 and told["reasons"] == ["disk"]


def has_log(shop: Shop) -> bool:
    return log_of(shop.folder).ready >= READY


def talk(shop: Shop) -> None:
    """The database writes by itself what would be too much for the log that it had at first, and
    looks after its files."""
    for _ in range(4):
        await_(lambda: has_log(shop))
        write_log(shop.folder, READY - HARDLY)
    run(shop.folder, "CHECKPOINT")


def await_told(clients: Sequence[Client]) -> None:
    """Wait until each has heard whatever was on its way when this began."""
    told = set[Client]()

    def all_told() -> bool:
        told.update(client for client in clients if client.waits_for is None)
        return len(told) == len(clients)

    await_(all_told)


def filled(shop: Shop, sales: Sales, disk: Path, clients: Sequence[Client]) -> None:
    """Fill a disk while orders come, and make room again."""
    fillers = [fill(disk, LITTLE)]
    refused = sales.refused["503 disk_full"]
    await_(lambda: sales.refused["503 disk_full"] > refused + 16)
    if disk.name == "log":
        use_up_log(shop.folder)
    fillers.append(fill(disk, 0))
    try:
        await_(lambda: is_full(shop))
        assert shop.reads()
        assert shop.ask("/livez")[0] == 200
        talk(shop)
        await_told(clients)
        held = len(sales.acknowledged)
        for _second in range(30 if FULL else 1):
            assert shop.reads()
            time.sleep(1 if FULL else 0)
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
        with selling(shop, sales) as clients:
            await_more(sales, 24)
            await_(lambda: not log_of(shop.folder).missing)
            for _round in range(20 if FULL else 1):
                filled(shop, sales, disks.log, clients)
                filled(shop, sales, disks.data, clients)
        assert disagreeing(sales) == [], f"seed {SEED}"
        assert cluster.process(shop.folder) == database
        assert set(pids) <= set(shop.pids()), "something had to be started again"


def test_a_log_that_is_written_full_is_seen_and_survived(shop: Shop, disks: Disks) -> None:
    """Without any reserve the database ends: nobody can read. Even so nothing is lost."""
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
