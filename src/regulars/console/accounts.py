"""How django-allauth is bent to this house: nobody signs themself up, nothing is told apart."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.actions import guessing
from regulars.console import devices
from regulars.db.models import Business, Staff
from regulars.db.queries.staff import SECOND_FACTORS, has_second_factor

SEAL = "regulars_login_seal"


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts: made by invitation only; a half-finished sign-in ends with the password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("This e-mail address and password do not belong together."),
        "too_many_login_attempts": _("Too many wrong tries. Wait five minutes, then try again."),
        "rate_limited": _("Too many tries. Wait five minutes, then try again."),
        "incorrect_code": _("This code is not right, or it is over. Take the one shown now."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your present password."),
        "account_inactive": _("This account is closed. Ask an owner to open it again."),
        "being_guessed": _(
            "Passwords are being guessed just now. Sign in where you did before, or choose a new "
            "password: ask for a link by mail, or an owner for one."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Staff, **kwargs: Any) -> HttpResponse | None:
        """Remember which password the sign-in started with, before a second factor is asked for."""
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        if response is None:
            request.session[SEAL] = user.get_session_auth_hash()
        return response

    def login(self, request: HttpRequest, user: Staff) -> None:
        """Finish a sign-in, unless the password or the account changed since it began."""
        if not user.is_active or request.session.pop(SEAL, "") != user.get_session_auth_hash():
            raise ImmediateHttpResponse(HttpResponseRedirect(resolve_url(settings.LOGIN_URL)))
        super().login(request, user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("console:account")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong tries count for an address at a network, under whatever name the server is called:
        a stranger elsewhere locks nobody out."""
        email = str(credentials.get("email", ""))
        return tries_key(email, str(self.get_client_ip(request)))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        email, network = _told(request, credentials)
        try:
            super().pre_authenticate(request, **credentials)
            if guessing.is_stopped(email, timezone.now()) and not devices.knows(request, email):
                raise self.validation_error("too_many_login_attempts")
        except ValidationError:
            guessing.note_stopped(network, timezone.now())
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Staff | None:
        """While passwords are guessed, nobody learns elsewhere whether one is right, and none alone
        lets anybody in who has not been there before."""
        staff: Staff | None = super().authenticate(request, **credentials)
        email, network = _told(request, credentials)
        if request.user.is_authenticated or not guessing.is_noticed(email, network, timezone.now()):
            return staff
        if devices.knows(request, email) or (staff and has_second_factor(staff)):
            return staff
        if staff:  # counted like a wrong one: how often one may try tells nothing either
            self.authentication_failed(request, **credentials)
            super().pre_authenticate(request, **credentials)
        raise self.validation_error("being_guessed")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        guessing.note_wrong(*_told(request, credentials), timezone.now())

    def post_login(self, request: HttpRequest, user: Staff, **kwargs: Any) -> HttpResponse:
        """The device is known from now on, of everybody who came in by it."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        devices.remember(request, response, user)
        return response


def _told(request: HttpRequest, credentials: dict[str, Any]) -> tuple[str, str]:
    """Whose address was typed, and at which network."""
    return str(credentials.get("email", "")), str(Adapter(request).get_client_ip(request))


def confirm(request: HttpRequest) -> None:
    """Ask for the password, or the second factor, again, unless that was a moment ago. What was
    sent is not kept meanwhile: the reader comes back to the page and sends it again."""
    if not did_recently_reauthenticate(request):
        request.method = "GET"
        raise ReauthenticationRequired


def tries_key(email: str, network: str) -> str:
    email = email.strip().lower()
    return f"login:{email}:{cache.get(_unlocked(email), 0)}:{network}"


def _unlocked(email: str) -> str:
    """Under what it is kept how often somebody was let try again, as long as tries count."""
    return "unlocked:" + hashlib.sha256(email.encode()).hexdigest()


def unlock(staff: Staff) -> None:
    """Forget the wrong tries at somebody's password and second factor, at every network."""
    guessing.forget(staff.email)
    kept = _unlocked(staff.email.strip().lower())
    cache.set(kept, cache.get(kept, 0) + 1, 2 * guessing.WINDOW)
    for rate in ratelimit.get_rates(app="allauth.account", action="login_failed"):
        if rate.per == "key":
            where = {"app": "allauth.account", "action": "login_failed", "rate": rate}
            key = f"mfa-auth-user-{staff.pk}"
            cache.delete(ratelimit.get_cache_key(HttpRequest(), key=key, **where))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: named after the business; the last one stays while it is required."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": Adapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _(
            "The business asks for a second factor. Set up another one first."
        ),
    }

    def get_totp_issuer(self) -> str:
        return self._get_site_name()

    def _get_site_name(self) -> str:
        return Business.objects.values_list("name", flat=True).first() or "Regulars"

    def generate_authenticator_name(self, user: Staff, type: str) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(number)s") % {"number": count + 1}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user=authenticator.user, type__in=SECOND_FACTORS)
        required = Business.objects.filter(second_factor_required=True).exists()
        return not required or others.exclude(pk=authenticator.pk).exists()
