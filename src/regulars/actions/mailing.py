"""Mail goes out: written in the transaction of what it tells of, then sent by a job, each once.

A mail is taken up before it is handed over and marked after. Whoever is killed between the two
leaves it taken up; when its lease is over it is tried again under the same Message-ID, so that only
a mail whose fate nobody knows may arrive twice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from msgspec import Struct

from regulars.actions.later import later
from regulars.channels.mail import Letter, Outcome, Postman
from regulars.db import tracing
from regulars.db.models import Business, Customer, OutMail
from regulars.db.queries.consents import may_go, stop_token
from regulars.db.stopped import INVITATIONS
from regulars.words.consents import purpose_names

log = logging.getLogger("regulars.mail")

JOB = "send_mail"
AT_ONCE = 50
LEASE = timedelta(minutes=5)
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""How long a mail waits after each failure; the last one again and again, until it is too late."""
WORTH = timedelta(days=2)
"""So long a mail is worth sending, where nothing else is said."""
KEPT = timedelta(days=90)
CHANNEL = "mail"
STOPPED = Outcome("refused", "stopped")
"""What becomes of a mail whose reader stopped its kind before it went out."""
State = OutMail.State


class Wanted(Struct, frozen=True, kw_only=True):
    """A mail to be sent. `secret` tells that its text lets somebody in; `worth` how long it is of
    any use. One with a `purpose` may be stopped by its reader; one without must come.
    `about_id` is the customer whom it names beside its reader."""

    kind: str
    recipient: str
    subject: str
    text: str
    customer_id: int | None = None
    secret: bool = False
    worth: timedelta = WORTH
    purpose: str = ""
    about_id: int | None = None


def queue(wanted: Wanted, now: datetime) -> UUID | None:
    """Put a mail into the outbox, in the caller's transaction, and have it sent; its id. None where
    it has a purpose that its reader did not agree to, or that the owner of the address stopped:
    every mail that may be stopped is asked about here, and again when it goes out. To be called in
    the language of its reader, who is told how to stop it."""
    if not may_go(wanted.purpose, wanted.recipient, wanted.customer_id):
        return None
    row = OutMail(
        kind=wanted.kind,
        recipient=wanted.recipient,
        subject=" ".join(wanted.subject.split())[:300],
        text=wanted.text,
        secret=wanted.secret,
        purpose=wanted.purpose,
        customer_id=wanted.customer_id,
        about_id=wanted.about_id,
        queued_at=now,
        next_at=now,
        until=now + wanted.worth,
        request=tracing.current(),
    )
    if row.purpose:
        row.text = f"{row.text.rstrip()}\n\n-- \n{_way_out(row)}\n"
    row.save(force_insert=True)
    # Whoever waits for a code gets a job of their own: one that waits already may run too early.
    later(JOB, once=None if wanted.secret else JOB)
    return row.id


def _way_out(row: OutMail) -> str:
    """What stands below a mail that may be stopped."""
    about = {"purpose": purpose_names()[row.purpose]}
    told = gettext(
        "You get this because you said yes to “%(purpose)s”. To stop it, open this and press the "
        "button; nobody asks who you are:"
    )
    if row.purpose == INVITATIONS:
        told = gettext(
            "Somebody typed your address where a friend’s link leads. To get no more such mails, "
            "open this and press the button; nobody asks who you are:"
        )
    return f"{told % about}\n{stop_address(row)}"


def stop_address(row: OutMail) -> str:
    """Where somebody stops mails of this kind without signing in."""
    customer = Customer.objects.filter(id=row.customer_id or 0).first()
    token = stop_token(customer, row.recipient, row.purpose, CHANNEL)
    return settings.BASE_URL + reverse("portal:stop", args=[token])


def send_due(now: datetime | None = None) -> int:
    """Send what is due, until nothing is; how many went out. In an installation that has no way to
    send, and in the demonstration, everything stays where it is."""
    if not settings.MAIL_CONFIGURED:
        return 0
    postman, sent = Postman(), 0
    try:
        while batch := _take_up(now or timezone.now()):
            for row in (one for one in batch if one.state == State.PICKED):
                with tracing.under(row.request):
                    outcome = postman.deliver(_letter(row)) if _wanted(row) else STOPPED
                    _mark(row, outcome, now or timezone.now())
                sent += outcome.became == "sent"
    finally:
        postman.close()
    return sent


@transaction.atomic
def _take_up(now: datetime) -> Sequence[OutMail]:
    """The next that are due: their lease is ours from now on, or they are too late and given up."""
    due = Q(state__in=(State.WAITING, State.PICKED), next_at__lte=now)
    rows = list(
        OutMail.objects.select_for_update(skip_locked=True)
        .filter(due)
        .order_by("next_at", "id")[:AT_ONCE]
    )
    for row in rows:
        if row.until <= now:
            _settle(row, State.FAILED, row.code or "too_late", now)
        else:
            row.state, row.attempts, row.next_at = State.PICKED, row.attempts + 1, now + LEASE
            row.save(update_fields=["state", "attempts", "next_at"])
    return rows


def _wanted(row: OutMail) -> bool:
    """Whether it may go out still: who stopped it after it was queued does not get it."""
    return may_go(row.purpose, row.recipient, row.customer_id)


def _letter(row: OutMail) -> Letter:
    name = Business.objects.values_list("name", flat=True).filter(pk=1).first() or ""
    return Letter(
        id=str(row.id),
        sender=_sender(name),
        recipient=row.recipient,
        subject=row.subject,
        text=row.text,
        request=row.request,
        stop=stop_address(row) if row.purpose else "",
    )


def _sender(name: str) -> str:
    """The address that mail comes from, under the name of the business."""
    address = settings.DEFAULT_FROM_EMAIL
    quoted = "".join(letter for letter in name if letter.isprintable() and letter not in '"\\<>')
    return f'"{quoted}" <{address}>' if quoted and "<" not in address else address


def _mark(row: OutMail, outcome: Outcome, now: datetime) -> None:
    """Write down what became of a mail, unless its lease has gone to somebody else."""
    if outcome.became != "sent":
        log.warning("mail %s (%s) was not sent: %s", row.id, row.kind, outcome.code)
    if outcome.became == "sent":
        _settle(row, State.SENT, "", now)
    elif outcome.became == "refused":
        _settle(row, State.FAILED, outcome.code, now)
    else:
        wait = WAITS[min(row.attempts, len(WAITS)) - 1]
        _mine(row).update(state=State.WAITING, code=outcome.code, next_at=now + wait)


def _settle(row: OutMail, state: str, code: str, now: datetime) -> None:
    """It is over: what would let somebody in is not kept."""
    text = "" if row.secret else row.text
    row.state = state
    _mine(row).update(state=state, code=code[:40], settled_at=now, text=text)


def _mine(row: OutMail) -> QuerySet[OutMail]:
    return OutMail.objects.filter(pk=row.pk, attempts=row.attempts)


@transaction.atomic
def tidy(now: datetime) -> None:
    """Mails that are over are forgotten after a while, and secrets that nobody sent."""
    OutMail.objects.filter(queued_at__lt=now - KEPT).delete()
    OutMail.objects.filter(secret=True, until__lt=now).exclude(text="").update(text="")
