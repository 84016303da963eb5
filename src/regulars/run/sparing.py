"""Jobs while the disk of the database is nearly full: none is taken up, none is asked for, until
there is room again. They wait as they are, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from procrastinate.jobs import Job
from procrastinate.manager import JobManager

from regulars.db import disk

LOOK_SECONDS = 1.0


class SparingManager(JobManager):
    """Writes nothing by itself while there is hardly any room."""

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """The next job; none while there is no room. It is asked for again by and by."""
        if disk.ROOM.is_over():
            return None
        return await super().fetch_job(queues, worker_id)

    async def defer_periodic_job(
        self, job: Job, periodic_id: str, defer_timestamp: int
    ) -> int | None:
        """Ask for a job whose time has come, as soon as there is room."""
        while disk.ROOM.is_over():
            await asyncio.sleep(LOOK_SECONDS)
        return await super().defer_periodic_job(job, periodic_id, defer_timestamp)

    async def update_heartbeat(self, worker_id: int) -> None:
        """Say that the worker lives. Nobody else looks: there is one."""
        if not disk.ROOM.is_over():
            await super().update_heartbeat(worker_id)
