"""An address is stopped for a purpose, by whoever owns it, and stays so: whatever an import, the
API, a merge, a backup or a cashier says. Only its owner, signed in, takes it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from regulars.db import stopped
from regulars.db.models import StoppedAddress
from regulars.db.queries.consents import consents_of, marks_of, stopped_at
from regulars.db.stopped import AGAIN, STOP, Line


def stop(marks: Sequence[str], purposes: Collection[str], now: datetime) -> None:
    """Write no more to addresses about purposes, in the caller's transaction. The list outside the
    database has them first: where the two are torn apart, it is stopped."""
    _keep(
        Line(mark=mark, purpose=purpose, word=STOP, at=now)
        for mark in marks
        for purpose in sorted(purposes)
    )


@transaction.atomic
def _keep(told: Iterable[Line]) -> set[str]:
    """The marks of those of which something is new."""
    wanted = list(told)
    rows = StoppedAddress.objects.filter(address_hash__in={one.mark for one in wanted})
    there = set(rows.values_list("address_hash", "purpose"))
    new = [one for one in wanted if (one.mark, one.purpose) not in there]
    if new:
        stopped.note(new)
        StoppedAddress.objects.bulk_create(
            [StoppedAddress(address_hash=one.mark, purpose=one.purpose, at=one.at) for one in new],
            ignore_conflicts=True,
        )
    return {one.mark for one in new}


def take_back(customer_id: int, purposes: Collection[str], now: datetime) -> set[str]:
    """A member, signed in, says yes: their addresses are written to again, in the caller's
    transaction; the purposes that were stopped. The list hears of it when it is certain."""
    rows = StoppedAddress.objects.filter(
        address_hash__in=marks_of(customer_id), purpose__in=purposes
    )
    told = [
        Line(mark=mark, purpose=purpose, word=AGAIN, at=now)
        for mark, purpose in rows.values_list("address_hash", "purpose")
    ]
    if told:
        rows.delete()
        transaction.on_commit(lambda: stopped.note(told))
    return {one.purpose for one in told}


def before_erasing(customer_id: int, now: datetime) -> None:
    """What somebody had said no to stays a no of their addresses, when nothing else tells any more
    whose they were. In the caller's transaction."""
    marks = marks_of(customer_id)
    said = consents_of(customer_id)
    noes = {
        purpose for (purpose, channel), given in said.items() if channel == "mail" and not given
    }
    stop(marks, noes | stopped_at(marks), now)


def stop_again(asked: Path) -> int:
    """Stop what a list says was stopped, and an older backup does not know; at how many
    addresses."""
    return len(_keep(stopped.listed(asked)))
