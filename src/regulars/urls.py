"""Addresses: the console's and the accounts' pages, members' pages, where shops send orders."""

from django.urls import URLPattern, include, path
from django.views.generic import RedirectView

from regulars.api.hooks import hook
from regulars.api.urls import patterns
from regulars.console.permissions import Right, needs
from regulars.portal import urls as portal
from regulars.till.urls import urlpatterns as till


def _open(pattern: URLPattern) -> URLPattern:
    """A page without a right of staff: the API asks for a key, members have their own sessions."""
    pattern.callback.right = Right.OPEN  # type: ignore[attr-defined]
    return pattern


urlpatterns = [
    path("", needs(Right.OPEN)(RedirectView.as_view(pattern_name="console:today"))),
    path("api/v1/", include(([_open(one) for one in patterns()], "api"))),
    path("console/", include("regulars.console.urls")),
    path("console/accounts/", include("regulars.console.account_urls")),
    path("", include(([_open(one) for one in portal.urlpatterns], portal.app_name))),
    path("till/", include(([_open(one) for one in till], "till"))),
    path("hooks/<str:token>/", needs(Right.OPEN)(hook), name="hook"),
]

handler400 = "regulars.console.views.errors.bad_request"
handler403 = "regulars.console.views.errors.forbidden"
handler404 = "regulars.console.views.errors.not_found"
handler500 = "regulars.run.away.broken"
