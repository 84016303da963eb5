"""One id from a request through log lines, jobs, messages and mails."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from api_kit import Caller, cafe, member, order
from django.core import mail
from procrastinate.contrib.django.models import ProcrastinateJob

from people import NOW
from receivers import Clock, postbox, receiver
from regulars.actions import mailing, webhooks
from regulars.actions.later import later
from regulars.api import grouped
from regulars.api.grouped import Keys, Sent
from regulars.db import outbox, tracing
from regulars.db.models import OutMail, OutMessage
from regulars.run.log import Lines
from regulars.run.worker import traced

pytestmark = pytest.mark.django_db
ID = "00112233aabbccdd"


@pytest.fixture(autouse=True)
def _own_network(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    outbox.forget_wanted()


@pytest.fixture
def caller() -> Caller:
    """Whoever asks for Mia, who is a member."""
    made = cafe()
    member(made)
    return made


def sold(caller: Caller, number: str) -> None:
    told = order(number, "3.60")
    answer = caller.post("/facts", told, **{"X-Request-Id": ID})
    assert answer.headers["X-Request-Id"] == ID


@pytest.mark.parametrize("lost", [False, True])
def test_an_order_is_followed_to_who_is_told_of_it(
    caller: Caller, lost: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saboteur: the id is lost on the way."""
    if lost:
        monkeypatch.setattr(tracing, "of", lambda _fact: "")
    with receiver() as good, postbox(Clock(datetime.now(UTC) + timedelta(minutes=1))) as box:
        endpoint, _secret = webhooks.add(good.url, [], now=NOW)
        sold(caller, "o1")
        assert box.empty() >= 1
    wanted = "" if lost else ID
    assert {got.headers.get("x-request-id", "") for got in good.got} == {wanted}
    assert {one.request for one in webhooks.log(endpoint)} == {wanted}


def test_orders_that_are_booked_together_keep_their_ids(caller: Caller) -> None:
    webhooks.add("https://8.8.8.8/", ["points.earned"], now=NOW)
    bodies = [json.dumps(order(f"o{n}", "3.60")).encode() for n in range(3)]
    sent = [
        Sent(body=body, authorization=f"Bearer {caller.key}", request_id=f"request-{n}")
        for n, body in enumerate(bodies)
    ]
    assert {one.status for one in grouped.answer(sent, Keys())} == {200}
    told = {json.loads(one.body)["data"]["fact"]: one.request for one in OutMessage.objects.all()}
    assert told == {"o0": "request-0", "o1": "request-1", "o2": "request-2"}


def test_what_does_not_arrive_is_said_under_the_id(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.setFormatter(Lines(json=True))
    with receiver(500) as bad, postbox(Clock(datetime.now(UTC) + timedelta(minutes=1))) as box:
        webhooks.add(bad.url, ["points.earned"], now=NOW)
        sold(caller, "o1")
        with caplog.at_level(logging.WARNING, "regulars.webhooks"):
            box.empty()
    line = json.loads(caplog.text.splitlines()[0])
    assert line["request"] == ID
    assert line["event"].endswith("attempt 1: 500")


def test_a_job_works_for_the_request_that_wanted_it() -> None:
    heard: list[str] = []
    with tracing.under(ID):
        later("measure", key="x")
    job = ProcrastinateJob.objects.get()
    assert job.args == {"key": "x", "request": ID}
    context: Any = SimpleNamespace(job=SimpleNamespace(task_kwargs=dict(job.args)))
    traced(lambda: heard.append(tracing.current()), context, None)  # type: ignore[arg-type]
    assert heard == [ID]
    assert context.job.task_kwargs == {"key": "x"}


def test_a_mail_bears_the_id(settings: Any) -> None:
    settings.MAIL_CONFIGURED = True
    wanted = mailing.Wanted(kind="test", recipient="mia@example.org", subject="Hello", text="Hello")
    with tracing.under(ID):
        mailing.queue(wanted, NOW)
    assert OutMail.objects.get().request == ID
    assert mailing.send_due(NOW) == 1
    assert mail.outbox[0].extra_headers["X-Request-Id"] == ID


def test_log_lines_bear_the_id_once() -> None:
    record = logging.LogRecord("regulars.test", logging.ERROR, "", 0, "it broke", None, None)
    with tracing.under(ID):
        assert json.loads(Lines(json=True).format(record))["request"] == ID
        assert Lines(json=False).format(record).endswith(f"it broke [request {ID}]")
    assert "request" not in Lines(json=False).format(record)
    named = logging.LogRecord("x", logging.ERROR, "", 0, f"request {ID} failed", None, None)
    with tracing.under(ID):
        assert Lines(json=False).format(named).count(ID) == 1


def test_a_request_ends_with_its_answer() -> None:
    with tracing.under("a" * 99, {"o1": "other"}):
        assert tracing.current() == "a" * tracing.LONGEST
        assert (tracing.of("o1"), tracing.of("o2")) == ("other", tracing.current())
    assert (tracing.current(), tracing.of("o1")) == ("", "")
