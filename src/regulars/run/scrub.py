"""What was deleted is written over. A row that is gone leaves its bytes in its table's file, in
what the database knows of the table's values, and in the log, until other rows come to lie there:
of somebody who was forgotten nothing shall be left there either.

A table is written anew without them, which keeps others out of it for as long as that takes; then
the log is written once round.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, LiteralString

import psycopg
from msgspec import Struct
from msgspec.structs import replace
from psycopg import sql

from regulars.db import disk, forgotten
from regulars.run import cluster_log, embedded, roles
from regulars.run.errors import CannotRun
from regulars.run.folder import Folder, write_private

words = logging.getLogger("regulars.scrub")

NAME = "scrubbed"
BOOKS = (
    *("regulars_attempt", "regulars_fact", "regulars_factkey", "regulars_holder"),
    *("regulars_promise", "regulars_seal", "regulars_sent_effect", "regulars_transfer"),
)
"""Tables without a word about who somebody is, in any row that they ever had; the longest ones."""
LARGE = 256 * disk.MEGABYTE
"""A table with more takes longer to write than a queue may wait."""
PATIENCE = "3s"
"""So long a table is waited for that others use."""
LOOK_SECONDS = 600.0
NIGHT = range(3, 5)
"""The hours of the business in which it is done."""
DAY = 86_400
"""After so many seconds it is done at any hour: a machine may be off at night."""
TABLES = """
    SELECT relname, pg_total_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL (%s)
    ORDER BY relname
"""
STILL = """
    SELECT count(*) FROM pg_stat_activity
    WHERE xact_start <= to_timestamp(%s) AND pid <> pg_backend_pid()
        AND datname = current_database()
"""
EMPTY = """
    DELETE FROM pg_catalog.pg_statistic AS known USING pg_catalog.pg_class AS class
    WHERE known.starelid = class.oid AND class.reltuples = 0
        AND class.relnamespace = 'public'::regnamespace
"""
"""What is known of a table's values stays when it gets empty; only the master may delete it."""
STATISTICS = "pg_statistic"
HOUR = "SELECT extract(hour FROM now() AT TIME ZONE zone)::int FROM regulars_business"


class Scrubbed(Struct, frozen=True, kw_only=True):
    """How many tables were written anew, and which were left: too `large`, in use (`busy`), or
    another role's (`foreign`)."""

    tables: int
    large: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()

    @property
    def left(self) -> bool:
        """Whether any table was left."""
        return bool(self.large or self.busy or self.foreign)


class Mark(Struct, frozen=True, kw_only=True):
    """How many people were forgotten when it was last done, and since when somebody more is, in
    seconds since 1970; 0: nobody is known to be."""

    people: int = 0
    since: int = 0


def is_wanted(folder: Folder) -> bool:
    """Whether somebody was forgotten since it was last done."""
    return _forgotten(folder) != mark(folder).people


def waits_since(folder: Folder) -> float | None:
    """Since when somebody who was forgotten may still lie in freed space, in seconds since 1970."""
    return (mark(folder).since or _asked_at(folder)) if is_wanted(folder) else None


def mark(folder: Folder) -> Mark:
    """What was noted when it was last done or found to be wanted."""
    with suppress(OSError, ValueError):
        people, since = (folder.root / NAME).read_text(encoding="ascii").split()
        return Mark(people=int(people), since=int(since))
    return Mark()


def _note(folder: Folder, mark: Mark) -> None:
    write_private(folder.root / NAME, f"{mark.people} {mark.since}\n")


def scrub(folder: Folder, outside: str = "", *, whole: bool = False) -> Scrubbed:
    """Write every table anew that may have said who somebody is, `whole`: large ones too; and the
    log, unless it is a database of one's own, of whose tables' owner `outside` is the address.

    Raises psycopg.Error where the database does not answer, CannotRun where its disk is full.
    """
    people = _forgotten(folder)
    if not outside and disk.free(folder.root) < disk.PLENTY:
        raise CannotRun(
            f"Fewer than {disk.PLENTY // disk.MEGABYTE} MB of the disk are free: "
            "tables cannot be written anew. Make room first."
        )
    with _link(folder, outside) as link:
        found = _tables(folder, link, whole)
        if not outside and not found.busy:
            _write_log(folder, link)
    if not found.left:
        _note(folder, Mark(people=people))
    return found


