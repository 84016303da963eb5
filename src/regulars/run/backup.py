"""A whole installation in one file, and back: the database as `pg_dump` tells it, and the key that
signs. What can be made again (the mirror, uploads under way) stays out.

A restored installation sends nothing again: messages that waited and jobs that were queued when the
backup was made count as dealt with.
"""

from __future__ import annotations

import os
import subprocess
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from regulars import __version__
from regulars.run import keys, programs
from regulars.run.embedded import Addresses
from regulars.run.errors import CannotRun
from regulars.run.folder import Folder, write_private

DUMP, KEY, MANIFEST = "database.dump", "secret-key", "manifest.json"
FORMAT = 1
LAST = "last-backup.json"
"""In `logs/`: what the newest backup said of itself."""
SECONDS = 12 * 3600.0
SILENCED = {
    "regulars_delivery": "UPDATE {} SET state = 'failed', code = 'restored'"
    " WHERE state = 'waiting'",
    "regulars_out_mail": "UPDATE {} SET state = 'failed', code = 'restored', settled_at = now(),"
    " text = CASE WHEN secret THEN '' ELSE text END WHERE state IN ('waiting', 'picked')",
    "procrastinate_jobs": "DELETE FROM {} WHERE status IN ('todo', 'doing')",
}
"""What would go out, or be done, a second time; by the table that holds it."""
KNOWS_TIMEOUT = 17
TIMEOUT = b"SET transaction_timeout = 0;"
"""What dumps begin with, and databases before that one do not understand."""
HEAD = 4096
ONE_GO = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
EMPTIED = """
DO $$
DECLARE
  one text;
  every text[];
BEGIN
  SET LOCAL client_min_messages = error;
  SELECT coalesce(array_agg(name), '{}') INTO every FROM (
    SELECT format('TABLE IF EXISTS %s', oid::regclass) AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND pg_has_role(relowner, 'USAGE')
    UNION ALL
    SELECT format('FUNCTION IF EXISTS %s', oid::regprocedure) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
      AND pg_has_role(proowner, 'USAGE')
      AND oid NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'e')
    UNION ALL
    SELECT format('TYPE IF EXISTS %s', oid::regtype) FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND pg_has_role(typowner, 'USAGE')
      AND (typtype = 'e' OR typrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c'))
  ) AS there;
  FOREACH one IN ARRAY every LOOP
    EXECUTE format('DROP %s CASCADE', one);
  END LOOP;
END $$
"""
"""A dump replaces only what it knows: tables of a later release would stay and hold on to others.
The names are gathered first, since what one drop takes along has no name any more."""
LIVED_IN = ("regulars_fact", "regulars_customer", "regulars_staff", "regulars_edition")
"""Where any of these tables has a row, there is something to lose."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself."""

    format: int
    version: str
    made_at: datetime

    @classmethod
    def of_now(cls) -> Manifest:
        """What a backup says that this release makes now."""
        return cls(format=FORMAT, version=__version__, made_at=datetime.now(UTC))


