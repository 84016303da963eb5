"""The business itself: set up once, changed by its owners."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from msgspec import Struct

from regulars.actions import audit
from regulars.actions.entry import Purpose, Refusal, take_link
from regulars.actions.refused import Refused
from regulars.db.models import Business, Role, Staff


class BusinessSettings(Struct, frozen=True, kw_only=True):
    """What an owner decides: `zone` is an IANA name, `currency` ISO 4217, `region` ISO 3166-1."""

    name: str
    zone: str = "UTC"
    currency: str = "EUR"
    region: str = "DE"
    language: str = "en"
    second_factor_required: bool = False


class Owner(Struct, frozen=True, kw_only=True):
    """The first person. Without a password only a link signs them in."""

    name: str
    email: str
    password: str | None = None


@transaction.atomic
def set_up(
    business: BusinessSettings, owner: Owner, now: datetime, *, token: str | None = None
) -> Staff:
    """Make the business and its first owner, once for ever.

    From the browser `token` is the set-up link's, used up in the same transaction, and the owner is
    led through the first steps; the command line, which owns the machine, gives none. Whoever comes
    second waits for the row of the business and finds somebody there. Raises `Refused`:
    link_spent, already_set_up.
    """
    if token is not None:
        take_link(token, Purpose.SETUP, now)
    known_business(now)
    Business.objects.select_for_update().get(id=1)
    if Staff.objects.exists():
        raise Refused(Refusal.ALREADY_SET_UP)
    led = token is not None
    Business.objects.filter(id=1).update(**_columns(business), first_steps=led)
    staff = Staff(
        name=owner.name.strip(),
        email=owner.email.strip().lower(),
        role=Role.OWNER,
        language=business.language,
        created_at=now,
    )
    staff.set_password(owner.password)
    staff.save(force_insert=True)
    return staff


def known_business(now: datetime) -> Business:
    """The business; with the defaults where nobody has set it up yet.

    So files can come in before the console is opened.
    """
    return Business.objects.get_or_create(id=1, defaults={"name": "", "created_at": now})[0]


@transaction.atomic
def change_business(business: BusinessSettings, by: Staff) -> None:
    """Take over an owner's settings. Raises `Refused` (not_set_up)."""
    row = Business.objects.select_for_update().filter(id=1).first()
    if row is None:
        raise Refused(Refusal.NOT_SET_UP)
    wanted = _columns(business)
    told = audit.differing({name: getattr(row, name) for name in wanted}, wanted)
    if not told["to"]:
        return
    audit.note("business.changed", "", audit.staff_name(by), details=told)
    Business.objects.filter(id=1).update(**told["to"])


def end_first_steps() -> None:
    """The owners need not be led through the first steps any more."""
    Business.objects.filter(id=1).update(first_steps=False)


def _columns(business: BusinessSettings) -> dict[str, str | bool]:
    return {
        "name": business.name.strip(),
        "zone": business.zone,
        "currency": business.currency,
        "region": business.region,
        "language": business.language,
        "second_factor_required": business.second_factor_required,
    }
