"""Who may open which page: one right for each page, one table of rights for each role.

A page says its right with `@needs(Right.…)`; `Gate` refuses every page that says none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import URLPattern, URLResolver, get_resolver
from django_htmx.http import HttpResponseClientRedirect
from msgspec import Struct

from regulars.db.models import Role, Staff
from regulars.db.queries.staff import places_of, second_factor_is_due

__all__ = ["Gate", "Right", "StaffRequest", "may", "needs", "pages", "places_of", "rights_of"]

P = ParamSpec("P")


class Right(StrEnum):
    """What a page asks of its reader. The first three are doors, the others are work."""

    OPEN = "open"  # anybody, signed in or not
    ENROL = "enrol"  # signed in, even while a second factor is still to be set up
    ACCOUNT = "account"  # signed in: one's own account
    SEE_CUSTOMERS = "see_customers"
    CHANGE_CUSTOMERS = "change_customers"
    MAKE_GOOD = "make_good"  # hand out vouchers, take back what was given, approve what others ask
    SEE_INSIGHTS = "see_insights"
    SEE_PROGRAMME = "see_programme"
    IMPORT = "import"
    EXPORT = "export"
    KEEP_REWARDS = "keep_rewards"
    MANAGE_STAFF = "manage_staff"
    CHANGE_SETTINGS = "change_settings"
    CHANGE_PROGRAMME = "change_programme"


_VIEWER = frozenset(
    {Right.ENROL, Right.ACCOUNT, Right.SEE_CUSTOMERS, Right.SEE_INSIGHTS, Right.SEE_PROGRAMME}
)
_STAFF = _VIEWER | {Right.CHANGE_CUSTOMERS}
_MANAGER = _STAFF | {
    Right.MAKE_GOOD,
    Right.IMPORT,
    Right.EXPORT,
    Right.KEEP_REWARDS,
    Right.MANAGE_STAFF,
}
RIGHTS: dict[str, frozenset[Right]] = {
    Role.VIEWER: _VIEWER,
    Role.STAFF: _STAFF,
    Role.MANAGER: _MANAGER,
    Role.OWNER: _MANAGER | {Right.CHANGE_SETTINGS, Right.CHANGE_PROGRAMME},
}
ACCOUNT_PAGES = {
    "account_login": Right.OPEN,
    "account_logout": Right.OPEN,
    "account_inactive": Right.OPEN,
    "mfa_authenticate": Right.OPEN,
    "account_reauthenticate": Right.ENROL,
    "mfa_reauthenticate": Right.ENROL,
    "mfa_reauthenticate_webauthn": Right.ENROL,
    "mfa_index": Right.ENROL,
    "mfa_activate_totp": Right.ENROL,
    "mfa_deactivate_totp": Right.ENROL,
    "mfa_view_recovery_codes": Right.ENROL,
    "mfa_generate_recovery_codes": Right.ENROL,
    "mfa_download_recovery_codes": Right.ENROL,
    "mfa_list_webauthn": Right.ENROL,
    "mfa_add_webauthn": Right.ENROL,
    "mfa_remove_webauthn": Right.ENROL,
    "mfa_edit_webauthn": Right.ENROL,
    "account_change_password": Right.ACCOUNT,
    "account_set_password": Right.ACCOUNT,
    "usersessions_list": Right.ACCOUNT,
}
"""Rights of the pages that django-allauth brings, by their name."""


class StaffRequest(HttpRequest):
    """A request behind `needs` with any right but `Right.OPEN`: somebody is signed in."""

    user: Staff


View = Callable[Concatenate[Any, P], HttpResponseBase]


def rights_of(staff: object) -> frozenset[Right]:
    """What somebody may do; nothing without an active account."""
    if isinstance(staff, Staff) and staff.is_active:
        return RIGHTS.get(staff.role, frozenset())
    return frozenset()


def may(staff: object, right: Right) -> bool:
    return right == Right.OPEN or right in rights_of(staff)


def needs(right: Right) -> Callable[[View[P]], View[P]]:
    """Open a page only to those who have `right`: others sign in first, or get 403."""

    def mark(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return check(request, right) or view(request, *args, **kwargs)

        guarded.right = right  # type: ignore[attr-defined]
        return guarded

    return mark


def check(request: HttpRequest, right: Right) -> HttpResponseBase | None:
    """Where to send this reader instead, or None to let them in; refuses with 403."""
    if right == Right.OPEN:
        return None
    if not request.user.is_authenticated:
        return _lead(request, resolve_url(settings.LOGIN_URL))
    if not may(request.user, right):
        raise PermissionDenied
    if right != Right.ENROL and second_factor_is_due(request.user):
        return _lead(request, resolve_url("mfa_index"))
    return None


def _lead(request: HttpRequest, address: str) -> HttpResponseBase:
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)
    if request.method == "GET":
        address += "?" + urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(address)


def right_of(view: object, name: str) -> Right | None:
    """The right that a page asks for, None if nobody said."""
    right = getattr(view, "right", None) or ACCOUNT_PAGES.get(name)
    return right if isinstance(right, Right) else None


class Page(Struct, frozen=True, kw_only=True):
    """A page among the addresses: its pattern, its name with its section, what it asks for."""

    pattern: str
    name: str
    right: Right | None


def pages() -> list[Page]:
    """Every page of this installation, in the order of the addresses."""
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, prefix: str, section: str) -> Iterator[Page]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{section}{entry.namespace}:" if entry.namespace else section
            yield from _walk(entry, pattern, inner)
        elif isinstance(entry, URLPattern):
            name = section + (entry.name or "")
            yield Page(pattern=pattern, name=name, right=right_of(entry.callback, name))


class Gate:
    """Keeps django-allauth's pages to the same rights, and every page without a right shut."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        if missing := [page.pattern for page in pages() if page.right is None]:
            raise ImproperlyConfigured(f"no right is named for {', '.join(missing)}: add @needs")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        if hasattr(view, "right"):
            return None
        match = request.resolver_match
        right = right_of(view, match.view_name if match else "")
        if right is None:
            raise PermissionDenied
        return check(request, right)
