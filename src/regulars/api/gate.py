"""Asked by the server while a body comes in: who may send a large one, and what else is said."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from msgspec import Struct, json

from regulars.api import answers
from regulars.api.answers import Speech
from regulars.api.door import BEARER
from regulars.api.problems import Problem
from regulars.db import api_keys

SCOPE, MEASURING = "facts:write", "metrics:read"
CODES = {408: "body_cut_short", 413: "body_too_big", 500: "broken", 503: "busy"}
"""What the server says by itself, before anybody else could."""


def may_send_batches(authorization: str) -> bool:
    """Whether this is a key that may record facts."""
    return _may(authorization, SCOPE)


def may_measure(authorization: str) -> bool:
    """Whether this is a key that may read figures of operation."""
    return _may(authorization, MEASURING)


def _may(authorization: str, scope: str) -> bool:
    if not authorization.lower().startswith(BEARER):
        return False
    try:
        with connection.cursor() as cursor:
            key = api_keys.found(cursor, authorization[len(BEARER) :].strip(), datetime.now(UTC))
    except DatabaseError:
        return False
    finally:
        close_old_connections()
    return key is not None and scope in key.scopes


def refusal(status: int, accepted: str, request_id: str, most: int) -> bytes:
    """What a machine is told by the server itself, in its language: of a body that is too large
    (more than `most` MB) or was cut short, of what broke, of too much work."""
    spoken = language(accepted)
    with translation.override(spoken):
        problem = Problem(CODES[status], "", most=most)
        return answers.rendered_problem(problem, Speech(spoken, {}, request_id)).body


def sentence(status: int, accepted: str, request_id: str, most: int) -> bytes:
    """The same for people: a sentence, and the id of the request."""
    told = json.decode(refusal(status, accepted, request_id, most), type=_Told)
    return f"{told.message} ({request_id})\n".encode()


class _Told(Struct):
    message: str


def language(accepted: str) -> str:
    """The first language that is accepted and that we speak, as Django finds it."""
    for code, _weight in parse_accept_lang_header(accepted.lower()) if accepted else ():
        if code == "*":
            break
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return str(settings.LANGUAGE_CODE)
