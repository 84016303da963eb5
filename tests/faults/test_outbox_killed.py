"""A process that sends messages is killed between each two of its steps, and the next one goes on:
every message that was committed arrives, no other does, always under its id and with its bytes
(R36). A receiver that is down costs those who book nothing (R37)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from booking_kit import FULL, bought, members, open_club
from booking_kit import NOW as BOOKED
from django.db import connection
from django.test.utils import CaptureQueriesContext
from outbox_worker import STEPS

from people import NOW
from receivers import Got, closed_port, receiver
from regulars.actions import webhooks
from regulars.actions.record import record
from regulars.db import outbox
from regulars.db.models import Delivery, Endpoint, OutMessage
from server import address

WORKER = Path(__file__).with_name("outbox_worker.py")
ROUNDS = 20 if FULL else 1
MESSAGES = 6
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_database")]


@pytest.fixture(autouse=True)
def _own_network(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    outbox.forget_wanted()


def live(step: str, count: int, now: datetime) -> list[str]:
    """One life of a worker that ends after a step, or by itself; the ids it had to write."""
    tests = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, str(WORKER), step, str(count), now.isoformat()],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent / "src")]),
            "DJANGO_SETTINGS_MODULE": "regulars.settings",
            "REGULARS_DATABASE_URL": address(),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
        text=True,
    )
    assert done.returncode == (-signal.SIGKILL if step else 0)
    return done.stdout.split()


def killed_lives(steps: tuple[str, ...]) -> tuple[list[Got], set[str], set[str]]:
    """A life ended after each of the steps, and a last one; what came, what was committed, and
    what was taken back."""
    now, committed, undone = NOW, set(), set()
    with receiver() as good:
        webhooks.add(good.url, [], now=NOW)
        for step in steps:
            ids = live(step, MESSAGES, now)
            (undone if step == "booked" else committed).update(ids)
            now += timedelta(minutes=3)
        live("", 0, now)
        return good.got, committed, undone


def test_every_committed_message_arrives_and_no_other() -> None:
    got, committed, undone = killed_lives(STEPS * ROUNDS)
    assert {one.id for one in got} == committed
    assert len({(one.id, one.body) for one in got}) == len(committed), "bytes differ"
    assert len(got) > len(committed), "what was sent and not marked came again"
    assert len(undone) == MESSAGES * ROUNDS
    assert OutMessage.objects.count() == len(committed)
    assert not Delivery.objects.exclude(state="done").exists()


def test_saboteur_marked_before_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who marks what they take up loses what they had not sent."""
    monkeypatch.setattr(sys.modules[__name__], "WORKER", WORKER.with_name("outbox_too_early.py"))
    got, committed, _undone = killed_lives(("taken",))
    assert {one.id for one in got} < committed


def cost_of_an_order(name: str) -> list[str]:
    """The statements that book an order, which is told to endpoints."""
    with CaptureQueriesContext(connection) as asked:
        record([bought(f"order-{name}", 1200, name)], now=BOOKED)
    return [one["sql"].split("(")[0][:40] for one in asked.captured_queries]


def test_a_receiver_that_is_down_costs_an_order_nothing() -> None:
    open_club()
    members(["Mia", "Leo"])
    webhooks.add(closed_port(), ["points.earned"], now=NOW)
    outbox.forget_wanted()
    cost_of_an_order("Leo")  # what is remembered is remembered now
    well = cost_of_an_order("Mia")
    with connection.cursor() as cursor:
        news = [outbox.News("points.earned", {"n": n}) for n in range(10_000 if FULL else 500)]
        outbox.put(cursor, news, NOW)
    Endpoint.objects.update(failures=9, failing_since=NOW, quiet_until=NOW + timedelta(days=1))
    members(["Ida"])
    assert cost_of_an_order("Ida") == well
    assert Delivery.objects.filter(state="waiting").count() == OutMessage.objects.count() > 500
