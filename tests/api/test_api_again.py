"""Requests under an `Idempotency-Key`: the first answer, byte by byte, whatever happened since."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from api_kit import CLUB, Answer, Caller, ago, cafe, key, member, order
from django.db import DatabaseError, connection

from regulars.actions import answering, portal_erasing
from regulars.actions.advocates import choose_code
from regulars.api import again
from regulars.api.calls import facts
from regulars.api.operations import SERVED
from regulars.db.models import AnswerRow, Customer, FactRow

SECRETS = {"create_key", "rotate_key"}
READS = {"quote_cart", "find_customer", "find_voucher", "preview_edition"}


def same(first: Answer, second: Answer) -> bool:
    """Whether the second answer is the first one, and says so."""
    told = second.headers.get("Idempotent-Replay") == "true"
    return told and (second.status, second.raw) == (first.status, first.raw)


def test_whatever_writes_can_be_asked_again_but_what_shows_a_secret() -> None:
    posts = {one.operation.name: one.operation for one in SERVED if one.operation.method != "GET"}
    assert {name for name, one in posts.items() if not one.again} == SECRETS | READS


BODIES: dict[str, Any] = {
    "/facts": order("o1", "4.50", at=ago(5)),
    "/facts/batch": {"facts": [order("o1", "4.50", at=ago(5)), {"type": "order", "key": "bad"}]},
    "/members": {"programme": CLUB, "customer": {"email": "mia@example.com"}},
}


@pytest.mark.django_db
@pytest.mark.parametrize("path", BODIES)
def test_the_first_answer_comes_again_byte_by_byte(path: str) -> None:
    caller = cafe()
    member(caller)
    first = caller.post(path, BODIES[path], Idempotency_Key='"8e03978e"')
    assert (first.status, first.headers.get("Idempotent-Replay")) == (200, None)
    caller.post("/facts", order("o2", "7.00"))
    before = FactRow.objects.count()
    assert same(first, caller.post(path, BODIES[path], Idempotency_Key='"8e03978e"'))
    assert FactRow.objects.count() == before
    other = caller.post(path, BODIES[path], Idempotency_Key="another")
    assert (other.status, other.raw != first.raw) == (200, True), "it says what is so now"


@pytest.mark.django_db
def test_without_a_key_of_the_request_the_key_of_the_fact_still_counts_once() -> None:
    caller = cafe()
    member(caller)
    body = order("o1", "4.50", at=ago(5))
    caller.post("/facts", body, Idempotency_Key="a")
    told = caller.post("/facts", body)
    assert (told.said["state"], told.headers["Idempotent-Replay"]) == ("known", "true")
    AnswerRow.objects.all().delete()
    assert caller.post("/facts", body, Idempotency_Key="a").said["state"] == "known"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "body"),
    [("/facts", order("o1", "9.00", at=ago(5))), ("/facts/batch", {"facts": [BODIES["/facts"]]})],
)
def test_another_request_under_the_same_key_is_refused(path: str, body: Any) -> None:
    caller = cafe()
    member(caller)
    caller.post("/facts", BODIES["/facts"], Idempotency_Key="a")
    before = FactRow.objects.count()
    told = caller.post(path, body, Idempotency_Key="a")
    assert (told.status, told.said["code"]) == (422, "idempotency_reused")
    assert told.said["place"] == "Idempotency-Key"
    assert FactRow.objects.count() == before
    stranger = Caller(key())
    assert stranger.post("/facts", BODIES["/facts"], Idempotency_Key="a").said["state"] == "known"


@pytest.mark.django_db
def test_what_was_refused_is_not_kept() -> None:
    caller = cafe()
    member(caller)
    wrong = order("o1", "much")
    for body, status in ((wrong, 422), (wrong, 422), (order("o1", "1.00"), 200)):
        assert caller.post("/facts", body, Idempotency_Key="a").status == status
    clash = order("o1", "2.00")
    for _ in range(2):
        assert caller.post("/facts", clash, Idempotency_Key="b").status == 409
    assert AnswerRow.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["x" * 256, "ä", "a\tb"])
def test_a_name_that_cannot_be_kept_is_refused(name: str) -> None:
    told = cafe().post("/facts", BODIES["/facts"], Idempotency_Key=name)
    assert (told.status, told.said["place"]) == (422, "Idempotency-Key")
    assert not FactRow.objects.exists()


@pytest.mark.django_db
def test_after_a_failure_the_same_name_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = cafe()
    member(caller)

    def fails(*_told: Any, **_more: Any) -> Any:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(facts, "record", fails)
        assert caller.post("/facts", BODIES["/facts"], Idempotency_Key="a").status == 503
    assert caller.post("/facts", BODIES["/facts"], Idempotency_Key="a").said["state"] == "recorded"


@pytest.mark.django_db
def test_one_that_was_killed_on_the_way_holds_nobody_up_for_long() -> None:
    caller = cafe()
    member(caller)
    begun = answering.begin
    try:
        answering.begin = lambda asking, now: begun(asking, now - answering.PATIENCE * 1.5)
        with pytest.MonkeyPatch.context() as killed:
            killed.setattr(again, "_kept", lambda _asking, reply: reply)
            caller.post("/facts", BODIES["/facts"], Idempotency_Key="a")
    finally:
        answering.begin = begun
    told = caller.post("/facts", BODIES["/facts"], Idempotency_Key="a")
    assert told.said["state"] == "known"
    assert same(told, caller.post("/facts", BODIES["/facts"], Idempotency_Key="a"))


def test_of_two_at_the_same_moment_one_waits(
    own_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = cafe()
    member(caller)
    inside, go_on = Event(), Event()
    real = facts.record

    def waits(*told: Any, **more: Any) -> Any:
        inside.set()
        assert go_on.wait(240)
        return real(*told, **more)

    def ask() -> Answer:
        try:
            return Caller(caller.key).post("/facts", BODIES["/facts"], Idempotency_Key="a")
        finally:
            connection.close()

    monkeypatch.setattr(facts, "record", waits)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(ask)
        assert inside.wait(240)
        told = caller.post("/facts", BODIES["/facts"], Idempotency_Key="a")
        go_on.set()
        done = first.result()
    assert (told.status, told.said["code"]) == (409, "idempotency_working")
    assert told.headers["Retry-After"] == "1"
    assert same(done, caller.post("/facts", BODIES["/facts"], Idempotency_Key="a"))


@pytest.mark.django_db
def test_answers_are_forgotten_after_some_days() -> None:
    caller = cafe()
    member(caller)
    caller.post("/facts", BODIES["/facts"], Idempotency_Key="a")
    now = datetime.now(UTC)
    assert answering.forget_old(now + answering.KEPT - timedelta(hours=1)) == 0
    assert answering.forget_old(now + answering.KEPT + timedelta(hours=1)) == 1


@pytest.mark.django_db
def test_an_answer_that_is_made_anew_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "begin", lambda *told: None)
    caller = cafe()
    member(caller)
    first = caller.post("/facts", BODIES["/facts"], Idempotency_Key="a")
    caller.post("/facts", order("o2", "7.00"))
    assert not same(first, caller.post("/facts", BODIES["/facts"], Idempotency_Key="a"))


@pytest.fixture
def _data(settings: Any, tmp_path: Path) -> None:
    """The list of who was forgotten lies in a folder of the test."""
    settings.DATA = tmp_path


def forgotten(caller: Caller) -> list[bytes]:
    """Mia chose a code, points were given for a reason, and she is forgotten: what is answered
    again to those who asked before."""
    mia = member(caller)
    number = Customer.objects.get(public_id=mia).id
    choose_code(number, CLUB, "MIA-MILLER", now=datetime.now(UTC))
    by = Caller(key("members:write", "grants:write"))
    reason = "Mia Miller spilt it"
    wish = {"key": "a", "programme": CLUB, "member": mia, "amount": "5", "reason": reason}
    asked = [
        ("/adjustments", wish, "one"),
        ("/adjustments", wish, "two"),
        ("/members", {"programme": CLUB, "member": mia}, "three"),
    ]
    first = [by.post(path, body, Idempotency_Key=name) for path, body, name in asked]
    assert [one.status for one in first] == [200] * 3
    assert all(b"Mia" in one.raw or b"MIA" in one.raw for one in first)
    portal_erasing.erase(number, datetime.now(UTC))
    again = [by.post(path, body, Idempotency_Key=name) for path, body, name in asked]
    assert [one.headers["Idempotent-Replay"] for one in again] == ["true"] * 3
    for one, before in zip(again, first, strict=True):
        assert {**one.said, "reason": "", "code": ""} == {**before.said, "reason": "", "code": ""}
    return [one.raw for one in again]


@pytest.mark.usefixtures("_data")
@pytest.mark.django_db
def test_what_was_said_of_somebody_who_is_forgotten_is_not_said_again() -> None:
    assert not any(b"mia" in one.lower() for one in forgotten(cafe()))


@pytest.mark.usefixtures("_data")
@pytest.mark.django_db
def test_saboteur_answers_that_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal_erasing, "forget_person", lambda public_ids: None)
    assert all(b"mia" in one.lower() for one in forgotten(cafe()))
