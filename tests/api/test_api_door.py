"""Who may ask what: keys, scopes, limits, and what a stranger learns."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from api_kit import CLUB, Caller, cafe, key, stand_still
from django.test import RequestFactory
from msgspec import structs

from regulars.actions.api_keys import SCOPES
from regulars.api import door, schema
from regulars.api.answers import ErrorOut
from regulars.api.asking import Scope
from regulars.api.meanings import ALIKE, MEANINGS
from regulars.api.operations import SERVED, Served
from regulars.api.schema import made
from regulars.api.status import STATUS
from regulars.api.urls import api
from regulars.db.models import ApiKey, ApiUse
from regulars.words.reasons import REASONS

EVERY = pytest.mark.parametrize("served", SERVED, ids=lambda one: one.operation.name)
NAMES = {"programme": CLUB, "customer": "0b7c7a52-6f0d-4a43-9d3e-0d2b3e0f9a11", "edition": "e"}


def ask(caller: Caller, served: Served) -> Any:
    operation = served.operation
    path = operation.path.format(**NAMES)
    if operation.method == "GET":
        return caller.get(path + ("?key=r1" if operation.name == "get_redemption" else ""))
    return caller.post(path, operation.body_example or {})


@EVERY
@pytest.mark.django_db
def test_every_operation_refuses_a_key_without_its_scope(served: Served) -> None:
    cafe()
    others = tuple(one for one in SCOPES if one != served.operation.scope)
    told = ask(Caller(key(*others)), served)
    assert (told.status, told.said["code"]) == (403, "scope_missing")
    assert served.operation.scope in told.said["remedy"]


@EVERY
@pytest.mark.django_db
@pytest.mark.parametrize("sent", ["", "rgl_nobody"])
def test_every_operation_refuses_strangers(served: Served, sent: str) -> None:
    told = ask(Caller(sent), served)
    assert told.status == 401
    assert told.headers["WWW-Authenticate"] == "Bearer"


@EVERY
@pytest.mark.django_db
def test_every_operation_lets_its_scope_in(served: Served) -> None:
    cafe()
    more = SCOPES if served.operation.name == "create_key" else ()
    told = ask(Caller(key(served.operation.scope, *more)), served)
    assert told.status not in (401, 403, 500)


@pytest.mark.django_db
def test_a_key_in_the_address_is_refused_though_it_is_right() -> None:
    caller = cafe()
    told = caller.get(f"/programmes?key={caller.key}")
    assert (told.status, told.said["code"]) == (401, "api_key_in_address")


@pytest.mark.django_db
def test_only_the_hash_of_a_key_is_kept() -> None:
    caller = cafe()
    row = ApiKey.objects.get()
    assert caller.key.startswith(row.prefix)
    secret = caller.key.removeprefix(row.prefix)
    assert len(secret) > 30
    kept = str({name: getattr(row, name) for name in ("name", "prefix", "scopes", "made_by")})
    assert secret not in kept
    assert secret.encode() not in bytes(row.hash)


@pytest.mark.django_db
def test_a_limit_is_counted_told_and_kept_in_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)
    cafe()
    caller = Caller(key("programmes:read", per_minute=3))
    answers = [caller.get("/programmes") for _ in range(5)]
    assert [one.status for one in answers] == [200, 200, 200, 429, 429]
    refused = answers[3:]
    assert refused[0].said["code"] == "rate_limited"
    assert 0 < int(refused[0].headers["Retry-After"]) <= 60
    assert answers[0].headers["RateLimit-Limit"] == "3"
    assert answers[0].headers["RateLimit-Remaining"] == "2"
    assert ApiUse.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "no_such_address"),
        ("POST", "/", 404, "no_such_address"),
        ("GET", "/facts", 405, "method_wrong"),
        ("DELETE", f"/members/{CLUB}/x", 405, "method_wrong"),
    ],
)
def test_what_is_not_there_is_told_as_any_error(
    method: str, path: str, status: int, code: str
) -> None:
    told = cafe().call(method, path, b"", {})
    assert (told.status, told.said["code"]) == (status, code)


@pytest.mark.django_db
def test_an_error_of_ours_tells_nothing_but_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = cafe()
    monkeypatch.setattr("regulars.api.door.programmes.running", lambda cursor: 1 / 0)
    told = caller.get("/programmes")
    assert (told.status, told.said["code"]) == (500, "broken")
    assert "division" not in told.raw.decode()
    assert told.said["request_id"]


@pytest.mark.django_db
def test_what_is_to_go_says_so_in_the_schema_and_with_each_answer() -> None:
    served = next(one for one in SERVED if one.operation.name == "list_programmes")
    since = datetime(2026, 11, 22, tzinfo=UTC)
    going = structs.replace(served, operation=structs.replace(served.operation, deprecated=since))
    cafe()
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {key()}"})
    assert door.answer(going, request, {}).headers["Deprecation"] == "@1795305600"
    assert "Deprecation" not in door.answer(served, request, {}).headers
    told = schema._operation(going, {served.operation.answers: {}, ErrorOut: {}})
    assert told["deprecated"] is True
    assert not any(
        "deprecated" in one for path in made()["paths"].values() for one in path.values()
    )


def test_the_scopes_are_one_closed_list() -> None:
    assert set(Scope.__args__) == set(SCOPES)  # type: ignore[attr-defined]
    assert {one.operation.scope for one in SERVED} <= set(SCOPES)


def test_every_code_that_an_operation_names_has_a_sentence() -> None:
    codes = {code for one in SERVED for code in one.operation.refuses} | set(STATUS)
    assert codes <= set(REASONS)


def references(told: Any) -> set[str]:
    if isinstance(told, dict):
        own = {told["$ref"]} if isinstance(told.get("$ref"), str) else set()
        return own.union(*map(references, told.values()))
    if isinstance(told, list):
        return set().union(*map(references, told))
    return set()


def test_the_schema_has_no_loose_end_and_an_example_for_everything() -> None:
    told = json.loads(json.dumps(made()))
    assert told["openapi"].startswith("3.1")
    named = {f"#/components/schemas/{one}" for one in told["components"]["schemas"]}
    assert references(told) <= named
    for path in told["paths"].values():
        for operation in path.values():
            if "requestBody" in operation:
                assert operation["requestBody"]["content"]["application/json"]["example"]
            for status, answer in operation["responses"].items():
                if status != "304":
                    assert answer["content"]["application/json"]["example"] is not None


def test_django_ninja_tells_the_same_schema() -> None:
    assert api.get_openapi_schema(path_prefix="/api/v1/")["paths"] == made()["paths"]


@EVERY
def test_the_examples_are_what_the_shapes_say(served: Served) -> None:
    operation = served.operation
    if operation.body is not None:
        msgspec.json.decode(json.dumps(operation.body_example), type=operation.body)
    shown = msgspec.json.decode(json.dumps(operation.example), type=operation.answers)
    assert json.loads(msgspec.json.encode(shown)) == operation.example


@pytest.mark.django_db
def test_anybody_may_read_the_schema() -> None:
    assert Caller("").get("/openapi.json").said["info"]["title"] == "Regulars"


def test_every_field_says_what_it_means() -> None:
    told = json.loads(json.dumps(made()))
    dumb = [
        f"{name}.{field}"
        for name, shape in told["components"]["schemas"].items()
        for field, one in shape["properties"].items()
        if not one.get("description") and "$ref" not in one
    ]
    queries = [
        f"{path} {one['name']}"
        for path, operations in told["paths"].items()
        for operation in operations.values()
        for one in operation["parameters"]
        if not one.get("description")
    ]
    assert (dumb, queries) == ([], [])


def test_what_is_written_of_a_field_is_of_one_that_there_is() -> None:
    shapes = made()["components"]["schemas"] | {
        one.operation.query.__name__: {"properties": dict.fromkeys(_fields(one.operation.query))}
        for one in SERVED
    }
    lost = [
        f"{shape}.{field}"
        for shape, fields in MEANINGS.items()
        for field in fields
        if field not in shapes[shape]["properties"]
    ]
    known = {field for shape in shapes.values() for field in shape["properties"]}
    assert (lost, sorted(ALIKE.keys() - known)) == ([], [])


def _fields(shape: type) -> tuple[str, ...]:
    return tuple(one.name for one in msgspec.structs.fields(shape))


def test_a_batch_says_what_its_facts_are() -> None:
    facts = made()["components"]["schemas"]["BatchIn"]["properties"]["facts"]
    assert facts["maxItems"] == 10_000
    assert {"$ref": "#/components/schemas/RefundIn"} in facts["items"]["anyOf"]
