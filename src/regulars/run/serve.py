"""`regulars serve`: database, migrations, web and jobs as one tree of processes."""

from __future__ import annotations

import errno
import http.client
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from types import FrameType

import msgspec

from regulars.run import backup, counting, database, embedded, locks, log, proxies, upgrade
from regulars.run.children import Child
from regulars.run.cluster_log import LogKeeper
from regulars.run.errors import CannotRun
from regulars.run.folder import Folder
from regulars.run.jumps import Jumps
from regulars.run.scrub import Scrubber

words = logging.getLogger("regulars.serve")

HOST = "127.0.0.1"
PORT = 8000
READY_SECONDS = 90.0
STOP_SECONDS = 16.0
LEFT_BEHIND_SECONDS = 8.0
LOOK_SECONDS = 0.25
REVIVE_SECONDS = 4.0

OnReady = Callable[[str], None]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How to serve: where to listen, with how many web workers, with or without jobs."""

    host: str = HOST
    port: int = PORT
    workers: int = 1
    jobs: bool = True

    @property
    def address(self) -> str:
        """What a person types into the browser on this machine."""
        host = self.near
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def near(self) -> str:
        """The host by which it is reached on this machine."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104


def serve(folder: Folder, wanted: Wanted, on_ready: OnReady | None = None) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code (0 after a clean stop). At SIGHUP the
    web processes are changed for new ones, one after another.

    `on_ready` is called once with the address, when everything answers, in this process, whose
    environment then holds what `regulars.settings` reads. Raises CannotRun with one sentence:
    folder or port in use, database, tables, a process that falls again and again.
    """
    log.configure()
    proxies.parse(os.environ.get("REGULARS_PROXIES", ""))
    with _signals() as stop, locks.serving(folder) as held:
        check_port(wanted, patience=LEFT_BEHIND_SECONDS if held.left_behind else 0.0)
        with database.environment(folder) as addresses:
            variables = database.variables(folder, addresses)
            done = upgrade.under_lock(folder, addresses, backup.Manifest.of_now())
            if done.backup:
                words.info("the tables are up to date; as it was before: %s", done.backup)
            counting.begin_anew(folder.run)
            if not stop.wanted:
                _Tree(folder, wanted, stop, variables).run(on_ready)
    return 0


def check_port(wanted: Wanted, *, patience: float = 0.0) -> None:
    """Raise CannotRun when the address cannot be listened on.

    `patience` seconds are given to a server that a killed `serve` left behind.
    """
    until = time.monotonic() + patience
    while True:
        try:
            return _try_listening(wanted)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < until:
                time.sleep(0.1)
                continue
            raise CannotRun(_why_not(wanted, error)) from None


def _try_listening(wanted: Wanted) -> None:
    found = socket.getaddrinfo(wanted.host, wanted.port, type=socket.SOCK_STREAM)[0]
    with closing(socket.socket(found[0], socket.SOCK_STREAM)) as link:
        # Without SO_REUSEPORT: two servers would otherwise share the port and its requests.
        link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        link.bind(found[4])
        link.listen(1)


def _why_not(wanted: Wanted, error: OSError) -> str:
    place = f"{wanted.host}:{wanted.port}"
    if error.errno == errno.EADDRINUSE:
        return f"Port {wanted.port} on {wanted.host} is in use: choose another with --port."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"This account may not listen on {place}: choose a port above 1023 with --port."
    return f"{place} is no address of this machine: choose one with --host, such as {HOST}."


class _Stop:
    wanted = False
    anew = False
    """The processes that answer shall be changed for new ones."""


@contextmanager
def _signals() -> Iterator[_Stop]:
    stop = _Stop()

    def note(_number: int, _frame: FrameType | None) -> None:
        stop.wanted = True

    def note_anew(_number: int, _frame: FrameType | None) -> None:
        stop.anew = True

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    before[signal.SIGHUP] = signal.signal(signal.SIGHUP, note_anew)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Tree:
    """The children, and the loop that looks after them."""

    def __init__(
        self, folder: Folder, wanted: Wanted, stop: _Stop, variables: Mapping[str, str]
    ) -> None:
        self._folder = folder
        self._wanted = wanted
        self._stop = stop
        self._look_at = 0.0
        self._embedded = database.outside(os.environ) is None
        environ = {**os.environ, **variables}
        web = ["regulars.run.web", wanted.host, str(wanted.port), str(wanted.workers)]
        self._children = [Child("web", web, environ)]
        self._log = LogKeeper(folder)
        self._scrubber = Scrubber(folder)
        self._clock = Jumps()
        self._later = (
            [Child("job", ["regulars.run.worker"], environ, vital=False)] if wanted.jobs else []
        )
        """Those that may wait until the server answers: they would only slow it down."""

    def run(self, on_ready: OnReady | None) -> None:
        try:
            if self._embedded:
                self._log.start()
                self._scrubber.start()
            for child in self._children:
                child.start()
            if self._becomes_ready() and on_ready is not None:
                on_ready(self._wanted.address)
            while not self._stop.wanted:
                self._look()
                time.sleep(LOOK_SECONDS)
        finally:
            self._end()

    def _becomes_ready(self) -> bool:
        until = time.monotonic() + READY_SECONDS
        reasons = ""
        while not self._stop.wanted:
            self._look()
            status, reasons = ask_ready(self._wanted)
            if status:
                self._start_later()
            if status == 200:
                words.info("ready on %s", self._wanted.address)
                return True
            if time.monotonic() > until:
                raise CannotRun(
                    f"{self._wanted.address} did not become ready in {READY_SECONDS:.0f} seconds "
                    f"({reasons or 'no answer'}): `regulars doctor` looks at the installation."
                )
            time.sleep(0.03)
        return False

    def _start_later(self) -> None:
        while self._later:
            child = self._later.pop()
            self._children.append(child)
            child.start()

    def _look(self) -> None:
        self._clock.look()
        if self._embedded and time.monotonic() >= self._look_at:
            self._revive()
        if self._stop.anew:
            self._stop.anew = False
            self._children[0].signal(signal.SIGHUP)
        for child in self._children:
            child.keep()

    def _revive(self) -> None:
        """Start a fallen database again; what hinders it, such as a full disk, may pass."""
        try:
            if embedded.revive(self._folder):
                words.warning("the database had stopped and was started again")
        except CannotRun as error:
            words.error("%s Next try in %.0f s.", error, REVIVE_SECONDS)
            self._look_at = time.monotonic() + REVIVE_SECONDS

    def _end(self) -> None:
        until = time.monotonic() + STOP_SECONDS
        for child in self._children:
            child.ask_to_stop()
        self._log.close()
        self._scrubber.close()
        for child in self._children:
            child.see_off(until)
        words.info("stopped")


def ask_ready(wanted: Wanted) -> tuple[int, str]:
    """Status and text of /readyz; 0 when nobody answers."""
    with closing(http.client.HTTPConnection(wanted.near, wanted.port, timeout=6)) as link:
        try:
            link.request("GET", "/readyz")
            answer = link.getresponse()
            return answer.status, answer.read(500).decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
