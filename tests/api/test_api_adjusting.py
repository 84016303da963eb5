"""Amounts given by hand over HTTP: limits by key, above them a second hand, never the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from api_kit import CLUB, Answer, Caller, cafe, key, member, stand_still
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.actions import adjusting
from regulars.actions.api_keys import Wanted, create
from regulars.db.models import Adjustment, ApiKey, AuditRow, Business, FactRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    return cafe()


@pytest.fixture
def mia(caller: Caller) -> str:
    return member(caller)


def desk(gives: int | None = None) -> Caller:
    """A key that gives by hand."""
    wanted = Wanted(name="desk", scopes=("grants:write",), gives=gives)
    return Caller(create(wanted, datetime.now(UTC)).key)


def office(gives: int | None = 1000) -> Caller:
    """A key that gives by hand and decides for others."""
    scopes = ("grants:write", "grants:approve", "keys:write")
    return Caller(create(Wanted(name="office", scopes=scopes, gives=gives), datetime.now(UTC)).key)


def give(caller: Caller, mia: str, amount: str, name: str = "a1", **more: Any) -> Answer:
    wish = {"key": name, "programme": CLUB, "member": mia, "amount": amount, "reason": "spilt"}
    return caller.post("/adjustments", {**wish, **more})


def points(caller: Caller, mia: str) -> str:
    return str(caller.get(f"/members/{CLUB}/{mia}").said["balances"]["points"]["available"])


def test_within_the_limit_it_is_given_at_once_and_said_who_and_why(
    caller: Caller, mia: str
) -> None:
    told = give(desk(), mia, "20").said
    assert (told["state"], told["amount"], told["asset"]) == ("done", "20", "points")
    assert (told["member"], told["asked_by"], told["reason"]) == (mia, "key desk", "spilt")
    assert points(caller, mia) == "20"
    assert give(desk(), mia, "-5", "a2").said["state"] == "done"
    assert points(caller, mia) == "15"
    lines = caller.get(f"/members/{CLUB}/{mia}/explain").said["lines"]
    assert [one["amount"] for one in lines] == ["20", "-5"]


def test_above_the_limit_another_key_approves(caller: Caller, mia: str) -> None:
    till, boss = desk(), office()
    wish = give(till, mia, "80").said
    assert (wish["state"], points(caller, mia)) == ("waiting", "0")
    (waiting,) = boss.get("/adjustments?state=waiting").said["items"]
    assert waiting == wish
    done = boss.post("/adjustments/approve", {"adjustment": wish["adjustment"]})
    assert (done.said["state"], done.said["decided_by"]) == ("done", "key office")
    assert points(caller, mia) == "80"
    again = boss.post("/adjustments/approve", {"adjustment": wish["adjustment"]})
    assert (again.raw, again.headers["Idempotent-Replay"]) == (done.raw, "true")
    assert points(caller, mia) == "80"
    assert boss.get("/adjustments?state=waiting").said["items"] == []
    assert AuditRow.objects.filter(what__startswith="adjustment.").count() == 2


def test_asked_for_again_it_is_answered_as_at_first(caller: Caller, mia: str) -> None:
    till, boss = desk(), office()
    for amount, name in (("20", "a1"), ("80", "a2")):
        first = give(till, mia, amount, name)
        if first.said["state"] == "waiting":
            boss.post("/adjustments/approve", {"adjustment": first.said["adjustment"]})
        again = give(till, mia, amount, name)
        assert (again.status, again.raw) == (first.status, first.raw)
        assert again.headers["Idempotent-Replay"] == "true"
        other = give(till, mia, "19", name)
        assert (other.status, other.said["code"]) == (409, "key_reused")
    assert points(caller, mia) == "100"


def child(of: Caller) -> Caller:
    body = {"name": "child", "scopes": ["grants:write", "grants:approve"]}
    return Caller(of.post("/keys", body).said["key"])


def turned(of: Caller) -> Caller:
    prefix = ApiKey.objects.get(name="office").prefix
    return Caller(of.post("/keys/rotate", {"prefix": prefix}).said["key"])


@pytest.mark.parametrize("other", [lambda one: one, child, turned])
def test_nobody_approves_what_came_from_the_same_hand(
    caller: Caller, mia: str, other: Callable[[Caller], Caller]
) -> None:
    boss = office()
    wish = give(boss, mia, "1001").said
    told = other(boss).post("/adjustments/approve", {"adjustment": wish["adjustment"]})
    assert (told.status, told.said["code"]) == (403, "adjustment_same_person")
    assert points(caller, mia) == "0"


def test_a_hand_that_knows_no_line_is_caught(
    caller: Caller, mia: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = office()
    wish = give(boss, mia, "1001").said
    monkeypatch.setattr(adjusting, "line_of", lambda one: one.id)
    told = child(boss).post("/adjustments/approve", {"adjustment": wish["adjustment"]})
    assert told.said["code"] != "adjustment_same_person"


def test_keys_that_a_key_made_share_its_limit(caller: Caller, mia: str) -> None:
    boss = office(100)
    states = [give(child(boss), mia, "40", f"c{n}").said["state"] for n in range(4)]
    assert states == ["done", "done", "waiting", "waiting"]
    more = boss.post("/keys", {"name": "more", "scopes": ["grants:write"], "gives": 101})
    assert more.status in (403, 422)
    less = boss.post("/keys", {"name": "less", "scopes": ["grants:write"], "gives": 5}).said
    assert less["about"]["gives"] == 5


def test_nobody_approves_more_than_they_give(caller: Caller, mia: str) -> None:
    wish = give(desk(), mia, "80").said
    told = office(79).post("/adjustments/approve", {"adjustment": wish["adjustment"]})
    assert (told.status, told.said["code"]) == (403, "adjustment_above_you")
    told = office(80).post("/adjustments/approve", {"adjustment": wish["adjustment"]})
    assert told.said["state"] == "done"


def test_what_waits_is_refused_for_good(caller: Caller, mia: str) -> None:
    boss = office()
    wish = {"adjustment": give(desk(), mia, "80").said["adjustment"]}
    assert boss.post("/adjustments/refuse", wish).said["state"] == "refused"
    told = boss.post("/adjustments/approve", wish)
    assert (told.status, told.said["code"]) == (404, "adjustment_unknown")
    mine = {"adjustment": give(boss, mia, "1001", "a2").said["adjustment"]}
    assert boss.post("/adjustments/refuse", mine).said["state"] == "refused"
    assert points(caller, mia) == "0"


def test_the_business_says_how_much_keys_give(caller: Caller, mia: str) -> None:
    Business.objects.update(adjusting_limits={"key": 5})
    assert give(desk(), mia, "6").said["state"] == "waiting"
    assert give(desk(), mia, "5", "a2").said["state"] == "done"
    assert give(desk(0), mia, "1", "a3").said["state"] == "waiting"
    Business.objects.update(adjusting_limits={"key": None})
    told = give(desk(), mia, "1", "a4")
    assert (told.status, told.said["code"]) == (403, "adjustment_not_allowed")


WRONG: list[tuple[dict[str, Any], int, str, str]] = [
    ({"amount": "0"}, 422, "adjustment_empty", ""),
    ({"amount": "much"}, 422, "amount_wrong", "amount"),
    ({"amount": "1.5"}, 422, "too_many_decimals", "amount"),
    ({"reason": " "}, 422, "adjustment_reason", ""),
    ({"reason": "x" * 501}, 422, "value_wrong", "reason"),
    ({"asset": "pints"}, 422, "asset_unknown", "asset"),
    ({"programme": "crows"}, 404, "programme_unknown", "programme"),
    ({"member": "nobody"}, 404, "customer_unknown", "member"),
    ({"member": "0b7c7a52-6f0d-4a43-9d3e-0d2b3e0f9a11"}, 404, "customer_unknown", ""),
]


@pytest.mark.parametrize(("change", "status", "code", "place"), WRONG)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    caller: Caller, mia: str, change: dict[str, Any], status: int, code: str, place: str
) -> None:
    told = give(desk(), mia, **{"amount": "5", **change})
    assert (told.status, told.said["code"], told.said["place"]) == (status, code, place)
    assert not Adjustment.objects.exists()
    assert not FactRow.objects.filter(type="grant").exists()


def test_somebody_who_is_no_member_is_given_nothing(caller: Caller, mia: str) -> None:
    caller.post("/facts", {**WALK_IN})
    found = caller.post("/customers/find", {"email": "ben@example.com"}).said["customer"]
    told = give(desk(), found, "5")
    assert (told.status, told.said["code"]) == (404, "not_member")
    assert not Adjustment.objects.exists()


WALK_IN: dict[str, Any] = {
    "type": "order",
    "key": "o1",
    "at": "2026-01-01T10:00:00Z",
    "currency": "EUR",
    "amount": "4.00",
    "customer": {"email": "ben@example.com"},
}


def test_the_list_goes_on_by_cursors(caller: Caller, mia: str) -> None:
    till, boss = desk(), Caller(key("grants:approve"))
    for n in range(5):
        give(till, mia, "1", f"a{n}")
    whole = [one["key"] for one in boss.get("/adjustments").said["items"]]
    assert whole == ["a4", "a3", "a2", "a1", "a0"]
    paged, cursor = [], ""
    while True:
        page = boss.get(f"/adjustments?limit=2&cursor={cursor}").said
        paged += [one["key"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert paged == whole
    wrong = boss.get("/adjustments?state=waiting&cursor=made-up")
    assert (wrong.status, wrong.said["code"]) == (422, "cursor_wrong")


def test_a_long_page_asks_no_more_of_the_database_than_a_short_one(
    caller: Caller, mia: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    till, boss = desk(), office()

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert boss.get("/adjustments").status == 200
        return len(asked)

    give(till, mia, "1", "first")
    boss.get("/adjustments")  # the day on which a key is first used is noted
    few = questions()
    for number in range(5):
        give(till, mia, "1", f"more-{number}")
    assert questions() == few
