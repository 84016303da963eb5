"""An invited friend claims what an advocate's code promises: an address, a mail, a button.

Claiming only writes down that somebody asked; a job writes the mail. So the page answers the same
in the same time whoever the address belongs to, and what somebody may not have is told by mail, to
them alone. Only the button in that mail makes anybody a customer.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from msgspec import Struct

from regulars.actions import signing_in
from regulars.actions.customers import NAME_LENGTH
from regulars.actions.later import later
from regulars.actions.mailing import Wanted, queue
from regulars.actions.members import join
from regulars.actions.portal_pages import Inviting, inviting
from regulars.actions.record import record
from regulars.actions.refused import Refused
from regulars.db.models import Business, Customer, FactKey, Invitation
from regulars.db.queries.advocates import made_code_of
from regulars.db.queries.portal import customer_of_email, first_name, token_hash
from regulars.db.stopped import INVITATIONS
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Identifier, Profile, Who
from regulars.engine.happenings import SignUp
from regulars.identity import without_cards

JOB = "mail_invitation"
LIFE = timedelta(days=7)
KEPT = timedelta(days=7)
"""An address that nobody confirmed is forgotten when its link ends."""


class Claim(Struct, frozen=True, kw_only=True):
    """Who claims: a normalised address, the code, where it comes from."""

    email: str
    code: str
    network: str
    language: str


def claim(wanted: Claim, now: datetime) -> None:
    """Have a mail written to whoever claims. Refused: sign_in_too_many."""
    whose = {"address": wanted.email, "network": wanted.network}
    signing_in.count_or_refuse("friend", whose, now)
    later(JOB, email=wanted.email, code=wanted.code, language=wanted.language)


@transaction.atomic
def write(wanted: Claim, now: datetime) -> None:
    """The mail: a link to confirm for somebody new, and a plain word for everybody else. Nothing
    where the owner of the address has stopped such mails."""
    found = inviting(wanted.code, now)
    if found is None:
        return
    customer = customer_of_email(wanted.email)
    with translation.override(wanted.language):
        if customer is not None:
            queue(_known(wanted, found, customer), now)
            return
        token = secrets.token_urlsafe(32)
        if queue(_new(wanted, found, token), now) is None:
            return
        Invitation.objects.create(
            token_hash=token_hash(token),
            code=made_code_of(found.advocate, found.programme) or found.code,
            email=wanted.email,
            language=wanted.language,
            created_at=now,
        )


def _new(wanted: Claim, found: Inviting, token: str) -> Wanted:
    name = found.name or gettext("A friend")
    values = {"name": name, "business": Business.objects.get(pk=1).name}
    lines = [
        gettext("%(name)s sent you to %(business)s.") % values,
        gettext("Open this link and press the button there, and what was promised is yours:"),
        settings.BASE_URL + reverse("portal:confirm", args=[token]),
        gettext("The link works for 7 days. We send no news unless you ask for them."),
        gettext("You did not ask for it? Then do nothing: in 7 days your address is forgotten."),
    ]
    return Wanted(
        kind="invitation",
        recipient=wanted.email,
        subject=gettext("%(name)s sent you to %(business)s") % values,
        text="\n\n".join(lines) + "\n",
        secret=True,
        worth=LIFE,
        purpose=INVITATIONS,
        about_id=found.advocate,
    )


def _known(wanted: Claim, found: Inviting, customer: Customer) -> Wanted:
    values = {"business": Business.objects.get(pk=1).name}
    if customer.id == found.advocate:
        told = gettext("This is your own link. It works for others: send it to a friend.")
    else:
        told = gettext("You are a customer already, so the gift for new friends is not for you.")
    lines = [told, gettext("Your card is here, with everything on it:")]
    lines.append(settings.BASE_URL + reverse("portal:card"))
    return Wanted(
        kind="invitation_known",
        recipient=wanted.email,
        subject=gettext("About your link for %(business)s") % values,
        text="\n\n".join(lines) + "\n",
        purpose=INVITATIONS,
        customer_id=customer.id,
    )


def _welcome(found: Confirming, customer: Customer) -> Wanted:
    """What somebody wants to have at hand who has just joined."""
    values = {
        "name": first_name(customer.name),
        "advocate": found.inviting.name or gettext("A friend"),
        "business": Business.objects.get(pk=1).name,
    }
    subject = gettext("Welcome to %(business)s: here is your card")
    if values["name"]:
        subject = gettext("Welcome, %(name)s: here is your card for %(business)s")
    lines = [
        gettext("%(advocate)s sent you. What was promised counts by itself with your first order.")
        % values,
        gettext("Show your card at the counter, or say this address:"),
        settings.BASE_URL + reverse("portal:card"),
        gettext("You get this because you joined with this address. News and offers are off; "
                "switch them on in your profile, only if you like."),
    ]  # fmt: skip
    return Wanted(
        kind="welcome",
        recipient=found.invitation.email,
        subject=subject % values,
        text="\n\n".join(lines) + "\n",
        customer_id=customer.id,
        about_id=found.inviting.advocate,
    )


class Confirming(Struct, frozen=True, kw_only=True):
    """What a link of an invitation opens."""

    invitation: Invitation
    inviting: Inviting


def confirming(token: str, now: datetime) -> Confirming | None:
    """What a link opens, if it works; looking does not use it up."""
    rows = Invitation.objects.filter(token_hash=token_hash(token), used_at=None)
    row = rows.filter(created_at__gt=now - LIFE).first()
    found = inviting(row.code, now) if row else None
    return Confirming(invitation=row, inviting=found) if row and found else None


class Coming(Struct, frozen=True, kw_only=True):
    """Somebody who presses the button: what they want to be called, and in which browser."""

    name: str
    device: str


def come(token: str, coming: Coming, now: datetime) -> str:
    """The friend becomes a customer and a member; the token of their session.

    Every step may be done again: a press that broke off is pressed again. Refused:
    member_link_spent, existing_customer (they came to be known meanwhile), programme_unknown.
    """
    found = confirming(token, now)
    if found is None:
        raise Refused("member_link_spent")
    row = found.invitation
    key = f"portal:friend:{row.token_hash[:40]}"
    if customer_of_email(row.email) is not None and not FactKey.objects.filter(key=key).exists():
        raise Refused("existing_customer")
    name = without_cards(" ".join(coming.name.split()))[:NAME_LENGTH]
    who = Who(
        identifiers=(Identifier("email", row.email),),
        profile=Profile(name=name, language=row.language),
    )
    fact = SignUp(key=key, at=row.created_at, via=row.code, source="portal")
    record([Arrival(fact=fact, who=who)], now=now)
    customer = customer_of_email(row.email)
    if customer is None:
        raise Refused("member_link_spent")
    join([customer.id], found.inviting.programme, since=row.created_at, now=now)
    with transaction.atomic():
        if not Invitation.objects.filter(pk=row.pk, used_at=None).update(used_at=now):
            raise Refused("member_link_spent")
        with translation.override(row.language):
            queue(_welcome(found, customer), now)
        return signing_in.session_for(customer.id, coming.device, now)


@transaction.atomic
def tidy(now: datetime) -> None:
    """Addresses of those who did not confirm are forgotten."""
    Invitation.objects.filter(created_at__lt=now - KEPT).delete()
