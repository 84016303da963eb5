"""What the doctor asks the database itself."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg

from regulars.run import cluster_log, migrate
from regulars.run.embedded import Addresses
from regulars.run.findings import Finding, fail, ok, warn
from regulars.run.folder import Folder

MIN_VERSION = 15
MAX_SKEW_SECONDS = 5
MEGABYTE = 1024 * 1024
LOSING_SETTINGS = {
    "fsync": "a power cut can destroy the whole database",
    "full_page_writes": "a power cut can leave torn pages",
    "synchronous_commit": "orders that were confirmed can be lost",
}


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """The database as the application sees it."""

    link: psycopg.Connection[Any]
    folder: Folder
    addresses: Addresses
    embedded: bool

    def one(self, question: str) -> Any:
        """The first column of the first row."""
        row = self.link.execute(question.encode()).fetchone()
        return row[0] if row else None


def _version(at: Link) -> Finding:
    number = at.link.info.server_version
    found = f"PostgreSQL {number // 10000}.{number % 10000}"
    if number // 10000 < MIN_VERSION:
        return fail("database", f"{found} is too old.", "Use PostgreSQL 15 or newer.")
    kind = "embedded" if at.embedded else "named by DATABASE_URL"
    return ok("database", f"{found}, {kind}, reachable.")


def _role(at: Link) -> Finding:
    role = at.one("SELECT current_user")
    if at.one("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        return fail(
            "role",
            f"The application works as {role}, a superuser.",
            "Give it a role of its own in DATABASE_URL, and the owner's in REGULARS_OWNER_URL.",
        )
    owned = at.one(
        "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') "
        "AND relnamespace = 'public'::regnamespace AND pg_has_role(relowner, 'USAGE')"
    )
    if owned:
        return warn(
            "role",
            f"The application works as {role}, which owns its tables and could drop them.",
            "Give it a role of its own in DATABASE_URL, and the owner's in REGULARS_OWNER_URL.",
        )
    return ok("role", f"{role}: neither superuser nor owner.")


def _durability(at: Link) -> Finding:
    off = [name for name in LOSING_SETTINGS if at.one(f"SHOW {name}") == "off"]
    if off:
        why = "; ".join(f"{name} is off: {LOSING_SETTINGS[name]}" for name in off)
        turn_on = " ".join(f"ALTER SYSTEM SET {name} = on;" for name in off)
        return fail("durability", f"{why}.", f"As superuser: {turn_on} SELECT pg_reload_conf();")
    return ok("durability", "What is confirmed is on disk.")


def _log(at: Link) -> Finding:
    """What the database lives on when its disk is full."""
    if not at.embedded:
        return ok("log", "That server keeps its own.")
    found = cluster_log.measured(at.folder, at.link)
    said = f"{found.there // MEGABYTE} MB of the database's log are laid out"
    if found.missing:
        return warn(
            "log",
            f"{said}, {found.wanted // MEGABYTE} are wanted: it may end when its disk is full.",
            "`regulars serve` lays them out in its first minute, if there is room.",
        )
    kind = cluster_log.kind_of_disk(at.folder)
    if kind in cluster_log.NEVER_IN_PLACE:
        return warn(
            "log",
            f"{said}, but {kind} writes in a new place each time: a full disk ends the database.",
            "Reserve room for the data folder, or put it onto ext4 or XFS.",
        )
    return ok("log", f"{said}: a full disk does not end it.")


def _checksums(at: Link) -> Finding:
    if at.one("SHOW data_checksums") == "off":
        return warn(
            "checksums",
            "Pages carry no checksum: a dying disk goes unnoticed.",
            "pg_checksums --enable, while the database is stopped.",
        )
    return ok("checksums", "Pages carry checksums.")


def _encoding(at: Link) -> Finding:
    encoding = at.one("SHOW server_encoding")
    if encoding != "UTF8":
        return fail(
            "encoding",
            f"The database stores {encoding}: names of half the world do not fit.",
            "Make the database anew with ENCODING 'UTF8'.",
        )
    return ok("encoding", "UTF8.")


def _skew(at: Link) -> Finding:
    before = datetime.now(UTC)
    theirs = at.one("SELECT clock_timestamp()")
    # However long the answer takes, it was given in between.
    skew = max(before - theirs, theirs - datetime.now(UTC)).total_seconds()
    if skew > MAX_SKEW_SECONDS:
        return fail(
            "clocks",
            f"The database's clock differs from this machine's by {skew:.0f} seconds.",
            "Let both machines follow a time server.",
        )
    return ok("clocks", "The database's clock and this machine's agree.")


def _settings(at: Link) -> Finding:
    """Django's own settings, as this environment makes them."""
    import django  # noqa: PLC0415 - Django reads its settings at import
    from django.conf import settings  # noqa: PLC0415

    _prepare_django(at)
    try:
        django.setup()
    except Exception as error:
        return fail("settings", f"Django does not start: {error}", "Correct what it names.")
    if settings.DEBUG:
        return fail("settings", "Debug mode is on: errors show the code.", "Turn DEBUG off.")
    return ok("settings", "Debug mode is off.")


def _prepare_django(at: Link) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    os.environ.setdefault("REGULARS_DATA", str(at.folder.root))
    os.environ.setdefault("REGULARS_DATABASE_URL", at.addresses.app)
    os.environ.setdefault("REGULARS_OWNER_URL", at.addresses.owner)
    # Nothing is signed here: what the real key is worth is another check's question.
    os.environ.setdefault("REGULARS_SECRET_KEY", secrets.token_urlsafe(48))


_UPGRADE = "Give `regulars upgrade`, which makes a backup first."


def _migrations(at: Link) -> Finding:
    if at.one("SELECT to_regclass('django_migrations')::text") is None:
        return warn(
            "tables", "No tables have been made yet.", "`regulars serve` makes them at its start."
        )
    try:
        missing = sorted(migrate.missing(at.link))
    except Exception as error:
        return fail("tables", f"Their list cannot be read: {error}", "Correct what it names.")
    if missing:
        names = ", ".join(f"{app} {name}" for app, name in missing)
        return fail("tables", f"Not up to date, missing: {names}.", _UPGRADE)
    return ok("tables", "Up to date.")


CHECKS: list[Callable[[Link], Finding]] = [
    _version,
    _role,
    _durability,
    _log,
    _checksums,
    _encoding,
    _skew,
    _settings,
    _migrations,
]
