"""Addresses of pages as people are told them: whole, so that they can be printed and sent."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def whole(request: HttpRequest, path: str) -> str:
    """The whole address of a page: below the configured one, where there is one."""
    base = settings.BASE_URL or f"{request.scheme}://{request.get_host()}"
    return str(base) + path
