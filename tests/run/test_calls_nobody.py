"""The server calls nobody by itself, neither when it starts nor when its pages are read (P15)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from run_helpers import PATIENCE, SERVE, SOURCE, Start, environ, eventually, fetch

from regulars.run.folder import Folder

WATCHING = Path(__file__).parent / "watching"
PATHS = (
    "/",
    "/readyz",
    "/console/accounts/login/",
    "/my/sign-in/",
    "/till/",
    "/r/abcd/",
    "/panel/",
)
CALL = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
    line.connect(("192.0.2.1", 9))
    line.connect(("127.0.0.1", 9))
"""


def watched(book: Path) -> dict[str, str]:
    """What starts the watching in a process and its children."""
    return {
        "PYTHONPATH": os.pathsep.join([str(WATCHING), str(SOURCE)]),
        "WATCHING_BOOK": str(book),
        "DJANGO_SETTINGS_MODULE": "regulars.settings",
    }


def programs(by: Path) -> str:
    """What the processes were told that are watched and live; the jobs begin last."""
    return " ".join(map(told, by.read_text().split()))


def told(process: str) -> str:
    try:
        return Path("/proc", process, "cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def test_p15_server_and_jobs_call_nobody(folder: Folder, port: int, start: Start) -> None:
    book = folder.root.parent / "calls"
    by = book.with_suffix(".by")
    for one in (book, by):
        one.touch()
        one.chmod(0o666)
    process = start(SERVE, str(folder.root), str(port), **watched(book))
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address == f"http://127.0.0.1:{port}"
    assert str(process.pid) in by.read_text().split()
    for program in ("regulars.run.server", "regulars.run.worker"):
        assert eventually(lambda: program in programs(by)), "all are watched"  # noqa: B023 - at once
    for path in PATHS:
        assert fetch(address + path).status < 500, path
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert book.read_text() == ""


def test_p15_saboteur_a_call_is_written_down(tmp_path: Path) -> None:
    book = tmp_path / "calls"
    env = environ(**watched(book))
    subprocess.run([sys.executable, "-c", CALL], env=env, check=True, timeout=PATIENCE)
    told = book.read_text()
    assert "192.0.2.1" in told
    assert "127.0.0.1" not in told
