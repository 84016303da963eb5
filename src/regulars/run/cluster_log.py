"""The embedded database's log when its disk is full. A database that cannot write its log ends, and
nobody could read; it also writes when nobody asks it to: checkpoints, cleaning, and the marks that
readers leave on rows.

So files for the log are laid out beforehand, as many as `min_wal_size` says. They are the
database's own: nobody else can take their room, and it never gives them back. A checkpoint, which
takes no room itself, makes files that were written to the end empty ones again. While the disk has
room that is the database's own business; when room gets scarce, a checkpoint is asked for as soon
as half of the files are used, and while there is none nothing is cleaned up.

Every new connection reads a note about the tables, which the database takes away now and then and
the next connection writes anew. On a full disk that connection would be refused, so the note is
written as soon as it is gone.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from regulars.db import disk
from regulars.run import cluster, embedded, roles
from regulars.run.errors import CannotRun
from regulars.run.folder import Folder

words = logging.getLogger("regulars.serve")

LOOK_SECONDS = 0.5
LEFT = disk.ENOUGH + disk.RESERVE
"""What is left of the room at least: with less there would soon be none for orders."""
NEVER_IN_PLACE = frozenset({"btrfs", "zfs", "bcachefs"})
"""Kinds of disk on which a file that is written again needs room again."""
MOUNTS = Path("/proc/self/mounts")
ASKED = """
    SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint,
        pg_size_bytes(current_setting('wal_segment_size')),
        pg_size_bytes(current_setting('min_wal_size'))
"""
SPARE = """
    SELECT pg_reload_conf(), (SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
        WHERE backend_type = 'autovacuum worker' AND %s)
"""
NOTE = "pg_internal.init"
ONE_ON = "SELECT pg_logical_emit_message(false, 'regulars', 'one file on'), pg_switch_wal()"
"""A file in which nothing was written would not be left."""


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """The log in bytes: the size of its files, how much of them there is and is wanted, and how
    much can be written into those that are there before a checkpoint has to come."""

    file: int
    wanted: int
    there: int
    ready: int

    @property
    def missing(self) -> int:
        """How many files are not laid out yet."""
        return max(0, (self.wanted - self.there) // self.file)

    @property
    def used_up(self) -> bool:
        """Whether half of what there is was written, and a checkpoint can empty some of it."""
        half = min(self.wanted, self.there) // 2
        return self.ready < half and self.there - self.ready > self.file


def measured(folder: Folder, link: psycopg.Connection[Any]) -> Log:
    """The log of a folder's database; any of its roles may ask."""
    ((position, file, wanted),) = link.execute(ASKED).fetchall()
    there = disk.log_files(folder.root, file)
    ready = disk.log_ready(there, position, file)
    return Log(file=file, wanted=wanted, there=len(there) * file, ready=ready)


def kind_of_disk(folder: Folder) -> str:
    """What the disk of the log calls itself, such as ext4; empty where the system does not say."""
    place = (folder.postgres / "pg_wal").resolve()
    with suppress(OSError):
        mounts = [line.split() for line in MOUNTS.read_text(encoding="utf-8").splitlines()]
        holding = [one for one in mounts if place.is_relative_to(one[1])]
        return max(holding, key=lambda one: len(one[1]))[2] if holding else ""
    return ""


class LogKeeper:
    """Lays out the files of the log, and sees to it that there is always some of it to write."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._link: psycopg.Connection[Any] | None = None
        self._laid_out = False
        self._over = False
        self._spared = False
        self._notes: list[Path] = []
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="log", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End; a checkpoint under way is not waited for long: the database may be slow."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join(2 * LOOK_SECONDS)
        else:
            self._hang_up()

    def _keep(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            # What hinders it, such as a database that is started anew, may pass.
            with suppress(OSError, psycopg.Error, CannotRun):
                self.look()
        self._hang_up()

    def look(self) -> None:
        """Do what is needed now. Raises psycopg.Error or CannotRun where the database does not
        answer, OSError where its disk does not."""
        free = disk.free(self._folder.root)
        began = self._notice(free < disk.RESERVE)
        if free >= disk.PLENTY and self._laid_out and not self._spared and self._noted():
            self._hang_up()
            return
        try:
            self._see_to(began)
        except psycopg.Error:
            self._hang_up()
            raise

    def _notice(self, over: bool) -> bool:
        """Whether the disk has become full since the last look."""
        began, ended = over and not self._over, self._over and not over
        self._over = over
        if began:
            words.warning("%s: orders wait until there is room", disk.NoRoom())
        if ended:
            words.warning("the disk has room again: orders are taken")
        return began

    def _see_to(self, began: bool) -> None:
        if not self._noted():
            self._hang_up()
        link = self._dialled()
        if self._over != self._spared:
            cluster.spare(self._folder, on=self._over)
            link.execute(SPARE, [self._over])
            self._spared = self._over
        found = measured(self._folder, link)
        # When it begins in any case: what waits in memory may find some room yet.
        if began or found.used_up:
            link.execute("CHECKPOINT")
        if found.missing:
            self._lay_out(link, 4 * found.wanted // found.file)
        self._laid_out = not measured(self._folder, link).missing

    def _lay_out(self, link: psycopg.Connection[Any], steps: int) -> None:
        """Write on until there are new files, as far as there is room, and let a checkpoint empty
        them. One that the database makes meanwhile has it go through some of them again."""
        written = False
        for _ in range(steps):
            found = measured(self._folder, link)
            room = disk.free(self._folder.root) - LEFT
            if self._closed.is_set() or not found.missing or room < found.file:
                break
            link.execute(ONE_ON)
            written = True
        if written:
            link.execute("CHECKPOINT")

    def _dialled(self) -> psycopg.Connection[Any]:
        if self._link is None:
            self._link = psycopg.connect(
                embedded.superuser_address(self._folder, roles.DATABASE),
                autocommit=True,
                connect_timeout=3,
                application_name="regulars-log",
            )
            told = "SELECT oid::text FROM pg_database WHERE datname = current_database()"
            ((number,),) = self._link.execute(told).fetchall()
            home = self._folder.postgres
            self._notes = [home / "global" / NOTE, home / "base" / number / NOTE]
        return self._link

    def _noted(self) -> bool:
        """Whether a new connection finds what it reads, as far as one is known."""
        return bool(self._notes) and all(one.exists() for one in self._notes)

    def _hang_up(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()
