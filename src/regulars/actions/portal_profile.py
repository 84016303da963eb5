"""Members change what is known of them, say yes or no to messages, leave, and come back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import Max
from msgspec import Struct, structs

from regulars.actions import birthdays, leavings, stops
from regulars.actions.audit import keep_reason
from regulars.actions.customers import NAME_LENGTH, change_profile
from regulars.actions.refused import Refused
from regulars.db.models import Consent, ConsentWording, Customer, HolderState, Leaving
from regulars.db.queries.consents import Stopping, consents_of, marks_of
from regulars.db.queries.staff_words import key_of
from regulars.engine.facts import Profile

PURPOSES = ("points", "news", "events", "questions")
CHANNELS = ("mail",)
"""What we may ever write about, and by which ways; each is asked for by itself."""
NEWS = ("news", "mail")
JOINING = ("joining", "counter")
"""What somebody says aloud at a counter, who joins there: that they take part."""
TO_COME_BACK = timedelta(days=14)
How = Literal["portal", "till", "mail", "friend", "staff"]
Choices = Mapping[tuple[str, str], bool]
"""A yes or no, by purpose and channel."""


class About(Struct, frozen=True, kw_only=True):
    """What a member says of themselves; the year of a birthday need not be said."""

    name: str
    birthday: date | None


def choose_language(customer_id: int, language: str) -> None:
    """From now on a member is written to, and reads, in this language."""
    Customer.objects.filter(id=customer_id).update(language=language)


@transaction.atomic
def change(customer_id: int, about: About, now: datetime) -> None:
    """Take over name and birthday; rules learn of the birthday from now on.

    Refused: member_name_empty, name_too_long.
    """
    row = Customer.objects.select_for_update().get(id=customer_id)
    name = " ".join(about.name.split())
    if not name:
        raise Refused("member_name_empty")
    if len(name) > NAME_LENGTH:
        raise Refused("name_too_long", most=NAME_LENGTH)
    known = Profile(
        name=row.name,
        language=row.language,
        country=row.country,
        birth_date=row.birth_date,
        attributes=row.attributes,
    )
    told = structs.replace(known, name=name, birth_date=about.birthday)
    if told != known:
        change_profile(row.public_id, told)
    if about.birthday != row.birth_date:
        birthdays.tell([customer_id], now)


class Said(Struct, frozen=True, kw_only=True):
    """What somebody said yes or no to: by purpose and channel, each with the `wordings` that they
    read or heard, in which language, by which way, at which `place`, and who wrote it down, for
    which `reason`, which goes with the customer."""

    choices: Choices
    wordings: Mapping[str, str]
    language: str
    source: How
    actor: str = "member"
    place: str = ""
    reason: str = ""


@transaction.atomic
def consent(customer_id: int, said: Said, now: datetime) -> int:
    """Write down what changed of what somebody agreed to; how many rows. The rows before stay: they
    are the proof. A no stops their addresses; only a yes of their own, signed in, takes that back.
    Refused: consent_unknown."""
    Customer.objects.select_for_update().get(id=customer_id)
    before = consents_of(customer_id)
    last = Consent.objects.filter(customer_id=customer_id).aggregate(at=Max("at"))["at"]
    at = now if last is None else max(now, last + timedelta(microseconds=1))
    _check(said)
    yes = {purpose for (purpose, _channel), given in said.choices.items() if given}
    back = stops.take_back(customer_id, yes, at) if said.source == "portal" else set()
    changed = {
        (purpose, channel): given
        for (purpose, channel), given in said.choices.items()
        if (purpose, channel) == JOINING
        or before.get((purpose, channel), False) != given
        or (given and purpose in back)
    }
    _write(customer_id, said, changed, at)
    noes = {purpose for (purpose, _channel), given in changed.items() if not given}
    if noes:
        stops.stop(marks_of(customer_id), noes, at)
    return len(changed)


def _check(said: Said) -> None:
    for purpose, channel in set(said.choices) - {JOINING}:
        if purpose not in PURPOSES or channel not in CHANNELS:
            raise Refused("consent_unknown")


def _write(customer_id: int, said: Said, choices: Choices, at: datetime) -> None:
    for (purpose, channel), given in choices.items():
        row = Consent.objects.create(
            customer_id=customer_id,
            purpose=purpose,
            channel=channel,
            given=given,
            wording=_wording(said.wordings.get(purpose, ""), said.language, at),
            at=at,
            source=said.source,
            actor=said.actor[:200],
            place=said.place,
        )
        keep_reason(key_of("consent", row.id), customer_id, said.reason, at)


def _wording(text: str, language: str, now: datetime) -> str:
    name = hashlib.sha256(f"{language}\0{text}".encode()).hexdigest()[:16]
    ConsentWording.objects.get_or_create(
        id=name, defaults={"language": language, "text": text[:1000], "first_at": now}
    )
    return name


@transaction.atomic
def stop(wanted: Stopping, said: Said, now: datetime) -> None:
    """Write no more about a purpose by a channel: to the address that a link was sent to, and to
    whoever it was sent to. Doing it again changes nothing."""
    marks = [wanted.mark]
    if wanted.customer_id is not None:
        marks += marks_of(wanted.customer_id)
        if wanted.purpose in PURPOSES:
            choices = {(wanted.purpose, wanted.channel): False}
            consent(wanted.customer_id, structs.replace(said, choices=choices), now)
    stops.stop(marks, {wanted.purpose}, now)


@transaction.atomic
def leave(customer_id: int, programme: str, said: Said, now: datetime) -> datetime:
    """Leave a programme; everything can be had back until the day that is returned. What was agreed
    to ends at once. Leaving again changes nothing. Refused: not_member."""
    member = HolderState.objects.filter(customer_id=customer_id, programme=programme, left_at=None)
    if not member.select_for_update().exists():
        raise Refused("not_member", programme=programme)
    row, _made = Leaving.objects.get_or_create(
        customer_id=customer_id,
        programme=programme,
        defaults={"left_at": now, "ends_at": now + TO_COME_BACK},
    )
    agreed = {place for place, yes in consents_of(customer_id).items() if yes} - {JOINING}
    given = dict.fromkeys(agreed, False)
    consent(customer_id, structs.replace(said, choices=given), now)
    return row.ends_at


@transaction.atomic
def come_back(customer_id: int, programme: str, now: datetime) -> None:
    """Take a leaving back; there being none is fine. Refused: leaving_over."""
    row = Leaving.objects.select_for_update().filter(customer_id=customer_id, programme=programme)
    found = row.first()
    if found is None:
        return
    if found.done_at is not None or found.ends_at <= now:
        raise Refused("leaving_over")
    row.delete()


def end_leavings(now: datetime) -> int:
    """What members held who left and did not come back is forfeited; how many. Each in a
    transaction of its own."""
    due = Leaving.objects.filter(ends_at__lte=now, done_at=None)
    ended = 0
    for customer_id, programme in list(due.values_list("customer_id", "programme")):
        ended += _end(customer_id, programme, now)
    return ended


@transaction.atomic
def _end(customer_id: int, programme: str, now: datetime) -> int:
    rows = Leaving.objects.select_for_update(skip_locked=True)
    row = rows.filter(customer_id=customer_id, programme=programme, done_at=None).first()
    if row is None or row.ends_at > now:
        return 0
    leavings.end(row, now)
    return 1
