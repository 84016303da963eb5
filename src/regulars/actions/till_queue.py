"""Sales that waited on a till without a connection: each is booked once, at its own time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from regulars.actions.refused import Refused
from regulars.actions.till_sales import Sale, key_of, sell
from regulars.db.models import Business
from regulars.db.queries.till import Worker, cashiers_at, find

OLDEST = timedelta(days=3)
MOST, MOST_PIECES = 500, 50
Key = Annotated[str, Meta(pattern="^[0-9a-f-]{8,40}$")]
Short = Annotated[str, Meta(max_length=254)]


class Kept(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sale as the device kept it: no rewards, for nobody can see offline what was spent
    elsewhere. `who` is what was scanned or typed, `cashier` who was signed in then, `quantity` how
    many pieces of `category`."""

    key: Key
    at: datetime
    amount_minor: Annotated[int, Meta(ge=1, le=10**12)]
    who: Short
    cashier: Short = ""
    category: Short = ""
    quantity: Annotated[int, Meta(ge=1, le=MOST_PIECES)] = 1


class Waiting(Struct, frozen=True, kw_only=True):
    """What waited, and how it is to be read."""

    sales: Annotated[list[Kept], Meta(max_length=MOST)]
    currency: str = "EUR"
    region: str = ""


class Became(Struct, frozen=True, kw_only=True):
    """What became of a sale that waited: booked where there is no `code`."""

    key: str
    code: str = ""
    params: dict[str, Any] = {}


def read(body: bytes, business: Business) -> Waiting:
    """What the device sent. Refused: till_queue_unreadable."""
    try:
        waiting = msgspec.json.decode(body, type=Waiting)
    except msgspec.MsgspecError as error:
        raise Refused("till_queue_unreadable") from error
    if any(one.at.tzinfo is None for one in waiting.sales):
        raise Refused("till_queue_unreadable")
    return msgspec.structs.replace(waiting, currency=business.currency, region=business.region)


def book(worker: Worker, waiting: Waiting, now: datetime) -> Sequence[Became]:
    """Book each by itself: one that cannot be never holds up the others."""
    return [_became(worker, one, waiting, now) for one in waiting.sales]


def _became(worker: Worker, kept: Kept, waiting: Waiting, now: datetime) -> Became:
    try:
        if kept.at < now - OLDEST:
            raise Refused("till_too_old", days=OLDEST.days)
        found = find(kept.who, waiting.region)
        if not found.sure or len(found.people) != 1:
            raise Refused("till_nobody")
        sale = Sale(
            key=key_of(worker, kept.key),
            customer=found.people[0].id,
            at=min(kept.at, now),
            amount_minor=kept.amount_minor,
            currency=waiting.currency,
            category=kept.category,
            quantity=kept.quantity,
            queued=True,
        )
        sell(_who_sold(worker, kept), sale, now)
    except Refused as refused:
        return Became(key=kept.key, code=refused.code, params=refused.params)
    return Became(key=kept.key)


def _who_sold(worker: Worker, kept: Kept) -> Worker:
    """Whoever was signed in when it was kept, where they work here; else whoever sends it."""
    here = {str(one.pk): one for one in cashiers_at(worker.device.place_id)}
    return Worker(device=worker.device, cashier=here.get(kept.cashier, worker.cashier))
