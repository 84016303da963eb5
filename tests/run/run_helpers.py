"""Processes and requests for the tests of `run`."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = Path(__file__).parents[2] / "src"
PATIENCE = 240.0
"""Seconds; for whatever is waited for that comes: much more than it takes on a busy machine."""
Start = Callable[..., "subprocess.Popen[str]"]


def environ(**more: str) -> dict[str, str]:
    """The little site's settings, for a process of its own."""
    paths = os.pathsep.join([str(SOURCE), str(HERE)])
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REGULARS_", "DATABASE_URL"))}
    return {**kept, "PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "little_site", **more}


Start = Callable[..., "subprocess.Popen[str]"]


SERVE = """
import sys
from regulars.run import serve
from regulars.run.errors import CannotRun
from regulars.run.folder import prepare
serve.LEFT_BEHIND_SECONDS = serve.READY_SECONDS = 240.0
wanted = serve.Wanted(port=int(sys.argv[2]))
try:
    code = serve.serve(prepare(sys.argv[1]), wanted, lambda address: print(address, flush=True))
except CannotRun as error:
    print(error, file=sys.stderr)
    code = error.exit_code
sys.exit(code)
"""


class Reply:
    """Status, headers and text of an answer, whatever the status."""

    def __init__(self, status: int, headers: dict[str, str], text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text


def fetch(url: str, data: bytes | None = None, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=data, headers=named)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            found = {k.lower(): v for k, v in answer.headers.items()}
            return Reply(answer.status, found, answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            found = {k.lower(): v for k, v in error.headers.items()}
            return Reply(error.code, found, error.read().decode())


def eventually(question: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if question():
            return True
        time.sleep(0.05)
    return False
