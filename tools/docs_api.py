"""The reference of the API, made from its schema."""

from __future__ import annotations

import json
import os
from typing import Any

from docs_text import MADE, table

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")

import django

django.setup()

import regulars.api.calls  # noqa: F401 - registers the operations
from regulars.actions.api_keys import SCOPES
from regulars.api.schema import made

BEGIN = """\
Every address begins with `/api/v1`. A key goes in the header `Authorization: Bearer YOUR_KEY`;
`regulars key create` makes one. The whole schema (OpenAPI 3.1) is at `/api/v1/openapi.json`.
Money and amounts of assets are decimal text, times are RFC 3339 with an offset, and a field that
nobody knows is refused. [Sell a coffee](../how-to/api.md) shows it all in one go."""


SHAPES = """\
What is sent and what comes back, field by field. Of what is sent a field may be left out unless it
*must be given*; of what comes back all fields are always there."""


def api() -> str:
    """Every operation: what it takes, what it answers, an example of both."""
    told = made()
    parts = ["# API", MADE, BEGIN, "## Scopes", _scopes()]
    for path, operations in told["paths"].items():
        for method, one in operations.items():
            parts += [_operation(method.upper(), path, one)]
    parts += ["## Shapes", SHAPES]
    for name, shape in told["components"]["schemas"].items():
        parts += [f"### {name}", shape["description"], _fields(shape)]
    return "\n\n".join(parts) + "\n"


def _scopes() -> str:
    rows = [(f"`{name}`", text) for name, text in SCOPES.items()]
    return table(("scope", "what a key with it may do"), rows)


def _operation(method: str, path: str, one: dict[str, Any]) -> str:
    parts = [f"## {method} {path}", one["summary"], one["description"]]
    if one["parameters"]:
        rows = [
            (f"`{each['name']}`", each["in"], each.get("description") or _shown(each["schema"]))
            for each in one["parameters"]
        ]
        parts.append(table(("parameter", "where", "meaning"), rows))
    if "requestBody" in one:
        parts += [f"You send {_shape(one['requestBody'])}:", _example(one["requestBody"])]
    got = one["responses"]["200"]
    parts += [f"You get {_shape(got)}:", _example(got)]
    statuses = [(status, said["description"]) for status, said in one["responses"].items()]
    parts.append(table(("status", "when"), statuses))
    return "\n\n".join(parts)


def _shown(schema: dict[str, Any]) -> str:
    return str(schema.get("description") or schema.get("type", ""))


def _shape(content: dict[str, Any]) -> str:
    return _kind(content["content"]["application/json"]["schema"])


def _fields(shape: dict[str, Any]) -> str:
    given = () if "additionalProperties" not in shape else shape.get("required", ())
    rows = [
        (f"`{name}`", _kind(one) + (", *must be given*" if name in given else ""), _meaning(one))
        for name, one in shape["properties"].items()
    ]
    return table(("field", "values", "meaning"), rows)


def _meaning(schema: dict[str, Any]) -> str:
    said = [schema.get("description", "")]
    said += [one.get("description", "") for one in schema.get("anyOf", ()) if not said[0]]
    return " ".join(one for one in said if one)


def _kind(schema: dict[str, Any]) -> str:
    """What may stand in a field, with links to shapes."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(map(_kind, schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        return f"list of {_kind(schema['items'])}"
    if kind == "object":
        return f"names, each with {_kind(schema['additionalProperties'])}"
    if kind == "string":
        return _text(schema)
    return KINDS[str(kind)]


KINDS = {"integer": "whole number", "boolean": "true or false", "null": "null"}
FORMATS = {"date-time": "moment", "date": "day", "uuid": "id"}


def _text(schema: dict[str, Any]) -> str:
    if "format" in schema:
        return FORMATS[schema["format"]]
    if "[0-9]{1,12}" in schema.get("pattern", ""):
        return "decimal text"
    most = schema.get("maxLength")
    return f"text, at most {most} letters" if most else "text"


def _example(content: dict[str, Any]) -> str:
    shown = content["content"]["application/json"]["example"]
    return f"```json\n{json.dumps(shown, indent=2, ensure_ascii=False)}\n```"
