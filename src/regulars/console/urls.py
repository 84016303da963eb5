"""Addresses of the console. Each section keeps its own list; a page without a role is an error."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from regulars.console.views import language

app_name = "console"
urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", language.choose, name="language"),
]
