"""What is known of the people of a case before anything happens, told to the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.backends.utils import CursorWrapper

from regulars.actions.members import join
from regulars.actions.record import record
from regulars.db import histories, signals
from regulars.db.models import CodeRow, HolderState
from regulars.engine.arrivals import Arrival
from regulars.engine.calendar import datetime_of
from regulars.engine.facts import Identifier, Who
from regulars.engine.happenings import SignUp
from regulars.engine.people import HOUSEHOLD, Person
from regulars.engine.questions import Signal
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.cli.live.side import Live


def meet(cursor: CursorWrapper, live: Live) -> None:
    """Signals of people, their codes, and the codes of the shop."""
    known = live.scene.people
    told = [
        signals.Told(
            customer_id=live.number(name),
            key="",
            at=datetime_of(one.at),
            signals=(one.signal,),
        )
        for name, person in known.people.items()
        if name in live.scene.known
        for one in person.told
    ]
    told += [
        signals.Told(
            customer_id=live.number(name),
            key="",
            at=datetime_of(live.scene.begins),
            signals=(Signal(HOUSEHOLD, person.household),),
        )
        for name, person in known.people.items()
        if name in live.scene.known and person.household
    ]
    signals.note(cursor, told)
    for name, person in known.people.items():
        if name not in live.scene.known and person.joined:
            account(cursor, live, person)
    now = datetime_of(live.scene.begins)
    for code, holder in known.codes.items():
        CodeRow.objects.create(
            code=code,
            kind="advocate",
            programme=live.programme,
            customer_id=live.number(holder),
            made_at=now,
        )
    for code, percent in known.shop_codes.items():
        CodeRow.objects.create(code=code, kind="shop", percent=percent, made_at=now)


def account(cursor: CursorWrapper, live: Live, person: Person) -> None:
    """An account of somebody who is not named: they signed up once, and may have left."""
    (at, key), *_ = person.joined
    made = datetime_of(at)
    arrival = Arrival(
        fact=SignUp(key=key, at=made, source="given"),
        who=Who(identifiers=(Identifier("external", key),)),
        signals=tuple(one.signal for one in person.told),
    )
    record([arrival], now=made)
    (number,) = histories.owners(cursor, [key]).values()
    if person.closed < FOREVER:
        join([number], live.programme, since=made, now=made)
        HolderState.objects.filter(customer_id=number).update(left_at=datetime_of(person.closed))
