"""`regulars doctor`: looks at an installation and explains what is wrong with it.

The checks stand in two ordinary lists; each is a small function. What concerns the database runs
only when it can be reached; everything else runs always. The doctor makes and changes nothing.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from regulars.run import database, doctor_database, doctor_live, doctor_mail, keys, programs
from regulars.run.doctor_database import Link
from regulars.run.embedded import Addresses
from regulars.run.errors import CannotRun
from regulars.run.findings import Finding, fail, ok, warn
from regulars.run.folder import Folder, another_s
from regulars.run.log import one_line

GIGABYTE = 1024**3
MIN_FREE_SHARE = 0.10
MIN_PYTHON = (3, 11)
SANE_YEARS = range(2025, 2100)

Check = Callable[[Folder, Mapping[str, str]], Finding]


def examine(folder: Folder, environ: Mapping[str, str] | None = None) -> list[Finding]:
    """All findings, in a fixed order. Never raises for what is wrong with the installation."""
    given = os.environ if environ is None else environ
    findings = [check(folder, given) for check in CHECKS]
    with _reached(folder, given) as reached:
        if isinstance(reached, Finding):
            return [*findings, reached]
        findings += [check(reached) for check in doctor_database.CHECKS]
    return findings


@contextmanager
def _reached(folder: Folder, environ: Mapping[str, str]) -> Iterator[Link | Finding]:
    """A connection as the application's role, or the finding that there is none."""
    try:
        outside = database.outside(environ)
    except CannotRun as error:
        yield fail("database", str(error), "Correct the address, or leave it away.")
        return
    if outside is None and not folder.postgres.exists():
        yield warn(
            "database",
            f"No database has been made in {folder.root} yet.",
            "`regulars serve` makes it at its first start.",
        )
        return
    if account := another_s(folder):
        remedy = f"Give the command with sudo -u '{account}' before it."
        yield fail("database", f"{folder.root} belongs to the account {account}.", remedy)
        return
    # `connected` and the connection fail before the body runs; the body's own errors pass.
    entered = False
    try:
        with database.connected(folder, environ) as addresses, _dial(addresses) as link:
            entered = True
            yield Link(link=link, folder=folder, addresses=addresses, embedded=outside is None)
    except (CannotRun, psycopg.Error, OSError) as error:
        if entered:
            raise
        remedy = "Start that server, or correct DATABASE_URL." if outside else _EMBEDDED_REMEDY
        first = next(iter(str(error).strip().splitlines()), type(error).__name__)
        yield fail("database", f"Not reachable: {one_line(first)}", remedy)


_EMBEDDED_REMEDY = "The newest file in postgres/log of the data folder says more."


def _dial(addresses: Addresses) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(addresses.app, autocommit=True, connect_timeout=5)


def _python(_folder: Folder, _environ: Mapping[str, str]) -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < MIN_PYTHON:
        return fail("python", f"Python {found} is too old.", "Install Python 3.11 or newer.")
    return ok("python", f"Python {found}.")


def _embedded(folder: Folder, environ: Mapping[str, str]) -> Finding:
    """The programs, and whether they fit the cluster beside them."""
    if environ.get("DATABASE_URL"):
        return ok("embedded", "Not used: DATABASE_URL names a database.")
    try:
        programs.installed_home()
    except CannotRun as error:
        return fail("embedded", str(error), "Install the missing package.")
    version = programs.version()
    try:
        made_by = (folder.postgres / "PG_VERSION").read_text(encoding="ascii").strip()
    except OSError:
        return ok("embedded", f"PostgreSQL {version} is installed.")
    if made_by != version.split(".")[0]:
        return fail(
            "embedded",
            f"The database was made by PostgreSQL {made_by}, installed is {version}.",
            "Back it up with the release that made it and restore it into a new data folder.",
        )
    return ok("embedded", f"PostgreSQL {version} is installed and fits the database.")


