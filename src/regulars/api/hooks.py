"""Where shops send their orders: `/hooks/TOKEN/`. The body is handed on exactly as it came."""

from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from regulars.actions import hooks
from regulars.actions.hooks import Received
from regulars.api.door import come_again
from regulars.db import disk
from regulars.sources.hooked import MOST_BYTES

STATUS = {
    "unknown": HTTPStatus.NOT_FOUND,
    "forged": HTTPStatus.UNAUTHORIZED,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unreadable": HTTPStatus.UNPROCESSABLE_ENTITY,
}


@csrf_exempt
@require_POST
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """A webhook of a shop: signed, so it needs neither session nor form token."""
    if disk.ROOM.is_over():
        said = {"state": "refused", "code": "disk_full"}
        return JsonResponse(said, status=503, headers=come_again("disk_full"))
    return _answer(_received(request, token))


def _received(request: HttpRequest, token: str) -> Received:
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length[:12]) > MOST_BYTES:
        return Received(state="too_large")
    try:
        body = request.body
    except RequestDataTooBig:
        return Received(state="too_large")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return hooks.receive(token, headers, body, now=timezone.now())


def _answer(received: Received) -> HttpResponse:
    told = {"state": received.state, "code": received.code, "place": received.place}
    said = {name: text for name, text in told.items() if text}
    return JsonResponse(said, status=STATUS.get(received.state, HTTPStatus.OK))
