"""Waits with a deadline, and groups that gather: by counts and events, never by the clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from regulars.run import deadlines, group
from regulars.run.deadlines import Deadlines


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "TICK", 0.001)


async def told(value: int) -> int:
    await asyncio.sleep(0)
    return value


@pytest.mark.usefixtures("quick")
def test_what_comes_in_time_is_told() -> None:
    assert asyncio.run(Deadlines().within(3600, told(7))) == 7


@pytest.mark.usefixtures("quick")
def test_what_takes_too_long_is_given_up() -> None:
    async def together() -> list[object]:
        waits, never = Deadlines(), asyncio.Event()
        late = (waits.within(0, never.wait()) for _ in range(3))
        return await asyncio.gather(waits.within(3600, told(1)), *late, return_exceptions=True)

    first, *others = asyncio.run(together())
    assert first == 1
    assert {type(one) for one in others} == {TimeoutError}


@pytest.mark.usefixtures("quick")
def test_who_is_cancelled_by_others_did_not_take_too_long() -> None:
    async def cancelled() -> None:
        task = asyncio.ensure_future(Deadlines().within(3600, asyncio.Event().wait()))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())


@pytest.mark.usefixtures("quick")
def test_a_task_may_wait_again_after_it_gave_up() -> None:
    async def twice() -> int:
        waits = Deadlines()
        with pytest.raises(TimeoutError):
            await waits.within(0, asyncio.Event().wait())
        return await waits.within(3600, told(2))

    assert asyncio.run(twice()) == 2


CAME = {
    "alone": (1, [1], 0),
    "all are there": (4, [4], 0),
    "they come one by one": (4, [1, 2, 3, 4], 3),
    "some stay away": (9, [1, 4, 4, 9], 2),
    "without end": (99, list(range(1, 99)), group.MOST_GAPS),
}


@pytest.mark.parametrize(("last", "counts", "gaps"), CAME.values(), ids=CAME)
def test_a_group_gathers_while_more_come(
    monkeypatch: pytest.MonkeyPatch, last: int, counts: list[int], gaps: int
) -> None:
    waited: list[float] = []
    come: Iterator[int] = iter(counts)
    monkeypatch.setattr(time, "sleep", waited.append)
    group.gather(lambda: next(come), last)
    assert waited == [group.GAP] * gaps
