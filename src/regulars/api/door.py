"""Every request on its way through: who asks, whether they may, what they sent, what they get."""

from __future__ import annotations

import logging
import re
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from regulars.actions.refused import Refused
from regulars.api import again, clock, signs
from regulars.api.answers import Rendered, Speech, encode, rendered_problem
from regulars.api.operations import MEGABYTE, Asked, Operation, Reply, Served
from regulars.api.problems import Problem, converted, decoded
from regulars.db import api_keys, disk, programmes
from regulars.db.api_keys import KeyRow, Spent

log = logging.getLogger("regulars.api")

BEARER = "bearer "
REMAINING = "RateLimit-Remaining"
BEGINS = "rgl_"
JSON = "application/json"
COME_AGAIN = {"busy": "1", "idempotency_working": "1", "disk_full": str(disk.RETRY_SECONDS)}
"""What passes by itself, and after how many seconds to try again."""
PLACES = {
    "asset_unknown": "asset",
    "idempotency_reused": again.HEADER,
    "idempotency_working": again.HEADER,
    "key_reused": "key",
    "programme_unknown": "programme",
    "redemption_over": "key",
    "redemption_unknown": "key",
    "stale": "If-Match",
}
"""Where a refusal stands of which the actions know nothing but the code."""
READS = ("quote_cart", "find_customer", "find_voucher", "preview_edition")
"""What is sent by POST and writes nothing."""


def answer(served: Served, request: HttpRequest, place: dict[str, str]) -> HttpResponse:
    """The answer to a request for an operation, whatever happens."""
    speech = Speech(translation.get_language() or "en", {}, str(getattr(request, "request_id", "")))
    headers: dict[str, str] = {}
    try:
        return _answered(served, request, place, headers)
    except Limited as problem:
        told = {**limit_headers(problem.spent), "Retry-After": str(problem.spent.seconds)}
        return failed(problem, speech, told)
    except Problem as problem:
        return failed(problem, speech, headers | come_again(problem.code))
    except Refused as refusal:
        told = headers | come_again(refusal.code)
        where = PLACES.get(refusal.code, "")
        return failed(Problem(refusal.code, where, **refusal.params), speech, told)
    except DatabaseError as error:
        log.exception("request %s: the database did not answer", speech.request_id)
        code = disk.code_of(error)
        return failed(Problem(code), speech, headers | come_again(code))
    except Exception:
        log.exception("request %s failed", speech.request_id)
        return failed(Problem("broken"), speech, headers)


def failed(problem: Problem, speech: Speech, headers: dict[str, str]) -> HttpResponse:
    """A problem as it is sent."""
    told = rendered_problem(problem, speech)
    if told.status == 401:
        headers = {**headers, "WWW-Authenticate": "Bearer"}
    return HttpResponse(told.body, status=told.status, content_type=JSON, headers=headers)


def _answered(
    served: Served, request: HttpRequest, place: dict[str, str], headers: dict[str, str]
) -> HttpResponse:
    operation, now = served.operation, clock.now()
    key = _key(request, now)
    headers |= _counted(key, now) | _to_go(operation)
    if operation.scope not in key.scopes:
        raise Problem("scope_missing", "", scope=operation.scope)
    if operation.method != "GET" and operation.name not in READS and disk.ROOM.is_over():
        raise Problem("disk_full")
    signs.check_texts(place)
    query: Any = converted(_with_plus(request.GET.dict()), operation.query)
    signs.check_texts(query)
    sent = _read(operation, request)
    asked = Asked(
        key=key,
        now=now,
        speech=_speech(request),
        region=str(getattr(getattr(request, "business", None), "region", "")),
        place=place,
        query=query,
        body=_understood(operation, sent),
        headers=request.headers,
    )
    return _sent(again.called(served, asked, sent), headers)


def _sent(reply: Reply, headers: dict[str, str]) -> HttpResponse:
    value = reply.value
    if isinstance(value, Rendered):
        value = value.body
    body = value if isinstance(value, bytes) else encode(value)
    told = {**headers, **reply.headers}
    return HttpResponse(body, status=reply.status, content_type=JSON, headers=told)


def _key(request: HttpRequest, now: datetime) -> KeyRow:
    """Whose key it is. Raises Problem."""
    if BEGINS in request.META.get("QUERY_STRING", ""):
        raise Problem("api_key_in_address")
    told = request.headers.get("Authorization", "")
    if not told.lower().startswith(BEARER):
        raise Problem("api_key_missing")
    with connection.cursor() as cursor:
        key = api_keys.found(cursor, told[len(BEARER) :].strip(), now)
    if key is None:
        raise Problem("api_key_unknown")
    return key


def _counted(key: KeyRow, now: datetime) -> dict[str, str]:
    """Count the request; the headers that say what is left. Raises Problem."""
    with connection.cursor() as cursor:
        spent = api_keys.spend(cursor, key, now)
    if spent.over:
        raise Limited(spent)
    return limit_headers(spent)


OFFSET = re.compile(r"(T[0-9:.]+) ([0-9]{2}:[0-9]{2})")
"""A time with its offset, whose plus sign an address turns into a blank."""


def _with_plus(query: dict[str, Any]) -> dict[str, str]:
    return {name: OFFSET.sub(r"\1+\2", str(one)) for name, one in query.items()}


def _to_go(operation: Operation) -> dict[str, str]:
    """Since when an operation is deprecated, in the form of RFC 9745."""
    since = operation.deprecated
    return {} if since is None else {"Deprecation": f"@{int(since.timestamp())}"}


def come_again(code: str) -> dict[str, str]:
    """When to send again what was refused with this code, if that may help."""
    return {"Retry-After": COME_AGAIN[code]} if code in COME_AGAIN else {}


def limit_headers(spent: Spent) -> dict[str, str]:
    """How much of a limit is left."""
    return {
        "RateLimit-Limit": str(spent.most),
        REMAINING: str(max(spent.left, 0)),
        "RateLimit-Reset": str(spent.seconds),
    }


class Limited(Problem):
    """Too many requests came with a key."""

    def __init__(self, spent: Spent) -> None:
        super().__init__("rate_limited", "", seconds=spent.seconds)
        self.spent = spent


def _read(operation: Operation, request: HttpRequest) -> bytes:
    """What was sent. Raises Problem."""
    if operation.body is None:
        return b""
    sent: bytes = request.read(operation.most_bytes + 1)
    if len(sent) > operation.most_bytes:
        raise Problem("body_too_big", "", most=operation.most_bytes // MEGABYTE)
    return sent


def _understood(operation: Operation, sent: bytes) -> Any:
    """What was sent, as the operation wants it. Raises Problem."""
    if operation.body is None or operation.raw:
        return sent
    told = decoded(_decoder(operation.body), sent)
    signs.check(told, sent, signs.LAID_OUT if operation.laid_out else signs.CONTROL)
    return told


@lru_cache(maxsize=64)
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)


def _speech(request: HttpRequest) -> Speech:
    with connection.cursor() as cursor:
        running = programmes.running(cursor)
    language = translation.get_language() or "en"
    return Speech(language, running, str(getattr(request, "request_id", "")))
