"""What all share is given back exactly once when a redemption is: released twice, by many at once,
or while its time runs out (R19)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from booking_kit import (
    AT,
    FULL,
    NOW,
    ask,
    asked,
    at_once,
    grant,
    members,
    open_club,
    points,
    wrong,
)

from regulars.actions.record import Source, record
from regulars.actions.refused import Refused
from regulars.actions.reserving import confirm, end_reservations, release
from regulars.db.models import AttemptRow, SharedLimit, TransferRow
from regulars.engine import desk
from regulars.engine.arrivals import Arrival
from regulars.engine.happenings import Redemption, Reversal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("own_database"),
    pytest.mark.timeout(7200 if FULL else 900),
]
ROUNDS = 40 if FULL else 2
OVER = NOW + timedelta(hours=1)
"""When what was set aside is given back by itself."""


def used() -> int:
    """How many of the rare reward are gone."""
    return SharedLimit.objects.get(name="rare/stock").used


def with_points(names: list[str], amount: int = 10) -> list[int]:
    """Members who can pay."""
    found = members(names)
    for one in found:
        grant(one, amount)
    return found


def told(call: Callable[[], Any]) -> str:
    """What somebody hears."""
    try:
        found = call()
    except Refused as refusal:
        return refusal.code
    return str(getattr(found, "state", found))


def given_back_at_once(number: int) -> tuple[int, int, int]:
    """The last one is set aside; sixteen release it at the very moment at which its time is over:
    what is gone, what the member has, and how often it was given back."""
    (member,) = with_points([f"m{number}"])
    assert ask(member, f"r{number}", "rare", until=OVER).accepted
    calls: list[Callable[[], Any]] = [partial(release, f"r{number}", OVER) for _ in range(8)]
    calls += [partial(end_reservations, OVER) for _ in range(8)]
    heard = at_once([partial(told, call) for call in calls])
    assert [one for one in heard if isinstance(one, Exception)] == []
    back = TransferRow.objects.filter(customer_id=member, rule="rare", target="available")
    return used(), points(member), back.count()


def test_what_was_set_aside_is_there_again_once() -> None:
    open_club(1)
    assert {given_back_at_once(number) for number in range(ROUNDS)} == {(0, 10, 1)}
    one, other = with_points(["one", "other"])
    assert ask(one, "one", "rare").accepted
    assert ask(other, "other", "rare").code == "sold_out"
    release("one", NOW)
    release("one", NOW)
    assert ask(other, "again", "rare").accepted
    assert ask(one, "late", "rare").code == "sold_out"
    assert wrong() == []


def kept_or_given_back(number: int) -> tuple[bool, int, int]:
    """Four confirm what was set aside while four release it: whether it was kept, how many are
    gone since, and what the member has."""
    (member,) = with_points([f"c{number}"])
    key = f"c{number}"
    assert ask(member, key, "rare", until=OVER).accepted
    before = used() - 1
    acts = (confirm, release) * 4
    heard = Counter(at_once([partial(told, partial(act, key, NOW)) for act in acts]))
    kept = AttemptRow.objects.get(key=key).resolved == "confirmed"
    assert heard == {"confirmed" if kept else "released": 4, "redemption_over": 4}
    return kept, used() - before, points(member)


def test_whoever_is_first_keeps_it_or_gives_it_back() -> None:
    open_club(ROUNDS)
    assert {kept_or_given_back(one) for one in range(ROUNDS)} <= {(True, 1, 9), (False, 0, 10)}
    assert wrong() == []


def test_a_refusal_uses_up_nothing() -> None:
    """Somebody asks as of an instant at which they could pay, and cannot any more."""
    open_club(1)
    (member,) = members(["spent"])
    grant(member, 100, at=AT - timedelta(hours=1))
    assert ask(member, "gift", "gift").accepted
    before = Redemption(key="rare", at=AT - timedelta(minutes=1), reward="rare")
    assert asked(member, before).code == "insufficient_points"
    assert not SharedLimit.objects.filter(used__gt=0).exists()


@pytest.mark.parametrize(("forgotten", "gone"), [(False, 0), (True, -1)])
def test_a_reversal_told_again_gives_nothing_back_again(
    forgotten: bool, gone: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saboteur: a desk that does not know what was given back before."""
    open_club(1)
    (member,) = with_points(["m"])
    assert ask(member, "r", "rare").accepted
    if forgotten:
        monkeypatch.setattr(desk.Desk, "is_given_back", lambda *_told: False)
    for version, state in ((1, "recorded"), (2, "restated")):
        told = Reversal(key="back", version=version, at=NOW, redemption="r")
        arrival = Arrival(fact=told, programme="club")
        (outcome,) = record([arrival], now=NOW, source=Source(owner=member))
        assert outcome.state == state
    assert (used(), points(member)) == (gone, 10)


@pytest.mark.parametrize(("times", "gone"), [(0, 1), (2, -1)])
def test_what_is_given_back_otherwise_is_seen(
    times: int, gone: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_club(1)
    give = desk.put_back
    monkeypatch.setattr(desk, "put_back", lambda *told: [give(*told) for _ in range(times)])
    assert given_back_at_once(0) == (gone, 10, 1)
