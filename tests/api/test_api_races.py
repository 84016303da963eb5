"""Thirty at the same moment, over connections of their own: value goes out once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from api_kit import CLUB, Answer, Caller, ago, cafe, member, order
from django.db import connection

MANY = 12


def together(ask: Callable[[int], Answer]) -> list[Answer]:
    """Ask from as many threads at once."""
    gate = Barrier(MANY)

    def one(number: int) -> Answer:
        gate.wait()
        try:
            return ask(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(one, range(MANY)))


@pytest.fixture
def caller(own_database: None) -> Caller:
    caller = cafe()
    member(caller)
    caller.post("/facts", order("o1", "60.00", at=ago(48)))
    return caller


def sixty(caller: Caller) -> tuple[str, Callable[[], str]]:
    mia = caller.post("/customers/find", {"email": "mia@example.com"}).said["customer"]
    here = f"/members/{CLUB}/{mia}"
    return mia, lambda: str(caller.get(here).said["balances"]["points"]["available"])


def test_one_redemption_sent_many_times_is_booked_once(caller: Caller) -> None:
    mia, points = sixty(caller)
    body = {"key": "r1", "programme": CLUB, "member": mia, "reward": "coffee"}
    answers = together(lambda _n: Caller(caller.key).post("/redemptions", body))
    assert {one.status for one in answers} == {200}
    assert {one.said["accepted"] for one in answers} == {True}
    assert sum("Idempotent-Replay" not in one.headers for one in answers) == 1
    assert points() == "10"


def test_many_redemptions_spend_what_is_there_once(caller: Caller) -> None:
    mia, points = sixty(caller)
    body: dict[str, Any] = {"programme": CLUB, "member": mia, "reward": "coffee"}
    answers = together(lambda n: Caller(caller.key).post("/redemptions", {**body, "key": f"r{n}"}))
    assert {one.status for one in answers} == {200}
    assert sum(one.said["accepted"] for one in answers) == 1
    assert points() == "10"


def test_of_many_who_saw_the_same_member_one_decides(caller: Caller) -> None:
    caller.post("/facts", order("o2", "140.00", at=ago(40)))
    mia, _points = sixty(caller)
    tag = caller.get(f"/members/{CLUB}/{mia}").headers["ETag"]
    body: dict[str, Any] = {"programme": CLUB, "member": mia, "reward": "coffee"}
    answers = together(
        lambda n: Caller(caller.key).post("/redemptions", {**body, "key": f"r{n}"}, If_Match=tag)
    )
    assert sorted(one.status for one in answers) == [200] + [412] * (MANY - 1)
    unseen = together(lambda n: Caller(caller.key).post("/redemptions", {**body, "key": f"u{n}"}))
    assert sum(one.said["accepted"] for one in unseen) == 3, "who did not look is not refused so"


def test_confirming_and_releasing_at_once_comes_to_one_of_both(caller: Caller) -> None:
    mia, points = sixty(caller)
    body = {"key": "r1", "programme": CLUB, "member": mia, "reward": "coffee", "reserve": True}
    caller.post("/redemptions", body)
    ways = ("confirm", "release")
    answers = together(
        lambda n: Caller(caller.key).post(f"/redemptions/{ways[n % 2]}", {"key": "r1"})
    )
    states = {one.said.get("state", one.said.get("code")) for one in answers}
    assert states in ({"confirmed", "redemption_over"}, {"released", "redemption_over"})
    assert points() == ("10" if "confirmed" in states else "60")


def test_one_fact_sent_many_times_counts_once(caller: Caller) -> None:
    _mia, points = sixty(caller)
    body = order("o2", "5.00")
    answers = together(lambda _n: Caller(caller.key).post("/facts", body))
    assert sorted(one.said["state"] for one in answers) == ["known"] * (MANY - 1) + ["recorded"]
    assert points() == "65"
