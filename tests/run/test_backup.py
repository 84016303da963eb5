"""A backup of a living installation is the same installation again, and sends nothing twice."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from furnished import furnished
from regulars.run import backup, embedded
from regulars.run.backup import Manifest, back_up, read_manifest, restore
from regulars.run.embedded import Addresses
from regulars.run.errors import CannotRun
from regulars.run.folder import PASSABLE, Folder

TOLD = Manifest(format=1, version="0", made_at=datetime(2026, 1, 1, tzinfo=UTC))
WAITING = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, status)
    VALUES ('mail', 'mail_link', 'todo')
"""
SOMEBODY = """
    INSERT INTO regulars_programme (id, position) VALUES ('club', 0);
    INSERT INTO regulars_edition (programme, edition, body, published_at, by_name, reason)
    VALUES ('club', 'club_1', 'x', now(), '', '')
"""


@pytest.fixture(scope="module")
def home() -> Iterator[tuple[Folder, Addresses, Path]]:
    """An installation with its tables, and a place for backups."""
    root = Path(tempfile.mkdtemp(prefix="regulars-backup-"))
    root.chmod(PASSABLE)
    folder = furnished(root / "data")
    try:
        with embedded.running(folder) as addresses:
            yield folder, addresses, root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def counted(addresses: Addresses, table: str) -> int:
    with psycopg.connect(addresses.app) as link:
        found = link.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert found is not None
    return int(found[0])


def act(addresses: Addresses, statement: str) -> None:
    with psycopg.connect(addresses.owner) as link:
        link.execute(statement)


def test_a_backup_comes_back_and_sends_nothing_again(
    home: tuple[Folder, Addresses, Path],
) -> None:
    folder, addresses, root = home
    target, key = root / "one.backup", folder.keys / "secret-key"
    act(addresses, SOMEBODY)
    act(addresses, WAITING)
    back_up(folder, addresses, target, TOLD)
    mine = key.read_text()
    assert target.stat().st_mode & 0o777 == 0o600
    assert read_manifest(target) == TOLD
    assert backup.last_made(folder) == TOLD.made_at
    with pytest.raises(CannotRun, match="already"):
        restore(folder, addresses, target, force=False)
    act(addresses, "DELETE FROM regulars_edition")
    key.write_text("another" * 10)
    assert restore(folder, addresses, target, force=False) == TOLD
    assert counted(addresses, "regulars_edition") == 1
    assert counted(addresses, "procrastinate_jobs") == 0
    assert key.read_text() == mine
    with psycopg.connect(addresses.app) as link, pytest.raises(psycopg.Error):
        link.execute("ALTER TABLE regulars_fact DISABLE TRIGGER ALL")
    act(addresses, "DELETE FROM regulars_edition")
    act(addresses, SOMEBODY.replace("club", "other"))
    restore(folder, addresses, target, force=True)
    with psycopg.connect(addresses.app) as link:
        assert link.execute("SELECT edition FROM regulars_edition").fetchall() == [("club_1",)]
    assert [path.name for path in root.iterdir() if path.name.startswith(".")] == []


def test_what_is_no_backup_changes_nothing(home: tuple[Folder, Addresses, Path]) -> None:
    folder, addresses, root = home
    target, half = root / "two.backup", root / "half.backup"
    back_up(folder, addresses, target, TOLD)
    whole = target.read_bytes()
    half.write_bytes(whole[: len(whole) // 2])
    (root / "text").write_text("no backup")
    before = counted(addresses, "regulars_edition")
    for path in (half, root / "text"):
        with pytest.raises(CannotRun):
            restore(folder, addresses, path, force=True)
        assert counted(addresses, "regulars_edition") == before


def test_a_restore_that_is_killed_sends_nothing_again(
    home: tuple[Folder, Addresses, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, addresses, root = home
    act(addresses, WAITING)
    back_up(folder, addresses, root / "waits.backup", TOLD)

    def killed(*_told: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(backup, "write_private", killed)
        with pytest.raises(KeyboardInterrupt):
            restore(folder, addresses, root / "waits.backup", force=True)
    assert counted(addresses, "procrastinate_jobs") == 0


def test_what_an_older_backup_does_not_have_is_passed_over(
    home: tuple[Folder, Addresses, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, addresses, root = home
    act(addresses, WAITING)
    back_up(folder, addresses, root / "older.backup", TOLD)
    gone = {"regulars_pigeon": "DELETE FROM {}", **backup.SILENCED}
    monkeypatch.setattr(backup, "SILENCED", gone)
    restore(folder, addresses, root / "older.backup", force=True)
    assert counted(addresses, "procrastinate_jobs") == 0


def test_saboteur_jobs_that_stay(
    home: tuple[Folder, Addresses, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, addresses, root = home
    act(addresses, WAITING)
    back_up(folder, addresses, root / "three.backup", TOLD)
    monkeypatch.setattr(backup, "SILENCED", {})
    restore(folder, addresses, root / "three.backup", force=True)
    assert counted(addresses, "procrastinate_jobs") > 0
