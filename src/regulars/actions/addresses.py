"""A member signs in by an e-mail address. When staff change it, or make one of two members, the old
one is told of it, every phone is signed out, and for a while points do not become vouchers on a
phone: who took an account over cannot empty it before its owner has read the mail. At the counter
all goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext

from regulars.actions.mailing import Wanted, queue
from regulars.db.models import Business, Customer, EntryTicket, IdentifierRow, MemberSession
from regulars.db.queries.history import end_of, same_person

PAUSE = timedelta(hours=24)
WORTH = timedelta(days=7)
By = Literal["change", "merge"]


def addresses_of(number: int) -> list[str]:
    """The addresses by which a person signs in."""
    rows = IdentifierRow.objects.filter(customer_id__in=_whole(number), kind="email")
    return list(rows.order_by("value").values_list("value", flat=True))


def _whole(number: int) -> list[int]:
    """The numbers of a person, whichever of them was named."""
    return same_person(end_of(number))


def paused_until(customer_id: int, now: datetime) -> datetime | None:
    """Until when points do not become vouchers on this member's phone; None where they do."""
    return _paused(_whole(customer_id), now)


def _paused(numbers: Sequence[int], now: datetime) -> datetime | None:
    rows = Customer.objects.filter(id__in=numbers)
    last = rows.aggregate(at=Max("address_changed_at"))["at"]
    return last + PAUSE if last is not None and last + PAUSE > now else None


def note_change(number: int, before: Sequence[str], now: datetime, *, by: By = "change") -> None:
    """Staff changed the addresses of a person, who signed in by those `before`, or merged another
    one; in the caller's transaction. Who had none, and none a day ago, had no door that somebody
    could take over."""
    numbers = _whole(number)
    if not before and _paused(numbers, now) is None:
        return
    Customer.objects.filter(id__in=numbers).update(address_changed_at=now)
    for ways_in in (MemberSession, EntryTicket):
        ways_in._default_manager.filter(customer_id__in=numbers).delete()
    customer = Customer.objects.get(id=end_of(number))
    business = Business.objects.get(pk=1)
    known = customer.language in dict(settings.LANGUAGES)
    with translation.override(customer.language if known else business.language):
        for address in before:
            queue(_mail(address, customer, business.name, by), now)


def _mail(address: str, customer: Customer, business: str, by: By) -> Wanted:
    """It does not name the new address: this one may be somebody else's by now."""
    values = {"business": business}
    subject = gettext("Your e-mail address at %(business)s was changed")
    what = gettext(
        "Your e-mail address at %(business)s, by which you sign in, was changed by staff."
    )
    if by == "merge":
        subject = gettext("You are known once at %(business)s from now on")
        what = gettext(
            "You were known twice at %(business)s, and staff have made one of both: what you have "
            "is together now, and each of your e-mail addresses opens it."
        )
    lines = [
        what % values,
        gettext("You were signed out everywhere. For 24 hours points cannot be turned into "
                "vouchers on a phone; at the counter everything goes on."),
        gettext("You did not ask for that? Then tell us at the counter within these 24 hours: "
                "nobody can use up your points on a phone until then."),
    ]  # fmt: skip
    return Wanted(
        kind="address_changed",
        recipient=address,
        subject=subject % values,
        text="\n\n".join(lines) + "\n",
        customer_id=customer.id,
        worth=WORTH,
    )
