"""Facts that come again, in any order, too early or broken; clocks that jump; two schedulers (R03,
R09–R12, R15, R33, R35)."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from booking_kit import (
    AT,
    CLUB,
    FULL,
    NOW,
    ask,
    at_once,
    back,
    bought,
    digest,
    grant,
    members,
    open_club,
    points,
    wrong,
)
from django.db import DatabaseError, connection, transaction

from people import who
from regulars.actions import passing
from regulars.actions.passing import pass_time
from regulars.actions.publishing import publish
from regulars.actions.record import Source, record
from regulars.actions.refused import Refused
from regulars.db import factstore, histories, holders, programmes
from regulars.db.arrays import times
from regulars.db.models import HolderState, NamedFact, TransferRow
from regulars.engine import head
from regulars.engine.arrivals import Arrival
from regulars.engine.calendar import instant_of
from regulars.engine.facts import Order, Refund
from regulars.engine.happenings import Activity
from server import Server, address

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("own_database"),
    pytest.mark.timeout(7200 if FULL else 900),
]
SEED = 20_261_122
YEARS = timedelta(days=3650)


def same_at_once(number: int) -> Counter[str]:
    """The same order fifty times at the same moment: what each heard."""
    order = bought(f"same{number}", 1000, "twice")
    told = at_once([lambda: record([order], now=NOW)[0].state for _ in range(50)])
    return Counter(map(str, told))


def test_fifty_at_once_are_one() -> None:
    open_club()
    (member,) = members(["twice"])
    for number in range(20 if FULL else 1):
        assert same_at_once(number) == {"recorded": 1, "known": 49}
        assert points(member) == 10 * (number + 1)
    grant(member, 1000)
    told = at_once([lambda: ask(member, "gift-1") for _ in range(50)])
    assert Counter(getattr(one, "known", repr(one)) for one in told) == {False: 1, True: 49}
    assert {getattr(one, "accepted", None) for one in told} == {True}
    before = digest()
    (other,) = record([bought("same0", 999, "twice")], now=NOW)
    assert (other.state, other.code) == ("refused", "key_reused")
    with pytest.raises(Refused, match="key_reused"):
        ask(member, "gift-1", "once")
    assert digest() == before
    assert wrong() == []


def test_keys_that_are_not_looked_up_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    open_club()
    members(["twice"])
    monkeypatch.setattr(factstore, "known_keys", lambda *_: {})
    assert same_at_once(0) != {"recorded": 1, "known": 49}


def test_a_key_is_known_for_ever() -> None:
    open_club()
    (member,) = members(["old"])
    grant(member, 100)
    orders = [bought(f"old{one}", 1000, "old") for one in range(3)]
    record(orders, now=NOW)
    assert ask(member, "gift-old").accepted
    before = digest()
    for later in (timedelta(days=60), YEARS):
        told = record(orders, now=NOW + later, source=Source(met={}))
        assert {one.state for one in told} == {"known"}
        assert ask(member, "gift-old", now=NOW + later).known
    assert digest() == before


LIFE = ("created", "edited", "visit", "part", "part2", "rest", "second", "second_back")


def life(name: str) -> dict[str, Arrival]:
    """An order from its beginning to its end, a second one, and a visit about the first."""

    def at(days: int) -> datetime:
        return AT + timedelta(days=days)

    def fact(one: Any) -> Arrival:
        return Arrival(fact=one, who=who(name))

    base = {"key": f"{name}-o", "at": AT, "currency": "EUR"}
    refund: dict[str, Any] = {"order": f"{name}-o", "currency": "EUR"}
    return {
        "created": fact(Order(**base, amount_minor=20_000)),
        "edited": fact(Order(**base, amount_minor=26_000, version=2)),
        "visit": fact(Activity(key=f"{name}-v", at=at(1), kind="review", order=f"{name}-o")),
        "part": fact(Refund(key=f"{name}-p", at=at(2), amount_minor=4_000, **refund)),
        "part2": fact(Refund(key=f"{name}-q", at=at(3), amount_minor=5_000, **refund)),
        "rest": fact(Refund(key=f"{name}-r", at=at(9), amount_minor=0, full=True, **refund)),
        "second": bought(f"{name}-s", 12_000, name, at=at(5)),
        "second_back": back(f"{name}-t", f"{name}-s", 2_000, name, at=at(7)),
    }


def lived(name: str, order: list[str], chance: random.Random) -> str:
    """What becomes of a fresh member when the facts of a life come in this order, some of them
    twice and up to thirty days late, while time passes."""
    (member,) = members([name])
    told = life(name)
    now = AT + timedelta(days=10)
    for one in order:
        now += timedelta(hours=chance.randrange(1, 80))
        record([told[one]], now=now)
        assert points(member) >= 0, f"{name}: more was taken than was given"
        if chance.random() < 0.3:
            assert record([told[one]], now=now)[0].state == "known"
    _pass_for(member, AT + timedelta(days=120))
    return _told(member, name)


def _pass_for(member: int, now: datetime) -> None:
    """Time passes for one member."""
    passing._booked([member], now, everybody=True)


def _told(member: int, name: str) -> str:
    row = HolderState.objects.get(customer_id=member)
    with connection.cursor() as cursor:
        programme = programmes.running(cursor)["club"]
    state = programme.dump(programme.load(bytes(head.decode(row.head).snapshot.state))).decode()
    net: dict[str, int] = {}
    for one in TransferRow.objects.filter(customer_id=member):
        moved = f"{one.fact} {one.rule} {one.asset} {one.at:%F %T}"
        sign = 1 if one.target in ("available", "pending") else -1
        net[moved] = net.get(moved, 0) + sign * one.amount
    booked = sorted(pair for pair in net.items() if pair[1])
    told = json.dumps([state, booked, row.figures], sort_keys=True)
    return told.replace(row.number, "#").replace(name, "#")


def differing(samples: int) -> list[str]:
    """Orders of arrival that come to something else than the order in which it happened."""
    chance, found = random.Random(SEED), []
    straight = lived("straight", list(LIFE), random.Random(0))
    for number in range(samples):
        order = list(LIFE)
        chance.shuffle(order)
        if lived(f"any{number}", order, chance) != straight:
            found.append(f"seed {SEED}, {number}: {order}")
    return found


def test_any_order_of_arrival_comes_to_the_same() -> None:
    open_club(text=CLUB.replace("metrics:", "activities: {review: a review}\nmetrics:"))
    samples = 5000 if FULL else 25
    assert differing(samples) == []
    if not FULL:
        assert wrong() == []


def test_a_late_refund_that_waits_for_nothing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    open_club(text=CLUB.replace("metrics:", "activities: {review: a review}\nmetrics:"))
    monkeypatch.setattr(histories, "note_waiting", lambda *_: None)
    monkeypatch.setattr(histories, "waiting_for", lambda *_: [])
    assert differing(4) != []


def test_a_refund_before_its_order_waits_in_sight() -> None:
    open_club()
    (member,) = members(["early"])
    (outcome,) = record([back("b", "o", 400, "early")], now=NOW)
    assert outcome.state == "recorded"
    waiting = NamedFact.objects.get(names="o")
    assert (waiting.owner_id, waiting.arrived_at) == (None, NOW)
    record([back("c", "o", 100, "nobody")], now=NOW)
    record([bought("o", 1000, "early")], now=NOW + timedelta(days=3))
    assert points(member) == 5
    assert not NamedFact.objects.filter(owner_id=None).exists()
    assert wrong() == []


CHANGE = NOW + timedelta(days=40)
DOUBLED = CLUB.replace("edition: club_STOCK", "edition: double").replace("STOCK", "1000")
DOUBLED = DOUBLED.replace("step: 1.00 EUR, points: 1}", "step: 1.00 EUR, points: 2}")


def changed(number: int) -> Arrival:
    """An order before or after the rules change; it is sent while they are being changed."""
    late = CHANGE + timedelta(days=1)
    return bought(f"r{number}", 1000, f"r{number % 8}", at=late if number % 2 else AT)


def changing(most: int, *, first: bool = False) -> tuple[set[int], set[int]]:
    """What orders gave that are dated before and after the rules change, while somebody changes
    them; or `first`, before anybody sends an order."""
    open_club()
    members(f"r{one}" for one in range(8))
    late = CHANGE + timedelta(days=1)
    calls: list[Any] = [
        lambda one=one: record([changed(one)], now=late if one % 2 else NOW) for one in range(most)
    ]
    if first:
        publish(DOUBLED, now=NOW, begins=CHANGE)
    else:
        calls.insert(7, lambda: publish(DOUBLED, now=NOW, begins=CHANGE))
    told = [one for start in range(0, most, 40) for one in at_once(calls[start : start + 41])]
    assert [one for one in told if isinstance(one, Exception)] == []
    pass_time(late)
    net: Counter[str] = Counter()
    for row in TransferRow.objects.filter(rule="buy"):
        net[row.fact] += row.amount if row.target == "available" else -row.amount
    before, after = range(0, most, 2), range(1, most, 2)
    return {net[f"r{one}"] for one in before}, {net[f"r{one}"] for one in after}


def test_rules_that_change_meanwhile_leave_history_alone() -> None:
    most = 240 if FULL else 40
    assert changing(most) == ({10}, {20})
    assert wrong() == []
    before = digest()
    again = record([changed(one) for one in range(most)], now=CHANGE + YEARS)
    assert {one.state for one in again} == {"known"}
    assert digest() == before


def test_rules_that_reach_back_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programmes, "_ready", {})
    monkeypatch.setattr(programmes, "instant_of", lambda begins: instant_of(AT))
    assert changing(4, first=True) == ({20}, {20})


def test_the_database_refuses_to_change_what_was_booked(cluster: Server) -> None:
    open_club()
    members(["kept"])
    record([bought("kept", 1000, "kept")], now=NOW)
    told = ["fact SET customer_id = 1", "factkey SET version = 9", "transfer SET amount = 1"]
    statements = [f"UPDATE regulars_{one}" for one in told]
    for table in ("fact", "factkey", "transfer"):
        statements += [f"DELETE FROM regulars_{table}", f"TRUNCATE regulars_{table}"]
    for statement in statements:
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert wrong() == []
    with cluster.admin(connection.settings_dict["NAME"]) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE regulars_transfer SET amount = amount + 1 WHERE rule = 'buy'")
    assert wrong() != []


def jumping(seed: int, steps: int) -> None:
    """Orders and jobs while the clock jumps to and fro."""
    chance = random.Random(seed)
    (member,) = members([f"j{seed}"])
    for number in range(steps):
        jump = chance.choice([timedelta(0), timedelta(hours=-1), YEARS, timedelta(days=200)])
        now = NOW + timedelta(hours=number) + jump
        told = bought(f"j{seed}-{number}", 1000, f"j{seed}", at=NOW + timedelta(hours=number))
        record([told], now=now)
        if chance.random() < 0.5:
            pass_time(now)
        if chance.random() < 0.3:
            assert record([told], now=NOW)[0].state == "known"
        if chance.random() < 0.3:
            ask(member, f"j{seed}-r{number}", "once", now=now)


def test_clocks_that_jump_break_nothing() -> None:
    open_club()
    for number in range(200 if FULL else 4):
        jumping(SEED + number, 12)
        assert wrong() == [], f"seed {SEED + number}"
    pass_time(NOW + 2 * YEARS)
    again(digest())
    assert wrong() == []


def test_a_clock_that_nobody_remembers_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs that begin from the same place again and again, wherever they have come to."""
    open_club()
    jumping(SEED, 1)
    stands = holders.SAVE.replace("head = n.head", "head = h.head")
    for moment in ("passed_at", "due_at"):
        assert times(f"n.{moment}") in stands
        stands = stands.replace(times(f"n.{moment}"), f"h.{moment}")
    monkeypatch.setattr(holders, "SAVE", stands)
    pass_time(NOW + 2 * YEARS)
    before = digest()
    with pytest.raises(AssertionError, match="nothing expires twice"):
        again(before)


