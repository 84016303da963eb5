"""Whatever is sent to the API: no server error, and no answer that the schema does not tell."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from api_kit import CLUB, cafe, member, order
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import regulars.api.calls  # noqa: F401 - registers the operations
from regulars.api import answers
from regulars.api.operations import SERVED

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
EXAMPLES = 200 if os.environ.get("REGULARS_TORTURE") else 5
OWN = ("preview_edition",)
"""What begins transactions of its own kind, which cannot be within that of a test."""
pytestmark = pytest.mark.filterwarnings("ignore")


@contextmanager
def one_connection() -> Iterator[None]:
    """The transaction of the test goes through all requests, as with Django's own client (which
    lets the signals close connections again after each)."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def attack(name: str, examples: int = EXAMPLES) -> None:
    """Send made-up requests to an operation, good and bad ones."""
    caller = cafe()
    mia = member(caller)
    caller.post("/facts", order("till-1:0042", "4.50"))
    with one_connection():
        requests(name, caller.key, mia, examples)


def requests(name: str, key: str, mia: str, examples: int) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    operation = schema.find_operation_by_id(name)

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        if case.path_parameters:
            case.path_parameters.update({"programme": CLUB, "customer": mia})
        headers = {"Authorization": f"Bearer {key}"}
        case.call_and_validate(headers=headers, checks=CHECKS)

    one()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", [one.operation.name for one in SERVED if one.operation.name not in OWN]
)
def test_no_server_error_and_no_undocumented_answer(name: str) -> None:
    attack(name)


@pytest.mark.parametrize("name", OWN)
def test_the_same_of_what_begins_its_own_transactions(own_database: None, name: str) -> None:
    attack(name)


@pytest.mark.django_db
def test_an_undocumented_answer_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "status_of", lambda _code: 418)
    with pytest.raises(FailureGroup, match="Undocumented status code"):
        attack("record_fact")
