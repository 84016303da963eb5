"""What every answer carries (headers, request id) and who reads it (language, zone, business)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from regulars.db import tracing
from regulars.db.models import Business

Answer = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "manifest-src 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
WIDGET = "/static/regulars/widget.js"
KEPT = ("/looks/",)
"""Where addresses change with what lies there, as those of static files do: a browser keeps it."""
CAMERA = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"
"""At the till alone: it scans cards."""
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class SecurityHeaders:
    """Sets the headers on every answer, errors included, and gives each request an id.

    Stands outermost. The server in front may set `X-Request-Id`; without a valid one we make it.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        with tracing.under(request_id):
            response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        _let_in(request, response)
        if request.path_info.startswith("/till/"):
            response.headers["Permissions-Policy"] = CAMERA
        response.headers["X-Request-Id"] = request_id
        if settings.SECURE_HSTS_SECONDS:  # set only where people use https, proxy or not
            response.headers["Strict-Transport-Security"] = (
                f"max-age={settings.SECURE_HSTS_SECONDS}"
            )
        if not _static(request, response):
            response.headers["Cache-Control"] = "no-store"
        return response


def _let_in(request: HttpRequest, response: HttpResponse) -> None:
    """The two things that other pages may use: the panel in a frame, by the origins that its page
    names (`framed_by`), and the script that opens it."""
    if framed_by := getattr(response, "framed_by", ""):
        policy = POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {framed_by}")
        response.headers["Content-Security-Policy"] = policy
        del response.headers["X-Frame-Options"]
    if request.path_info == WIDGET:
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def _static(request: HttpRequest, response: HttpResponse) -> bool:
    served = response.status_code in (200, 206, 304)
    return served and request.path_info.startswith((settings.STATIC_URL, *KEPT))


class Reader:
    """Answers in the reader's language and in the business's time zone.

    A signed-in person's own language wins over the cookie and the browser's wish, which Django's
    LocaleMiddleware has read before. Sets `request.business`: the row, or None before set-up.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        business = Business.objects.filter(pk=1).first()
        request.business = business  # type: ignore[attr-defined]
        language = _own_language(request)
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        with timezone.override(ZoneInfo(business.zone) if business else None):
            return self.get_response(request)


def _own_language(request: HttpRequest) -> str:
    language = str(getattr(request.user, "language", ""))
    return language if language in dict(settings.LANGUAGES) else ""
