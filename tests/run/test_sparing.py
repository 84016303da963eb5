"""While the disk is nearly full no job is taken up, and none is lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from procrastinate import App
from procrastinate.manager import JobManager
from procrastinate.testing import InMemoryConnector

from regulars.db import disk
from regulars.run import sparing
from regulars.run.sparing import SparingManager

MINUTE = 60


class Scale:
    """Whether there is room: as often as told there is none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.without = 0
        monkeypatch.setattr(disk, "ROOM", self)
        monkeypatch.setattr(sparing, "LOOK_SECONDS", 0)

    def is_over(self) -> bool:
        self.without -= 1
        return self.without >= 0


@pytest.fixture
def scale(monkeypatch: pytest.MonkeyPatch) -> Scale:
    return Scale(monkeypatch)


@pytest.fixture
def site() -> App:
    """An app with one job that waits."""
    app = App(connector=InMemoryConnector())

    @app.task(name="sweep")
    def sweep(timestamp: int = 0) -> None: ...

    sweep.defer()
    return app


def taken(app: App, manager: type[JobManager]) -> list[str]:
    """The jobs that a worker of this kind takes up."""

    async def look() -> list[str]:
        mine = manager(app.connector)
        worker = await mine.register_worker()
        found: Any = await mine.fetch_job(None, worker)
        return [found.task_name] if found else []

    return asyncio.run(look())


def test_no_job_is_taken_up_while_there_is_no_room(site: App, scale: Scale) -> None:
    scale.without = 1
    assert taken(site, SparingManager) == []
    assert taken(site, SparingManager) == ["sweep"]


def test_saboteur_a_worker_that_looks_at_no_disk(site: App, scale: Scale) -> None:
    scale.without = 1
    assert taken(site, JobManager) == ["sweep"]


def test_what_has_to_be_done_again_and_again_is_asked_for_later(site: App, scale: Scale) -> None:
    scale.without = 3

    async def ask() -> int | None:
        manager = SparingManager(site.connector)
        job = site.tasks["sweep"].configure(task_kwargs={"timestamp": MINUTE}).job
        return await manager.defer_periodic_job(job, "", MINUTE)

    assert asyncio.run(ask()) is not None
    assert scale.without == -1


def test_nobody_says_that_it_lives_while_there_is_no_room(
    scale: Scale, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[int] = []

    async def say(_self: JobManager, worker_id: int) -> None:
        said.append(worker_id)

    monkeypatch.setattr(JobManager, "update_heartbeat", say)
    scale.without = 1
    manager = SparingManager(InMemoryConnector())
    for worker in (1, 2):
        asyncio.run(manager.update_heartbeat(worker))
    assert said == [2]
