"""Thirty at the same moment, over connections of their own: value goes out once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, current_thread, main_thread
from typing import Any

import pytest
from api_kit import CLUB, Answer, Caller, ago, cafe, key, member, order
from django.db import connection

from regulars.actions.verifying import verify
from regulars.db import holders
from regulars.db.models import VoucherRow

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


def used_by_many(caller: Caller) -> list[str]:
    """One voucher is shown twelve times at once, with two keys of the API: what each heard."""
    caller.post("/facts", order("nine", *["1.00"] * 9))
    mia, _points = sixty(caller)
    (voucher,) = caller.get(f"/members/{CLUB}/{mia}").said["vouchers"]
    hands = (caller.key, key("redeem"))
    answers = together(
        lambda n: Caller(hands[n % 2]).post(
            "/vouchers/use", {"key": f"v{n}", "code": voucher["code"]}
        )
    )
    assert {one.status for one in answers} == {200}
    return sorted(one.said["code"] for one in answers)


def test_a31_a_voucher_is_used_once_by_whomever(caller: Caller) -> None:
    assert used_by_many(caller) == [""] + ["already_used"] * (MANY - 1)
    assert VoucherRow.objects.get().state == "used"
    assert verify().finding is None


def test_a31_saboteur_members_that_nobody_locks(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All have read the voucher before anybody writes that it is used."""
    lock, calls, all_read = holders.locked, itertools.count(), Barrier(MANY)

    def read(cursor: Any, customers: Any) -> Any:
        if current_thread() is main_thread() or next(calls) >= MANY:
            return lock(cursor, customers)
        found = holders.read(cursor, customers)
        all_read.wait(240)
        return found

    monkeypatch.setattr(holders, "locked", read)
    assert used_by_many(caller).count("") > 1
