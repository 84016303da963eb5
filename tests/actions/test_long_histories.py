"""A long history is not folded from its beginning for what comes late, nor once for each of many:
counted in facts and statements, whatever the clock says."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from msgspec import Struct

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
sys.path.insert(0, str(Path(__file__).parent))
from test_live import crowd_differs

from people import who
from regulars.actions import verifying
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.actions.rebuilding import rebuild
from regulars.actions.record import record
from regulars.actions.verifying import verify
from regulars.db import histories, hot, people
from regulars.db import milestones as stored
from regulars.db.models import HolderState, MilestoneRow
from regulars.engine import booking, head, milestones, together
from regulars.engine.arrivals import Arrival, decode_many
from regulars.engine.facts import Order, Refund

pytestmark = pytest.mark.usefixtures("own_database")
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = datetime(2026, 2, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
APART = 10
CLUB = """
format: 1
programme: club
edition: club_1
name: Club
zone: Europe/Berlin
currency: EUR
assets:
  - {id: points, name: point, expire: {kind: after, life: P6M}}
  - {id: stamps, name: stamp}
metrics: [{id: spend, kind: spent, windows: [12m]}]
earn:
  - {id: buy, kind: per_amount, step: 1.00 EUR, points: 1}
  - {id: stamp, kind: per_order, asset: stamps, points: 1}
standing: {kind: calendar_year, metric: spend}
tiers: [{id: basic, name: Basic, from: 0}, {id: gold, name: Gold, from: 150}]
rewards:
  - {id: half, kind: every, asset: stamps, each: 25, name: Half,
     voucher: {value: 5.00 EUR, valid: P2M}}
"""


class Work(Struct):
    """What was done: facts folded and read, statements executed."""

    folded: int = 0
    read: int = 0
    statements: int = 0


@contextmanager
def worked() -> Iterator[Work]:
    """Count what is done meanwhile."""
    work = Work()

    def wrapped(what: Callable[..., Any], count: Callable[..., None]) -> Callable[..., Any]:
        def counted(*told: Any, **more: Any) -> Any:
            count(*told)
            return what(*told, **more)

        return counted

    def fold(_run: object, history: Any, *_more: object) -> None:
        work.folded += len(history.facts)

    def read(body: str) -> Any:
        facts = decode_many(body)
        work.read += len(facts)
        return facts

    def statement(*_told: object) -> None:
        work.statements += 1

    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        for room in (booking, head, milestones):
            patch.setattr(room, "follow", wrapped(room.follow, fold))
        patch.setattr(histories, "decode_many", read)
        patch.setattr(hot, "_run", wrapped(hot._run, statement))
        stack.enter_context(
            connection.execute_wrapper(lambda go, *told: wrapped(go, statement)(*told))
        )
        yield work


def bought(name: str, number: float, minor: int = 1250, **more: Any) -> Arrival:
    """The order of somebody at a place in their history, two a day."""
    at = FIRST + timedelta(hours=12 * number)
    key = f"{name}:{number}"
    fact = Order(key=key, at=at, currency="EUR", amount_minor=minor, **more)
    return Arrival(fact=fact, who=who(name))


def back(name: str, number: int, hours: float = 1) -> Arrival:
    """Money for an order goes back, so many hours after it."""
    at = FIRST + timedelta(hours=12 * number + hours)
    key = f"{name}:{number}:back"
    fact = Refund(key=key, at=at, order=f"{name}:{number}", currency="EUR", amount_minor=500)
    return Arrival(fact=fact, who=who(name))


def told(arrivals: Sequence[Arrival]) -> Work:
    """What it takes to record these, and that all is as it should be afterwards."""
    with worked() as work:
        outcomes = record(arrivals, now=NOW)
    assert {one.state for one in outcomes} <= {"recorded", "restated"}
    assert all(one.given for one in outcomes)
    return work


def sound() -> None:
    """Everything that is kept is what the facts come to."""
    assert verify().finding is None


@pytest.fixture
def club(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Members with long histories, and milestones after every few facts."""
    monkeypatch.setattr(milestones, "EVERY", APART)
    publish(CLUB, now=SINCE)

    def member(name: str, orders: int) -> None:
        with connection.cursor() as cursor:
            found = people.find_or_make(cursor, [who(name)], now=SINCE, crowd=people.Crowd())
        join(found, "club", since=SINCE, now=SINCE)
        for begin in range(0, orders, 50):
            record([bought(name, n) for n in range(begin, min(begin + 50, orders))], now=NOW)

    return member


Club = Callable[[str, int], None]


def several(club: Club) -> list[Work]:
    """What one, three and forty late orders cost that come together."""
    found = []
    for name, count in (("ann", 1), ("bea", 3), ("cem", 40)):
        club(name, 100)
        found.append(told([bought(name, n + 0.5) for n in range(20, 20 + count)]))
    return found


