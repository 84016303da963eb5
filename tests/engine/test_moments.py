"""Times that cannot be are refused with one answer, and nothing changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from histories import RICH, day, order, redemption, said, yes

from regulars.engine import moments
from regulars.engine.desk import Desk
from regulars.engine.happenings import Attempt, FoldFact, Opening, TierSet

EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
WRONG = [
    datetime(2025, 1, 1),
    datetime.min.replace(tzinfo=EAST),
    datetime.max.replace(tzinfo=WEST),
    datetime(1899, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2200, 1, 1, tzinfo=UTC),
]
RIGHT = [datetime(1900, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, 23, tzinfo=UTC)]


def told(moment: datetime) -> list[FoldFact | Attempt]:
    """Everything that can tell a moment."""
    return [
        msgspec.structs.replace(order("n", 2, 10), at=moment),
        order("n", 2, 10, dates={"delivered": moment}),
        msgspec.structs.replace(redemption("n", 2, price=50), at=moment),
        Opening(key="n", at=day(2), what="asset", name="points", dates={"expires": moment}),
        TierSet(key="n", at=day(2), tier="gold", until=moment),
    ]


@pytest.mark.parametrize("moment", WRONG, ids=str)
def test_a_moment_that_cannot_be_is_refused(moment: datetime) -> None:
    desk = Desk(RICH, yes)
    desk.record(order("o", 1, 100), "m")
    before = (said(RICH, desk.book("m").state), desk.clock, set(desk.owners))
    for fact in told(moment):
        outcome = desk.record(fact, "m")
        assert (outcome.status, outcome.code) == ("refused", "bad_time")
    assert (said(RICH, desk.book("m").state), desk.clock, set(desk.owners)) == before


@pytest.mark.parametrize("moment", RIGHT, ids=str)
def test_the_first_and_the_last_year_can_be_folded(moment: datetime) -> None:
    for fact in told(moment):
        assert Desk(RICH, yes).record(fact, "m").code != "bad_time"


def test_saboteur_any_moment_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moments, "in_order", lambda fact: True)
    with pytest.raises((AssertionError, ValueError, OverflowError)):
        test_a_moment_that_cannot_be_is_refused(WRONG[1])
