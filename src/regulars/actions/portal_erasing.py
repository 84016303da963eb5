"""Somebody asks to be forgotten: what says who they are goes, the books stay balanced. What mails
they stopped stays stopped, by a keyed hash of their addresses.

Facts hold no personal data and stay, under a number that leads to nobody any more. What was held
is forfeited by an Erasure fact, as every programme counts it. It cannot be undone: after an older
backup was restored, everybody is forgotten again who has asked for it since.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.db import connection, transaction

from regulars.actions import stops
from regulars.actions.answering import forget_person
from regulars.actions.forgetting_files import forget_in_files, traces
from regulars.actions.later import refresh_later
from regulars.actions.record import Source, record
from regulars.db import forgotten, privacy
from regulars.db.models import Adjustment, CodeRow, Customer, FactRow, IdentifierRow, OutMail
from regulars.db.people import sort_keys
from regulars.db.queries import portal_data
from regulars.db.queries.history import same_person
from regulars.engine.arrivals import Arrival
from regulars.engine.happenings import Erasure


@transaction.atomic
def erase(customer_id: int, now: datetime) -> None:
    """Forget somebody, and whoever was merged into them, in one transaction."""
    numbers = same_person(customer_id)
    locked = list(Customer.objects.select_for_update().filter(id__in=numbers).order_by("id"))
    fact = Erasure(key=f"erased:{uuid4()}", at=now)
    record([Arrival(fact=fact)], now=now, source=Source(owner=customer_id))
    rows = IdentifierRow.objects.filter(customer_id__in=numbers)
    identifiers = list(rows.values_list("kind", "value"))
    addresses = [value for kind, value in identifiers if kind == "email"]
    stops.before_erasing(customer_id, now)
    forget_in_files(traces((one.name for one in locked), identifiers))
    _forget_mail(numbers, addresses)
    for table in privacy.going():
        _forget_rows(table, numbers, addresses)
    Adjustment.objects.filter(customer_id__in=numbers).update(reason="")
    CodeRow.objects.filter(customer_id__in=numbers, kind=CodeRow.Kind.ADVOCATE).delete()
    Customer.objects.filter(id__in=numbers).update(
        name="",
        language="",
        country="",
        birth_date=None,
        attributes={},
        **sort_keys(""),
    )
    forget_person(one.public_id for one in locked)
    forgotten.note(one.public_id for one in locked)
    refresh_later()


def _forget_rows(table: str, numbers: list[int], addresses: list[str]) -> None:
    """Every row of a table goes that is theirs."""
    by, rows = privacy.TABLES[table].by, portal_data.models()[table]._default_manager
    if by == "email":
        rows.filter(email__in=addresses).delete()
    else:
        rows.filter(customer_id__in=numbers).delete()


def _forget_mail(numbers: list[int], addresses: list[str]) -> None:
    """What was written to them, what still waits to be written, and their name in what others
    got."""
    OutMail.objects.filter(recipient__in=addresses).delete()
    named = OutMail.objects.filter(about_id__in=numbers)
    named.filter(settled_at=None).delete()
    named.update(subject="", text="")
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status <> 'doing' AND args->>'email' = ANY(%s)",
            [addresses],
        )


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
