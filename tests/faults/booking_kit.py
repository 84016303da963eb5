"""What the proofs of the booking core share: a programme, its members, and what must hold."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from django.db import connection

from people import who
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.actions.record import Outcome, Source, record
from regulars.actions.redeeming import Answer, Asked, redeem
from regulars.actions.verifying import verify
from regulars.db import histories, holders, people, programmes
from regulars.db.models import Customer, HolderState, TransferRow
from regulars.engine import head
from regulars.engine.accounts import WAYS
from regulars.engine.arrivals import Arrival
from regulars.engine.calendar import instant_of
from regulars.engine.facts import Order, Refund
from regulars.engine.fold import fold
from regulars.engine.happenings import Attempt, Grant, Redemption

FULL = bool(os.environ.get("REGULARS_TORTURE"))
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = AT + timedelta(minutes=1)
CONNECTIONS = 48
"""At most so many at once: the embedded server takes sixty."""
CLUB = """
format: 1
programme: club
edition: club_STOCK
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
  - {id: gift, kind: price, price: 100, value: 10.00 EUR, name: Gift}
  - {id: rare, kind: price, price: 1, value: 1.00 EUR, stock: STOCK, name: Rare}
  - {id: once, kind: price, price: 1, value: 1.00 EUR, only: {times: 1, per: ever}, name: Once}
  - {id: card, kind: price, price: 10, value: 50.00 EUR, name: Card,
     voucher: {valid: P1Y, runs_down: true, returned: share}}
  - {id: half, kind: every, asset: stamps, each: 3, name: Half,
     voucher: {value: 5.00 EUR, valid: P2M}}
