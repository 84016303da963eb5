"""Many at once: nothing is spent twice, no limit is passed, no deadlock is heard of (R18–R22)."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from booking_kit import (
    AT,
    CLUB,
    FULL,
    NOW,
    ask,
    asked,
    at_once,
    back,
    bought,
    grant,
    members,
    open_club,
    points,
    shared_out,
    unlocked,
    wrong,
)
from django.db import connection

from regulars.actions import anew
from regulars.actions.record import record
from regulars.actions.reserving import release
from regulars.db import answers, histories, holders, programmes
from regulars.db.models import HolderState, SharedLimit, TransferRow, VoucherRow
from regulars.db.queries.advocates import code_of
from regulars.engine.fold import fold
from regulars.engine.happenings import Redemption, VoucherUse
from regulars.engine.run import Run
from server import address

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("own_database"),
    pytest.mark.timeout(7200 if FULL else 900),
]
SEED = 20_261_122
WORKERS = 64
PROCESSES = range(4 if FULL else 2)
WORKER = Path(__file__).with_name("redeem_worker.py")


def spent_at_once(
    rounds: int, meeting: AbstractContextManager[None] | None = None
) -> set[tuple[int, int, int]]:
    """Sixty-four ask at once for a tenth of what a member has: how many got it, how many heard
    that there was too little, what is left."""
    found = set()
    for number, member in enumerate(members(f"r{one}" for one in range(rounds))):
        grant(member, 1000)
        calls = [partial(ask, member, f"r{number}-{one}") for one in range(WORKERS)]
        with meeting or nullcontext():
            told = at_once(calls)
        accepted = sum(getattr(one, "accepted", False) for one in told)
        clear = sum(getattr(one, "code", "") == "insufficient_points" for one in told)
        found.add((accepted, clear, points(member)))
    return found


class Watch:
    """Looks at everybody's points, again and again, until it is told to end."""

    def __init__(self) -> None:
        self.least, self.looks, self._over = 0, 0, False
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._over or not self.looks:
            for row in HolderState.objects.all():
                self.least = min(self.least, row.figures.get("points", {}).get("available", 0))
            self.looks += 1
            time.sleep(0.01)
        connection.close()

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._thread.join()


def test_exactly_what_is_there_is_spent() -> None:
    open_club()
    with Watch() as watch:
        assert spent_at_once(190 if FULL else 2) == {(10, 54, 0)}
    assert watch.least == 0
    assert watch.looks
    assert wrong() == []


