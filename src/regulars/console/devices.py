"""Devices by which somebody came in before, and networks at which they are signed in.

A device keeps marks of the people who came in by it, signed. A mark opens nothing: it lifts what
strangers have to do while passwords are guessed. It ends with the password that it was made with.
"""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from regulars.db.models import Staff
from regulars.db.queries.staff import by_email, was_at

SALT = "regulars.console.device"
YEAR = 365 * 24 * 3600
MOST = 10
"""So many people share one device at most; who came first is forgotten first."""


def cookie_name() -> str:
    """The prefix binds it to this host alone."""
    return "__Host-regulars_device" if settings.HTTPS else "regulars_device"


def knows(request: HttpRequest, email: str) -> bool:
    """Whether whoever has this address came in before by this device, or is signed in at its
    network."""
    marks = _marks(request)
    staff = by_email(email) if marks else None
    if staff is not None and _mark(staff) in marks:
        return True
    return was_at(email, str(get_adapter(request).get_client_ip(request)))


def remember(request: HttpRequest, response: HttpResponse, staff: Staff) -> None:
    """Leave with the browser that somebody came in by it."""
    marks = [_mark(staff), *(one for one in _marks(request) if one != _mark(staff))]
    response.set_cookie(
        cookie_name(),
        signing.dumps(marks[:MOST], salt=SALT, compress=True),
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )


def _marks(request: HttpRequest) -> list[str]:
    try:
        kept = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=YEAR)
    except signing.BadSignature:
        return []
    return [str(one) for one in kept]


def _mark(staff: Staff) -> str:
    told = f"{staff.pk}{staff.get_session_auth_hash()}"
    return salted_hmac(SALT, told, algorithm="sha256").hexdigest()[:32]
