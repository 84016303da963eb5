"""One crowd twice: at a desk in memory, and over the database."""

from __future__ import annotations

import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection
from msgspec import Struct

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
from crowd import HOLDERS
from histories import said

from people import who
from regulars.actions.members import join
from regulars.actions.passing import pass_time
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.actions.redeeming import Asked, redeem
from regulars.db import people
from regulars.db.models import CodeRow, Customer, HolderState, TransferRow
from regulars.engine import head
from regulars.engine.accounts import WAYS
from regulars.engine.arrivals import Arrival as Coming
from regulars.engine.calendar import datetime_of, instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.desk import Desk
from regulars.engine.facts import Who
from regulars.engine.happenings import (
    Attempt,
    FoldFact,
    Grant,
    Job,
    Redemption,
    Reversal,
    TierSet,
    VoucherUse,
)
from regulars.engine.people import People
from regulars.engine.questions import Signal
from regulars.engine.run import Row

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
PUBLIC = datetime(2025, 6, 1, tzinfo=UTC)
"""When Cleo's code was found where everybody can read it."""
OWN = (Grant, Job, Reversal, TierSet)
NAMES = {one: str(uuid.uuid5(uuid.NAMESPACE_DNS, one)) for one in HOLDERS}
"""What the engine calls each of them: the same twice, so that what is ordered by name is too."""
Net = dict[tuple[str, str, int, str], int]


class Told(Struct, frozen=True):
    """A fact or an attempt, of whom, by what they are known, and who takes part; a stranger is no
    member, only somebody who is known."""

    what: FoldFact | Attempt
    holder: str
    signals: tuple[Signal, ...] = ()
    party: tuple[str, ...] = ()


class Memory:
    """The crowd at a desk in memory."""

    def __init__(self, programme: Compiled) -> None:
        self.programme = programme
        self.people = People()
        self.versions: dict[str, int] = {}
        self.desk = Desk(programme, self.people.answer)
        self.people.links = self.desk.links
        for one, name in NAMES.items():
            self.people.code(one.upper(), name)
            self.desk.book(name)
        self.people.publish("CLEO", instant_of(PUBLIC))

    def arrive(self, told: Told, now: int) -> None:
        """One thing comes in."""
        name = NAMES.get(told.holder, told.holder)
        if not isinstance(told.what, Redemption | VoucherUse):
            self.note(told.what, name, told)
        if told.holder in NAMES:
            self.desk.record(told.what, name, now=now)

    def note(self, fact: FoldFact, name: str, told: Told) -> None:
        """Learn who is who, unless a later version of the fact was known before."""
        if fact.version > self.versions.get(fact.key, 0):
            self.versions[fact.key] = fact.version
            self.people.note(fact, name, told.signals, [NAMES[one] for one in told.party])

    def pass_time(self, until: int) -> None:
        """Time passes for everybody."""
        self.desk.advance(until)

    def said(self, holder: str) -> str:
        """The state of a holder."""
        return str(said(self.programme, self.desk.book(NAMES[holder]).state))

    def net(self, holder: str) -> Net:
        """What was booked for a holder, by what it was wanted for."""
        net: Net = {}
        rows: list[Row] = self.desk.book(NAMES[holder]).booked
        for row in rows:
            name = (row.rule, row.step, row.at, row.asset)
            net[name] = net.get(name, 0) + row.amount
        return {name: amount for name, amount in net.items() if amount}


class Live:
    """The crowd over the database; `texts` are the editions, the second from `change` on."""

    def __init__(self, programme: Compiled, texts: list[str], change: datetime) -> None:
        self.programme = programme
        for text, begins in zip(texts, (None, change), strict=False):
            publish(text, now=LONG_AGO, begins=begins)
        everybody = [who(one) for one in HOLDERS]
        with connection.cursor() as cursor:
            found = people.find_or_make(cursor, everybody, now=LONG_AGO, crowd=people.Crowd())
        self.numbers = dict(zip(HOLDERS, found, strict=True))
        for one, number in self.numbers.items():
            Customer.objects.filter(pk=number).update(public_id=NAMES[one])
        join(found, programme.id, since=LONG_AGO, now=LONG_AGO)
        for one, number in self.numbers.items():
            CodeRow.objects.filter(customer_id=number, kind="advocate").update(code=one.upper())
        CodeRow.objects.filter(code="CLEO").update(public_from=PUBLIC)

    def arrive(self, told: Told, now: int) -> None:
        """One thing comes in, after everything that is due by then."""
        moment = datetime_of(now)
        pass_time(moment)
        what = told.what
        if isinstance(what, Redemption | VoucherUse):
            number = self.numbers[told.holder]
            redeem(Asked(attempt=what, customer_id=number, programme=self.programme.id, now=moment))
            return
        programme = self.programme.id if isinstance(what, OWN) else ""
        coming = Coming(
            fact=what,
            who=known(told.holder),
            programme=programme,
            signals=told.signals,
            party=tuple(who(one) for one in told.party),
        )
        record([coming], now=moment)

    def pass_time(self, until: int) -> None:
        """Time passes for everybody."""
        pass_time(datetime_of(until))

    def said(self, holder: str) -> str:
        """The stored state of a holder."""
        row = HolderState.objects.get(customer_id=self.numbers[holder])
        state = self.programme.load(bytes(head.decode(row.head).snapshot.state))
        return str(said(self.programme, state))

    def net(self, holder: str) -> Net:
        """What was booked for a holder, by what it was wanted for."""
        net: Net = {}
        for row in TransferRow.objects.filter(customer_id=self.numbers[holder]):
            sign = 1 if row.source == WAYS[row.step].source else -1
            name = (row.rule, row.step, instant_of(row.at), row.asset)
            net[name] = net.get(name, 0) + sign * row.amount
        return {name: amount for name, amount in net.items() if amount}


def known(holder: str) -> Who | None:
    """Whom a fact is about; nobody, where that is a guest."""
    return None if holder.startswith("guest") else who(holder)


def differing(desk: Memory, live: Live, coming: list[tuple[int, Told]], end: int) -> list[str]:
    """Whose state or bookings differ after a history."""
    for now, one in coming:
        desk.arrive(one, now)
        live.arrive(one, now)
    desk.pass_time(end)
    live.pass_time(end)
    return [
        one for one in HOLDERS if live.said(one) != desk.said(one) or live.net(one) != desk.net(one)
    ]
