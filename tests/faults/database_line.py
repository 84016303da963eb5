"""The line from the server to its database, which may be slow, silent or cut."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CHUNK = 65_536


class Line:
    """Passes on what is said between a port of this machine and the database's socket."""

    def __init__(self, behind: Path) -> None:
        self._behind = behind
        self._ear = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._open.set()
        self._cut = self._over = False
        self.delay = 0.0
        """Seconds that everything takes which is said to the database."""

    @property
    def port(self) -> int:
        return int(self._ear.getsockname()[1])

    def silence(self) -> None:
        """From now on nothing comes through; what is said waits."""
        self._open.clear()

    def cut(self) -> None:
        """Nobody is connected any more, and nobody can be."""
        self._cut = True
        self.hang_up()

    def mend(self) -> None:
        self._cut, self.delay = False, 0.0
        self._open.set()

    def close(self) -> None:
        self._over = True
        self._ear.shutdown(socket.SHUT_RDWR)
        self._ear.close()
        self._open.set()
        self.hang_up()

    def hang_up(self) -> None:
        """Nobody is connected any more."""
        with self._lock:
            ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def listen(self) -> None:
        """Until it is closed."""
        while not self._over:
            try:
                near = self._ear.accept()[0]
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            with self._lock:
                self._ends += [near, far]
            if self._cut:
                self.hang_up()
            threading.Thread(target=self._carry, args=[near, far], daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with near, far, suppress(OSError):
            if self._cut:
                return
            far.connect(str(self._behind))
            back = threading.Thread(target=self._pass, args=[far, near, False], daemon=True)
            back.start()
            self._pass(near, far, True)
            back.join()

    def _pass(self, one: socket.socket, other: socket.socket, asks: bool) -> None:
        with suppress(OSError):
            while said := one.recv(CHUNK):
                if asks and self.delay:
                    threading.Event().wait(self.delay)
                self._open.wait()
                other.sendall(said)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def line(behind: Path) -> Iterator[Line]:
    """A line to the socket of a database, for as long as the block runs."""
    made = Line(behind)
    thread = threading.Thread(target=made.listen, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.close()
        thread.join()
