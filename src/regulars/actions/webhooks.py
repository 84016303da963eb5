"""Endpoints: addresses that are told what was booked, their secrets, and what was sent to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import msgspec
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import translation
from msgspec import Struct

from regulars.actions import audit, signing
from regulars.actions.announcing import TYPES
from regulars.actions.refused import Refused
from regulars.actions.signing import Secret
from regulars.channels.webhooks import Forbidden, Networks, judge_url
from regulars.db import outbox
from regulars.db.models import Business, Delivery, Endpoint, Role, Staff
from regulars.words.webhooks import shut_letter

KEPT = timedelta(days=30)
"""So long messages can be replayed, and deliveries looked at."""
MOST_ENDPOINTS = 50
MOST_LOGGED = 1000


class View(Struct, frozen=True, kw_only=True):
    """An endpoint as people see it: without its secrets."""

    id: UUID
    url: str
    types: list[str]
    state: str
    reason: str
    failures: int
    failing_since: datetime | None
    waiting: int
    created_at: datetime


class Logged(Struct, frozen=True, kw_only=True):
    """One message on its way to one endpoint, as far as it got."""

    message: str
    type: str
    at: datetime
    state: str
    attempts: int
    status: int
    code: str
    tried_at: datetime | None
    next_at: datetime
    request: str


def networks() -> Networks:
    """Networks of our own that the owner allowed (REGULARS_WEBHOOK_NETWORKS)."""
    return Networks.of(settings.WEBHOOK_NETWORKS)


@transaction.atomic
def add(url: str, types: Sequence[str], *, now: datetime, by: str = "") -> tuple[UUID, str]:
    """Tell an address what is booked from now on; its id, and the secret, which is shown once.

    Without `types` it is told everything. Refused: webhook_url_* (see `Forbidden`),
    webhook_type_unknown, webhook_too_many.
    """
    _judge(url)
    _check_types(types)
    if Endpoint.objects.count() >= MOST_ENDPOINTS:
        raise Refused("webhook_too_many", most=MOST_ENDPOINTS)
    secret = signing.fresh()
    endpoint = Endpoint.objects.create(
        id=uuid4(),
        url=url,
        types=sorted(set(types)),
        secrets=signing.stored([secret]),
        created_at=now,
    )
    outbox.forget_wanted()
    audit.note("webhook.added", endpoint.id, by, now, {"url": _shown(url), "types": endpoint.types})
    return endpoint.id, secret.secret


def _check_types(types: Sequence[str]) -> None:
    unknown = sorted(set(types) - set(TYPES))
    if unknown:
        raise Refused("webhook_type_unknown", type=unknown[0], known=", ".join(TYPES))


def _shown(url: str) -> str:
    """An address without what may be a secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"[:500]


def _judge(url: str) -> None:
    try:
        judge_url(url[:2001], networks())
    except Forbidden as error:
        raise Refused(f"webhook_{error.code}") from None
    if len(url) > 2000:
        raise Refused("webhook_url_unreadable")


def endpoints() -> list[View]:
    """Every endpoint, the oldest first."""
    return [_view(one) for one in Endpoint.objects.order_by("created_at", "id")]


def seen(endpoint: UUID) -> View:
    """One of them. Refused: webhook_unknown."""
    found = Endpoint.objects.filter(id=endpoint).first()
    if found is None:
        raise Refused("webhook_unknown")
    return _view(found)


def _view(one: Endpoint) -> View:
    waiting = Delivery.objects.filter(endpoint=one, state=Delivery.State.WAITING).count()
    names = set(View.__struct_fields__) - {"waiting"}
    return View(**{name: getattr(one, name) for name in names}, waiting=waiting)


def _locked(endpoint: UUID) -> Endpoint:
    found = Endpoint.objects.select_for_update().filter(id=endpoint).first()
    if found is None:
        raise Refused("webhook_unknown")
    return found


@transaction.atomic
def rotate(
    endpoint: UUID, *, now: datetime, overlap: timedelta = signing.OVERLAP, by: str = ""
) -> str:
    """A new secret, shown once; the present one signs too for as long as `overlap`.

    Refused: webhook_unknown.
    """
    row = _locked(endpoint)
    secrets = msgspec.convert(row.secrets, list[Secret])
    rotated = signing.rotated(secrets, now, overlap)
    row.secrets = signing.stored(rotated)
    row.save(update_fields=["secrets"])
    audit.note("webhook.rotated", endpoint, by, now)
    return rotated[0].secret


@transaction.atomic
def choose(endpoint: UUID, types: Sequence[str], *, by: str = "") -> None:
    """Tell an endpoint other things from now on; without `types` everything. Refused:
    webhook_unknown, webhook_type_unknown."""
    _check_types(types)
    row = _locked(endpoint)
    row.types = sorted(set(types))
    row.save(update_fields=["types"])
    outbox.forget_wanted()
    audit.note("webhook.chosen", endpoint, by, details={"types": row.types})


