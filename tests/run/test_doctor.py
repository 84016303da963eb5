"""What the doctor finds, each finding provoked on purpose."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from run_helpers import PATIENCE, Start, eventually

from regulars.run import cluster, cluster_log, doctor, doctor_database, embedded, findings, keys
from regulars.run.findings import Finding
from regulars.run.folder import Folder, locate

STRONG = "k3-" + "Qw7zR2mX9pL4vB8n" * 3
LOOK = """
import sys
from regulars.run import doctor, findings
from regulars.run.folder import locate
found = doctor.examine(locate(sys.argv[1]))
print(findings.as_json(found))
sys.exit(findings.exit_code(found))
"""


def _found(folder: Folder, name: str, **environ: str) -> Finding:
    return next(found for found in doctor.examine(folder, environ) if found.name == name)


def _asked(folder: Folder, name: str) -> Finding:
    """One of the database's findings, without what needs Django."""
    with doctor._reached(folder, {}) as reached:
        assert not isinstance(reached, Finding)
        found = [check(reached) for check in doctor_database.CHECKS[:7]]
    return next(one for one in found if one.name == name)


def test_an_empty_place_is_no_failure(base: Any) -> None:
    folder = locate(base / "nothing")
    found = doctor.examine(folder, {})
    assert findings.exit_code(found) == 0
    assert [one.name for one in found if one.state == "warn"] == [
        "folder",
        "key",
        "address",
        "mail",
        "database",
    ]
    assert not folder.root.exists()


def test_a_healthy_place(folder: Folder, start: Start) -> None:
    with embedded.running(folder):
        keys.secret_key(folder)
    process = start(
        LOOK,
        str(folder.root),
        REGULARS_BASE_URL="https://regulars.example.org",
        REGULARS_PROXIES="127.0.0.1",
        REGULARS_SMTP_URL="smtps://a:b@mail.example.org",
        REGULARS_MAIL_FROM="Corner Coffee <hello@example.org>",
    )
    said, _ = process.communicate(timeout=PATIENCE)
    found = {one["name"]: one["state"] for one in json.loads(said)}
    # No tables and no backup were ever made, nobody served; the disk is whatever this machine has.
    wrong = {name for name, state in found.items() if state != "ok"}
    assert wrong <= {"tables", "disk", "backups", "log"}
    assert {found[name] for name in ("tables", "backups", "log")} == {"warn"}
    assert len(found) == 24
    assert process.returncode == 0
    assert cluster.process(folder) is None


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_settings_that_lose_data_fail(folder: Folder, setting: str) -> None:
    with embedded.running(folder):
        assert _asked(folder, "durability").state == "ok"
        with psycopg.connect(embedded.superuser_address(folder), autocommit=True) as link:
            link.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            link.execute("SELECT pg_reload_conf()")
        assert eventually(lambda: _asked(folder, "durability").state == "fail")
        found = _asked(folder, "durability")
    assert found.state == "fail"
    assert f"{setting} is off" in found.sentence
    assert f"ALTER SYSTEM SET {setting} = on" in found.remedy


def test_a_log_that_is_not_laid_out_is_named(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, base: Path
) -> None:
    with embedded.running(folder):
        found = _asked(folder, "log")
        assert found.state == "warn"
        assert "256 are wanted" in found.sentence
        with psycopg.connect(embedded.superuser_address(folder), autocommit=True) as link:
            link.execute("ALTER SYSTEM SET min_wal_size = '32MB'")
        keeper = cluster_log.LogKeeper(folder)
        with psycopg.connect(embedded.superuser_address(folder), autocommit=True) as link:
            link.execute("SELECT pg_reload_conf()")
        keeper.look()
        keeper.close()
        assert _asked(folder, "log").state == "ok"
        (base / "mounts").write_text(f"pool / zfs rw 0 0\nlog {base} btrfs rw 0 0\n")
        monkeypatch.setattr(cluster_log, "MOUNTS", base / "mounts")
        assert "btrfs writes in a new place" in _asked(folder, "log").sentence


def test_the_roles_are_told_apart(shared_notes: Folder) -> None:
    with embedded.running(shared_notes) as addresses:
        assert _asked(shared_notes, "role").state == "ok"
        owner = _judge_role(shared_notes, addresses.owner)
        master = _judge_role(shared_notes, embedded.superuser_address(shared_notes, "regulars"))
    assert (owner.state, master.state) == ("warn", "fail")
    assert "owns its tables" in owner.sentence
    assert "superuser" in master.sentence


def _judge_role(folder: Folder, address: str) -> Finding:
    with doctor._reached(folder, {"DATABASE_URL": address}) as reached:
        assert not isinstance(reached, Finding)
        return doctor_database._role(reached)


