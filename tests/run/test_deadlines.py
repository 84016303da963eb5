"""Waits with a deadline, and groups that gather: by counts and events, never by the clock."""

from __future__ import annotations

import asyncio

import pytest

from regulars.run import deadlines, group
from regulars.run.deadlines import Deadlines
from regulars.run.group import Moment


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


LONG = group.APART
COME = {
    "alone": (Moment(1, last=1, begun=0, answered=0), True),
    "alone among many": (Moment(1, last=8, begun=0, answered=0), False),
    "those who were answered are back": (Moment(8, last=8, begun=0.009, answered=0.001), True),
    "some of them are not back": (Moment(7, last=8, begun=0.009, answered=0.001), False),
    "others came, one by one": (Moment(8, last=8, begun=0.009, answered=0.004), False),
    "they came for long enough": (Moment(3, last=8, begun=LONG, answered=0.004), True),
    "a transaction is full": (Moment(group.AT_ONCE, last=400, begun=0, answered=1), True),
}


@pytest.mark.parametrize(("moment", "now"), COME.values(), ids=COME)
def test_a_group_begins_in_company_or_after_an_instant(moment: Moment, now: bool) -> None:
    assert moment.is_come() is now