def _data_folder(folder: Folder, _environ: Mapping[str, str]) -> Finding:
    if not folder.root.is_dir():
        return warn("folder", f"{folder.root} does not exist yet.", "`regulars serve` makes it.")
    open_to_all = [path for path, bits in _guarded(folder) if _mode(path) & bits]
    if open_to_all:
        names = ", ".join(str(path) for path in open_to_all)
        return fail(
            "folder",
            f"Every account of this machine can look into {names}.",
            f"chmod o-rwx {names}",
        )
    if not os.access(folder.root, os.W_OK):
        return fail(
            "folder",
            f"{folder.root} may not be written by this account.",
            "Start as the account that owns it.",
        )
    return ok("folder", f"{folder.root}, private.")


def _guarded(folder: Folder) -> Iterator[tuple[Path, int]]:
    """Which folders must be closed to everybody else, and by which permission bits."""
    yield folder.root, 0o006
    yield folder.run, 0o002
    for part in (folder.postgres, folder.keys, folder.imports, folder.mirror, folder.logs):
        yield part, 0o007


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return 0


def _disk(folder: Folder, _environ: Mapping[str, str]) -> Finding:
    place = next(path for path in [folder.root, *folder.root.parents] if path.exists())
    usage = shutil.disk_usage(place)
    share = usage.free / usage.total
    said = f"{usage.free / GIGABYTE:.1f} GB free ({share:.0%}) at {place}."
    if usage.free < GIGABYTE or share < MIN_FREE_SHARE:
        return warn("disk", said, "Make room: without it, orders are refused.")
    return ok("disk", said)


def _clock(_folder: Folder, _environ: Mapping[str, str]) -> Finding:
    now = datetime.now(UTC)
    if now.year not in SANE_YEARS:
        return fail("clock", f"This machine says {now:%Y-%m-%d}.", "Set its clock (timedatectl).")
    return ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC.")


def _secret_key(folder: Folder, environ: Mapping[str, str]) -> Finding:
    given = environ.get("REGULARS_SECRET_KEY")
    if given is not None:
        return _judged(given, "REGULARS_SECRET_KEY")
    try:
        return _own_key(folder, folder.keys / "secret-key")
    except OSError as error:
        said = f"{folder.keys} cannot be read: {error.strerror}."
        return fail("key", said, "Start as its owner.")


def _own_key(folder: Folder, path: Path) -> Finding:
    if not path.exists():
        return warn("key", f"{path} does not exist yet.", "`regulars serve` makes it.")
    loose = [file for file in folder.keys.iterdir() if _mode(file) & 0o077]
    if loose:
        names = " ".join(str(file) for file in sorted(loose))
        return fail("key", f"Other accounts can read {names}.", f"chmod 600 {names}")
    return _judged(path.read_text(encoding="utf-8").strip(), str(path))


def _judged(key: str, place: str) -> Finding:
    if weak := keys.weakness(key):
        return fail(
            "key",
            f"The key in {place} {weak}.",
            f"Give at least {keys.MIN_BYTES} random bytes; everybody then signs in again.",
        )
    return ok("key", f"{place}: strong.")


def _address(_folder: Folder, environ: Mapping[str, str]) -> Finding:
    base = environ.get("REGULARS_BASE_URL", "").strip()
    if not base:
        return warn(
            "address",
            "No public address is set: links in messages lead to this machine only.",
            "Set REGULARS_BASE_URL to the https:// address that people use.",
        )
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return fail(
            "address",
            f"REGULARS_BASE_URL is {one_line(base)!r}, which is no web address.",
            "Write something like https://regulars.example.org.",
        )
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        return fail(
            "address",
            f"{base} is not encrypted: passwords and personal data travel readable.",
            "Put a server with a certificate in front and set REGULARS_BASE_URL to https://.",
        )
    if parts.path.strip("/") or parts.query or parts.fragment:
        return fail(
            "address",
            f"REGULARS_BASE_URL is {one_line(base)!r}: what follows the name leads nowhere.",
            "Give Regulars a name of its own, such as https://regulars.example.org.",
        )
    return ok("address", f"{base}.")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


CHECKS: list[Check] = [
    _python,
    _embedded,
    _data_folder,
    _disk,
    _clock,
    _secret_key,
    _address,
    doctor_live.trusted_proxies,
    doctor_live.mail,
    doctor_live.sender,
    *doctor_mail.CHECKS,
    doctor_live.backups,
    doctor_live.freed,
]