def test_another_encoding_fails(shared_notes: Folder) -> None:
    with embedded.running(shared_notes):
        way = embedded.superuser_address(shared_notes)
        with psycopg.connect(way, autocommit=True) as link:
            link.execute(
                "CREATE DATABASE old TEMPLATE template0 ENCODING 'LATIN1' "
                "LOCALE_PROVIDER libc LOCALE 'C'"
            )
        address = embedded.superuser_address(shared_notes, "old")
        with doctor._reached(shared_notes, {"DATABASE_URL": address}) as reached:
            assert not isinstance(reached, Finding)
            found = doctor_database._encoding(reached)
    assert (found.state, found.sentence[:26]) == ("fail", "The database stores LATIN1")


def test_clocks_that_differ_fail(shared_notes: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.fromtimestamp(time.time() + 60, UTC)

    with embedded.running(shared_notes):
        monkeypatch.setattr(doctor_database, "datetime", Late)
        assert _asked(shared_notes, "clocks").state == "fail"


def test_a_year_that_cannot_be_fails(base: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Reset(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(1970, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(doctor, "datetime", Reset)
    assert _found(locate(base / "x"), "clock").state == "fail"


def test_a_database_that_is_down_fails_and_the_rest_is_told(empty: Folder) -> None:
    address = "postgresql://ann:hidden-word@127.0.0.1:1/none"
    found = doctor.examine(empty, {"DATABASE_URL": address})
    assert found[-1].name == "database"
    assert found[-1].state == "fail"
    assert "hidden-word" not in findings.as_text(found)
    assert len(found) == len(doctor.CHECKS) + 1
    assert findings.exit_code(found) == 1


def test_another_major_fails(folder: Folder) -> None:
    with embedded.running(folder):
        pass
    (folder.postgres / "PG_VERSION").write_text("15\n")
    assert _found(folder, "embedded").state == "fail"
    assert _found(folder, "database").state == "fail"


def _loosen_root(folder: Folder) -> None:
    folder.root.chmod(0o755)


def _loosen_keys(folder: Folder) -> None:
    folder.keys.chmod(0o755)


@pytest.mark.parametrize("loosen", [_loosen_root, _loosen_keys])
def test_a_folder_open_to_all_fails(empty: Folder, loosen: Callable[[Folder], None]) -> None:
    assert _found(empty, "folder").state == "ok"
    loosen(empty)
    found = _found(empty, "folder")
    assert found.state == "fail"
    assert found.remedy.startswith("chmod o-rw")


def test_keys_of_another_account_fail(empty: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty.keys / "secret-key").write_text("x" * 40)

    def shut(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", shut)
    found = doctor._secret_key(empty, {})
    assert (found.state, "Permission denied" in found.sentence) == ("fail", True)


def test_a_readable_key_fails(empty: Folder) -> None:
    keys.secret_key(empty)
    assert _found(empty, "key").state == "ok"
    (empty.keys / "secret-key").chmod(0o644)
    assert _found(empty, "key").remedy.startswith("chmod 600")


@pytest.mark.parametrize(
    ("key", "state"), [("", "fail"), ("secret", "fail"), ("a" * 40, "fail"), (STRONG, "ok")]
)
def test_a_weak_key_fails(empty: Folder, key: str, state: str) -> None:
    assert _found(empty, "key", REGULARS_SECRET_KEY=key).state == state


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("", "warn"),
        ("https://shop.example.org", "ok"),
        ("http://127.0.0.1:8000", "ok"),
        ("http://localhost:8000", "ok"),
        ("http://shop.example.org", "fail"),
        ("http://192.168.1.5:8000", "fail"),
        ("shop.example.org", "fail"),
        ("ftp://shop.example.org", "fail"),
        ("https://shop.example.org/", "ok"),
        ("https://shop.example.org/club", "fail"),
    ],
)
def test_the_public_address(empty: Folder, address: str, state: str) -> None:
    assert _found(empty, "address", REGULARS_BASE_URL=address).state == state


@pytest.mark.parametrize(
    ("listed", "state"), [("", "ok"), ("10.0.0.1", "ok"), ("0.0.0.0/0", "fail"), ("x", "fail")]
)
def test_the_listed_proxies(empty: Folder, listed: str, state: str) -> None:
    assert _found(empty, "proxies", REGULARS_PROXIES=listed).state == state


@pytest.mark.parametrize(
    ("free", "total", "state"),
    [(20, 100, "ok"), (0.5, 2, "warn"), (9, 100, "warn"), (0.9, 1, "warn")],
)
def test_the_disk(
    empty: Folder, monkeypatch: pytest.MonkeyPatch, free: float, total: float, state: str
) -> None:
    room = shutil._ntuple_diskusage(int(total * 2**30), 0, int(free * 2**30))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
    assert _found(empty, "disk").state == state


def test_text_names_the_remedy_below() -> None:
    text = findings.as_text([findings.ok("a", "Fine."), findings.fail("bb", "Bad.", "Do it.")])
    assert text.splitlines() == [
        "ok    a   Fine.",
        "FAIL  bb  Bad.",
        "          → Do it.",
        "1 fine, 0 to look at, 1 to repair.",
    ]
