"""Whether this installation can do its work now: reason codes, no secrets.

Checks run in a thread and on a connection of their own, so that busy pages do not delay them; an
answer is remembered for a second.
"""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from regulars.db import disk
from regulars.run import keys, migrate

REASONS = ("database", "migrations", "disk", "key", "clock", "checking")
FRESH_SECONDS = 1.0
STALE_SECONDS = 6.0
FIRST_WAIT_SECONDS = 5.0
WAIT_SECONDS = 0.08
MAX_SKEW_SECONDS = 5


class Readiness:
    """Answers why the installation is not ready: an empty list when it is."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="readiness")
        self._running: Future[list[str]] | None = None
        self._last: list[str] = ["checking"]
        self._checked_at = 0.0
        self._link: psycopg.Connection[Any] | None = None
        self._wanted: migrate.Migrations | None = None

    async def reasons(self) -> list[str]:
        """Within a tenth of a second once there was an answer; the last one if checks hang."""
        age = time.monotonic() - self._checked_at
        if age < FRESH_SECONDS:
            return self._last
        if self._running is None or self._running.done():
            self._running = self._thread.submit(self._check)
        wait = WAIT_SECONDS if self._checked_at else FIRST_WAIT_SECONDS
        with suppress(TimeoutError):
            return await asyncio.wait_for(
                asyncio.shield(asyncio.wrap_future(self._running)), timeout=wait
            )
        return self._last if age < STALE_SECONDS else ["checking"]

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._link is not None:
            self._link.close()

    def _check(self) -> list[str]:
        reasons = [*self._database(), *_disk(), *_key()]
        self._last, self._checked_at = reasons, time.monotonic()
        return reasons

    def _database(self) -> list[str]:
        try:
            return self._asked()
        except psycopg.Error:
            if self._link is not None:
                self._link.close()
                self._link = None
        # The server may have been started anew: one fresh try.
        try:
            return self._asked()
        except psycopg.Error:
            return ["database"]

    def _asked(self) -> list[str]:
        if self._link is None or self._link.closed:
            self._link = psycopg.connect(
                os.environ["REGULARS_DATABASE_URL"],
                autocommit=True,
                connect_timeout=3,
                application_name="regulars-readiness",
                options="-c statement_timeout=3000",
            )
        row = self._link.execute("SELECT clock_timestamp()").fetchone()
        skew = abs((datetime.now(UTC) - row[0]).total_seconds()) if row else 0
        late = ["clock"] if skew > MAX_SKEW_SECONDS else []
        return [*self._migrations(self._link), *late]

    def _migrations(self, link: psycopg.Connection[Any]) -> list[str]:
        if self._wanted is None:
            self._wanted = migrate.on_disk(settings.INSTALLED_APPS)
        return [] if self._wanted <= migrate.applied(link) else ["migrations"]


def _disk() -> list[str]:
    try:
        free = disk.free(Path(os.environ.get("REGULARS_DATA") or "."))
    except OSError:
        return ["disk"]
    return [] if free >= disk.ENOUGH else ["disk"]


def _key() -> list[str]:
    return ["key"] if keys.weakness(os.environ.get("REGULARS_SECRET_KEY", "")) else []
