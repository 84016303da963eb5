"""What single orders are measured against: the baselines' programs, unmodified, on a plain
PostgreSQL of the same release with fsync on, at the address that they expect."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from regulars.run import programs
from regulars.run.folder import PASSABLE, Folder, prepare
from shared import shared_path

PORT, HTTP = 5433, 8123
ADDRESS = f"host=127.0.0.1 port={PORT} user=postgres dbname=postgres"
CLIENTS = 32


@contextmanager
def running(place: Path) -> Iterator[None]:
    """The plain PostgreSQL with the tables of the baselines, filled anew."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    place.chmod(PASSABLE)
    folder = prepare(place)
    tools = programs.find(folder)
    data = place / "plain"
    data.mkdir()
    if tools.account:
        os.chown(data, tools.account.uid, tools.account.gid)
    _done(tools, folder, "initdb", "-D", str(data), "-U", "postgres", "--auth=trust")
    told = f"-c listen_addresses=127.0.0.1 -p {PORT} -c unix_socket_directories={data}"
    log = str(data / "log")
    _done(tools, folder, "pg_ctl", "-D", str(data), "-o", told, "-l", log, "-w", "start")
    try:
        with psycopg.connect(ADDRESS, autocommit=True) as link:
            link.execute(shared_path("baselines/ingest/schema_pg.sql").read_bytes())
        yield
    finally:
        _done(tools, folder, "pg_ctl", "-D", str(data), "-m", "fast", "-w", "stop")
        shutil.rmtree(place, ignore_errors=True)


def _done(tools: programs.Programs, folder: Folder, *command: str) -> None:
    ran = programs.run(tools, folder, *command)
    if not ran.ok:
        raise RuntimeError(ran.said)


def pgbench(script: Path, address: str, seconds: int, *more: str) -> float:
    """Transactions a second of a script of pgbench by 32 clients."""
    tool = programs.installed_home() / "bin" / "pgbench"
    command = [str(tool), "-n", "-M", "prepared", f"-c{CLIENTS}", "-j2", f"-T{seconds}", *more]
    said = subprocess.run(
        [*command, "-f", str(script), address], capture_output=True, text=True, check=True
    ).stdout
    return _number(r"tps = ([\d.]+)", said)


def wrk(script: Path, port: int, seconds: int, clients: int, *told: str) -> float:
    """Requests a second by wrk. Raises RuntimeError where one was not answered well."""
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "-s", str(script)]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{port}", "--", *told],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "BAD" in said or "Non-2xx" in said:
        raise RuntimeError(said)
    return _number(r"Requests/sec:\s+([\d.]+)", said)


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(text)
    return float(found[1])


@contextmanager
def django_view() -> Iterator[None]:
    """The Django views of the baselines, served as the baselines do: two workers of two threads."""
    folder = shared_path("baselines/ingest/dj.py").parent
    command = "--interface wsgi --host 127.0.0.1 --workers 2 --blocking-threads 2 --no-access-log"
    server = subprocess.Popen(
        [
            Path(sys.executable).with_name("granian"),
            *command.split(),
            "--port",
            str(HTTP),
            "dj:app",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(HTTP)
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(port: int, seconds: float = 60) -> None:
    """Until somebody answers at a port."""
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