"""
Result = TypeVar("Result")


def open_club(stock: int = 1000, text: str = CLUB, now: datetime = SINCE) -> None:
    """Publish the programme."""
    publish(text.replace("STOCK", str(stock)), now=now)


def members(names: Iterable[str], programme: str = "club", now: datetime = SINCE) -> list[int]:
    """Make customers by these names members; their numbers."""
    told = [who(one) for one in names]
    with connection.cursor() as cursor:
        found = people.find_or_make(cursor, told, now=now, crowd=people.Crowd())
    join(found, programme, since=SINCE, now=now)
    return found


def grant(member: int, amount: int, key: str = "", at: datetime = AT) -> Outcome:
    """Give points by hand."""
    fact = Grant(key=key or f"grant-{member}", at=at, asset="points", amount=amount)
    arrival = Arrival(fact=fact, programme="club")
    (outcome,) = record([arrival], now=max(at, NOW), source=Source(owner=member))
    return outcome


def bought(key: str, minor: int, name: str, *, at: datetime = AT, **more: Any) -> Arrival:
    """An order."""
    fact = Order(key=key, at=at, currency="EUR", amount_minor=minor, **more)
    return Arrival(fact=fact, who=who(name))


def back(key: str, order: str, minor: int, name: str, *, at: datetime = AT) -> Arrival:
    """Money for an order goes back."""
    moment = at + timedelta(seconds=1)
    fact = Refund(key=key, at=moment, order=order, currency="EUR", amount_minor=minor)
    return Arrival(fact=fact, who=who(name))


def ask(member: int, key: str, reward: str = "gift", **more: Any) -> Answer:
    """Ask for a reward."""
    return asked(member, Redemption(key=key, at=AT, reward=reward), **more)


def asked(member: int, attempt: Attempt, **more: Any) -> Answer:
    """Ask for anything."""
    now = more.pop("now", NOW)
    return redeem(Asked(attempt=attempt, customer_id=member, programme="club", now=now, **more))


def at_once(calls: Sequence[Callable[[], Result]]) -> list[Result | Exception]:
    """What calls come to that begin at the same moment, each in a thread with a connection of its
    own; an exception is an answer."""
    answers: list[Any] = [None] * len(calls)
    start, room = threading.Barrier(len(calls)), threading.Semaphore(CONNECTIONS)

    def run(place: int) -> None:
        start.wait(240)
        with room:
            try:
                answers[place] = calls[place]()
            except Exception as error:
                answers[place] = error
            finally:
                connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def shared_out(calls: Sequence[Callable[[], Result]], workers: int) -> list[Result | Exception]:
    """What calls come to that so many workers share, each taking every so-manieth."""

    def work(mine: Sequence[Callable[[], Result]]) -> list[Result | Exception]:
        found: list[Result | Exception] = []
        for call in mine:
            try:
                found.append(call())
            except Exception as error:
                found.append(error)
        return found

    told = at_once([partial(work, calls[one::workers]) for one in range(workers)])
    return [each for one in told for each in (one if isinstance(one, list) else [one])]


@contextmanager
def unlocked(many: int = 2) -> Iterator[None]:
    """The first so many who would lock holders only read them, and all have before one goes on; who
    comes after them locks. They lose what the others did, whoever is quicker. A first purchase
    would hold them apart: all have bought before."""
    Customer.objects.update(has_bought=True)
    lock, calls, all_read = holders.locked, itertools.count(), threading.Barrier(many)

    def read(cursor: Any, customers: Any) -> list[Any]:
        if next(calls) >= many:
            return lock(cursor, customers)
        found = holders.read(cursor, customers)
        all_read.wait(240)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holders, "locked", read)
        yield


def points(member: int) -> int:
    """The points of a member, as their row says."""
    row = HolderState.objects.get(customer_id=member)
    return int(row.figures.get("points", {}).get("available", 0))


def wrong(only: Sequence[int] = ()) -> list[str]:
    """What does not hold: `verify` finds nothing, and for every holder figures are the sums of
    transfers, no transfer comes from or goes nowhere, and head and transfers are the fold of the
    facts. `only` these members, without `verify`, where they are named."""
    finding = None if only else verify().finding
    found = [f"verify: {finding.code} {finding.params}"] if finding else []
    with connection.cursor() as cursor:
        for programme in programmes.running(cursor).values():
            numbers = HolderState.objects.filter(programme=programme.id, left_at=None)
            wanted = only or list(numbers.values_list("customer_id", flat=True))
            rows = holders.read(cursor, wanted)
            mine = [row for row in rows if row.programme == programme.id]
            known = histories.histories(cursor, mine)
            for row in mine:
                folded = fold(
                    programme,
                    known[row.customer_id].facts,
                    holder=row.number,
                    until=known[row.customer_id].until,
                )
                moved = list(TransferRow.objects.filter(customer_id=row.customer_id))
                moved = [one for one in moved if one.programme == programme.id]
                found += [f"{row.number}: {one}" for one in _unlike(row, folded, moved)]
                state = programme.load(bytes(head.decode(row.head).snapshot.state))
                if _told(programme, state) != _told(programme, folded.state):
                    found.append(f"{row.number}: head")
    return found


def _told(programme: Any, state: Any) -> Any:
    return json.loads(programme.dump(state))


def _unlike(row: Any, folded: Any, moved: list[TransferRow]) -> Iterator[str]:
    sums: dict[tuple[str, str], int] = {}
    booked: dict[tuple[str, str, str, int, str], int] = {}
    for one in moved:
        if one.amount <= 0 or one.source == one.target:
            yield f"transfer {one.seq}"
        for kind, amount in ((one.source, -one.amount), (one.target, one.amount)):
            sums[one.asset, kind] = sums.get((one.asset, kind), 0) + amount
        sign = 1 if one.source == WAYS[one.step].source else -1
        name = (one.fact, one.rule, one.step, instant_of(one.at), one.asset)
        booked[name] = booked.get(name, 0) + sign * one.amount
    figures = {(a, k): n for a, kinds in row.figures.items() for k, n in kinds.items() if n}
    if figures != {name: n for name, n in sums.items() if n and name[1] != "issued"}:
        yield "figures"
    wanted: dict[tuple[str, str, str, int, str], int] = {}
    for each in folded.rows:
        name = (each.key, each.rule, each.step, each.at, each.asset)
        wanted[name] = wanted.get(name, 0) + each.amount
    if {n: a for n, a in wanted.items() if a} != {n: a for n, a in booked.items() if a}:
        yield "transfers"


DIGESTED = {
    "factkey": "key, version, customer_id, content_hash",
    "fact": "customer_id, at, type, key, version, programme, body",
    "transfer": "customer_id, programme, asset, amount, source, target, at, fact, rule, step",
    "promise": "customer_id, programme, rule, ordinal, key",
    "holder": "customer_id, programme, since, figures, tier, revision, due_at, passed_at, left_at",
    "voucher": "customer_id, programme, id, value_minor, expires_at, state",
    "attempt": "key, customer_id, accepted, resolved, reserved_until",
    "shared_limit": "programme, name, used",
    "named_fact": "names, key, customer_id, owner_id",
    "edition": "programme, edition, withdrawn_at",
    "sent_effect": "customer_id, programme, key",
}


def digest() -> str:
    """One hash over everything that booking writes, free of row numbers, clocks and chance."""
    total = hashlib.sha256()
    with connection.cursor() as cursor:
        for table, columns in DIGESTED.items():
            cursor.execute(
                f"SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')"
                f" FROM (SELECT {columns} FROM regulars_{table}) AS t"
            )
            total.update(cursor.fetchone()[0].encode())
    return total.hexdigest()
