"""Members come in by mail, without a password: a code for the browser that asked, or a link.

Whoever asks gets the same answer in the same time, whether the address is known or not: asking
only writes down that somebody did. A job looks the address up, and writes to those who are known.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext
from msgspec import Struct

from regulars.actions.later import later
from regulars.actions.mailing import Wanted, queue
from regulars.actions.refused import Refused
from regulars.db import api_keys
from regulars.db.models import Business, Customer, EntryTicket, MemberSession, SignInTry
from regulars.db.queries.history import end_of
from regulars.db.queries.portal import customer_of_email, open_ticket, open_try, token_hash

JOB = "mail_sign_in"
LIFE = timedelta(minutes=15)
TRIES = 5
SESSION = timedelta(days=90)
TICKET = timedelta(days=1)
KEPT = timedelta(days=1)
HOUR = 3600
BY_ADDRESS, BY_NETWORK = 5, 30
"""So many mails an hour are sent to one address, and asked for from one place."""
ROOMS = 1 << 16
"""Counters are kept under a hash of so many values, so that counting takes no more room."""
DEVICE_LENGTH = 60
Try = SignInTry


class Asking(Struct, frozen=True, kw_only=True):
    """Who wants in: a normalised `email`, the `browser` by what it keeps, the `network` it comes
    from."""

    email: str
    browser: str
    network: str
    language: str


def ask(asking: Asking, now: datetime) -> None:
    """Have somebody written to, if they are known. Refused: sign_in_too_many."""
    count_or_refuse("sign-in", {"address": asking.email, "network": asking.network}, now)
    browser = token_hash(asking.browser)
    with transaction.atomic():
        Try.objects.filter(browser=browser).delete()
        Try.objects.create(browser=browser, email=asking.email, created_at=now)
        later(JOB, browser=browser, language=asking.language)


def count_or_refuse(what: str, whose: dict[str, str], now: datetime) -> None:
    """Count one more for an address and for a network, whatever comes of it.

    Refused: sign_in_too_many.
    """
    most = {"address": BY_ADDRESS, "network": BY_NETWORK}
    with connection.cursor() as cursor:
        spent = [
            api_keys.count(cursor, f"{what}:{kind}:{_room(value)}", most[kind], now, (HOUR, 1))
            for kind, value in whose.items()
        ]
    if any(one.over for one in spent):
        raise Refused("sign_in_too_many")


def _room(value: str) -> int:
    return int(salted_hmac("regulars.portal.count", value.lower()).hexdigest()[:8], 16) % ROOMS


@transaction.atomic
def write(browser: str, language: str, now: datetime) -> bool:
    """Make code and link of what was asked for, and mail them; a job's work. Nothing is sent, and
    False said, where the address is nobody's or the browser has asked anew."""
    row = Try.objects.select_for_update().filter(browser=browser, used_at=None).first()
    if row is None or row.code_hash or row.created_at + LIFE <= now:
        return False
    customer = customer_of_email(row.email)
    if customer is None:
        return False
    code, token = f"{secrets.randbelow(10**6):06}", secrets.token_urlsafe(32)
    row.code_hash, row.link_hash = _code_hash(browser, code), token_hash(token)
    row.save(update_fields=["code_hash", "link_hash"])
    with translation.override(_language(customer, language)):
        queue(_mail(row, customer, code, token), now)
    return True


def _language(customer: Customer, asked: str) -> str:
    return customer.language if customer.language in dict(settings.LANGUAGES) else asked


def _mail(row: SignInTry, customer: Customer, code: str, token: str) -> Wanted:
    business = Business.objects.get(pk=1).name
    values = {"code": f"{code[:3]} {code[3:]}", "business": business}
    lines = [
        gettext("Your code for %(business)s is %(code)s.") % values,
        gettext("Type it where you asked for it. It works once, for 15 minutes."),
    ]
    if settings.BASE_URL:
        lines += [
            gettext("Or open this link and press the button there:"),
            settings.BASE_URL + reverse("portal:enter", args=[token]),
        ]
    lines.append(gettext("You did not ask for it? Then do nothing: nobody comes in without it."))
    return Wanted(
        kind="sign_in",
        recipient=row.email,
        subject=gettext("%(code)s is your code for %(business)s") % values,
        text="\n\n".join(lines) + "\n",
        customer_id=customer.id,
        secret=True,
        worth=LIFE,
    )


