"""What somebody sees when something goes wrong: what happened, what to do, and the request's id."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import loader

MEMBERS = ("/my/", "/r/", "/s/", "/panel/")
"""Where members and their friends are: they are not sent to the doors of staff."""
TILL = "/till/"
"""Where cashiers are: they find back to their own page."""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, stale=True)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    return _page(request, 500)


def _page(request: HttpRequest, status: int, *, stale: bool = False) -> HttpResponse:
    """Rendered without context processors: nothing here may need a database."""
    context = {
        "request_id": getattr(request, "request_id", ""),
        "status": status,
        "stale": stale,
        "at_till": request.path_info.startswith(TILL),
    }
    members = request.path_info.startswith(MEMBERS)
    template = (
        loader.get_template("portal/error.html", using="portal")
        if members
        else loader.get_template(f"{status}.html")
    )
    return HttpResponse(template.render(context), status=status)
