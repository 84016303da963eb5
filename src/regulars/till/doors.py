"""Who gets in: a browser that is a till, and a cashier who is signed in at it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from regulars.actions import tills
from regulars.db.models import Business, TillDevice
from regulars.db.queries.till import Worker, device_of, worker_of

DEVICE, SESSION = "regulars_till", "regulars_till_cashier"
LONG = 400 * 24 * 3600
"""As long as browsers keep a cookie; it is set anew with every cashier."""
BOOKING = ("till:book", "till:tap", "till:undo", "till:join")
P = ParamSpec("P")
View = Callable[Concatenate[Any, P], HttpResponseBase]


class TillRequest(HttpRequest):
    """A request of a browser that is a till; `worker` behind `working` only."""

    device: TillDevice
    worker: Worker
    business: Business


def paired(view: View[P]) -> View[P]:
    """Only for a browser that is a till; others are shown how it becomes one."""

    @wraps(view)
    def guarded(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        device = device_of(request.COOKIES.get(DEVICE, ""))
        if device is None:
            return lead(request, "till:pair")
        request.device = device
        return view(request, *args, **kwargs)

    guarded.door = "paired"  # type: ignore[attr-defined]
    return guarded


def working(view: View[P]) -> View[P]:
    """Only for a cashier at a till; it is used, so that the session goes on."""

    @paired
    @wraps(view)
    def guarded(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        now = timezone.now()
        worker = worker_of(request.device, request.COOKIES.get(SESSION, ""), now)
        if worker is None:
            return lead(request, "till:enter", _lost(request))
        tills.touch(request.device, now)
        request.worker = worker
        return view(request, *args, **kwargs)

    guarded.door = "working"  # type: ignore[attr-defined]
    return guarded


def _lost(request: Any) -> str:
    """Said to whoever meant to book something, and was signed out meanwhile."""
    match = request.resolver_match
    return "?unbooked" if request.method == "POST" and match.view_name in BOOKING else ""


def lead(request: Any, name: str, more: str = "") -> HttpResponseBase:
    """Send a browser elsewhere, a part of a page too."""
    address = reverse(name) + more
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address)


def wear(response: HttpResponse, name: str, token: str, seconds: int | None = None) -> None:
    """Give a browser a token that scripts cannot read and no other part of this host is sent."""
    response.set_cookie(
        name,
        token,
        max_age=seconds,
        path="/till/",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def drop(response: HttpResponse, name: str) -> None:
    """Take a token away."""
    response.delete_cookie(name, path="/till/", samesite="Lax")
