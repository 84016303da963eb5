"""Child processes of `serve`: started, started again when they fall, stopped together."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from regulars.run.errors import CannotRun

log = logging.getLogger("regulars.serve")

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
PATIENT_PAUSE_SECONDS = 5.0
"""For what needs the database and nothing else: it may be back at any moment."""
CALM_SECONDS = 60.0
MAX_FALLS = 6


class Child:
    """One process that is kept running. Without a `vital` one the rest goes on."""

    def __init__(
        self, name: str, command: Sequence[str], environ: Mapping[str, str], *, vital: bool = True
    ) -> None:
        self.name, self.vital = name, vital
        self._command = [sys.executable, "-m", *command]
        self._environ = dict(environ)
        self._falls = 0
        self._started_at = 0.0
        self._again_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        # A session of its own: Ctrl-C in the terminal reaches `serve` alone, which stops the rest.
        self._process = subprocess.Popen(
            self._command,
            env=self._environ,
            stdin=subprocess.PIPE,
            stdout=sys.stderr,
            start_new_session=True,
        )
        self._started_at = time.monotonic()

    def keep(self) -> None:
        """Look after it once: start it again after a pause that doubles with every fall.

        Raises CannotRun when a vital one falls again and again.
        """
        now = time.monotonic()
        if self._process is None:
            if now >= self._again_at:
                self.start()
            return
        code = self._process.poll()
        if code is None:
            if now - self._started_at > CALM_SECONDS:
                self._falls = 0
            return
        self._bury()
        self._falls += 1
        if self.vital and self._falls >= MAX_FALLS:
            raise CannotRun(
                f"The {self.name} process fell {self._falls} times in a row (last exit {code}): "
                "the lines above say why; `regulars doctor` looks at the installation."
            )
        longest = LONGEST_PAUSE_SECONDS if self.vital else PATIENT_PAUSE_SECONDS
        pause = min(FIRST_PAUSE_SECONDS * 2 ** min(self._falls - 1, 9), longest)
        log.warning("%s process ended with %s; again in %.1f s", self.name, code, pause)
        self._again_at = now + pause

    def ask_to_stop(self) -> None:
        self.signal(signal.SIGTERM)

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def see_off(self, until: float) -> None:
        """Wait for the end, and enforce it at `until` (monotonic)."""
        if self._process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, until - time.monotonic()))
        if self._process.poll() is None:
            log.warning("%s process did not stop in time and is ended", self.name)
        self._bury()

    def _bury(self) -> None:
        """End whatever is left of its group, such as a server's worker."""
        process = self._process
        self._process = None
        if process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin is not None:
            process.stdin.close()
