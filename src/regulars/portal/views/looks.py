"""The look of the business: files that a browser may keep, because their address changes."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from regulars.db.models import Brand
from regulars.db.queries import rewards
from regulars.db.queries.portal import brand
from regulars.portal.looks import mark as mark_of
from regulars.portal.looks import stylesheet as written


@require_safe
def stylesheet(request: HttpRequest, mark: str) -> HttpResponse:
    found = _brand(mark)
    return _kept(HttpResponse(written(found), content_type="text/css; charset=utf-8"))


@require_safe
def logo(request: HttpRequest, mark: str) -> HttpResponse:
    found = _brand(mark)
    if not found.logo:
        raise Http404
    return _kept(HttpResponse(bytes(found.logo), content_type=found.logo_type))


@require_safe
def picture(request: HttpRequest, mark: str) -> HttpResponse:
    """A reward's picture, with the type of what is in it."""
    found = rewards.picture(mark)
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.body), content_type=found.type)
    response.headers["Content-Disposition"] = "attachment"  # in a page it is shown all the same
    return _kept(response)


def _brand(mark: str) -> Brand:
    found = brand()
    if found is None or mark_of(found) != mark:
        raise Http404
    return found


def _kept(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
