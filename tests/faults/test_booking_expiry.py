"""Points run out at the very moment at which they are asked for: each is spent or expires, never
both, and a job that runs twice finds nothing the second time (R07)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from booking_kit import (
    FULL,
    NOW,
    asked,
    at_once,
    digest,
    grant,
    members,
    open_club,
    points,
    unlocked,
    wrong,
)

from regulars.actions.passing import pass_time
from regulars.db.models import TransferRow
from regulars.engine.happenings import Redemption

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("own_database"),
    pytest.mark.timeout(7200 if FULL else 900),
]
ROUNDS = 40 if FULL else 2
EARNED = NOW - timedelta(days=1)
BEFORE = EARNED + timedelta(days=150)
"""The points are still there."""
AFTER = EARNED + timedelta(days=200)
"""They are not."""


def moved(member: int, step: str) -> int:
    """What left a member by a step."""
    rows = TransferRow.objects.filter(customer_id=member, asset="points", step=step)
    return sum(one.amount * (1 if one.source == "available" else -1) for one in rows)


def run_out(
    name: str, many: int, meeting: AbstractContextManager[None] | None = None
) -> tuple[int, int, int]:
    """So many ask for all that a member has, and as many jobs let it expire: what was spent, what
    expired, and what is left."""
    (member,) = members([name])
    grant(member, 100, f"grant-{name}", at=EARNED)
    calls: list[Callable[[], Any]] = []
    for one in range(many):
        wish = Redemption(key=f"{name}-{one}", at=BEFORE, reward="gift")
        calls += [partial(asked, member, wish, now=BEFORE), partial(pass_time, AFTER)]
    with meeting or nullcontext():
        told = at_once(calls)
    assert [one for one in told if isinstance(one, Exception)] == []
    return moved(member, "price"), moved(member, "expire"), points(member)


def test_what_expires_while_it_is_asked_for_is_spent_or_gone() -> None:
    open_club()
    for number in range(ROUNDS):
        spent, expired, left = run_out(f"m{number}", 6)
        assert spent + expired == 100
        assert left == 0
        assert {spent, expired} == {0, 100}
        before = digest()
        assert pass_time(AFTER) == 0
        assert digest() == before, "a second run finds nothing"
    assert wrong() == []


def test_what_nobody_locks_is_spent_and_expires() -> None:
    open_club()
    spent, expired, _left = run_out("m", 1, unlocked())
    assert spent + expired == 200
    assert wrong() != []
