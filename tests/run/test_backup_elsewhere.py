"""Backups between databases of several majors, and what is said where they do not fit."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from test_backup import SOMEBODY, TOLD

from furnished import furnished
from regulars.run import backup, embedded, programs
from regulars.run.backup import back_up, is_lived_in, restore
from regulars.run.embedded import Addresses
from regulars.run.errors import CannotRun
from regulars.run.folder import PASSABLE, Folder, prepare
from test_other_postgresql import PROGRAMS, cluster

ROLES = "CREATE ROLE regulars_owner LOGIN; CREATE ROLE regulars_app LOGIN"


@pytest.fixture(scope="module")
def home() -> Iterator[tuple[Folder, Addresses, Path]]:
    """An installation with something in it, and its backup."""
    root = Path(tempfile.mkdtemp(prefix="regulars-elsewhere-"))
    root.chmod(PASSABLE)
    folder = furnished(root / "data")
    try:
        with embedded.running(folder) as addresses:
            with psycopg.connect(addresses.owner) as link:
                link.execute(SOMEBODY)
            back_up(folder, addresses, root / "one.backup", TOLD)
            yield folder, addresses, root / "one.backup"
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module")
def older() -> Iterator[Addresses]:
    """An empty database of PostgreSQL 15."""
    if not (PROGRAMS / "initdb").exists():
        pytest.skip(f"PostgreSQL 15 is not installed in {PROGRAMS}")
    with cluster() as superuser:
        with psycopg.connect(superuser, autocommit=True) as link:
            for one in [*ROLES.split(";"), "CREATE DATABASE regulars OWNER regulars_owner"]:
                link.execute(one)
        owner = make_conninfo(superuser, user="regulars_owner", dbname="regulars")
        yield Addresses(app=owner, owner=owner)


def test_a_backup_comes_back_in_an_older_postgresql(
    home: tuple[Folder, Addresses, Path], older: Addresses, tmp_path: Path
) -> None:
    folder, mine, source = home
    elsewhere = prepare(tmp_path / "elsewhere")
    restore(elsewhere, older, source, force=False)
    for addresses in (mine, older):
        with psycopg.connect(addresses.owner) as link:
            assert link.execute("SELECT edition FROM regulars_edition").fetchall() == [("club_1",)]
    again = tmp_path / "again.backup"
    back_up(elsewhere, older, again, TOLD)
    restore(folder, mine, again, force=True)
    with psycopg.connect(mine.owner) as link:
        assert is_lived_in(link)


def test_a_half_restore_in_an_older_postgresql_changes_nothing(
    home: tuple[Folder, Addresses, Path],
    older: Addresses,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _folder, _mine, source = home
    elsewhere = prepare(tmp_path / "elsewhere")
    restore(elsewhere, older, source, force=True)
    monkeypatch.setattr(backup, "_leave_out", broken_off)
    with pytest.raises(CannotRun, match=r"psql did not succeed: .*division by zero"):
        restore(elsewhere, older, source, force=True)
    with psycopg.connect(older.owner) as link:
        assert link.execute("SELECT edition FROM regulars_edition").fetchall() == [("club_1",)]


def broken_off(file: Path, line: bytes) -> None:
    text = file.read_bytes().replace(line + b"\n", b"")
    file.write_bytes(text + b"\nSELECT 1 / 0;\n")


def test_a_newer_database_is_told_at_once(
    home: tuple[Folder, Addresses, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, addresses, source = home
    monkeypatch.setattr(programs, "version", lambda: "14.2")
    with pytest.raises(CannotRun, match=r"is PostgreSQL 18, and this release brings .* 14"):
        back_up(folder, addresses, tmp_path / "two.backup", TOLD)
    with pytest.raises(CannotRun, match="is PostgreSQL 18"):
        restore(folder, addresses, source, force=True)
    assert not (tmp_path / "two.backup").exists()


def test_the_line_that_tells_is_shown(home: tuple[Folder, Addresses, Path]) -> None:
    _folder, addresses, _source = home
    with pytest.raises(CannotRun) as refused:
        backup._run("pg_dump", addresses.owner, "--table=nowhere", f"--file={os.devnull}")
    assert str(refused.value) == "pg_dump did not succeed: no matching tables were found"
    said = (
        "pg_dump: last built-in OID is 16383\n"
        "pg_dump: error: query failed: ERROR:  permission denied for table regulars_fact\n"
        "pg_dump: detail: Query was: LOCK TABLE public.regulars_fact IN ACCESS SHARE MODE\n"
    )
    assert backup._telling(said) == (
        "query failed: ERROR:  permission denied for table regulars_fact"
    )
    assert backup._telling("psql:told.sql:9: ERROR:  division by zero\nLINE 1: SELECT\n") == (
        "psql:told.sql:9: ERROR:  division by zero"
    )
