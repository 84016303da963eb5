"""Somebody asks to be forgotten: what says who they are goes, the books stay balanced.

Facts hold no personal data and stay, under a number that leads to nobody any more. What was held
is forfeited by an Erasure fact, as every programme counts it. It cannot be undone: after an older
backup was restored, everybody is forgotten again who has asked for it since.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Model

from regulars.actions.later import refresh_later
from regulars.actions.record import Source, record
from regulars.db import forgotten
from regulars.db.models import (
    CodeRow,
    Customer,
    CustomerNote,
    CustomerTag,
    EntryTicket,
    FactRow,
    IdentifierRow,
    Invitation,
    Leaving,
    MemberSession,
    OutMail,
    SearchToken,
    Signal,
    SignInTry,
    Standing,
)
from regulars.db.people import sort_keys
from regulars.db.queries.history import same_person
from regulars.engine.arrivals import Arrival
from regulars.engine.happenings import Erasure

ABOUT: tuple[type[Model], ...] = (
    IdentifierRow,
    SearchToken,
    CustomerTag,
    CustomerNote,
    Signal,
    Standing,
    MemberSession,
    EntryTicket,
    OutMail,
    Leaving,
)
"""Tables of which every row of a person goes."""


@transaction.atomic
def erase(customer_id: int, now: datetime) -> None:
    """Forget somebody, and whoever was merged into them, in one transaction."""
    numbers = same_person(customer_id)
    locked = list(Customer.objects.select_for_update().filter(id__in=numbers).order_by("id"))
    fact = Erasure(key=f"erased:{uuid4()}", at=now)
    record([Arrival(fact=fact)], now=now, source=Source(owner=customer_id))
    rows = IdentifierRow.objects.filter(customer_id__in=numbers, kind="email")
    addresses = list(rows.values_list("value", flat=True))
    for by_address in (SignInTry, Invitation):
        by_address._default_manager.filter(email__in=addresses).delete()
    OutMail.objects.filter(recipient__in=addresses).delete()
    for model in ABOUT:
        model._default_manager.filter(customer_id__in=numbers).delete()
    CodeRow.objects.filter(customer_id__in=numbers, kind=CodeRow.Kind.ADVOCATE).delete()
    Customer.objects.filter(id__in=numbers).update(
        name="",
        language="",
        country="",
        birth_date=None,
        attributes={},
        **sort_keys(""),
    )
    forgotten.note(one.public_id for one in locked)
    refresh_later()


def erase_again(asked: Path, now: datetime) -> int:
    """Forget everybody of a list of those who asked for it, whom an older backup has brought back;
    how many. They are on the list of this installation from then on."""
    return sum(_erase_again(one, now) for one in forgotten.listed(asked))


def _erase_again(public_id: UUID, now: datetime) -> bool:
    number = Customer.objects.filter(public_id=public_id).values_list("id", flat=True).first()
    if number is None:
        return False
    person = same_person(number)
    if FactRow.objects.filter(customer_id__in=person, type="erasure").exists():
        return False
    erase(number, now)
    return True
