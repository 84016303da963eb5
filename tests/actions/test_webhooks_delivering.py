"""Messages reach real receivers over HTTP, signed by the specification, and are tried again."""

from __future__ import annotations

import itertools
import json
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from standardwebhooks import Webhook, WebhookVerificationError

from people import NOW
from receivers import Clock, Got, closed_port, let_time_pass, postbox, receiver
from regulars.actions import delivering, signing, webhooks
from regulars.actions.delivering import RETRIES, deliver_for, wait_asked
from regulars.actions.refused import Refused
from regulars.db import outbox
from regulars.db.models import Delivery, Endpoint, OutMessage, Role
from regulars.db.outbox import News
from regulars.run.backup import silencing
from staff import employ, open_cafe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_network(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    outbox.forget_wanted()


def put(count: int = 1, kind: str = "points.changed", at: datetime = NOW) -> list[str]:
    news = [News(kind, {"customer": str(UUID(int=n)), "change": "1"}) for n in range(count)]
    with connection.cursor() as cursor:
        return outbox.put(cursor, news, at)


def states(endpoint: UUID) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in Delivery.objects.filter(endpoint_id=endpoint):
        found[row.state] = found.get(row.state, 0) + 1
    return found


def verified(secret: str, got: Got) -> Any:
    return Webhook(secret).verify(got.body, got.headers)


def test_a_message_arrives_signed() -> None:
    clock = Clock(datetime.now(UTC))
    with receiver() as good, postbox(clock) as box:
        endpoint, secret = webhooks.add(good.url, [], now=NOW)
        (message,) = put()
        assert box.empty() == 1
        (got,) = good.got
    assert verified(secret, got) == json.loads(OutMessage.objects.get().body)
    assert got.id == message
    assert got.headers["content-type"] == "application/json"
    assert states(endpoint) == {"done": 1}
    assert box.empty() == 0


def test_one_byte_or_another_secret_or_an_old_moment_is_noticed() -> None:
    clock = Clock(datetime.now(UTC))
    with receiver() as good, postbox(clock) as box:
        _endpoint, secret = webhooks.add(good.url, [], now=NOW)
        put()
        box.empty()
        (got,) = good.got
    wrong = [
        Got(got.headers, got.body.replace(b"1", b"2", 1)),
        Got({**got.headers, "webhook-id": "msg_other"}, got.body),
        Got({**got.headers, "webhook-timestamp": str(int(clock().timestamp()) - 600)}, got.body),
    ]
    for one in wrong:
        with pytest.raises(WebhookVerificationError):
            verified(secret, one)
    with pytest.raises(WebhookVerificationError):
        verified(signing.fresh().secret, got)


def test_two_secrets_sign_while_one_takes_over() -> None:
    clock = Clock(datetime.now(UTC))
    with receiver() as good, postbox(clock) as box:
        endpoint, old = webhooks.add(good.url, [], now=NOW)
        new = webhooks.rotate(endpoint, now=clock())
        put()
        box.empty()
        for secret in (old, new):
            verified(secret, good.got[0])
        clock.turn(hours=25)
        put()
        box.empty()
    last = Got({**good.got[1].headers}, good.got[1].body)
    signatures = last.headers["webhook-signature"].split(" ")
    assert len(good.got[0].headers["webhook-signature"].split(" ")) == 2
    assert len(signatures) == 1
    assert len(Endpoint.objects.get().secrets) == 2
    webhooks.rotate(endpoint, now=clock())
    assert len(Endpoint.objects.get().secrets) == 2, "what has ended is forgotten"


def test_every_endpoint_gets_what_it_wants() -> None:
    with receiver() as all_of_it, receiver() as some, postbox(Clock(NOW)) as box:
        webhooks.add(all_of_it.url, [], now=NOW)
        webhooks.add(some.url, ["tier.changed"], now=NOW)
        points, tiers = put(3), put(2, "tier.changed")
        box.empty()
    assert sorted(all_of_it.ids()) == sorted([*points, *tiers])
    assert sorted(some.ids()) == sorted(tiers)


def test_a_failure_is_tried_again_by_the_table_and_then_no_more() -> None:
    clock = Clock(NOW)
    with receiver(500) as broken, postbox(clock) as box:
        endpoint, _secret = webhooks.add(broken.url, [], now=NOW)
        put()
        let_time_pass(box, clock, NOW + timedelta(days=30))
    assert len(broken.got) == len(RETRIES) + 1
    assert len({one.id for one in broken.got}) == 1
    assert len({one.body for one in broken.got}) == 1
    moments = [int(one.headers["webhook-timestamp"]) for one in broken.got]
    spans = [after - before for before, after in itertools.pairwise(moments)]
    for span, table in zip(spans, RETRIES, strict=True):
        assert 0.9 * table.total_seconds() - 1 <= span <= 1.2 * table.total_seconds() + 1
    assert states(endpoint) == {"failed": 1}
    assert Endpoint.objects.values_list("state", "reason").get() == ("disabled", "dead")


def test_the_owners_are_told_once_and_a_range_is_sent_again() -> None:
    open_cafe()
    employ("Vera", Role.VIEWER)
    clock = Clock(NOW)
    with receiver(500) as broken, postbox(clock) as box:
        endpoint, _secret = webhooks.add(broken.url, [], now=NOW)
        early, late = put(5), put(3, at=NOW + timedelta(hours=1))
        let_time_pass(box, clock, NOW + timedelta(days=6))
        assert Endpoint.objects.get().state == "disabled"
        jobs = ProcrastinateJob.objects.filter(task_name="mail_webhook_shut")
        assert [job.args for job in jobs] == [{"endpoint": str(endpoint)}]
        assert webhooks.tell_owners(endpoint) == 1
        (letter,) = mail.outbox
        assert letter.to == ["olga@corner.example"]
        assert broken.url in letter.body
        with pytest.raises(Refused, match="webhook_disabled"):
            webhooks.replay(endpoint, NOW, clock(), now=clock())
        while_shut = put(2, at=clock())
        broken.answer, seen = (lambda got: (200, {})), len(broken.got)
        Delivery.objects.update(state="failed")
        webhooks.enable(endpoint)
        assert webhooks.replay(endpoint, NOW + timedelta(minutes=30), clock(), now=clock()) == 3
        assert webhooks.replay(endpoint, clock(), clock() + timedelta(1), now=clock()) == 2
        box.empty()
    again = [one.id for one in broken.got[seen:]]
    assert sorted(again) == sorted([*late, *while_shut])
    assert not set(again) & set(early)


def test_410_disables_at_once() -> None:
    clock = Clock(NOW)
    with receiver(410) as gone, postbox(clock) as box:
        endpoint, _secret = webhooks.add(gone.url, [], now=NOW)
        put(20)
        let_time_pass(box, clock, NOW + timedelta(days=1))
    assert 1 <= len(gone.got) <= delivering.LANES
    assert Endpoint.objects.values_list("state", "reason").get() == ("disabled", "gone")
    assert ProcrastinateJob.objects.filter(task_name="mail_webhook_shut").count() == 1
    assert states(endpoint) == {"waiting": 20}


def test_429_is_left_alone_for_as_long_as_it_asks() -> None:
    clock = Clock(NOW)
    with receiver(429, Retry_After="600") as busy, postbox(clock) as box:
        webhooks.add(busy.url, [], now=NOW)
        put(20)
        box.empty()
        seen = len(busy.got)
        assert seen <= delivering.LANES
        clock.turn(seconds=599)
        assert box.empty() == 0
        busy.answer = lambda got: (200, {})
        clock.turn(seconds=5)
        let_time_pass(box, clock, clock() + timedelta(hours=1))
    assert len(set(busy.ids())) == 20
    assert len(busy.got) == 20 + seen


def test_one_message_that_is_refused_holds_up_no_other() -> None:
    clock = Clock(NOW)
    with receiver() as picky, postbox(clock) as box:
        endpoint, _secret = webhooks.add(picky.url, [], now=NOW)
        bad = put(1)[0]
        good = put(30)
        picky.answer = lambda got: (400 if got.id == bad else 204, {})
        let_time_pass(box, clock, NOW + timedelta(minutes=5))
    assert set(good) <= set(picky.ids())
    assert Endpoint.objects.get().state == "active"
    assert states(endpoint) == {"waiting": 1, "done": 30}


def test_nobody_is_sent_to_while_disabled_and_all_of_it_after() -> None:
    clock = Clock(NOW)
    with receiver() as good, postbox(clock) as box:
        endpoint, _secret = webhooks.add(good.url, [], now=NOW)
        before = put(3)
        webhooks.disable(endpoint)
        put(2)
        assert box.empty() == 0
        webhooks.enable(endpoint)
        box.empty()
    assert sorted(good.ids()) == sorted(before)


def test_the_log_says_how_far_each_came() -> None:
    clock = Clock(NOW)
    with receiver(503) as broken, postbox(clock) as box:
        endpoint, _secret = webhooks.add(broken.url, [], now=NOW)
        put(1)
        box.empty()
    (one,) = webhooks.log(endpoint)
    assert (one.state, one.attempts, one.status, one.code) == ("waiting", 1, 503, "overloaded")
    assert webhooks.log(endpoint, state="done") == []
    (view,) = webhooks.endpoints()
    assert (view.waiting, view.failures, view.failing_since) == (1, 1, NOW)
    assert "secret" not in str(view)


def test_nothing_listens_is_a_failure_like_any_other() -> None:
    with postbox(Clock(NOW)) as box:
        endpoint, _secret = webhooks.add(closed_port(), [], now=NOW)
        put(1)
        assert box.empty() == 1
    assert webhooks.log(endpoint)[0].code == "not_reached"


def test_the_job_sends_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time is over when both have come, however long that takes here."""
    assert deliver_for(timedelta(seconds=5)) == 0
    with receiver() as good:
        clock = SimpleNamespace(monotonic=lambda: len(good.got), sleep=time.sleep)
        monkeypatch.setattr(delivering, "time", clock)
        webhooks.add(good.url, [], now=NOW)
        put(2)
        assert deliver_for(timedelta(seconds=2)) == 2
    assert len(good.got) == 2


def test_old_messages_are_forgotten() -> None:
    webhooks.add("https://receiver.example/", [], now=NOW)
    put(2)
    put(1, at=NOW + timedelta(days=20))
    assert webhooks.tidy(NOW + timedelta(days=31)) == 2
    assert OutMessage.objects.count() == Delivery.objects.count() == 1


def test_what_a_backup_held_is_not_sent_again() -> None:
    with receiver() as good, postbox(Clock(NOW)) as box:
        endpoint, _secret = webhooks.add(good.url, [], now=NOW)
        put(3)
        with connection.cursor() as cursor:
            cursor.execute(silencing())
        assert box.empty() == 0
        webhooks.replay(endpoint, NOW, NOW + timedelta(1), now=NOW)
        assert box.empty() == 3


WAITS = {
    "120": timedelta(seconds=120),
    " 7 ": timedelta(seconds=7),
    "999999999999": timedelta(days=1),
    "Sat, 21 Nov 2026 09:40:00 GMT": timedelta(minutes=10),
    "Sat, 21 Nov 2020 09:40:00 GMT": timedelta(),
    "-5": timedelta(),
    "soon": timedelta(),
    "": timedelta(),
    "٣": timedelta(),
}


@pytest.mark.parametrize(("text", "span"), WAITS.items())
def test_how_long_a_receiver_asks_to_wait(text: str, span: timedelta) -> None:
    assert wait_asked(text, NOW) == span


def test_refusals_change_nothing() -> None:
    calls = {
        "webhook_type_unknown": lambda: webhooks.add("https://a.example/", ["all"], now=NOW),
        "webhook_url_not_web": lambda: webhooks.add("ftp://a.example/", [], now=NOW),
        "webhook_url_unreadable": lambda: webhooks.add(
            "https://a.example/" + "a" * 2000, [], now=NOW
        ),
        "webhook_unknown": lambda: webhooks.rotate(UUID(int=1), now=NOW),
    }
    for code, call in calls.items():
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.code == code
    assert Endpoint.objects.count() == 0
