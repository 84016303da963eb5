"""One real server with a small Corner Coffee, shared by all processes of a test run.

Whoever needs it first makes it and starts it; who started it waits until nobody uses it any more,
then stops it by its own pid. Every process signs in as whom it needs.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from furnished import furnished
from ports import free_port
from regulars.run.folder import PASSABLE

SOURCE = Path(__file__).parents[2] / "src"
UNTIL = "2026-11-20"
CUSTOMERS = 300
MOST_SECONDS = 480.0
PASSWORD = "canary-password-of-nobody-else-7731"
"""Of all colleagues; it must never be seen in a log."""
COLLEAGUES = {
    "otto": ("Otto Owner", "owner", "en", ""),
    "gerda": ("Gerda Groß", "owner", "de", ""),
    "max": ("Max Manager", "manager", "en", ""),
    "lou": ("Lou Limited", "manager", "en", "first"),
    "vera": ("Vera Viewer", "viewer", "en", ""),
}
"""Who works there beside Lena, the owner: name, role, language, whether only in one place."""
EMPLOY = """
import json, sys
from datetime import UTC, datetime
from regulars.cli.installation import installation
with installation(sys.argv[1]):
    from regulars.db.models import Place, Staff
    for key, (name, role, language, limited) in json.loads(sys.argv[2]).items():
        person, new = Staff.objects.get_or_create(
            email=f"{key}@corner-coffee.example",
            defaults={"name": name, "role": role, "language": language,
                      "created_at": datetime.now(UTC)},
        )
        if new:
            person.set_password(sys.argv[3])
            person.save()
            if limited:
                person.places.set(Place.objects.order_by("code")[:1])
"""


class House(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server listens, where its data lie, its process, and a link for its owner."""

    address: str
    folder: str
    pid: int

    @property
    def data(self) -> Path:
        return Path(self.folder) / "data"

    @property
    def out(self) -> Path:
        return Path(self.folder) / "out.txt"

    @property
    def log(self) -> Path:
        """What server and jobs wrote into their log."""
        return Path(self.folder) / "log.txt"

    def run(self, *arguments: str) -> str:
        """What `regulars …` prints about this installation."""
        command = [*REGULARS, *arguments, "--data", str(self.data)]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=_environ(),
            check=True,
            timeout=MOST_SECONDS,
        )
        return done.stdout

    def link(self, email: str = "lena@corner-coffee.example") -> str:
        """A link that signs somebody in once."""
        return self.run("staff", "link", email, "--address", self.address).strip().split()[-1]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else of this run tries a password meanwhile. All come from one address, whose
        tries are counted behind a lock; whoever waits for it longer than a second is refused."""
        with (Path(self.folder) / "tries.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


REGULARS = [sys.executable, "-c", "import sys; from regulars.cli import main; sys.exit(main())"]


def _environ() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REGULARS_", "DATABASE_URL"))}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {**kept, "PYTHONPATH": str(SOURCE)}


@contextmanager
def shared_house() -> Iterator[House]:
    """The server of this test run."""
    run_id = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    board = Path(tempfile.gettempdir()) / f"regulars-house-{run_id}"
    board.mkdir(mode=PASSABLE, exist_ok=True)
    board.chmod(PASSABLE)
    with _locked(board) as state:
        mine = "house" not in state
        if mine:
            state["house"] = msgspec.to_builtins(_start(board))
        state["users"] = state.get("users", 0) + 1
        house = msgspec.convert(state["house"], House)
    try:
        yield house
    finally:
        with _locked(board) as state:
            state["users"] -= 1
        if mine:
            _close(board, house)


@contextmanager
def _locked(board: Path) -> Iterator[dict[str, Any]]:
    """What all processes know, for one of them at a time."""
    with (board / "state.json").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = file.read()
        state: dict[str, Any] = json.loads(text) if text else {}
        try:
            yield state
        finally:
            file.truncate(0)
            file.write(json.dumps(state))
            file.flush()


@contextmanager
def own_house(customers: int) -> Iterator[House]:
    """A server that nobody else uses, for a story that changes the programme."""
    board = Path(tempfile.mkdtemp(prefix="regulars-story-"))
    board.chmod(PASSABLE)
    house = _start(board, customers)
    try:
        yield house
    finally:
        _close(board, house)


def _start(board: Path, customers: int = CUSTOMERS) -> House:
    port = free_port()
    data, made = furnished(board / "data").root, time.monotonic()
    options = ["--customers", str(customers), "--seed", "1", "--until", UNTIL]
    command = [*REGULARS, "demo", *options, "--data", str(data), "--port", str(port)]
    with (board / "out.txt").open("w") as out, (board / "log.txt").open("a") as log:
        process = subprocess.Popen(command, stdout=out, stderr=log, env=_environ())
    while "Come in" not in (board / "out.txt").read_text():
        if process.poll() is not None or time.monotonic() > made + MOST_SECONDS:
            process.kill()
            raise RuntimeError((board / "log.txt").read_text()[-2000:])
        time.sleep(0.1)
    house = House(address=f"http://localhost:{port}", folder=str(board), pid=process.pid)
    employ = [sys.executable, "-c", EMPLOY, str(data), json.dumps(COLLEAGUES), PASSWORD]
    subprocess.run(employ, env=_environ(), check=True, timeout=MOST_SECONDS)
    _processes[process.pid] = process
    return house


_processes: dict[int, subprocess.Popen[bytes]] = {}


def _close(board: Path, house: House) -> None:
    """Wait for the others, then stop what this process started."""
    until = time.monotonic() + MOST_SECONDS
    while True:
        with _locked(board) as state:
            if state.get("users", 0) <= 0 or time.monotonic() > until:
                state.pop("house", None)
                break
        time.sleep(0.2)
    process = _processes.pop(house.pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(120)
    finally:
        process.kill()
        shutil.rmtree(board, ignore_errors=True)
