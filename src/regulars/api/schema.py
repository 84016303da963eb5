"""The schema of the API (OpenAPI 3.1), made of the shapes that read and write."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from inspect import cleandoc
from typing import Any

import msgspec
from django.conf import settings

from regulars.api import examples
from regulars.api.answers import ErrorOut
from regulars.api.facts import MOST_FACTS, BatchIn
from regulars.api.meanings import meaning
from regulars.api.operations import SERVED, Operation, Served
from regulars.api.shapes import AnyFactIn
from regulars.api.status import ALWAYS, WRONG, status_of

TITLE = "Regulars"
VERSION = "1"
REFERENCES = "#/components/schemas/{name}"
MEANS = {
    200: "Done.",
    304: "Nothing has changed.",
    400: "The body cannot be read.",
    401: "The key is missing or does not hold.",
    403: "The key may not do this.",
    404: "There is no such thing.",
    409: "It contradicts what was said before.",
    412: "It has changed meanwhile.",
    413: "Too much at once.",
    422: "Understood, and refused.",
    429: "Too many requests.",
    500: "Something went wrong here.",
    503: "Busy for a moment; send it again.",
}
LIMITS = {
    "RateLimit-Limit": "How many requests a minute the key may send.",
    "RateLimit-Remaining": "How many of them are left.",
    "RateLimit-Reset": "In how many seconds it begins anew.",
    "X-Request-Id": "The id under which our log knows the request.",
}
KEY = "key"


@lru_cache(maxsize=1)
def made() -> dict[str, Any]:
    """The whole document."""
    bodies = [one.operation.body for one in SERVED if one.operation.body is not None]
    answers = [one.operation.answers for one in SERVED]
    types = list(dict.fromkeys([*bodies, *answers, ErrorOut]))
    schemas, components = msgspec.json.schema_components(types, ref_template=REFERENCES)
    told = dict(zip(types, schemas, strict=True))
    for name, one in components.items():
        _explain(name, one)
    if BatchIn in told:
        facts = components["BatchIn"]["properties"]["facts"]
        facts |= {"items": told[AnyFactIn], "minItems": 1, "maxItems": MOST_FACTS}
    paths: dict[str, dict[str, Any]] = {}
    for one in SERVED:
        path = paths.setdefault(f"/api/v1{one.operation.path}", {})
        path[one.operation.method.lower()] = _operation(one, told)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "description": ABOUT},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {KEY: BEARER}},
        "security": [{KEY: []}],
        "servers": [{"url": "/"}],
    }


def _explain(shape: str, schema: dict[str, Any]) -> None:
    """Say what each field means; of an answer, that it is always there."""
    if "description" in schema:
        schema["description"] = cleandoc(schema["description"])
    if shape.endswith("Out"):
        schema["required"] = list(schema["properties"])
    for name, one in schema["properties"].items():
        said = meaning(shape, name, one.get("description", ""))
        if said and "$ref" not in one:
            one["description"] = said


ABOUT = (
    "Money and amounts of assets are decimal text, times are RFC 3339. What you send carries a key "
    "of your own and counts once for ever: sent again, it is answered again and marked with "
    "`Idempotent-Replay: true`. With the header `Idempotency-Key` the answer is, byte by byte, the "
    "first one."
)
BEARER = {"type": "http", "scheme": "bearer", "description": "A key of `regulars key create`."}


def encoded() -> bytes:
    """The document as JSON."""
    return msgspec.json.encode(made())


def _operation(served: Served, told: dict[Any, Any]) -> dict[str, Any]:
    operation = served.operation
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": served.summary,
        "description": f"Needs the scope `{operation.scope}`.",
        "tags": [operation.group],
        "parameters": [*_places(operation), *_query(operation), *_headers(operation)],
        "responses": _responses(operation, told),
        "security": [{KEY: [operation.scope]}],
    }
    if operation.deprecated is not None:
        found["deprecated"] = True
    if operation.body is not None:
        content = {"schema": told[operation.body], "example": operation.body_example}
        found["requestBody"] = {"required": True, "content": {"application/json": content}}
    return found


def _places(operation: Operation) -> Iterable[dict[str, Any]]:
    values = {"programme": "corner_club", "customer": examples.MEMBER, "edition": "cafe_points"}
    for name, text in operation.place.items():
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": text,
            "schema": {"type": "string"},
            "example": values[name],
        }


def _query(operation: Operation) -> Iterable[dict[str, Any]]:
    (schema,), parts = msgspec.json.schema_components([operation.query], ref_template=REFERENCES)
    del schema
    shape = parts[operation.query.__name__]
    for name, one in shape["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in shape.get("required", ()),
            "description": meaning(operation.query.__name__, name, one.get("description", "")),
            "schema": _of_text(one),
        }


def _of_text(schema: dict[str, Any]) -> dict[str, Any]:
    """A query has no null: what may be left out is left out."""
    told = {name: one for name, one in schema.items() if name != "default"}
    given = [one for one in told.pop("anyOf", []) if one.get("type") != "null"]
    return told | given[0] if given else schema


def _headers(operation: Operation) -> Iterable[dict[str, Any]]:
    spoken = ", ".join(code for code, _name in settings.LANGUAGES)
    wanted = {"Accept-Language": f"The language of sentences: {spoken}."}
    if "stale" in operation.refuses:
        wanted["If-Match"] = "The ETag of the member: refused where they have changed since."
    if operation.name == "get_member":
        wanted["If-None-Match"] = "The ETag that is known: 304 where nothing has changed."
    if operation.again:
        wanted["Idempotency-Key"] = (
            "Your own name for the request: sent again within 7 days, it gets the same answer."
        )
    if operation.name.startswith("record_"):
        wanted["Prefer"] = "`return=minimal` leaves out why."
    for name, text in wanted.items():
        yield {
            "name": name,
            "in": "header",
            "required": False,
            "description": text,
            "schema": {"type": "string"},
        }


def _responses(operation: Operation, told: dict[Any, Any]) -> dict[str, Any]:
    content = {"schema": told[operation.answers], "example": operation.example}
    found: dict[str, Any] = {
        "200": {
            "description": MEANS[200],
            "headers": {name: _header(text) for name, text in LIMITS.items()},
            "content": {"application/json": content},
        }
    }
    if operation.name in ("get_member", "join_programme"):
        found["200"]["headers"]["ETag"] = _header("Changes when anything about the member does.")
        found["304"] = {"description": MEANS[304]}
    codes: dict[int, list[str]] = {WRONG: []}
    more = ("idempotency_reused", "idempotency_working") if operation.again else ()
    for code in (*ALWAYS, *more, *operation.refuses):
        codes.setdefault(status_of(code), []).append(code)
    for status, names in sorted(codes.items()):
        content = {"schema": told[ErrorOut], "example": _error(names)}
        said = f" `{'`, `'.join(names)}`" if names else ""
        found[str(status)] = {
            "description": MEANS[status] + said,
            "content": {"application/json": content},
        }
    return found


def _error(codes: list[str]) -> dict[str, Any]:
    return examples.ERROR if not codes else {**examples.ERROR, "code": codes[-1]}


def _header(text: str) -> dict[str, Any]:
    return {"description": text, "schema": {"type": "string"}}
