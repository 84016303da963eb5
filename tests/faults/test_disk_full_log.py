"""The disk of the database, and that of its log, have not a single byte left: the database goes on
as long as somebody looks after its log, however much it writes by itself (R28)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from killed_shop import await_
from small_disks import (
    SEGMENT,
    Disks,
    emptied,
    fill,
    laid,
    log_of,
    parted,
    run,
    use_up_log,
    write_log,
)

from furnished import BARE, furnished
from regulars.db.disk import MEGABYTE
from regulars.run import cluster, cluster_log, embedded
from regulars.run.cluster_log import LogKeeper
from regulars.run.folder import Folder, is_root

pytestmark = pytest.mark.skipif(not is_root(), reason="only root lays out small disks")
FOLLOWED = "max_active_replication_origins = 10\n"
ALONE = "autovacuum_naptime = 1d\n"
"""Whoever comes writes the note anew, and nobody is to come unasked."""


@pytest.fixture
def disks() -> Iterator[Disks]:
    with laid() as both:
        yield both


@contextmanager
def kept(disks: Disks, settings: str = "") -> Iterator[tuple[Folder, LogKeeper]]:
    """A database on small disks whose log is laid out, and who keeps it."""
    folder = furnished(disks.data / "data", BARE, waits_for_disk=True)
    parted(folder, disks, settings)
    try:
        with embedded.running(folder):
            keeper = LogKeeper(folder)
            try:
                keeper.look()
                yield folder, keeper
            finally:
                keeper.close()
                emptied(disks)
    finally:
        embedded.stop(folder)
        await_(lambda: cluster.nobody_in(folder))


def written(folder: Folder, disks: Disks, look: Callable[[], None]) -> None:
    """Far more of the log than there are files, one file and a half between two looks, while a
    stranger takes every byte that is given back."""
    use_up_log(folder)
    for _ in range(8):
        if shutil.disk_usage(disks.log).free:
            fill(disks.log, 0)
        look()
        write_log(folder, SEGMENT * 3 // 2)
    run(folder, "SELECT 1")


def test_the_log_is_laid_out_and_stays(disks: Disks) -> None:
    with kept(disks) as (folder, keeper):
        found = log_of(folder)
        assert (found.wanted, found.missing) == (96 * MEGABYTE, 0)
        assert found.ready >= 4 * SEGMENT
        written(folder, disks, keeper.look)
        assert not log_of(folder).missing


def test_where_there_is_no_room_nothing_is_laid_out(disks: Disks) -> None:
    filler = fill(disks.log, cluster_log.LEFT)
    with kept(disks) as (folder, keeper):
        assert log_of(folder).missing >= 3
        filler.unlink()
        keeper.look()
        assert not log_of(folder).missing


def test_saboteur_nobody_looks_after_the_log(disks: Disks) -> None:
    with kept(disks) as (folder, _keeper), pytest.raises(psycopg.OperationalError):
        written(folder, disks, lambda: None)


def test_checkpoints_write_nothing_beside_the_log(disks: Disks) -> None:
    with kept(disks) as (folder, _keeper):
        fill(disks.data, 0)
        write_log(folder, MEGABYTE)
        run(folder, "CHECKPOINT")
        run(folder, "SELECT 1")


def test_saboteur_a_database_that_might_be_followed(disks: Disks) -> None:
    with kept(disks, FOLLOWED) as (folder, _keeper):
        fill(disks.data, 0)
        write_log(folder, MEGABYTE)
        with pytest.raises(psycopg.OperationalError):
            run(folder, "CHECKPOINT")


def test_who_comes_while_the_disk_is_full_is_let_in(disks: Disks) -> None:
    """Even where the database took the note away that everybody reads who comes."""
    with kept(disks, ALONE) as (folder, keeper):
        run(folder, "VACUUM FREEZE pg_class")
        assert not keeper._noted()
        keeper.look()
        fill(disks.data, 0)
        assert run(folder, "SHOW autovacuum") == [("on",)]
        keeper.look()
        await_(lambda: run(folder, "SHOW autovacuum") == [("off",)])
        emptied(disks)
        keeper.look()
        await_(lambda: run(folder, "SHOW autovacuum") == [("on",)])


def test_saboteur_nobody_writes_the_note_anew(disks: Disks) -> None:
    with kept(disks, ALONE) as (folder, _keeper):
        run(folder, "VACUUM FREEZE pg_class")
        fill(disks.data, 0)
        with pytest.raises(psycopg.OperationalError, match="init file"):
            run(folder, "SELECT 1")
