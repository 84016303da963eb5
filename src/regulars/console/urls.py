"""Addresses of the console. Each section keeps its own list; a page without a role is an error."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "console"
urlpatterns: list[URLPattern | URLResolver] = []