def _code_hash(browser: str, code: str) -> str:
    return salted_hmac("regulars.portal.code", browser + code, algorithm="sha256").hexdigest()


def enter_by_code(browser_token: str, code: str, device: str, now: datetime) -> str:
    """Sign in the browser that asked; the token of its session. A wrong code is counted, and after
    some of them nothing works any more. Refused: sign_in_wrong, sign_in_over."""
    browser = token_hash(browser_token)
    given = _code_hash(browser, "".join(filter(str.isdigit, code)))
    with transaction.atomic():
        row = Try.objects.select_for_update().filter(browser=browser, used_at=None).first()
        if row is None or row.created_at + LIFE <= now or row.wrong >= TRIES:
            raise Refused("sign_in_over")
        if constant_time_compare(given, row.code_hash):
            return _let_in(row, device, now)
        row.wrong += 1
        row.save(update_fields=["wrong"])
    raise Refused("sign_in_wrong", left=TRIES - row.wrong)


def enter_by_link(token: str, device: str, now: datetime) -> str:
    """Sign in by a link, once; the token of the session. Refused: member_link_spent."""
    with transaction.atomic():
        row = open_try(token, now - LIFE, lock=True)
        if row is not None:
            return _let_in(row, device, now)
        ticket = open_ticket(token, now, lock=True)
        if ticket is None:
            raise Refused("member_link_spent")
        EntryTicket.objects.filter(pk=ticket.pk).update(used_at=now)
        return session_for(ticket.customer_id, device, now)


def _let_in(row: SignInTry, device: str, now: datetime) -> str:
    customer = customer_of_email(row.email)
    if customer is None:
        raise Refused("member_link_spent")
    Try.objects.filter(pk=row.pk).update(used_at=now)
    return session_for(customer.id, device, now)


def session_for(customer_id: int, device: str, now: datetime) -> str:
    """A new session of a member who has proved who they are; its token."""
    token = secrets.token_urlsafe(32)
    MemberSession.objects.create(
        token_hash=token_hash(token),
        customer_id=end_of(customer_id),
        device=device[:DEVICE_LENGTH],
        created_at=now,
        seen_at=now,
        expires_at=now + SESSION,
    )
    return token


@transaction.atomic
def make_ticket(customer_id: int, now: datetime) -> str:
    """A token that signs a member in once, within a day, without a mail."""
    token = secrets.token_urlsafe(32)
    EntryTicket.objects.create(
        token_hash=token_hash(token),
        customer_id=customer_id,
        created_at=now,
        expires_at=now + TICKET,
    )
    return token


def leave_browser(token: str) -> None:
    """End the session of this browser; one that is not there is fine."""
    MemberSession.objects.filter(token_hash=token_hash(token)).delete()


def end_session(customer_id: int, public_id: str) -> None:
    """End one of a member's own sessions; somebody else's stays as it is."""
    try:
        wanted = UUID(public_id)
    except ValueError:
        return
    MemberSession.objects.filter(customer_id=customer_id, public_id=wanted).delete()


def end_others(customer_id: int, token: str) -> None:
    """End all of a member's sessions but this one."""
    mine = MemberSession.objects.filter(customer_id=customer_id)
    mine.exclude(token_hash=token_hash(token)).delete()


def seen(session: MemberSession, now: datetime) -> None:
    """Note that a session is in use, once a day at most."""
    if now - session.seen_at > timedelta(days=1):
        MemberSession.objects.filter(pk=session.pk).update(seen_at=now)


@transaction.atomic
def tidy(now: datetime) -> None:
    """What has ended is forgotten."""
    Try.objects.filter(created_at__lt=now - KEPT).delete()
    EntryTicket.objects.filter(expires_at__lt=now - KEPT).delete()
    MemberSession.objects.filter(expires_at__lte=now).delete()
