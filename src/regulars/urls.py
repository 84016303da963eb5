"""Addresses: the console's pages and the accounts' pages."""

from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="console:today")),
    path("console/", include("regulars.console.urls")),
    path("console/accounts/", include("allauth.urls")),
]
