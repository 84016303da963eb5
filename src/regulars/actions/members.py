"""Customers become members of a programme: from then on what they do counts in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.db.backends.utils import CursorWrapper

from regulars.actions import leavings
from regulars.actions.anew import whole
from regulars.actions.birthdays import fact_of
from regulars.actions.booking import Sitting
from regulars.actions.desks import LiveBook
from regulars.actions.refused import Refused
from regulars.actions.telling import has_referrals
from regulars.db import advocates, birthdays, factstore, histories, holders, programmes, signals
from regulars.db.arrays import NUMBERS, numbers
from regulars.db.birthdays import Untold
from regulars.db.holders import HolderRow
from regulars.db.models import Customer
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.fold import ordered
from regulars.engine.head import History
from regulars.engine.together import followed

AT_ONCE = 500
"""Customers who join in one transaction."""

JOIN = f"""
    INSERT INTO regulars_holder (customer_id, programme, number, since, joined_at, head, figures,
        tier, revision)
    SELECT c.id, %s, c.public_id::text, %s, %s, '', '{{}}', '', 0
    FROM regulars_customer c WHERE c.id = ANY({NUMBERS}) AND NOT c.merged ORDER BY c.id
    ON CONFLICT (customer_id, programme) DO UPDATE SET left_at = NULL
        WHERE regulars_holder.left_at IS NOT NULL
    RETURNING customer_id
"""  # noqa: S608 - own texts


def join(customers: Sequence[int], programme: str, *, since: datetime, now: datetime) -> list[int]:
    """Make customers members of a programme; who was none before, or had left.

    What they did from `since` on counts, also what is known already. Who left comes back to
    everything while they may, and begins anew after that. One transaction. Refused:
    programme_unknown.
    """
    with transaction.atomic():
        joined = whole(lambda cursor, also: _join(cursor, customers, programme, since, now, also))
        return sorted({*joined, *leavings.join_again(customers, programme, now)})


def join_everybody(programme: str, *, since: datetime, now: datetime) -> Iterator[int]:
    """Make every customer a member who has not left, in batches, each a transaction of its own; how
    many each time.

    What was interrupted goes on where it ended. Refused: programme_unknown.
    """
    last = -1
    while True:
        rows = Customer.objects.filter(id__gt=last, merged=False).order_by("id")
        customers = list(rows.values_list("id", flat=True)[:AT_ONCE])
        if not customers:
            return
        last = customers[-1]
        gone = {number for number, where in leavings.left_of(customers) if where == programme}
        staying = [number for number in customers if number not in gone]
        yield len(join(staying, programme, since=since, now=now))


def _join(
    cursor: CursorWrapper,
    customers: Sequence[int],
    programme: str,
    since: datetime,
    now: datetime,
    also: frozenset[int],
) -> list[int]:
    compiled = programmes.running(cursor).get(programme)
    if compiled is None:
        raise Refused("programme_unknown", programme=programme)
    factstore.share_writing(cursor)
    holders.join_alone(cursor, customers)
    cursor.execute(JOIN, [programme, since, now, numbers(sorted(set(customers)))])
    joined = [number for (number,) in cursor.fetchall()]
    if joined:
        if has_referrals(compiled):
            advocates.give_codes(cursor, joined, programme, now)
            signals.note_members(cursor, joined, since)
        sitting = Sitting(cursor, now)
        sitting.lock([*joined, *also])
        begin(sitting, compiled, joined)
        sitting.write()
    return joined


def begin(sitting: Sitting, programme: Compiled, customers: Sequence[int]) -> None:
    """Book, for members of whom nothing is booked, all that is known of them, as if it came now:
    in its order, with what time brought in between."""
    rows = [row for one in customers if (row := sitting.row(one, programme.id)) is not None]
    known = histories.histories(sitting.cursor, rows)
    told = _birthdays(sitting, programme, rows)
    desk = sitting.desk(programme)
    now = instant_of(sitting.now)
    for row in rows:
        facts = known[row.customer_id].facts
        desk.shelf.ready[row.customer_id] = History()
        for fact in facts:
            desk.own(fact.key, row.number)
        book = desk.book(row.number)
        assert isinstance(book, LiveBook)  # noqa: S101 - its row is locked
        book.arriving |= {(fact.key, fact.version) for fact in facts}
        for fact, more in followed(ordered(facts).facts):
            book.expects = more
            desk.settle(row.number, book.take(fact))
        for birthday in told.get(row.customer_id, ()):
            desk.settle(row.number, book.take(fact_of(birthday, sitting.now)))
        desk.settle(row.number, book.advance(now))
    desk.advance(now)


def _birthdays(
    sitting: Sitting, programme: Compiled, rows: Sequence[HolderRow]
) -> dict[int, list[Untold]]:
    """What is to be told of members' birthdays, where the programme asks for them."""
    if not birthdays.asks(programme):
        return {}
    customers = [row.customer_id for row in rows]
    found = birthdays.untold(sitting.cursor, customers, [programme.id])
    return {one.customer_id: [one] for one in found}
