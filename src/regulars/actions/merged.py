"""What two customers who turn out to be one person mean for that person: both addresses open what
both hold, and a no of either is theirs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from msgspec import Struct

from regulars.actions import addresses
from regulars.db.models import (
    Consent,
    EntryTicket,
    HolderState,
    Leaving,
    LeavingBefore,
    MemberSession,
)
from regulars.db.queries.consents import consents_of
from regulars.db.queries.history import end_of, same_person


class Before(Struct, frozen=True):
    """What was so before two became one: the addresses by which each of them signed in, and the
    programmes that whoever goes, and whoever stays, took part in and had not left. `link` is the
    key of what makes them one."""

    addresses: list[list[str]]
    going: set[str]
    staying: set[str]
    link: str


def before(source: int, into: int, link: str) -> Before:
    """The same, to be asked before they are one."""
    ways_in = [addresses.addresses_of(one) for one in (source, into)]
    return Before(ways_in, _in(source), _in(into), link)


def _in(number: int) -> set[str]:
    """The programmes that somebody takes part in and has not left."""
    rows = HolderState.objects.filter(customer_id=number, left_at=None)
    left = Leaving.objects.filter(customer_id=number).values("programme")
    return set(rows.exclude(programme__in=left).values_list("programme", flat=True))


def note_merge(source: int, into: int, was: Before, now: datetime) -> None:
    """Two customers are one, in the caller's transaction.

    Where both could, each address opens now what the other one's owner holds: it is the same as a
    changed address. Where one could, nobody comes in who could not; the browsers of whoever was
    merged end all the same.
    """
    sign_out(source)
    if all(was.addresses):
        told = sorted({address for many in was.addresses for address in many})
        addresses.note_change(into, told, now, by="merge")
    _take_over_noes(source, into, now)
    _take_over_leavings(source, into, was)


def _take_over_leavings(source: int, into: int, was: Before) -> None:
    """Whoever left as the one, and takes part as the other, has not left: it would take what the
    other has. Elsewhere they have still left."""
    going = Leaving.objects.filter(customer_id=source)
    ended = Leaving.objects.filter(customer_id=into, programme__in=was.going)
    moved = list(going.exclude(programme__in=was.staying))
    for row in (*going, *ended):
        kept = {"link": was.link, "moved": row in moved, **_times(row)}
        LeavingBefore.objects.create(customer_id=row.customer_id, programme=row.programme, **kept)
    going.delete()
    ended.delete()
    for row in moved:
        Leaving.objects.get_or_create(
            customer_id=into, programme=row.programme, defaults=_times(row)
        )


def _times(row: Leaving | LeavingBefore) -> dict[str, Any]:
    return {"left_at": row.left_at, "ends_at": row.ends_at, "done_at": row.done_at}


def note_parting(source: int, into: int, link: str) -> None:
    """Two customers are two again, in the caller's transaction: who had left before they were one
    has left again, unless they came back to it as both."""
    rows = list(LeavingBefore.objects.filter(link=link))
    LeavingBefore.objects.filter(link=link).delete()
    others = [one for one in same_person(end_of(into)) if one != source]
    for row in rows:
        if row.moved and not _give_back(row, others):
            continue
        Leaving.objects.get_or_create(
            customer_id=row.customer_id, programme=row.programme, defaults=_times(row)
        )


def _give_back(row: LeavingBefore, others: list[int]) -> bool:
    """A leaving is no longer that of who stays; whether they have still left. What was ended as
    theirs stays so: they begin anew when they join."""
    theirs = {"customer_id__in": others, "programme": row.programme}
    kept = [one._default_manager.filter(**theirs) for one in (Leaving, LeavingBefore)]
    still = any(rows.exists() for rows in kept)
    for rows in kept:
        rows.filter(left_at=row.left_at, done_at=None).delete()
    return still


def sign_out(*customers: int) -> None:
    """Nobody is signed in as one of these any more, nor can be by a link that is out."""
    numbers = [number for one in customers for number in same_person(one)]
    for ways_in in (MemberSession, EntryTicket):
        ways_in._default_manager.filter(customer_id__in=numbers).delete()


def _take_over_noes(source: int, into: int, now: datetime) -> None:
    """Whoever said no as one of the two is not written to as the other."""
    agreed = consents_of(into)
    last = Consent.objects.filter(customer_id=into).aggregate(at=Max("at"))["at"]
    at = now if last is None else max(now, last + timedelta(microseconds=1))
    newest: dict[tuple[str, str], Consent] = {}
    for row in Consent.objects.filter(customer_id=source).order_by("at", "id"):
        newest[row.purpose, row.channel] = row
    for place, row in newest.items():
        if agreed.get(place, False) and not row.given:
            Consent.objects.create(
                customer_id=into,
                purpose=row.purpose,
                channel=row.channel,
                given=False,
                wording=row.wording,
                at=at,
                source="merge",
                actor=row.actor,
                place=row.place,
            )