FOR_A_VOUCHER = 8
"""Statements that it takes to write down one that a late stamp brings."""


def test_many_late_facts_are_folded_in_at_once(club: Club) -> None:
    one, few, many = several(club)
    assert few.folded <= one.folded + 2 * 3
    assert many.folded <= one.folded + 2 * 40
    assert max(few.statements, many.statements) <= one.statements + FOR_A_VOUCHER
    sound()


def test_saboteur_that_takes_each_by_itself(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "LEAST", 10**9)
    one, _few, many = several(club)
    assert many.folded > 10 * one.folded


def recent(club: Club) -> list[Work]:
    """What a late order, a refund and a restated order of late cost a history of 60, and of 180,
    the second time that something comes late."""
    found = []
    for name, orders in (("ann", 60), ("bea", 180)):
        club(name, orders)
        told([bought(name, orders - 4.5)])
        for late in (
            bought(name, orders - 3.5),
            back(name, orders - 6),
            bought(name, orders - 3, 900, version=2),
        ):
            found.append(told([late]))
    return found


MOST = 3 * (7 + 3 * APART)
"""Folded at most three times: what comes after, and up to a milestone before it."""


def cheap(works: list[Work]) -> None:
    short, long = works[:3], works[3:]
    for one, other in zip(short, long, strict=True):
        assert max(one.folded, other.folded) <= MOST
        assert max(one.read, other.read) <= MOST
        assert max(one.statements, other.statements) <= 25


def test_what_comes_late_costs_what_comes_after_it(club: Club) -> None:
    cheap(recent(club))
    sound()


def test_saboteur_without_milestones(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "road", lambda *_told: None)
    with pytest.raises(AssertionError):
        cheap(recent(club))


def test_what_changes_the_beginning_sets_all_milestones_anew(club: Club) -> None:
    club("ann", 100)
    told([bought("ann", 50.5)])
    before = list(MilestoneRow.objects.order_by("at").values_list("at", "body"))
    told([back("ann", 12, hours=24)])
    after = list(MilestoneRow.objects.order_by("at").values_list("at", "body"))
    assert len(before) == len(after) == 10
    assert before[0] == after[0]
    assert before[1:] != after[1:]
    assert told([back("ann", 13)]).folded > 80
    sound()


def test_a_milestone_that_is_wrong_is_seen(club: Club) -> None:
    club("ann", 60)
    told([bought("ann", 50.5)])
    MilestoneRow.objects.update(body=MilestoneRow.objects.latest("at").body)
    finding = verify().finding
    assert finding is not None
    assert finding.code == "state_differs"
    rebuild(NOW)
    sound()
    assert not MilestoneRow.objects.exists()


def test_who_is_asked_about_once_has_the_same_answer_alone_and_among_others(club: Club) -> None:
    """What each late order gave is told with it, whether others came with it or not."""
    club("ann", 40)
    club("bea", 40)
    late = [20.5, 21.5, 22.5]
    alone = [record([bought("ann", n)], now=NOW)[0].given[0].gave for n in late]
    together = [one.given[0].gave for one in record([bought("bea", n) for n in late], now=NOW)]
    assert alone == together == [{"points": 12, "stamps": 1}] * 3
    figures = [row.figures for row in HolderState.objects.all()]
    assert figures[0] == figures[1]


def proved() -> tuple[Work, int]:
    """What it takes to verify all, and how many facts and milestones there are."""
    with worked() as work:
        found = verify()
    assert found.finding is None
    return work, found.facts


def is_linear(small: tuple[Work, int], large: tuple[Work, int]) -> bool:
    """Whether each fact is read once and folded once, once more along the milestones, and no
    statement is for one of them."""
    for work, facts in (small, large):
        assert work.read <= facts
        assert work.folded <= 2 * facts
    return small[0].statements == large[0].statements


def histories_grow(club: Club) -> bool:
    club("ann", 60)
    told([bought("ann", 50.5)])
    small = proved()
    club("bea", 180)
    told([bought("bea", 170.5)])
    return is_linear(small, proved())


def test_to_verify_costs_each_fact_as_much_however_many_there_are(club: Club) -> None:
    assert histories_grow(club)


def test_saboteur_that_folds_to_each_milestone_from_the_beginning(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    def each(run: Any, history: Any, kept: Sequence[Any]) -> Any:
        for one in kept:
            milestones.first_wrong(run, history, [one])
        return None

    monkeypatch.setattr(verifying, "first_wrong", each)
    with pytest.raises(AssertionError):
        histories_grow(club)


@pytest.mark.parametrize("seed", [1, 3])
def test_live_is_the_desk_with_milestones_after_each_fact(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Histories in which much comes late."""
    monkeypatch.setattr(milestones, "EVERY", 1)
    assert crowd_differs(seed) == []
    assert verify().finding is None
