"""What two customers who turn out to be one person mean for that person: both addresses open what
both hold, and a no of either is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Max

from regulars.actions import addresses
from regulars.db.models import Consent, EntryTicket, MemberSession
from regulars.db.queries.consents import consents_of
from regulars.db.queries.history import same_person


def note_merge(source: int, into: int, before: Sequence[Sequence[str]], now: datetime) -> None:
    """Two customers are one, in the caller's transaction; `before` are the addresses by which each
    of them signed in.

    Where both could, each address opens now what the other one's owner holds: it is the same as a
    changed address. Where one could, nobody comes in who could not; the browsers of whoever was
    merged end all the same.
    """
    sign_out(source)
    if all(before):
        told = sorted({address for many in before for address in many})
        addresses.note_change(into, told, now, by="merge")
    _take_over_noes(source, into, now)


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
