"""Work for later, put into the queue."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from regulars.actions.later import refresh_later
from regulars.db.models import Place

pytestmark = [pytest.mark.django_db]


def test_what_waits_already_is_enough_and_the_transaction_goes_on() -> None:
    refresh_later()
    refresh_later()
    Place.objects.create(code="cafe", name="Café")
    assert ProcrastinateJob.objects.filter(task_name="refresh").count() == 1