@contextmanager
def _link(folder: Folder, outside: str = "") -> Iterator[psycopg.Connection[Any]]:
    address = outside or embedded.superuser_address(folder, roles.DATABASE)
    with psycopg.connect(
        address, autocommit=True, connect_timeout=3, application_name="regulars-scrub"
    ) as link:
        link.execute(sql.SQL("SET lock_timeout = {}").format(PATIENCE))
        yield link


def _tables(folder: Folder, link: psycopg.Connection[Any], whole: bool) -> Scrubbed:
    found = link.execute(TABLES, [list(BOOKS)]).fetchall()
    large = tuple(name for name, size in found if size > LARGE and not whole)
    todo = [name for name, _size in found if name not in large]
    ((older,),) = link.execute(STILL, [_asked_at(folder)]).fetchall()
    if older:
        # Whoever looks at a moment before the erasure keeps what was deleted alive.
        return Scrubbed(tables=0, large=large, busy=tuple(todo))
    came = {name: _written(link, name) for name in todo}
    with suppress(psycopg.errors.InsufficientPrivilege):
        link.execute(EMPTY)
    came[STATISTICS] = _written(link, STATISTICS, "FULL")
    return Scrubbed(
        tables=sum(one == "written" for one in came.values()),
        large=large,
        busy=tuple(name for name, one in came.items() if one == "busy"),
        foreign=tuple(name for name, one in came.items() if one == "foreign"),
    )


def _written(
    link: psycopg.Connection[Any], table: str, how: LiteralString = "FULL, ANALYZE"
) -> Literal["written", "busy", "foreign"]:
    """Write a table anew. One of another role is passed over by the database, with a warning."""
    warned: list[str | None] = []

    def note(told: psycopg.errors.Diagnostic) -> None:
        warned.append(told.severity_nonlocalized)

    link.add_notice_handler(note)
    try:
        link.execute(sql.SQL(f"VACUUM ({how}) {{}}").format(sql.Identifier(table)))
    except psycopg.errors.LockNotAvailable:
        return "busy"
    finally:
        link.remove_notice_handler(note)
    return "foreign" if "WARNING" in warned else "written"


def _write_log(folder: Folder, link: psycopg.Connection[Any]) -> None:
    """Go on by as many files as there are, those included that the database keeps for later. The
    rest of a file that is left is filled with nothing."""
    link.execute(cluster_log.ONE_ON)
    link.execute("CHECKPOINT")
    log = cluster_log.measured(folder, link)
    for _ in range(log.there // log.file + 1):
        link.execute(cluster_log.ONE_ON)
    link.execute("CHECKPOINT")


def _list(folder: Folder) -> Path:
    return folder.root / forgotten.NAME


def _forgotten(folder: Folder) -> int:
    return len(forgotten.listed(_list(folder)))


def _asked_at(folder: Folder) -> float:
    """When somebody was last forgotten, in seconds since 1970."""
    place = _list(folder)
    return place.stat().st_mtime if place.exists() else 0.0


class Scrubber:
    """Does it in the night after somebody was forgotten, for the embedded database."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._told = 0
        """How many were forgotten when large tables were left: once a process says so."""
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="scrub", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End; one under way is not waited for: it is done again."""
        self._closed.set()

    def look(self, now: float) -> None:
        """Do it if it is wanted and time for it. `now` is in seconds since 1970."""
        people = _forgotten(self._folder)
        if not is_wanted(self._folder) or people == self._told:
            return
        known = mark(self._folder)
        if not known.since:
            _note(self._folder, replace(known, since=int(now)))
        if now < (known.since or now) + DAY and self._hour() not in NIGHT:
            return
        found = scrub(self._folder)
        if found.busy:
            words.info("tables in use are written anew later: %s", ", ".join(found.busy))
        elif found.large:
            self._told = people
            words.warning(
                "freed space of large tables may still hold who was forgotten (%s): "
                "run `regulars scrub --all` when the shop is closed",
                ", ".join(found.large),
            )
        else:
            words.info("nothing of who was forgotten is left in freed space")

    def _hour(self) -> int:
        with _link(self._folder) as link:
            row = link.execute(HOUR).fetchone()
        return int(row[0]) if row else time.gmtime().tm_hour

    def _keep(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            # What hinders it, such as a full disk, may pass.
            with suppress(OSError, psycopg.Error, CannotRun):
                self.look(time.time())