def test_processes_spend_exactly_what_is_there() -> None:
    open_club()
    found = members(f"p{one}" for one in range(10 if FULL else 1))
    for member in found:
        grant(member, 1000)
    environ = {**os.environ, "REGULARS_DATABASE_URL": address(), "REGULARS_OWNER_URL": ""}
    command = [sys.executable, str(WORKER)]
    workers = [
        subprocess.Popen(
            [*command, f"w{one}", str(WORKERS // len(PROCESSES)), *map(str, found)],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for one in PROCESSES
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    said = [worker.communicate("go\n")[0].splitlines() for worker in workers]
    for member, *told in zip(found, *said, strict=True):
        assert sum(map(int, told)) == 10, told
        assert points(member) == 0
    assert wrong() == []


def test_holders_that_are_not_locked_are_seen() -> None:
    open_club()
    assert spent_at_once(1, unlocked()) != {(10, 54, 0)}
    assert wrong() != []


def limited(stock: int, names: str = "m") -> list[str]:
    """Four times as many as there are want one at once: what each got."""
    found = members(f"{names}{one}" for one in range(4 * stock))
    for member in found:
        grant(member, 1)
    calls = [lambda one=one: ask(one, f"rare-{one}", "rare") for one in found]
    told = at_once(calls) if len(calls) <= 48 else shared_out(calls, 48)
    return [getattr(one, "code", repr(one)) for one in told]


@pytest.mark.parametrize("stock", [1, 3, 100] if FULL else [1, 3])
def test_a_shared_limit_is_reached_and_never_passed(stock: int) -> None:
    open_club(stock)
    assert Counter(limited(stock)) == {"": stock, "sold_out": 3 * stock}
    assert SharedLimit.objects.get().used == stock
    assert wrong() == []


def test_a_limit_of_each_member_holds() -> None:
    open_club()
    (member,) = members(["greedy"])
    grant(member, 100)
    told = at_once([lambda one=one: ask(member, f"o{one}", "once") for one in range(32)])
    assert sum(getattr(one, "accepted", False) for one in told) == 1
    assert points(member) == 99


def test_a_shared_limit_that_is_not_locked_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    open_club(3)
    SharedLimit.objects.create(programme="club", name="rare/stock", used=0)
    read = "SELECT used FROM regulars_shared_limit WHERE programme = %s AND name = %s"
    monkeypatch.setattr(answers, "LOCK_SHARE", read)
    use, meeting = answers.Shared.save, threading.Barrier(12)

    def late(self: answers.Shared) -> None:
        with suppress(threading.BrokenBarrierError):
            if self.used != self.before:
                meeting.wait(240)
        use(self)

    monkeypatch.setattr(answers.Shared, "save", late)
    assert Counter(limited(3))[""] > 3


FACE = 5000


def run_down(
    seed: int, orders: int, meeting: AbstractContextManager[None] | None = None
) -> tuple[int, int]:
    """A card of fifty euros pays for orders that come at once with refunds of earlier ones: what it
    paid and did not get back, and what it is still worth."""
    chance = random.Random(seed)
    name = f"card{seed}"
    (member,) = members([name])
    grant(member, 10)
    ask(member, f"{name}-bought", "card")
    code = VoucherRow.objects.get(customer_id=member).id
    keys = [f"{name}-{one}" for one in range(orders)]
    first = keys[: orders // 2]
    told: list[Any] = []
    for batch in (first, keys[len(first) :]):
        arriving = [
            bought(one, chance.randrange(300, 900), name, vouchers=(code,)) for one in batch
        ]
        if batch is not first:
            arriving += [back(f"b-{one}", one, chance.randrange(50, 300), name) for one in first]
        chance.shuffle(arriving)
        with (None if batch is first else meeting) or nullcontext():
            told += at_once([lambda one=one: record([one], now=NOW) for one in arriving])
    assert [one for one in told if isinstance(one, Exception)] == []
    return _paid(member, keys)


def _paid(member: int, keys: list[str]) -> tuple[int, int]:
    with connection.cursor() as cursor:
        programme = programmes.running(cursor)["club"]
        (row,) = holders.read(cursor, [member])
        known = histories.histories(cursor, [row])[member]
    run = Run(programme, programme.start(), row.number)
    run.wanted = set(keys)
    fold(programme, known.facts, holder=row.number, until=known.until, run=run)
    paid = [one for key in keys for one in run.records[key].payments if one.kept is not None]
    cards = [one for one in run.state.vouchers.values() if one.rule == "card"]
    return sum(one.amount_minor - one.back for one in paid), sum(one.value for one in cards)


def test_a_card_pays_no_more_than_it_is_worth() -> None:
    open_club()
    for number in range(20 if FULL else 1):
        seed = SEED + number
        paid, left = run_down(seed, 32)
        assert paid + left == FACE, f"seed {seed}"
        stored = VoucherRow.objects.filter(rule="card", state="open").order_by("-issued_at")
        assert left == sum(one.value_minor for one in stored if one.customer_id == _last())
    assert wrong() == []


def _last() -> int:
    return int(HolderState.objects.latest("customer_id").customer_id)


def test_a_card_of_holders_that_are_not_locked_is_seen() -> None:
    open_club()
    run_down(SEED, 32, unlocked(32))
    assert wrong() != []


CLOCK = itertools.count(1)


def tick() -> datetime:
    """Later than anybody asked for it before."""
    return NOW + timedelta(milliseconds=next(CLOCK))


def checkout(member: int, voucher: str, key: str) -> bool:
    """Points and a voucher pay together, or nothing does: the legs that were taken are released."""
    until = NOW + timedelta(days=1)
    now = tick()
    legs = [
        asked(member, Redemption(key=f"{key}-points", at=now, reward="gift"), now=now, until=until)
    ]
    now = tick()
    shown = VoucherUse(key=f"{key}-voucher", at=now, voucher=voucher)
    legs.append(asked(member, shown, now=now, until=until))
    if all(leg.accepted for leg in legs):
        return True
    for leg in legs:
        if leg.accepted:
            release(leg.key, tick())
    return False


def checkouts(name: str) -> tuple[int, int, int]:
    """Thirty-two checkouts at once with points for three and vouchers for two, then everything is
    given back: how many went through, the points and the open vouchers in the end."""
    (member,) = members([name])
    grant(member, 350)
    record([bought(f"{name}-o{one}", 900, name) for one in range(6)], now=NOW)
    kinds = list(VoucherRow.objects.filter(customer_id=member).values_list("id", flat=True))
    had = points(member)
    calls = [lambda one=one: checkout(member, kinds[one % 2], f"{name}-{one}") for one in range(32)]
    told = at_once(calls)
    assert [one for one in told if isinstance(one, Exception)] == []
    done = [one for one, went in enumerate(told) if went is True]
    assert points(member) == had - 100 * len(done), "all the legs, or none"
    open_now = VoucherRow.objects.filter(customer_id=member, state="open")
    assert open_now.count() == 2 - len(done)
    for one in done:
        for leg in ("points", "voucher"):
            release(f"{name}-{one}-{leg}", tick())
            release(f"{name}-{one}-{leg}", tick())
    return len(done), points(member) - had, open_now.count()


def test_a_checkout_takes_all_its_legs_or_none() -> None:
    open_club()
    for one in range(10 if FULL else 1):
        done, missing, vouchers = checkouts(f"buyer{one}")
        assert (missing, vouchers) == (0, 2)
        assert done <= 2
    assert wrong() == []


def test_a_leg_that_stays_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    open_club()
    monkeypatch.setattr(sys.modules[__name__], "release", lambda *told: None)
    with pytest.raises(AssertionError, match="all the legs"):
        checkouts("buyer")


FRIENDS = """
referrals:
  - id: friends
    kind: two_sided
    pays: [{after: order, advocate: [{amount: 50}], friend: [{amount: 20}]}]
policy: {referral_refund: claw_back}
"""
RING = 10


def ring(seed: int, transfers: int, workers: int = 32) -> list[object]:
    """Ten members, each brought by the next, buy and return in batches of two whose order is
    chance, so that effects run against each other: what was no answer."""
    chance = random.Random(seed)
    names = [f"ring{seed}-{one}" for one in range(RING)]
    found = members(names)
    codes = [code_of(one, "club") for one in found]
    first = [
        [bought(f"f{seed}-{one}", 3000, names[one], codes=(codes[(one + 1) % RING],))]
        for one in range(RING)
    ]
    rest = []
    for number in range(transfers // 2):
        one, other = chance.sample(range(RING), 2)
        at = AT + timedelta(seconds=2, microseconds=number)
        batch = [bought(f"t{seed}-{number}-{who}", 100, names[who], at=at) for who in (one, other)]
        if number < RING:
            batch.append(back(f"r{seed}-{number}", f"f{seed}-{number}", 3000, names[number]))
        rest.append(batch)
    calls = [lambda batch=batch: record(batch, now=NOW) for batch in [*first, *rest]]
    told = shared_out(calls, workers)
    return [one for one in told if isinstance(one, Exception)]


def test_nobody_hears_of_a_deadlock() -> None:
    orders, rings = (1000, 10) if FULL else (200, 1)
    open_club(text=CLUB + FRIENDS)
    for seed in range(SEED, SEED + rings):
        assert ring(seed, orders) == [], f"seed {seed}"
    assert wrong() == []
    bought_at_all = TransferRow.objects.filter(rule="buy", fact__startswith="t").count()
    assert bought_at_all == rings * orders


def test_locks_in_any_order_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    in_order, calls, meeting = holders.locked, itertools.count(), threading.Barrier(2)

    def any_order(cursor: Any, customers: Any) -> list[Any]:
        turn = next(calls)
        for one in sorted(set(customers), reverse=turn == 1):
            in_order(cursor, [one])
            if turn < 2 and not meeting.broken:
                with suppress(threading.BrokenBarrierError):
                    meeting.wait(240)
                    meeting.abort()
        return in_order(cursor, customers)

    open_club()
    members(["one", "other"])
    record([bought(f"before-{who}", 100, who) for who in ("one", "other")], now=NOW)
    monkeypatch.setattr(holders, "locked", any_order)
    monkeypatch.setattr(anew, "MET", set())
    batches = [[bought(f"{n}-{who}", 100, who) for who in ("one", "other")] for n in range(2)]
    told = at_once([lambda batch=batch: record(batch, now=NOW) for batch in batches])
    assert any("deadlock" in str(one) for one in told)


def test_orders_of_one_member_at_once_all_count() -> None:
    open_club()
    (member,) = members(["busy"])
    calls = [
        lambda one=one: record([bought(f"busy-{one}", 700, "busy")], now=NOW) for one in range(32)
    ]
    assert [one for one in at_once(calls) if isinstance(one, Exception)] == []
    assert points(member) == 32 * 7
    assert wrong() == []