def back_up(folder: Folder, addresses: Addresses, target: Path, manifest: Manifest) -> None:
    """Write a backup to `target`, which appears when it is whole, readable by its owner alone.
    Raises CannotRun."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as work:
        place = Path(work)
        with psycopg.connect(addresses.owner) as link:
            _check_version(link)
        _run("pg_dump", addresses.owner, "--format=custom", f"--file={place / DUMP}")
        write_private(place / MANIFEST, msgspec.json.encode(manifest).decode())
        write_private(place / KEY, keys.read_or_make(folder.keys / KEY) + "\n")
        beside = place / "whole"
        with tarfile.open(beside, "w") as tar:
            for name in (MANIFEST, KEY, DUMP):
                tar.add(place / name, arcname=name)
        beside.chmod(0o600)
        os.replace(beside, target)
    write_private(folder.logs / LAST, msgspec.json.encode(manifest).decode())


def last_made(folder: Folder) -> datetime | None:
    """When the newest backup of this folder was made; None: never, as far as it knows."""
    try:
        told = (folder.logs / LAST).read_bytes()
        return msgspec.json.decode(told, type=Manifest).made_at
    except (OSError, msgspec.MsgspecError):
        return None


def read_manifest(source: Path) -> Manifest:
    """What a backup says of itself. Raises CannotRun where it is none, or of a later format."""
    try:
        with tarfile.open(source) as tar:
            member = tar.extractfile(MANIFEST)
            told = msgspec.json.decode(member.read() if member else b"", type=Manifest)
    except (tarfile.TarError, KeyError, msgspec.MsgspecError):
        raise CannotRun(f"{source} is no backup of Regulars, or not a whole one.") from None
    if told.format > FORMAT:
        raise CannotRun(f"{source} was made by Regulars {told.version}: restore it with that one.")
    return told


def restore(folder: Folder, addresses: Addresses, source: Path, *, force: bool) -> Manifest:
    """Put back what a backup holds; all or nothing. Raises CannotRun, also where there is something
    already and `force` is not given."""
    told = read_manifest(source)
    with psycopg.connect(addresses.owner) as link:
        if not force and is_lived_in(link):
            raise CannotRun(
                "There is something in this installation already. Restore into an empty one, or "
                "give --force to replace everything."
            )
        major = _check_version(link)
    with tempfile.TemporaryDirectory(dir=folder.root, prefix=".restore-") as work:
        place = Path(work)
        _extract(source, place)
        _put_back(addresses.owner, place, major)
        write_private(folder.keys / KEY, (place / KEY).read_text(encoding="utf-8"))
    return told


def _check_version(link: psycopg.Connection[tuple[object, ...]]) -> int:
    """The major of the database. Raises CannotRun where our programs are older than it."""
    found, own = link.info.server_version // 10_000, int(programs.version().partition(".")[0])
    if found > own:
        raise CannotRun(
            f"The database is PostgreSQL {found}, and this release brings the programs of {own}: "
            "back it up and restore it with a newer release of Regulars, or with PostgreSQL's own."
        )
    return found


def _put_back(address: str, place: Path, major: int) -> None:
    """What the dump holds in place of all that is there, and nothing of it waiting to go out, in
    one transaction: a restore that is killed has either not begun or sends nothing again."""
    options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", str(place / DUMP))
    told, database = place / "told.sql", f"--dbname={conninfo_to_dict(address)['dbname']}"
    _run("pg_restore", address, f"--file={told}", *options)
    if major < KNOWS_TIMEOUT:
        _leave_out(told, TIMEOUT)
    acts = (f"--command={EMPTIED}", f"--file={told}", f"--command={silencing()}")
    _run("psql", address, *ONE_GO, database, *acts)


def _leave_out(file: Path, line: bytes) -> None:
    """Make a comment of a line among the first of a file, without moving the rest."""
    with file.open("r+b") as told:
        place = told.read(HEAD).find(b"\n" + line + b"\n")
        if place >= 0:
            told.seek(place + 1)
            told.write(b"--")


def _extract(source: Path, place: Path) -> None:
    try:
        with tarfile.open(source) as tar:
            for name in (KEY, DUMP):
                tar.extract(name, place, filter="data")
    except (tarfile.TarError, KeyError, EOFError):
        raise CannotRun(f"{source} is no backup of Regulars, or not a whole one.") from None


def is_lived_in(link: psycopg.Connection[tuple[object, ...]]) -> bool:
    """Whether anything of a business is in the database."""
    return any(
        link.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table))).fetchone()
        for table in LIVED_IN
        if _exists(link, table)
    )


def silencing() -> str:
    """The statement by which what waited to go out when the backup was made does not go out again.
    Tables that an older backup does not have are passed over."""
    parts = [
        f"IF to_regclass('{table}') IS NOT NULL THEN {statement.format(table)}; END IF;"
        for table, statement in SILENCED.items()
    ]
    # Dumps leave no schema to look names up in.
    named = "PERFORM set_config('search_path', 'public', true);"
    return f"DO $$ BEGIN {named} {' '.join(parts)} END $$"


def _exists(link: psycopg.Connection[tuple[object, ...]], table: str) -> bool:
    found = link.execute("SELECT to_regclass(%s)", [table]).fetchone()
    return found is not None and found[0] is not None


def _run(program: str, address: str, *options: str) -> None:
    """Run one of PostgreSQL's client programs; the password travels by the environment."""
    told = conninfo_to_dict(address)
    password = str(told.pop("password", "") or "")
    command = [str(programs.installed_home() / "bin" / program)]
    if program == "pg_dump":
        command.append(f"--dbname={make_conninfo(**told)}")  # type: ignore[arg-type]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGPASSWORD": password}
    environment |= {
        f"PG{_VARIABLE[name]}": str(value) for name, value in told.items() if name in _VARIABLE
    }
    done = subprocess.run(
        [*command, *options],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise CannotRun(
            f"{program} did not succeed: {_telling(done.stderr.decode(errors='replace'))}"
        )


def _telling(said: str) -> str:
    """The line that says what is wrong; hints and notes follow it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["it said nothing"]
    found = next((one for one in lines if "error:" in one or "ERROR:" in one), lines[-1])
    return found.partition("error: ")[2] or found


_VARIABLE = {"host": "HOST", "port": "PORT", "user": "USER", "sslmode": "SSLMODE"}
