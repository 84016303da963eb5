"""Booking that is broken off at any statement, and connections that are lost: before or after, and
never between (R14, R29)."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from booking_kit import (
    AT,
    CLUB,
    FULL,
    NOW,
    SINCE,
    ask,
    at_once,
    back,
    bought,
    digest,
    grant,
    members,
    open_club,
    wrong,
)
from django.db import DatabaseError, InterfaceError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from people import who
from regulars.actions import customers
from regulars.actions.members import join
from regulars.actions.passing import pass_time
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.actions.refused import Refused
from regulars.actions.reserving import confirm, release
from regulars.db import factstore, people
from regulars.db.models import Customer, FactRow, TransferRow
from server import Server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("own_database"),
    pytest.mark.timeout(7200 if FULL else 900),
]
SEED = 20_261_122
LATER = AT + timedelta(days=300)
ALL_ENDED = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = %s AND application_name <> 'watch'"
)
"""The connections of a database."""


class Broken:
    """Counts what is sent to the database, and breaks it off at one point: before a statement, or
    when a commit was sent and its answer is lost (`unknown`)."""

    def __init__(self, at: int = 0, unknown: bool = False) -> None:
        self.at, self.unknown, self.made = at, unknown, 0
        self._lock = threading.Lock()

    def step(self) -> None:
        with self._lock:
            self.made += 1
            if self.made == self.at:
                raise psycopg.OperationalError("broken off on purpose")


@contextmanager
def breaking(broken: Broken) -> Iterator[Broken]:
    """Let everything that is sent pass by it; savepoints and commits too."""
    execute, copy = psycopg.Cursor.execute, psycopg.Cursor.copy
    commit = BaseDatabaseWrapper._commit

    def executed(cursor: Any, *told: Any, **more: Any) -> Any:
        broken.step()
        return execute(cursor, *told, **more)

    def copied(cursor: Any, *told: Any, **more: Any) -> Any:
        broken.step()
        return copy(cursor, *told, **more)

    def committed(wrapper: Any) -> Any:
        if broken.unknown:
            found = commit(wrapper)
            with wrapper.wrap_database_errors:
                broken.step()
            return found
        with wrapper.wrap_database_errors:
            broken.step()
        return commit(wrapper)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", executed)
        patch.setattr(psycopg.Cursor, "copy", copied)
        patch.setattr(BaseDatabaseWrapper, "_commit", committed)
        yield broken


Act = Callable[[str], object]


def act_record(name: str) -> object:
    order = bought(f"{name}-o", 30_000, name)
    return record([order, back(f"{name}-r", f"{name}-o", 500, name)], now=NOW)


def act_redeem(name: str) -> object:
    return ask(_number(name), f"{name}-gift", until=NOW + timedelta(hours=1))


def act_release(name: str) -> object:
    return release(f"{name}-gift", NOW)


def act_confirm(name: str) -> object:
    return confirm(f"{name}-kept", NOW)


def act_merge(name: str) -> object:
    """Who has just joined turns out to be somebody who is known."""
    double, known = (
        Customer.objects.get(pk=_number(one)).public_id for one in (f"{name}-new", name)
    )
    return customers.merge(double, known, reason="one person", now=NOW)


def act_join(name: str) -> object:
    return join([_number(f"{name}-new")], "club", since=SINCE, now=NOW)


def act_pass_time(_name: str) -> object:
    return pass_time(LATER)


def act_publish(name: str) -> object:
    body = CLUB.replace("edition: club_STOCK", f"edition: {name}").replace("STOCK", "7")
    return publish(body, now=LATER, begins=LATER + timedelta(days=90))


ACTS: list[Act] = [
    act_record,
    act_redeem,
    act_release,
    act_confirm,
    act_join,
    act_merge,
    act_pass_time,
    act_publish,
]
ONCE: dict[Act, str] = {act_publish: "edition_known", act_merge: "merge_already"}
"""What is refused when it is sent once more."""


def _number(name: str) -> int:
    with connection.cursor() as cursor:
        told = [who(name)]
        (found,) = people.find_or_make(cursor, told, now=SINCE, crowd=people.Crowd())
    return found


def broken_everywhere(act: Act, name: str, unknown: bool, points: int = 0) -> list[str]:
    """Break an act off at every point (or some), each time from the same beginning, and look: what
    was neither before nor after. In the end it is done, and done again."""
    chance, between = random.Random(SEED), []
    at, steps = 0, 10_000
    while at < steps:
        at += 1 if FULL or not points else chance.randrange(1, points)
        before = digest()
        with breaking(Broken(at, unknown)) as broken:
            try:
                act(name)
            except (DatabaseError, psycopg.Error):
                connection.close()
            else:
                steps = broken.made
        if digest() == before:
            continue
        after = digest()
        again(act, name)
        if digest() != after:
            between.append(f"{name} at {at}")
        break
    else:
        again(act, name)
    return [*between, *(f"{name}: {one}" for one in wrong())]


def again(act: Act, name: str) -> None:
    """What was done is sent once more, as somebody does who heard no answer."""
    if act in ONCE:
        with pytest.raises(Refused, match=ONCE[act]):
            act(name)
    else:
        act(name)


@pytest.mark.parametrize("unknown", [False, True], ids=["before", "unknown"])
def test_an_act_is_done_or_not_done(unknown: bool) -> None:
    open_club()
    (member,) = members(["k"])
    grant(member, 300)
    assert ask(member, "k-kept", "once", until=NOW + timedelta(hours=1)).accepted
    record([bought("k-first", 20_000, "k"), bought("k-early", 20_000, "k-new")], now=NOW)
    for act in ACTS:
        assert broken_everywhere(act, "k", unknown, points=7) == [], f"seed {SEED}, {act.__name__}"
    assert TransferRow.objects.filter(rule="buy", fact="k-o").count() >= 1


def test_an_act_in_two_transactions_is_seen() -> None:
    open_club()
    members(["k"])
    record([bought("k-first", 20_000, "k")], now=NOW)
    append = factstore.append

    def early(cursor: Any, facts: Any, **more: Any) -> None:
        append(cursor, facts, **more)
        connection.connection.commit()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factstore, "append", early)
        assert broken_everywhere(act_record, "k", False) != []


def sent_until_heard(key: str, name: str, keys: Callable[[int], str], number: int = 0) -> int:
    """Send an order until there is an answer; how often it took."""
    at = AT + timedelta(microseconds=number)
    for attempt in range(500):
        try:
            record([bought(f"{key}{keys(attempt)}", 500, name, at=at)], now=NOW)
        except (DatabaseError, InterfaceError, psycopg.Error):
            connection.close()
        else:
            return attempt + 1
    raise AssertionError("never heard")


def ended_at_random(cluster: Server, orders: int, keys: Callable[[int], str]) -> tuple[int, int]:
    """Eight senders, whose connections the server ends at random: orders stored, and tries."""
    name = connection.settings_dict["NAME"]
    over, chance, tries = threading.Event(), random.Random(SEED), []
    connected, struck = threading.Barrier(9), threading.Event()

    def end() -> None:
        """All of them once, when each has sent an order, and then some at random."""
        with cluster.admin() as admin:
            connected.wait(240)
            admin.execute(ALL_ENDED, [name])
            struck.set()
            for _ in range(orders):  # not for ever: a slow machine is to come through as well
                if over.is_set():
                    break
                few = f"{ALL_ENDED} ORDER BY random() LIMIT %s"
                admin.execute(few, [name, chance.randrange(1, 4)])
                time.sleep(chance.random() * 0.1)

    def send(worker: int) -> None:
        for one in range(orders // 8):
            tries.append(sent_until_heard(f"e{worker}-{one}", f"s{worker}", keys, one))
            if one == 0:
                connected.wait(240)
                assert struck.wait(240)

    ending = threading.Thread(target=end)
    ending.start()
    told = at_once([lambda worker=worker: send(worker) for worker in range(8)])
    over.set()
    ending.join()
    connection.close()
    assert [one for one in told if isinstance(one, Exception)] == []
    return FactRow.objects.filter(type="order").count(), sum(tries)


def test_ended_connections_lose_and_double_nothing(cluster: Server) -> None:
    open_club()
    members(f"s{one}" for one in range(8))
    orders = 8000 if FULL else 160
    stored, tries = ended_at_random(cluster, orders, lambda _attempt: "")
    print(f"seed {SEED}: {orders} orders in {tries} tries")
    assert stored == orders
    assert tries > orders, "no connection was ended"
    assert wrong() == []


def test_a_key_for_every_try_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    open_club()
    members(["s"])
    commit, lost = BaseDatabaseWrapper._commit, [True]

    def unheard(wrapper: Any) -> Any:
        found = commit(wrapper)
        if lost and lost.pop():
            with wrapper.wrap_database_errors:
                raise psycopg.OperationalError("the answer is lost")
        return found

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", unheard)
    assert sent_until_heard("one", "s", lambda attempt: f".{attempt}") == 2
    assert FactRow.objects.filter(type="order").count() == 2
