"""Work for later, put into the queue."""

from __future__ import annotations

from types import SimpleNamespace

import psycopg
import pytest
from django.db import OperationalError
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException

from regulars.actions import later
from regulars.actions.later import refresh_later
from regulars.db.models import Place

pytestmark = [pytest.mark.django_db]


def test_what_waits_already_is_enough_and_the_transaction_goes_on() -> None:
    refresh_later()
    refresh_later()
    Place.objects.create(code="cafe", name="Café")
    assert ProcrastinateJob.objects.filter(task_name="refresh").count() == 1


@pytest.mark.parametrize("cause", [psycopg.OperationalError("away"), None])
def test_a_database_that_is_away_is_told_as_by_any_statement(
    cause: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asked is told to come again (503), and not that something is broken."""

    def fails(*_told: object, **_more: object) -> object:
        raise ConnectorException from cause

    monkeypatch.setattr(later, "app", SimpleNamespace(configure_task=fails))
    with pytest.raises(OperationalError if cause else ConnectorException):
        refresh_later()
