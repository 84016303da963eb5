"""Who left a programme gets nothing there: their leaving is their word, and one scan or sale by
mistake must not undo it. For two weeks they can come back to everything; after that they have left
for good, and who joins again begins anew, with nothing of before. What is given once for joining is
not given a second time: leaving and joining is no way to earn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection
from django.db.models import Max

from regulars.actions import birthdays
from regulars.actions.record import Source, record
from regulars.actions.refused import Refused
from regulars.db import signals
from regulars.db.models import FactRow, Leaving, VoucherRow
from regulars.db.queries.history import same_person
from regulars.engine.arrivals import Arrival
from regulars.engine.happenings import MEMBER, Erasure, Opening


def left_of(customers: Sequence[int]) -> dict[tuple[int, str], datetime]:
    """Who of these left what, and until when they may, or might have, come back to it."""
    rows = Leaving.objects.filter(customer_id__in=customers)
    return {(one.customer_id, one.programme): one.ends_at for one in rows}


def left(customer: int) -> dict[str, datetime]:
    """The programmes that somebody has left, each with the end of the time to come back."""
    return {
        programme: until for (_number, programme), until in left_of(same_person(customer)).items()
    }


def still_in(customer: int, programmes: Iterable[str]) -> list[str]:
    """Those of these programmes that somebody has not left."""
    gone = left(customer)
    return [one for one in programmes if one not in gone]


def vouchers_of(customer: int, vouchers: Iterable[str]) -> set[str]:
    """The programmes that these vouchers of somebody are of."""
    rows = VoucherRow.objects.filter(customer_id__in=same_person(customer), id__in=list(vouchers))
    return set(rows.values_list("programme", flat=True))


def stay_out(customer: int, *programmes: str) -> None:
    """See to it that somebody takes part in one of these still. Refused: member_left."""
    gone = left(customer)
    if programmes and all(one in gone for one in programmes):
        raise Refused("member_left", programme=programmes[0])


def join_again(customers: Sequence[int], programme: str, now: datetime) -> list[int]:
    """Let those of these customers take part again who left a programme, in the caller's
    transaction; who did. Within the time to come back they have everything; after it they begin
    anew."""
    rows = Leaving.objects.select_for_update().filter(programme=programme)
    mine = list(rows.filter(customer_id__in=customers).order_by("customer_id"))
    for row in mine:
        if row.done_at is not None or row.ends_at <= now:
            end(row, now)
            _begin_anew(row, now)
        Leaving.objects.filter(customer_id=row.customer_id, programme=programme).delete()
    return [row.customer_id for row in mine]


def end(row: Leaving, now: datetime) -> None:
    """What somebody held who left is forfeited, once."""
    if row.done_at is not None:
        return
    fact = Erasure(key=f"portal:left:{uuid4()}", at=now)
    arrival = Arrival(fact=fact, programme=row.programme)
    record([arrival], now=now, source=Source(owner=row.customer_id))
    mine = Leaving.objects.filter(customer_id=row.customer_id, programme=row.programme)
    mine.update(done_at=now)


def _begin_anew(row: Leaving, now: datetime) -> None:
    """They take part from now on, after they had left at any rate; they are known by what they are
    known by."""
    left = FactRow.objects.filter(
        customer_id=row.customer_id, type="erasure", programme=row.programme
    )
    last = left.aggregate(at=Max("at"))["at"]
    at = now if last is None else max(now, last + timedelta(microseconds=1))
    fact = Opening(key=f"member:anew:{uuid4()}", at=at, what=MEMBER)
    arrival = Arrival(fact=fact, programme=row.programme)
    record([arrival], now=now, source=Source(owner=row.customer_id))
    with connection.cursor() as cursor:
        signals.note_members(cursor, [row.customer_id], at)
    birthdays.tell([row.customer_id], at + timedelta(microseconds=1))
