"""Who may send a large file: asked by the server before it takes the file's body in."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from regulars.console.permissions import Right, may


def may_upload(cookies: str) -> bool:
    """Whether the Cookie header is of somebody who may import."""
    key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME)
    if not key:
        return False
    try:
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        return may(get_user(request), Right.IMPORT)
    finally:
        close_old_connections()
