"""Addresses: the console's pages, the accounts' pages, and where shops send their orders."""

from django.urls import include, path
from django.views.generic import RedirectView

from regulars.api.hooks import hook
from regulars.console.permissions import Right, needs

urlpatterns = [
    path("", needs(Right.OPEN)(RedirectView.as_view(pattern_name="console:today"))),
    path("console/", include("regulars.console.urls")),
    path("console/accounts/", include("regulars.console.account_urls")),
    path("hooks/<str:token>/", needs(Right.OPEN)(hook), name="hook"),
]

handler400 = "regulars.console.views.errors.bad_request"
handler403 = "regulars.console.views.errors.forbidden"
handler404 = "regulars.console.views.errors.not_found"
handler500 = "regulars.console.views.errors.broken"
