"""The same histories at a desk in memory and over the database come to the same."""

from __future__ import annotations

import os
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from django.db import connection

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
import crowd
from crowd import CROWD, FIRST, HOLDERS, SECOND, Arrival, Crowd, history
from histories import said

from people import who
from regulars.actions import desks
from regulars.actions.members import join
from regulars.actions.passing import pass_time
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.actions.redeeming import Asked, redeem
from regulars.db import people
from regulars.db.models import HolderState, TransferRow
from regulars.engine import head
from regulars.engine.accounts import WAYS
from regulars.engine.arrivals import Arrival as Coming
from regulars.engine.calendar import datetime_of, instant_of
from regulars.engine.happenings import Grant, Job, Redemption, Reversal, TierSet, VoucherUse
from regulars.engine.run import Row

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
OWN = (Grant, Job, Reversal, TierSet)
SEEDS = 200 if os.environ.get("REGULARS_TORTURE") else 8
Net = dict[tuple[str, str, int, str], int]


class Live:
    """The crowd over the database."""

    def __init__(self) -> None:
        publish(FIRST, now=LONG_AGO)
        publish(SECOND, now=LONG_AGO, begins=crowd.CHANGE)
        everybody = [who(one) for one in HOLDERS]
        with connection.cursor() as cursor:
            found = people.find_or_make(cursor, everybody, now=LONG_AGO, crowd=people.Crowd())
        self.numbers = dict(zip(HOLDERS, found, strict=True))
        join(found, "crowd", since=LONG_AGO, now=LONG_AGO)

    def arrive(self, arrival: Arrival, now: int) -> None:
        """One thing comes in, after everything that is due by then."""
        moment = datetime_of(now)
        pass_time(moment)
        what = arrival.what
        if isinstance(what, Redemption | VoucherUse):
            number = self.numbers[arrival.holder]
            redeem(Asked(attempt=what, customer_id=number, programme="crowd", now=moment))
            return
        programme = "crowd" if isinstance(what, OWN) else ""
        record([Coming(fact=what, who=who(arrival.holder), programme=programme)], now=moment)

    def said(self, holder: str) -> str:
        """The stored state of a holder, under the name that they have in memory."""
        row = HolderState.objects.get(customer_id=self.numbers[holder])
        state = CROWD.load(bytes(head.decode(row.head).snapshot.state))
        return str(said(CROWD, state)).replace(row.number, holder)

    def net(self, holder: str) -> Net:
        """What was booked for a holder, by what it was wanted for."""
        net: Net = {}
        for row in TransferRow.objects.filter(customer_id=self.numbers[holder]):
            sign = 1 if row.source == WAYS[row.step].source else -1
            name = (row.rule, row.step, instant_of(row.at), row.asset)
            net[name] = net.get(name, 0) + sign * row.amount
        return {name: amount for name, amount in net.items() if amount}


def net_of(rows: list[Row]) -> Net:
    """The same of what was booked in memory."""
    net: Net = {}
    for row in rows:
        name = (row.rule, row.step, row.at, row.asset)
        net[name] = net.get(name, 0) + row.amount
    return {name: amount for name, amount in net.items() if amount}


def coming(seed: int) -> list[tuple[int, Arrival]]:
    """A history in the order of its arrival: every second one up to forty days late."""
    chance, days = random.Random(seed), random.Random(seed)
    most = 40 if seed % 2 else 1
    arrivals = [without_codes(one) for one in history(chance)]
    dated = [(instant_of(one.what.at) + days.randrange(most) * crowd.DAY, one) for one in arrivals]
    return sorted(dated, key=lambda pair: pair[0])


def without_codes(one: Arrival) -> Arrival:
    """Who brought whom is another story."""
    if getattr(one.what, "codes", ()):
        return Arrival(msgspec.structs.replace(one.what, codes=()), one.holder)
    return one


def differing(seed: int) -> list[str]:
    """Whose state or bookings differ after a history."""
    desk, live = Crowd(), Live()
    for holder in HOLDERS:
        desk.desk.book(holder)
    for now, one in coming(seed):
        desk.arrive(one, now)
        live.arrive(one, now)
    desk.desk.advance(crowd.END)
    pass_time(datetime_of(crowd.END))
    books = {holder: desk.desk.book(holder) for holder in HOLDERS}
    return [
        holder
        for holder, book in books.items()
        if live.said(holder) != str(said(CROWD, book.state))
        or live.net(holder) != net_of(book.booked)
    ]


@pytest.mark.usefixtures("own_database")
@pytest.mark.parametrize("seed", range(SEEDS))
def test_live_is_the_desk(seed: int) -> None:
    assert differing(seed) == []


@pytest.mark.usefixtures("own_database")
def test_what_is_not_booked_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks.ledger, "book", lambda *told: None)
    assert differing(1)
