"""Addresses: the console's pages, the accounts' pages, the till, and where shops send orders."""

from django.urls import URLPattern, include, path
from django.views.generic import RedirectView

from regulars.api.hooks import hook
from regulars.api.urls import patterns
from regulars.console.permissions import Right, needs
from regulars.till.urls import urlpatterns as till


def _open(pattern: URLPattern) -> URLPattern:
    """A page that anybody may call: the API asks for a key instead, the till for its device."""
    pattern.callback.right = Right.OPEN  # type: ignore[attr-defined]
    return pattern


urlpatterns = [
    path("", needs(Right.OPEN)(RedirectView.as_view(pattern_name="console:today"))),
    path("api/v1/", include(([_open(one) for one in patterns()], "api"))),
    path("console/", include("regulars.console.urls")),
    path("console/accounts/", include("regulars.console.account_urls")),
    path("till/", include(([_open(one) for one in till], "till"))),
    path("hooks/<str:token>/", needs(Right.OPEN)(hook), name="hook"),
]

handler400 = "regulars.console.views.errors.bad_request"
handler403 = "regulars.console.views.errors.forbidden"
handler404 = "regulars.console.views.errors.not_found"
handler500 = "regulars.console.views.errors.broken"
