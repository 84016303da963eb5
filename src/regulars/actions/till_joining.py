"""Somebody joins at the counter: known by a phone number or an e-mail address, and said yes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from msgspec import Struct, to_builtins

from regulars.actions.booking import Given
from regulars.actions.customers import NAME_LENGTH
from regulars.actions.known import known_customer
from regulars.actions.leavings import left
from regulars.actions.members import join
from regulars.actions.portal_profile import JOINING, NEWS, Said, consent
from regulars.actions.record import Source, record
from regulars.actions.refused import Refused
from regulars.actions.till_looking import ready
from regulars.actions.till_sales import MOST_WHYS, Deed, What, lock_key, note
from regulars.db.models import IdentifierRow, TillDeed
from regulars.db.queries import advocates
from regulars.db.queries.till import Brief, Worker, briefs, find
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Identifier, IdentifierKind, Profile, Who
from regulars.engine.happenings import SignUp
from regulars.identity import IdentityError, normalise, without_cards

MOST_CANDIDATES = 5


class Newcomer(Struct, frozen=True, kw_only=True):
    """Who joins, as a cashier typed it. `advocate` is the number of whoever sent them; `agreed`
    that they said yes to it aloud, `news` that they want to be written to; a `birthday` needs no
    year. `texts` are the sentences that were read to them, by purpose, `spoken` their language."""

    key: str
    contact: str
    name: str
    language: str
    region: str
    agreed: bool
    birthday: date | None = None
    news: bool = False
    texts: Mapping[str, str] = {}
    spoken: str = ""
    advocate: int | None = None


def contact_of(text: str, region: str) -> Identifier:
    """A phone number or an e-mail address. Refused: till_contact, bad_email, bad_phone."""
    text = text.strip()
    if not text:
        raise Refused("till_contact")
    kind: IdentifierKind = "email" if "@" in text else "phone"
    try:
        return Identifier(kind, normalise(kind, text, region=region))
    except IdentityError as error:
        raise Refused(error.code) from error


def enrol(worker: Worker, told: Newcomer, now: datetime) -> int:
    """Let somebody join every programme that runs; their number.

    Refused: till_consent, till_contact, bad_email, bad_phone, till_news, till_joined,
    till_no_programme, name_too_long.
    """
    contact = contact_of(told.contact, told.region)
    if not told.agreed:
        raise Refused("till_consent")
    if told.news and contact.kind != "email":
        raise Refused("till_news")
    if len(told.name) > NAME_LENGTH:
        raise Refused("name_too_long", most=NAME_LENGTH)
    running = ready()
    if not running:
        raise Refused("till_no_programme")
    with transaction.atomic():
        lock_key(told.key)
        before = TillDeed.objects.filter(key=told.key).first()
        if before is not None:
            return before.customer_id
        if IdentifierRow.objects.filter(kind=contact.kind, value=contact.value).exists():
            raise Refused("till_joined")
        name = without_cards(" ".join(told.name.split()))
        profile = Profile(name=name, language=told.language, birth_date=told.birthday)
        number = known_customer(Who(identifiers=(contact,), profile=profile), now)
        for programme in running:
            join([number], programme, since=now, now=now)
        heard = Heard(worker, told.texts, told.spoken)
        agree(number, heard, {JOINING: True, **({NEWS: True} if told.news else {})}, now)
        via = _code(told.advocate, list(running))
        fact = SignUp(key=told.key, at=now, source="till", via=via)
        (came,) = record([Arrival(fact=fact)], now=now, source=Source(owner=number, explain=True))
        note(
            Deed(
                worker=worker,
                key=told.key,
                what=What.ENROL,
                customer=number,
                at=now,
                now=now,
                details={
                    "agreed": "aloud",
                    "language": told.language,
                    "sent": bool(via),
                    **_given(came.given or []),
                },
            )
        )
        return number


def _given(given: Iterable[Given]) -> dict[str, Any]:
    """What joining brought, by programme, and why."""
    whys = [[one.programme, to_builtins(why)] for one in given for why in one.whys]
    return {"gave": {one.programme: one.gave for one in given}, "whys": whys[:MOST_WHYS]}


class Heard(Struct, frozen=True):
    """Who read which sentences to somebody, by purpose, in which language."""

    worker: Worker
    texts: Mapping[str, str]
    language: str


def agree(
    number: int, heard: Heard, choices: Mapping[tuple[str, str], bool], now: datetime
) -> None:
    """Write down what somebody said yes to at a counter: who asked, where, when, which words."""
    said = Said(
        choices=choices,
        wordings=heard.texts,
        language=heard.language,
        source="till",
        actor=f"cashier {heard.worker.cashier.pk}",
        place=heard.worker.device.place_id,
    )
    consent(number, said, now)


def join_known(heard: Heard, number: int, key: str, now: datetime) -> None:
    """Let somebody who is known already join, after they said yes; whoever left comes back, to
    everything while they may, with nothing after that. Refused: till_no_programme."""
    worker = heard.worker
    running = ready()
    if not running:
        raise Refused("till_no_programme")
    with transaction.atomic():
        lock_key(key)
        if TillDeed.objects.filter(key=key).exists():
            return
        back = [one for one in left(number) if one in running]
        for programme in running:
            join([number], programme, since=now, now=now)
        agree(number, heard, {JOINING: True}, now)
        note(
            Deed(
                worker=worker,
                key=key,
                what=What.ENROL,
                customer=number,
                at=now,
                now=now,
                details={"agreed": "aloud", "known": True, "back": back},
            )
        )


def _code(advocate: int | None, running: list[str]) -> str:
    """The code of whoever sent somebody."""
    if advocate is None:
        return ""
    codes = (advocates.made_code_of(advocate, programme) for programme in running)
    return next((code for code in codes if code), "")


def senders(text: str, region: str) -> list[Brief]:
    """Who may be meant as the one who sent somebody: by code, phone number or name."""
    text = text.strip()
    if not text:
        return []
    owner = advocates.owner_of(text)
    people = briefs([owner]) if owner is not None else find(text, region).people
    return [one for one in people if one.programmes][:MOST_CANDIDATES]
