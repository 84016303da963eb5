"""An upgrade of a database that holds something: stopped half-way, given again, and refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from furnished import BARE, furnished
from regulars.run import backup, database, embedded, locks, log, migrate, serve, upgrade
from regulars.run.embedded import Addresses
from regulars.run.errors import CannotRun
from regulars.run.folder import PASSABLE, Folder

TOLD = backup.Manifest(format=1, version="9.9", made_at=datetime(2026, 1, 1, tzinfo=UTC))
SOMEBODY = """
    INSERT INTO regulars_programme (id, position) VALUES ('club', 0);
    INSERT INTO regulars_edition (programme, edition, body, published_at, by_name, reason)
    VALUES ('club', 'club_1', 'x', now(), '', '')
"""
TO = "import django; django.setup(); from django.core.management import call_command as call; "


@pytest.fixture(scope="module")
def home() -> Iterator[tuple[Folder, Addresses]]:
    """An installation of an earlier release, with something in it."""
    root = Path(tempfile.mkdtemp(prefix="regulars-upgrade-"))
    root.chmod(PASSABLE)
    folder = furnished(root / "data", BARE)
    try:
        with embedded.running(folder) as addresses:
            asked = {**os.environ, **database.variables(folder, addresses, {})}
            asked["REGULARS_DATABASE_URL"] = addresses.owner
            call = TO + "call('migrate', 'regulars', '0013', verbosity=0)"
            subprocess.run([sys.executable, "-c", call], env=asked, check=True)
            act(addresses, SOMEBODY)
            yield folder, addresses
    finally:
        shutil.rmtree(root, ignore_errors=True)


def act(addresses: Addresses, statement: str) -> None:
    with psycopg.connect(addresses.owner) as link:
        link.execute(statement.encode())


def done(addresses: Addresses) -> migrate.Migrations:
    with psycopg.connect(addresses.owner) as link:
        return migrate.applied(link)


def editions(addresses: Addresses) -> list[tuple[str, ...]]:
    with psycopg.connect(addresses.app) as link:
        return link.execute("SELECT edition FROM regulars_edition").fetchall()


def test_no_other_command_changes_what_is_there(home: tuple[Folder, Addresses]) -> None:
    """Saboteur: with nothing of a business in it, the same database is taken."""
    _folder, addresses = home
    with pytest.raises(CannotRun, match="`regulars upgrade` first"):
        upgrade.refuse_earlier(addresses)
    act(addresses, "DELETE FROM regulars_edition; DELETE FROM regulars_programme")
    upgrade.refuse_earlier(addresses)
    act(addresses, SOMEBODY)


def test_stopped_half_way_it_goes_on_and_nothing_is_lost(home: tuple[Folder, Addresses]) -> None:
    folder, addresses = home
    act(addresses, "CREATE TABLE regulars_audit (in_the_way int)")
    with pytest.raises(CannotRun) as stopped:
        upgrade.upgrade(folder, addresses, TOLD)
    [kept] = upgrade.kept_in(folder).glob("*.backup")
    assert f"regulars restore {kept} --force" in str(stopped.value)
    assert backup.read_manifest(kept) == TOLD
    assert kept.stat().st_mode & 0o077 == 0
    with pytest.raises(CannotRun):
        upgrade.upgrade(folder, addresses, TOLD)
    act(addresses, "DROP TABLE regulars_audit")
    finished = upgrade.upgrade(folder, addresses, TOLD)
    assert finished.changes > 0
    assert finished.backup == kept
    assert list(upgrade.kept_in(folder).glob("*")) == [kept]
    assert editions(addresses) == [("club_1",)]
    assert upgrade.upgrade(folder, addresses, TOLD) == upgrade.Upgraded(changes=0)
    assert not (folder.logs / upgrade.NOTE).exists()


def test_a_later_release_s_database_is_refused(home: tuple[Folder, Addresses]) -> None:
    """Saboteur: without that row the same database is taken."""
    folder, addresses = home
    upgrade.upgrade(folder, addresses, TOLD)
    before = done(addresses)
    act(
        addresses,
        "INSERT INTO django_migrations (app, name, applied)"
        " VALUES ('regulars', '9999_later', now()), ('elsewhere', '0001', now())",
    )
    with pytest.raises(CannotRun, match="later release of Regulars") as told:
        upgrade.upgrade(folder, addresses, TOLD)
    assert str(next(upgrade.kept_in(folder).glob("*.backup"))) in str(told.value)
    assert done(addresses) == before | {("regulars", "9999_later"), ("elsewhere", "0001")}
    act(addresses, "DELETE FROM django_migrations WHERE name = '9999_later'")
    assert upgrade.upgrade(folder, addresses, TOLD).changes == 0


def test_while_it_is_served_nothing_is_changed(home: tuple[Folder, Addresses]) -> None:
    folder, addresses = home
    with locks.serving(folder), pytest.raises(CannotRun, match="already being served"):
        upgrade.upgrade(folder, addresses, TOLD)


def test_the_way_back_and_forth_again(home: tuple[Folder, Addresses]) -> None:
    """What the named backup puts back is the earlier release's, and can be upgraded again."""
    folder, addresses = home
    upgrade.upgrade(folder, addresses, TOLD)
    [kept] = upgrade.kept_in(folder).glob("*.backup")
    after = done(addresses)
    backup.restore(folder, addresses, kept, force=True)
    assert done(addresses) < after
    act(addresses, "DROP TABLE regulars_audit")  # what was in the way then
    upgrade.upgrade(folder, addresses, TOLD)
    assert done(addresses) >= after - {("elsewhere", "0001")}
    assert editions(addresses) == [("club_1",)]


def test_a_start_makes_a_backup_before_it_changes_anything(
    home: tuple[Folder, Addresses], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, addresses = home
    for old in upgrade.kept_in(folder).glob("*.backup"):
        old.unlink()
    seen: list[int] = []

    def changing(_addresses: Addresses, _variables: object) -> None:
        seen.append(len(list(upgrade.kept_in(folder).glob("*.backup"))))
        raise CannotRun("Stopped here.")

    monkeypatch.setattr(migrate, "migrate", changing)
    monkeypatch.setattr(migrate, "on_disk", lambda _apps: done(addresses) | {("regulars", "9998")})
    monkeypatch.setattr(database, "environment", lambda _folder: nullcontext(addresses))
    monkeypatch.setattr(serve, "check_port", lambda *_told, **_more: None)
    monkeypatch.setattr(log, "configure", lambda: None)
    with pytest.raises(CannotRun, match=r"restore .* --force"):
        serve.serve(folder, serve.Wanted())
    assert seen == [1]
