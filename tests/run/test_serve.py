"""The whole tree of processes, started as `regulars serve` starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from run_helpers import PATIENCE, SERVE, Start, eventually, fetch

from ports import free_port
from regulars.run import cluster, embedded, serve
from regulars.run.errors import CannotRun
from regulars.run.folder import Folder, is_root, prepare


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        assert process.stderr is not None
        pytest.fail(process.stderr.read())
    return line


def _children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True)
    return [int(word) for word in found.stdout.split()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_clean(folder: Folder, port: int, start: Start, number: signal.Signals) -> None:
    process = start(SERVE, str(folder.root), str(port))
    address = _line(process)
    assert address == f"http://127.0.0.1:{port}"
    assert fetch(f"{address}/readyz").status == 200
    offspring = _children(process.pid)
    assert len(offspring) == 2
    process.send_signal(number)
    assert process.wait(PATIENCE) == 0
    assert cluster.process(folder) is None
    assert not any(Path(f"/proc/{pid}").exists() for pid in offspring)


def test_a_request_under_way_is_finished(
    folder: Folder, port: int, start: Start, tmp_path: Path
) -> None:
    process = start(SERVE, str(folder.root), str(port), LITTLE_SITE_GATE=str(tmp_path))
    address = _line(process)
    answers: list[str] = []
    asking = Thread(target=lambda: answers.append(fetch(f"{address}/slow").text))
    asking.start()
    assert eventually(lambda: any(tmp_path.iterdir()))
    process.terminate()
    (tmp_path / "open").touch()
    assert process.wait(PATIENCE) == 0
    asking.join()
    assert answers == ["done"]


def test_a_second_start_makes_nothing_anew(folder: Folder, port: int, start: Start) -> None:
    found = []
    for _ in range(2):
        process = start(SERVE, str(folder.root), str(port))
        _line(process)
        with psycopg.connect(embedded.superuser_address(folder, "regulars")) as link:
            asked = "SELECT system_identifier FROM pg_control_system() UNION ALL "
            asked += "SELECT sum(extract(epoch FROM applied)) FROM django_migrations"
            found.append(link.execute(asked).fetchall())
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert found[0] == found[1]


def test_a_port_in_use_gets_one_sentence(empty: Folder, start: Start) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        process = start(SERVE, str(empty.root), str(port))
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert said == f"Port {port} on 127.0.0.1 is in use: choose another with --port.\n"
    assert not empty.postgres.exists()


@pytest.mark.parametrize(
    ("host", "sentence"),
    [("203.0.113.250", "no address of this machine"), ("no.such.host.invalid", "no address")],
)
def test_a_foreign_address_gets_one_sentence(host: str, sentence: str, port: int) -> None:
    with pytest.raises(CannotRun, match=sentence):
        serve.check_port(serve.Wanted(host=host, port=port))


def test_a_folder_in_use_gets_one_sentence(folder: Folder, port: int, start: Start) -> None:
    first = start(SERVE, str(folder.root), str(port))
    _line(first)
    second = start(SERVE, str(folder.root), str(free_port()))
    _, said = second.communicate(timeout=PATIENCE)
    assert second.returncode == 2
    assert said == (
        f"{folder.root} is already being served (process {first.pid}): "
        "stop that one, or choose another folder with --data.\n"
    )
    assert first.poll() is None


def test_after_a_kill_nobody_is_left_and_it_starts_again(
    folder: Folder, port: int, start: Start
) -> None:
    process = start(SERVE, str(folder.root), str(port))
    _line(process)
    offspring = _children(process.pid)
    process.kill()
    process.wait()
    again = start(SERVE, str(folder.root), str(port))
    _line(again)
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in offspring))
    again.terminate()
    assert again.wait(PATIENCE) == 0
    assert cluster.process(folder) is None


def test_what_falls_is_started_again(folder: Folder, port: int, start: Start) -> None:
    process = start(SERVE, str(folder.root), str(port))
    address = _line(process)
    server = cluster.process(folder)
    assert server is not None
    os.kill(server.pid, signal.SIGKILL)
    for pid in _children(process.pid):
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: cluster.process(folder) not in (None, server))
    assert eventually(lambda: len(_children(process.pid)) == 2)
    assert eventually(lambda: _status(address) == 200)
    process.terminate()
    assert process.wait(PATIENCE) == 0


@pytest.mark.skipif(not is_root(), reason="only root lays out a small disk")
def test_a_full_disk_is_survived(small_disk: Path, port: int, start: Start) -> None:
    folder = prepare(small_disk / "data")
    process = start(SERVE, str(folder.root), str(port))
    address = _line(process)
    with psycopg.connect(embedded.superuser_address(folder, "regulars"), autocommit=True) as link:
        link.execute("CREATE TABLE heap (word text)")
        link.execute("INSERT INTO heap VALUES ('kept')")
        _fill(small_disk / "filler")
        with pytest.raises(psycopg.Error):
            _write_without_end(link)
    assert eventually(lambda: _status(address) == 503)
    assert fetch(f"{address}/livez").status == 200
    (small_disk / "filler").unlink()
    assert eventually(lambda: cluster.answers(cluster.process(folder)))
    with psycopg.connect(embedded.superuser_address(folder, "regulars")) as link:
        found = link.execute("SELECT count(*) FROM heap WHERE word = 'kept'").fetchone()
    assert found == (1,)
    process.terminate()
    assert process.wait(PATIENCE) == 0


def _fill(file: Path) -> None:
    with suppress(OSError), file.open("wb", buffering=0) as raw:
        while True:
            raw.write(b"x" * 65536)


def _write_without_end(link: psycopg.Connection[Any]) -> None:
    while True:
        link.execute("INSERT INTO heap SELECT repeat('x', 1000) FROM generate_series(1, 99)")


@pytest.fixture
def small_disk(base: Path) -> Iterator[Path]:
    """A disk of 256 MB, on which a file may still be too large."""
    place = base / "small"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m,mode=711", "tmpfs", str(place)])
    if made.returncode:
        pytest.skip("this machine allows no small disk")
    yield place
    stop_all(prepare(place / "data"))
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def stop_all(folder: Folder) -> None:
    """The server must be gone before its disk goes."""
    embedded.stop(folder)
    assert eventually(lambda: cluster.nobody_in(folder))


def _status(address: str) -> int:
    try:
        return fetch(f"{address}/readyz").status
    except OSError:
        return 0


def test_a_weak_key_stops_the_start(empty: Folder, port: int, start: Start) -> None:
    process = start(SERVE, str(empty.root), str(port), REGULARS_SECRET_KEY="changeme")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert said.startswith("The key in REGULARS_SECRET_KEY is a well-known example")


def test_a_wrong_database_address_stops_the_start(empty: Folder, port: int, start: Start) -> None:
    process = start(SERVE, str(empty.root), str(port), DATABASE_URL="mysql://x")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert said.startswith("DATABASE_URL does not name a PostgreSQL database")


def test_a_database_of_ones_own(
    shared_notes: Folder, empty: Folder, port: int, start: Start
) -> None:
    with embedded.running(shared_notes) as addresses:
        process = start(SERVE, str(empty.root), str(port), DATABASE_URL=addresses.owner)
        assert fetch(f"{_line(process)}/readyz").status == 200
        assert not empty.postgres.exists()
        process.terminate()
        assert process.wait(PATIENCE) == 0
        with psycopg.connect(addresses.owner) as link:
            assert link.execute("SELECT count(*) > 0 FROM django_migrations").fetchone() == (True,)
