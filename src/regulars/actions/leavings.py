"""Who left a programme gets nothing there: their leaving is their word, and one scan or sale by
mistake must not undo it. For two weeks they can come back; after that they have left for good, and
who wants to take part again begins as somebody new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from regulars.actions.refused import Refused
from regulars.db.models import Leaving, VoucherRow
from regulars.db.queries.history import same_person


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
    """Whether somebody takes part in one of these still. Refused: member_left."""
    gone = left(customer)
    if programmes and all(one in gone for one in programmes):
        raise Refused("member_left", programme=programmes[0])