@transaction.atomic
def disable(endpoint: UUID, *, by: str = "") -> None:
    """Send nothing more for now; what is booked meanwhile can be replayed. Refused:
    webhook_unknown."""
    _locked(endpoint)
    with connection.cursor() as cursor:
        outbox.shut(cursor, endpoint, "by_hand")
    audit.note("webhook.disabled", endpoint, by)


@transaction.atomic
def enable(endpoint: UUID, *, by: str = "") -> None:
    """Send again, beginning with what was still waiting. Refused: webhook_unknown."""
    row = _locked(endpoint)
    row.state, row.reason, row.failures = Endpoint.State.ACTIVE, "", 0
    row.failing_since = row.quiet_until = None
    row.save()
    outbox.forget_wanted()
    audit.note("webhook.enabled", endpoint, by)


@transaction.atomic
def remove(endpoint: UUID, *, by: str = "") -> None:
    """Forget an endpoint and everything on its way to it. Refused: webhook_unknown."""
    _locked(endpoint).delete()
    outbox.forget_wanted()
    audit.note("webhook.removed", endpoint, by)


@transaction.atomic
def replay(endpoint: UUID, since: datetime, until: datetime, *, now: datetime, by: str = "") -> int:
    """Deliver again every message from `since` to before `until` that an endpoint wants, with the
    ids it had; how many. Refused: webhook_unknown, webhook_disabled."""
    if _locked(endpoint).state != Endpoint.State.ACTIVE:
        raise Refused("webhook_disabled")
    told = {"since": since.isoformat(), "until": until.isoformat()}
    audit.note("webhook.replayed", endpoint, by, now, told)
    with connection.cursor() as cursor:
        return outbox.replay(cursor, endpoint, (since, until), now)


@transaction.atomic
def replay_one(endpoint: UUID, message: str, *, now: datetime, by: str = "") -> None:
    """Deliver one message again that was on its way to an endpoint, with the id it had.

    Refused: webhook_unknown, webhook_disabled, webhook_message_unknown.
    """
    if _locked(endpoint).state != Endpoint.State.ACTIVE:
        raise Refused("webhook_disabled")
    with connection.cursor() as cursor:
        if not outbox.replay_one(cursor, endpoint, message, now):
            raise Refused("webhook_message_unknown")
    audit.note("webhook.replayed", endpoint, by, now, {"message": message})


@transaction.atomic
def try_out(endpoint: UUID, *, now: datetime, by: str = "") -> str:
    """Send an endpoint a message of the type `webhook.tested`, by the same way as every other; its
    id. Refused: webhook_unknown, webhook_disabled."""
    if _locked(endpoint).state != Endpoint.State.ACTIVE:
        raise Refused("webhook_disabled")
    audit.note("webhook.tested", endpoint, by, now)
    with connection.cursor() as cursor:
        return outbox.put_test(cursor, endpoint, now)


def log(endpoint: UUID, *, state: str = "", most: int = 100) -> list[Logged]:
    """The newest deliveries to an endpoint, and how far they got. Refused: webhook_unknown."""
    if not Endpoint.objects.filter(id=endpoint).exists():
        raise Refused("webhook_unknown")
    rows = Delivery.objects.filter(endpoint_id=endpoint).select_related("message")
    if state:
        rows = rows.filter(state=state)
    names = ("state", "attempts", "status", "code", "tried_at", "next_at")
    return [
        Logged(
            message=row.message_id,
            type=row.message.type,
            at=row.message.at,
            request=row.message.request,
            **{name: getattr(row, name) for name in names},
        )
        for row in rows.order_by("-message__at", "-id")[: min(most, MOST_LOGGED)]
    ]


@transaction.atomic
def tidy(now: datetime) -> int:
    """Forget messages that are too old to be replayed; how many."""
    with connection.cursor() as cursor:
        return outbox.forget(cursor, now - KEPT)


def any_active() -> bool:
    """Whether there is anybody to send to."""
    return Endpoint.objects.filter(state=Endpoint.State.ACTIVE).exists()


def tell_owners(endpoint: UUID) -> int:
    """Mail the owners that an endpoint was disabled; how many were told."""
    row = Endpoint.objects.filter(id=endpoint, state=Endpoint.State.DISABLED).first()
    owners = Staff.objects.filter(role=Role.OWNER, is_active=True)
    business = Business.objects.first()
    if row is None or business is None:
        return 0
    for owner in owners:
        with translation.override(owner.language or business.language):
            letter = shut_letter(row.url, row.reason)
        EmailMessage(letter.subject, letter.body, to=[owner.email]).send()
    return len(owners)
