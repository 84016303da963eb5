"""Links that work once: set-up, sign-in, invitation and reset. Only the hash of each is kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from procrastinate.contrib.django import app as jobs

from regulars.actions.refused import Refused
from regulars.db.models import Business, EntryLink, Staff
from regulars.db.queries.staff import by_email, is_invited, open_link, owners, token_hash

Purpose = EntryLink.Purpose

LIFETIMES = {
    Purpose.SETUP: timedelta(hours=24),
    Purpose.ENTER: timedelta(hours=24),
    Purpose.INVITE: timedelta(days=7),
    Purpose.RESET: timedelta(minutes=30),
}
KEPT = timedelta(days=30)
MAIL_JOB = "mail_link"


class Refusal(StrEnum):
    """Why something about staff is not done; `words.reasons` has the sentences."""

    LINK_SPENT = "link_spent"
    ALREADY_SET_UP = "already_set_up"
    NOT_SET_UP = "not_set_up"
    ADDRESS_KNOWN = "address_known"
    ADDRESS_UNKNOWN = "address_unknown"
    LAST_OWNER = "last_owner"
    YOURSELF = "yourself"
    ABOVE_YOU = "above_you"
    NOT_YOUR_PLACES = "not_your_places"
    PLACE_UNKNOWN = "place_unknown"
    INACTIVE = "inactive"


@transaction.atomic
def make_link(
    purpose: Purpose, staff: Staff | None, now: datetime, lifetime: timedelta | None = None
) -> str:
    """A new token that works once until `now + lifetime`; an older one of that kind ends.

    `staff` is None for set-up only. The token has 256 random bits and is not kept.
    """
    with connection.cursor() as cursor:
        whom = f"entry:{purpose}:{staff.pk if staff else ''}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [whom])
    EntryLink.objects.filter(purpose=purpose, staff=staff, used_at=None).delete()
    token = secrets.token_urlsafe(32)
    EntryLink.objects.create(
        token_hash=token_hash(token),
        purpose=purpose,
        staff=staff,
        expires_at=now + (lifetime or LIFETIMES[purpose]),
        created_at=now,
    )
    return token


@transaction.atomic
def take_link(token: str, purpose: Purpose, now: datetime) -> Staff | None:
    """Use a link up, once for ever, and say whom it is for (nobody: set-up).

    Raises `Refused` (link_spent) when it is unknown, of another kind, used or over.
    """
    link = open_link(token, now)
    if link is None or link.purpose != purpose:
        raise Refused(Refusal.LINK_SPENT)
    if EntryLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now) != 1:
        raise Refused(Refusal.LINK_SPENT)
    return link.staff


def take_person(token: str, purpose: Purpose, now: datetime) -> Staff:
    """Use up a link that is for somebody. Raises `Refused` as `take_link` does."""
    staff = take_link(token, purpose, now)
    if staff is None:
        raise Refused(Refusal.LINK_SPENT)
    return staff


@transaction.atomic
def setup_link(now: datetime) -> str | None:
    """A token for the first owner, or None once the installation is set up."""
    if Staff.objects.exists():
        return None
    return make_link(Purpose.SETUP, None, now)


@transaction.atomic
def tidy(now: datetime) -> None:
    """Forget links, sessions and their notes that ended: cost does not grow with age."""
    EntryLink.objects.filter(expires_at__lt=now - KEPT).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(alive)).delete()


def address_of(token: str, base_url: str = "") -> str:
    """The address that a token opens, below the configured one."""
    return (base_url or settings.BASE_URL) + reverse("console:entry", args=[token])


def mail_ready() -> bool:
    """Whether links can be sent: that needs a mail server and the address people use."""
    return bool(settings.MAIL_CONFIGURED and settings.BASE_URL)


def send_link(purpose: Purpose, email: str) -> None:
    """Ask for a link to be mailed; nothing tells whether the address is known."""
    jobs.configure_task(MAIL_JOB, queue="mail").defer(purpose=str(purpose), email=email)


def mail_link(purpose: Purpose, email: str, now: datetime) -> bool:
    """Make the link and mail it (a job's work, so that no token waits in a table).

    Sends nothing, and says so, to an address that is unknown, has left, or asks for a reset of an
    account that was never taken into use.
    """
    staff = by_email(email)
    if staff is None or not staff.is_active or is_invited(staff) != (purpose == Purpose.INVITE):
        return False
    token = make_link(purpose, staff, now)
    language = staff.language or Business.objects.values_list("language", flat=True).get()
    with translation.override(language):
        _message(purpose, staff, token).send()
    return True


def tell_guessing() -> int:
    """Mail the owners that passwords of staff are being guessed; how many were told."""
    people, business = list(owners()), Business.objects.get()
    for owner in people:
        with translation.override(owner.language or business.language):
            values = {"address": settings.BASE_URL + reverse("console:settings")}
            _letter("guessing", owner, values).send()
    return len(people)


def _message(purpose: Purpose, staff: Staff, token: str) -> EmailMessage:
    return _letter(purpose, staff, {"address": address_of(token)})


def _letter(kind: str, staff: Staff, values: dict[str, str]) -> EmailMessage:
    """A mail by its templates, to somebody who works here."""
    told = {**values, "staff": staff, "business": Business.objects.get()}
    subject = render_to_string(f"console/entry/mail/{kind}_subject.txt", told)
    body = render_to_string(f"console/entry/mail/{kind}.txt", told)
    return EmailMessage(" ".join(subject.split()), body, to=[staff.email])
