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


def api() -> str:
    """Every operation: what it takes, what it answers, an example of both."""
    told = made()
    parts = ["# API", MADE, BEGIN, "## Scopes", _scopes()]
    for path, operations in told["paths"].items():
        for method, one in operations.items():
            parts += [_operation(method.upper(), path, one)]
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
        parts += ["You send:", _example(one["requestBody"])]
    parts += ["You get:", _example(one["responses"]["200"])]
    rows = [(status, said["description"]) for status, said in one["responses"].items()]
    parts.append(table(("status", "when"), rows))
    return "\n\n".join(parts)


def _shown(schema: dict[str, Any]) -> str:
    return str(schema.get("description") or schema.get("type", ""))


def _example(content: dict[str, Any]) -> str:
    shown = content["content"]["application/json"]["example"]
    return f"```json\n{json.dumps(shown, indent=2, ensure_ascii=False)}\n```"
