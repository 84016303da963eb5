"""What readers and writers saw at once fits one order of everything, and is read by everybody
since (R23, R25)."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from graphlib import CycleError, TopologicalSorter

import pytest
from booking_kit import (
    AT,
    FULL,
    NOW,
    ask,
    at_once,
    bought,
    grant,
    members,
    open_club,
    unlocked,
    wrong,
)
from django.db import connection
from msgspec import Struct, field

from regulars.actions.looking import look
from regulars.actions.record import record
from regulars.actions.refused import Refused
from regulars.db import holders
from regulars.db.models import HolderState

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("own_database"),
    pytest.mark.timeout(7200 if FULL else 900),
]
SEED = 20_261_122
WORKERS, REGISTERS = 16, 6
OPERATIONS, ROUNDS = (1000, 10) if FULL else (400, 1)
CLOCK = itertools.count(1)
"""Microseconds, so that most orders are newer than those before them, and some are not."""
Seen = dict[str, tuple[int, int]]
"""By member: the revision, and the points then."""


class Operation(Struct, frozen=True):
    """A batch that was booked, or a look at several: what it left, or saw."""

    name: str
    seen: Seen
    wrote: bool


class History(Struct):
    """Everything that was done. With something `between`, members are read one by one, which is no
    single moment, and that is done after each."""

    names: list[str]
    between: Callable[[], None] | None = None
    done: list[Operation] = field(default_factory=list)
    failed: list[object] = field(default_factory=list)

    def write(self, name: str, chance: random.Random) -> None:
        """Two members buy in one batch."""
        chosen = chance.sample(self.names, 2)
        at = AT + timedelta(microseconds=next(CLOCK))
        amounts = [100 * chance.randrange(1, 9) for _one in chosen]
        batch = [
            bought(f"{name}-{one}", amount, one, at=at)
            for one, amount in zip(chosen, amounts, strict=True)
        ]
        outcomes = record(batch, now=NOW)
        seen = {
            one: (given.revision, given.figures["points"]["available"])
            for one, outcome in zip(chosen, outcomes, strict=True)
            for given in outcome.given
        }
        self.done.append(Operation(name, seen, True))

    def read(self, name: str, numbers: dict[str, int], chance: random.Random) -> None:
        """Three members are looked at."""
        chosen = chance.sample(self.names, 3)
        groups = [[one] for one in chosen] if self.between else [chosen]
        seen: Seen = {}
        for group in groups:
            ids = {numbers[one]: one for one in group}
            for row in HolderState.objects.filter(customer_id__in=list(ids)):
                has = row.figures.get("points", {}).get("available", 0)
                seen[ids[row.customer_id]] = (row.revision, has)
            if self.between:
                self.between()
        self.done.append(Operation(name, seen, False))


def lived(seed: int, operations: int) -> History:
    """Writers and readers at once."""
    names = [f"reg{seed}-{one}" for one in range(REGISTERS)]
    numbers = dict(zip(names, members(names), strict=True))
    history = History(names)

    def work(worker: int) -> None:
        chance = random.Random(seed * 1000 + worker)
        for one in range(operations // WORKERS):
            if chance.random() < 0.5:
                history.write(f"{seed}-w{worker}-{one}", chance)
            else:
                history.read(f"{seed}-r{worker}-{one}", numbers, chance)
        connection.close()

    told = at_once([lambda one=one: work(one) for one in range(WORKERS)])
    history.failed = [one for one in told if isinstance(one, Exception)]
    return history


def oddities(history: History) -> list[str]:
    """Two writers of one version; a version that nobody wrote; a circle of who came before whom,
    by what each wrote and saw."""
    writers: dict[tuple[str, int], Operation] = {}
    found = []
    for one in history.done:
        for member, (revision, _points) in one.seen.items():
            if one.wrote and writers.setdefault((member, revision), one) is not one:
                found.append(f"lost update: {member} {revision}")
    after: dict[str, set[str]] = {one.name: set() for one in history.done}
    for one in history.done:
        for member, (revision, points) in one.seen.items():
            before = writers.get((member, revision - 1 if one.wrote else revision))
            if before is not None:
                after[one.name].add(before.name)
            if not one.wrote and before is not None and before.seen[member][1] != points:
                found.append(f"torn read: {member} {revision}")
            following = writers.get((member, revision + 1))
            if not one.wrote and following is not None:
                after[following.name].add(one.name)
    try:
        TopologicalSorter(after).prepare()
    except CycleError as error:
        found.append(f"circle: {error.args[1]}")
    return found


def test_everything_fits_one_order() -> None:
    open_club()
    for seed in range(SEED, SEED + ROUNDS):
        history = lived(seed, OPERATIONS)
        print(f"seed {seed}: {len(history.done)} operations")
        assert history.failed == []
        assert oddities(history) == [], f"seed {seed}"
    assert wrong() == []


def test_reads_of_several_moments_are_seen() -> None:
    open_club()
    names = [f"apart-{one}" for one in range(3)]
    numbers = dict(zip(names, members(names), strict=True))
    history, chance, turn = History(names), random.Random(SEED), itertools.count()

    def between() -> None:
        for _ in range(8):
            history.write(f"between-{next(turn)}", chance)

    between()
    assert oddities(history) == []
    history.between = between
    history.read("reader", numbers, chance)
    assert any("circle" in one for one in oddities(history))


def test_writers_that_do_not_lock_are_seen() -> None:
    open_club()
    names = ["one", "other"]
    members(names)
    history = History(names)
    with unlocked():
        at_once([lambda one=one: history.write(f"w{one}", random.Random(one)) for one in range(2)])
    assert any("lost" in one for one in oddities(history))


def test_what_was_written_is_read_and_versions_never_fall() -> None:
    open_club()
    for part in range(10 if FULL else 1):
        read_while_written([f"reader{part}", f"other{part}"], 200 if FULL else 60)


def read_while_written(names: list[str], rounds: int) -> None:
    """Two members buy, each as often as told, and are looked at all the while."""
    found, seen_less = members(names), list[int]()

    def write(member: int, name: str) -> None:
        for one in range(rounds):
            (outcome,) = record([bought(f"{name}-{one:04}", 100, name)], now=NOW)
            (given,) = outcome.given
            row = HolderState.objects.get(customer_id=member)
            assert row.revision >= given.revision
            assert look(member, "club", NOW).balances["points"].available >= one + 1

    def watch(member: int) -> None:
        last = 0
        for _ in range(rounds * 2):
            row = HolderState.objects.get(customer_id=member)
            if row.revision < last:
                seen_less.append(row.revision)
            last = row.revision

    writing = [partial(write, member, name) for member, name in zip(found, names, strict=True)]
    told = at_once([*writing, *(partial(watch, member) for member in found)])
    assert [one for one in told if isinstance(one, Exception)] == []
    assert seen_less == []


def stale_ones(member: int, name: str) -> list[str]:
    """Sixteen who all saw the same revision ask at once."""
    grant(member, 1000)
    seen = HolderState.objects.get(customer_id=member).revision

    def call(one: int) -> str:
        try:
            return "accepted" if ask(member, f"{name}-{one}", revision=seen).accepted else "refused"
        except Refused as refusal:
            return refusal.code

    return [str(one) for one in at_once([lambda one=one: call(one) for one in range(16)])]


def test_who_saw_an_older_revision_is_refused() -> None:
    open_club()
    (member,) = members(["seen"])
    assert Counter(stale_ones(member, "s")) == {"accepted": 1, "stale": 15}


def test_a_revision_that_stands_still_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    open_club()
    (member,) = members(["seen"])
    stands = holders.SAVE.replace("revision = n.revision", "revision = h.revision")
    monkeypatch.setattr(holders, "SAVE", stands)
    assert Counter(stale_ones(member, "s"))["accepted"] > 1
