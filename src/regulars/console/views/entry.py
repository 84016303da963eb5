"""The doors: links that work once, and asking for one when the password is forgotten."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.utils import perform_login
from allauth.core.ratelimit import consume_or_429
from babel.core import Locale, UnknownLocaleError
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from regulars.actions import staff as staff_actions
from regulars.actions.business import set_up
from regulars.actions.entry import Purpose, mail_ready, send_link, take_person
from regulars.actions.refused import Refused
from regulars.console import devices
from regulars.console.account_forms import (
    AcceptForm,
    ForgotForm,
    PasswordForm,
    SetUpForm,
    currency_of,
)
from regulars.console.permissions import Right, needs
from regulars.db.models import EntryLink, Staff
from regulars.db.queries.staff import open_link


@needs(Right.OPEN)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a link opens; only the button, a POST, uses it up."""
    link = open_link(token, timezone.now())
    if link is None:
        return _gone(request)
    try:
        return PAGES[Purpose(link.purpose)](request, token, link)
    except Refused as refused:
        return _gone(request, refused)


def _gone(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    values = {"refused": refused or Refused("link_spent")}
    return render(request, "console/entry/gone.html", values, status=404)


def _sign_in(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Through django-allauth's steps, so that a second factor is asked for."""
    if request.user.is_authenticated:
        logout(request)
    return cast(HttpResponse, perform_login(request, staff))


def _setup(request: HttpRequest, token: str, link: EntryLink) -> HttpResponse:
    form = SetUpForm(request.POST or None, initial=_guesses(request))
    if request.method == "POST" and form.is_valid():
        owner = set_up(form.settings(), form.owner(), timezone.now(), token=token)
        return _sign_in(request, owner)
    return render(request, "console/entry/setup.html", {"form": form})


def _enter(request: HttpRequest, token: str, link: EntryLink) -> HttpResponse:
    if request.method == "POST":
        return _sign_in(request, take_person(token, Purpose.ENTER, timezone.now()))
    return render(request, "console/entry/enter.html", {"person": link.staff})


def _invite(request: HttpRequest, token: str, link: EntryLink) -> HttpResponse:
    person = cast(Staff, link.staff)
    form = AcceptForm(request.POST or None, initial={"name": person.name}, staff=person)
    if request.method == "POST" and form.is_valid():
        name, password = form.cleaned_data["name"], form.cleaned_data["password"]
        staff = staff_actions.accept_invitation(token, name, password, timezone.now())
        return _sign_in(request, staff)
    return render(request, "console/entry/invite.html", {"form": form, "person": person})


def _reset(request: HttpRequest, token: str, link: EntryLink) -> HttpResponse:
    form = PasswordForm(request.POST or None, staff=link.staff)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        staff = staff_actions.reset_password(token, password, timezone.now())
        messages.success(request, _("Your password is changed. Sign in with the new one."))
        response = HttpResponseRedirect(reverse("account_login"))
        devices.remember(request, response, staff)
        return response
    return render(request, "console/entry/reset.html", {"form": form, "person": link.staff})


PAGES = {
    Purpose.SETUP: _setup,
    Purpose.ENTER: _enter,
    Purpose.INVITE: _invite,
    Purpose.RESET: _reset,
}


HOMES = {"de": "DE", "pl": "PL", "ro": "RO"}


def _guesses(request: HttpRequest) -> dict[str, Any]:
    """Country and currency from the browser's first language; its zone is read by a script."""
    language = (get_language() or "en")[:2]
    region = _territory(request.headers.get("Accept-Language", ""))
    region = region or HOMES.get(language, "GB")
    currency = currency_of(region) or "EUR"
    return {"region": region, "currency": currency, "language": language, "zone": "UTC"}


def _territory(wishes: str) -> str | None:
    first = wishes.split(",")[0].split(";")[0].strip()
    try:
        return Locale.parse(first, sep="-").territory
    except (ValueError, UnknownLocaleError):
        return None


@needs(Right.OPEN)
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Ask for a reset by mail; the answer never tells whether the address is known."""
    form = ForgotForm(request.POST or None)
    if request.method == "POST" and mail_ready() and form.is_valid():
        email = form.cleaned_data["email"].strip().lower()
        if too_many := consume_or_429(request, action="reset_password", key=email):
            return cast(HttpResponse, too_many)
        send_link(Purpose.RESET, email)
        return HttpResponseRedirect(reverse("account_reset_password_done"))
    values = {"form": form, "mail_ready": mail_ready()}
    return render(request, "console/entry/forgot.html", values)


@needs(Right.OPEN)
@require_safe
def forgot_done(request: HttpRequest) -> HttpResponse:
    return render(request, "console/entry/forgot_done.html")
