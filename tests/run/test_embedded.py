"""The embedded database, on a real one: shared, crashed, restarted, guarded."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psycopg
import pytest
from run_helpers import PATIENCE, Start, eventually

from regulars.run import cluster, embedded, keys, roles
from regulars.run.errors import CannotRun
from regulars.run.folder import Folder, prepare

USE = """
import sys, time
from pathlib import Path
from regulars.run import embedded
from regulars.run.folder import prepare
with embedded.running(prepare(sys.argv[1])) as addresses:
    print(addresses.app, flush=True)
    while not Path(sys.argv[2]).exists():
        time.sleep(0.01)
"""


def _rows(address: str, question: str = "SELECT word FROM notes ORDER BY word") -> list[str]:
    with psycopg.connect(address) as link:
        return [row[0] for row in link.execute(question.encode())]


def _write(address: str, word: str) -> None:
    with psycopg.connect(address) as link:
        link.execute("CREATE TABLE IF NOT EXISTS notes (word text)")
        link.execute("INSERT INTO notes VALUES (%s)", [word])


def test_data_survives_restarts(folder: Folder) -> None:
    for word in ("first", "second"):
        with embedded.running(folder) as addresses:
            _write(addresses.owner, word)
        assert cluster.process(folder) is None
    with embedded.running(folder) as addresses:
        assert _rows(addresses.app) == ["first", "second"]


def test_a_second_start_makes_nothing_anew(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded.running(folder):
        pass
    monkeypatch.setattr(cluster, "make", None)
    monkeypatch.setattr(roles, "set_up", None)
    with embedded.running(folder) as addresses:
        assert _rows(addresses.app, "SELECT current_user::text") == [roles.APP]


def test_the_last_one_out_stops_it(folder: Folder, start: Start, tmp_path: Path) -> None:
    leave = tmp_path / "leave"
    other = start(USE, str(folder.root), str(leave))
    assert other.stdout is not None
    there = other.stdout.readline().strip()
    with embedded.running(folder) as addresses:
        assert addresses.app == there
        found = cluster.process(folder)
        assert found is not None
        leave.touch()
        assert other.wait(PATIENCE) == 0
        assert cluster.process(folder) == found
        assert _rows(addresses.app, "SELECT current_user::text") == [roles.APP]
    assert cluster.process(folder) is None


def test_two_uses_in_one_process_share_it(folder: Folder) -> None:
    with embedded.running(folder) as outer:
        with embedded.running(folder) as inner:
            assert inner == outer
        assert _rows(outer.app, "SELECT 'here'") == ["here"]
    assert cluster.process(folder) is None


def test_a_killed_user_leaves_it_running_for_the_next(
    folder: Folder, start: Start, tmp_path: Path
) -> None:
    other = start(USE, str(folder.root), str(tmp_path / "never"))
    assert other.stdout is not None
    other.stdout.readline()
    before = cluster.process(folder)
    other.kill()
    other.wait()
    assert cluster.process(folder) == before
    with embedded.running(folder):
        assert cluster.process(folder) == before
    assert cluster.process(folder) is None


def test_a_killed_server_recovers_what_was_committed(folder: Folder) -> None:
    with embedded.running(folder) as addresses:
        _write(addresses.owner, "kept")
        found = cluster.process(folder)
        assert found is not None
        os.kill(found.pid, signal.SIGKILL)
        assert eventually(lambda: not cluster.answers(cluster.process(folder)))
        assert embedded.revive(folder)
        assert not embedded.revive(folder)
        assert _rows(addresses.app) == ["kept"]


def test_a_stale_process_file_hinders_nothing(folder: Folder) -> None:
    with embedded.running(folder):
        text = (folder.postgres / "postmaster.pid").read_text()
    # The number of a process that lives and is no database: our own.
    lines = [str(os.getpid()), *text.splitlines()[1:]]
    (folder.postgres / "postmaster.pid").write_text("\n".join(lines) + "\n")
    with embedded.running(folder) as addresses:
        assert _rows(addresses.app, "SELECT 'fine'") == ["fine"]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a int)",
        "DROP TABLE notes",
        "ALTER TABLE notes ADD COLUMN more text",
        "TRUNCATE notes",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "ALTER SYSTEM SET fsync = off",
        "SET ROLE regulars_owner",
        "SELECT pg_read_file('PG_VERSION')",
        "COPY notes TO PROGRAM 'true'",
    ],
)
def test_the_application_changes_no_table(shared_notes: Folder, statement: str) -> None:
    with embedded.running(shared_notes) as addresses:
        with (
            psycopg.connect(addresses.app, autocommit=True) as link,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            link.execute(statement.encode())
        assert _rows(addresses.app) == ["a"]


def test_the_application_reads_and_writes_rows(shared_notes: Folder) -> None:
    with (
        embedded.running(shared_notes) as addresses,
        psycopg.connect(addresses.app, autocommit=True) as link,
    ):
        link.execute("INSERT INTO notes VALUES ('b')")
        link.execute("UPDATE notes SET word = 'c' WHERE word = 'b'")
        assert link.execute("DELETE FROM notes WHERE word = 'c'").rowcount == 1
        link.execute("CREATE TEMPORARY TABLE passing (a int)")


def test_nothing_listens_on_the_network(shared_notes: Folder) -> None:
    with embedded.running(shared_notes) as addresses:
        assert _rows(addresses.app, "SHOW listen_addresses") == [""]
        place = cluster.process(shared_notes)
        assert place is not None
        assert place.socket_folder.stat().st_mode & 0o077 == 0


def test_the_cluster_is_made_to_keep_data(shared_notes: Folder) -> None:
    wanted = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "jit": "off",
        "TimeZone": "UTC",
    }
    with embedded.running(shared_notes) as addresses:
        assert {k: _rows(addresses.app, f"SHOW {k}")[0] for k in wanted} == wanted
        sorted_by_code = "SELECT datlocale FROM pg_database WHERE datname = 'regulars'"
        assert _rows(addresses.app, sorted_by_code) == ["C.UTF-8"]


def test_passwords_are_asked_for(shared_notes: Folder) -> None:
    with embedded.running(shared_notes) as addresses:
        right = keys.database_password(shared_notes, roles.APP)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(addresses.app.replace(right, "guessed"))
        assert right not in repr(addresses)


def test_a_long_path_gets_its_socket_elsewhere(base: Path) -> None:
    folder = prepare(base / ("long-" * 20) / "data")
    try:
        for _ in range(2):
            with embedded.running(folder) as addresses:
                found = cluster.process(folder)
                assert found is not None
                assert base not in found.socket_folder.parents
                assert found.socket_folder.stat().st_mode & 0o777 == 0o700
                assert _rows(addresses.app, "SELECT 'far'") == ["far"]
            assert not found.socket_folder.exists()
    finally:
        embedded.stop(folder)


def test_a_path_of_odd_signs_works(base: Path) -> None:
    folder = prepare(base / 'it\'s a "data" $HOME, `yes`')
    with embedded.running(folder) as addresses:
        assert _rows(addresses.app, "SELECT 'odd'") == ["odd"]


def test_another_major_gets_one_sentence(folder: Folder) -> None:
    with embedded.running(folder):
        pass
    (folder.postgres / "PG_VERSION").write_text("15\n")
    with pytest.raises(CannotRun, match=r"made by PostgreSQL 15, this release brings 18.*restore"):
        embedded.running(folder).__enter__()
    (folder.postgres / "PG_VERSION").write_text("18\n")


def test_a_foreign_folder_is_left_alone(empty: Folder) -> None:
    empty.postgres.mkdir()
    (empty.postgres / "letter.txt").write_text("mine")
    with pytest.raises(CannotRun, match="no database that Regulars made"):
        embedded.running(empty).__enter__()
    assert (empty.postgres / "letter.txt").read_text() == "mine"


def test_a_half_made_cluster_is_made_anew(empty: Folder) -> None:
    half = empty.root / "postgres.new" / "data"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with embedded.running(empty) as addresses:
        assert _rows(addresses.app, "SELECT 'whole'") == ["whole"]
    assert not (empty.root / "postgres.new").exists()


def test_a_failed_making_leaves_nothing(empty: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_initdb", lambda *_: ["initdb", "--pgdata=x", "--no-such"])
    with pytest.raises(CannotRun, match="could not be made"):
        embedded.running(empty).__enter__()
    assert not empty.postgres.exists()
    assert not (empty.root / "postgres.new").exists()


def test_a_full_disk_is_named() -> None:
    said = "initdb: error: could not write: No space left on device"
    sentence = cluster._why("The database could not be made", said, Folder(root=Path("/data")))
    assert sentence == (
        "The database could not be made: the disk of /data is full; make room and start again."
    )


def test_lost_passwords_are_named(folder: Folder) -> None:
    with embedded.running(folder):
        pass
    (folder.keys / "database-postgres").unlink()
    with pytest.raises(CannotRun, match="restore that folder"):
        embedded.running(folder).__enter__()


def test_lost_role_passwords_are_made_anew(folder: Folder) -> None:
    with embedded.running(folder):
        pass
    (folder.keys / f"database-{roles.APP}").unlink()
    with embedded.running(folder) as addresses:
        assert _rows(addresses.app, "SELECT 'again'") == ["again"]