def again(before: str) -> None:
    """Jobs run once more, and as of long ago."""
    pass_time(NOW + 2 * YEARS)
    pass_time(NOW)
    assert digest() == before, "nothing expires twice"


SCHEDULER = Path(__file__).with_name("pass_time_once.py")


def scheduler(dies_at: int, now: datetime) -> subprocess.Popen[str]:
    environ = {**os.environ, "REGULARS_DATABASE_URL": address(), "REGULARS_OWNER_URL": ""}
    command = [sys.executable, str(SCHEDULER), str(dies_at), now.isoformat()]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)


def expiring(name: str) -> list[int]:
    found = members(f"{name}{one}" for one in range(30))
    record([bought(f"{name}{one}", 1000, f"{name}{one}") for one in range(30)], now=NOW)
    return found


def test_two_schedulers_of_which_one_is_killed_do_everything_once() -> None:
    open_club()
    chance, later = random.Random(SEED), NOW + timedelta(days=300)
    for number in range(25 if FULL else 1):
        found = expiring(f"x{number}-")
        killed = scheduler(chance.randrange(8, 40), later)
        told = at_once([lambda: pass_time(later) for _ in range(2)])
        said, _ = killed.communicate()
        assert killed.returncode in (0, -signal.SIGKILL), said
        assert [one for one in told if isinstance(one, Exception)] == []
        pass_time(later)
        gone = TransferRow.objects.filter(customer_id__in=found, step="expire")
        assert Counter(gone.values_list("customer_id", flat=True)) == dict.fromkeys(found, 1)
        assert sum(map(points, found)) == 0, f"seed {SEED}"
    assert wrong() == []


def test_schedulers_that_lock_nobody_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    open_club()
    expiring("x")
    calls, both = itertools.count(), threading.Barrier(2)

    def unlocked(cursor: Any, customers: Any) -> list[Any]:
        found = holders.read(cursor, customers)
        if next(calls) < 2:
            both.wait(240)
        return found

    monkeypatch.setattr(holders, "locked", unlocked)
    later = NOW + timedelta(days=300)
    at_once([lambda: pass_time(later) for _ in range(2)])
    assert wrong() != []
