"""A11, A13, A31, A32, A36, A38: value that nobody paid for, by every way that we thought of."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from api_shop import standing

from api_kit import (  # isort: skip - by api_shop
    CLUB,
    Answer,
    Caller,
    ago,
    cafe,
    key,
    member,
    order,
    stand_still,
)

from django.db import connection

from regulars.actions import adjusting, own_keys, redeeming, reserving
from regulars.actions.adjusting import Wish
from regulars.actions.desks import LiveDesk
from regulars.actions.refused import Refused
from regulars.actions.verifying import verify
from regulars.api import codes
from regulars.db.models import Adjustment, AttemptRow, Role, VoucherRow
from regulars.engine.desk import Desk
from regulars.engine.happenings import VoucherUse
from staff import employ

pytestmark = pytest.mark.usefixtures("own_database")
BEN = {"email": "ben@example.com"}


@pytest.fixture
def caller(own_database: None) -> Caller:
    return cafe()


@pytest.fixture
def mia(caller: Caller) -> str:
    """Mia with 60 points; Ben is a member too."""
    mia = member(caller)
    member(caller, "ben@example.com")
    caller.post("/facts", order("o1", "60.00", at=ago(48)))
    return mia


def points(caller: Caller, whose: str) -> int:
    told = caller.get(f"/members/{CLUB}/{whose}").said
    return int(told["balances"]["points"]["available"])


def refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.said["code"]) == (status, code), answer.raw


def squatted(caller: Caller, mia: str) -> dict[str, str]:
    """The keys under which things of Mia's will be booked."""
    return {
        "card": f"{CLUB}/stamp_card/{mia}/1",
        "release": "release/r1",
        "reward": "o7/coffee",
    }


def test_a11_nobody_takes_a_key_that_booking_will_make(caller: Caller, mia: str) -> None:
    before = standing()
    for name in squatted(caller, mia).values():
        refused(caller.post("/facts", order(name, "1.00", customer=BEN)), 409, "key_reused")
        wish = {"key": name, "programme": CLUB, "member": mia, "reward": "coffee"}
        refused(caller.post("/redemptions", wish), 409, "key_reused")
    assert standing() == before
    told = caller.post("/facts", order("nine", *["1.00"] * 8))
    assert told.status == 200
    assert len(caller.get(f"/members/{CLUB}/{mia}").said["vouchers"]) == 1
    wish = {"key": "r1", "programme": CLUB, "member": mia, "reward": "coffee", "reserve": True}
    assert caller.post("/redemptions", wish).said["accepted"]
    assert caller.post("/redemptions/release", {"key": "r1"}).said["state"] == "released"


def test_a11_saboteur_keys_that_anybody_takes(
    caller: Caller, mia: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_keys, "taken", lambda cursor, keys: lambda key: False)
    caller.post("/facts", order("release/r1", "1.00", customer=BEN))
    wish = {"key": "r1", "programme": CLUB, "member": mia, "reward": "coffee", "reserve": True}
    assert caller.post("/redemptions", wish).said["accepted"]
    refused(caller.post("/redemptions/release", {"key": "r1"}), 409, "key_reused")


ELSEWHERE: dict[str, dict[str, Any]] = {
    "another member": {"customer": BEN},
    "a guest": {"customer": None},
    "nobody's member": {"customer": {"email": "cleo@example.com"}},
    "before they joined": {"at": ago(24 * 400)},
}


@pytest.mark.parametrize("where", ELSEWHERE)
def test_a38_an_order_told_anew_of_somebody_else_counts_once(
    caller: Caller, mia: str, where: str
) -> None:
    ben = caller.post("/customers/find", BEN).said["customer"]
    told = order("o1", "60.00", **{"at": ago(48), "version": 2, **ELSEWHERE[where]})
    assert caller.post("/facts", told).said["state"] == "restated"
    assert points(caller, mia) == 0
    assert points(caller, ben) == (60 if where == "another member" else 0)
    assert verify().finding is None
    back = order("o1", "60.00", at=ago(48), version=3)
    assert caller.post("/facts", back).said["state"] == "restated"
    assert (points(caller, mia), points(caller, ben)) == (60, 0)
    assert verify().finding is None


def test_a38_saboteur_a_book_that_is_not_written(
    caller: Caller, mia: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LiveDesk, "rest", Desk.rest)
    caller.post("/facts", order("o1", "60.00", at=ago(48), version=2, customer=BEN))
    assert points(caller, mia) == 60
    assert verify().finding is not None


def refund(name: str, of: str, **more: Any) -> dict[str, Any]:
    told = {"type": "refund", "key": name, "at": ago(0.5), "order": of, "currency": "EUR"}
    return {**told, "customer": {"email": "loop@example.com"}, **more}


LOOP = ("buy", "coffee", "part", "whole", "give back", "again")


def loop(caller: Caller, steps: tuple[str, ...], name: str) -> tuple[int, int]:
    """One order that is bought, used and refunded in some order of steps: the points at the end,
    and how many rewards of 50 are kept."""
    own = {"email": f"{name}@example.com"}
    whose = member(caller, own["email"])
    bought = order(f"{name}-o", "60.00", at=ago(48), customer=own)
    wish = {"programme": CLUB, "member": whose, "reward": "coffee"}
    ways: dict[str, tuple[str, dict[str, Any]]] = {
        "buy": ("/facts", bought),
        "coffee": ("/redemptions", {**wish, "key": f"{name}-c"}),
        "part": ("/facts", refund(f"{name}-p", f"{name}-o", amount="20.00", customer=own)),
        "whole": ("/facts", refund(f"{name}-w", f"{name}-o", amount="40.00", customer=own)),
        "give back": ("/redemptions/release", {"key": f"{name}-c"}),
        "again": ("/facts", bought),
    }
    for step in steps:
        path, body = ways[step]
        assert caller.post(path, body).status in (200, 404, 409), step
    told = caller.get(f"/redemptions?key={name}-c")
    kept = told.status == 200 and told.said["state"] == "booked"
    return points(caller, whose), int(kept)


def test_a38_no_loop_of_orders_rewards_and_refunds_gains_anything(caller: Caller) -> None:
    """Everything was paid back: what is kept of it and what is owed come to nothing."""
    ways = random.Random(38).sample(list(permutations(LOOP)), 30)
    for number, steps in enumerate(ways):
        left, kept = loop(caller, steps, f"loop{number}")
        assert left + 50 * kept == 0, (steps, left, kept)
    assert verify().finding is None


def test_a38_more_is_never_given_back_than_was_bought(caller: Caller, mia: str) -> None:
    for number in range(4):
        told = refund(f"f{number}", "o1", amount="60.00", customer=None)
        caller.post("/facts", told)
        assert points(caller, mia) == 0
    ben = caller.post("/customers/find", BEN).said["customer"]
    caller.post("/facts", refund("f9", "o1", amount="60.00", customer=BEN))
    assert (points(caller, mia), points(caller, ben)) == (0, 0)


def test_a31_a_redemption_is_replayed_and_never_turned_round(caller: Caller, mia: str) -> None:
    wish = {"key": "r1", "programme": CLUB, "member": mia, "reward": "coffee"}
    assert caller.post("/redemptions", wish).said["accepted"]
    before = standing()
    assert caller.post("/redemptions", wish).headers["Idempotent-Replay"] == "true"
    ben = caller.post("/customers/find", BEN).said["customer"]
    for other in ({"member": ben}, {"reward": "cake"}, {"order": "o1"}, {"reserve": True}):
        refused(caller.post("/redemptions", {**wish, **other}), 409, "key_reused")
    refused(caller.post("/facts", order("r1", "1.00")), 409, "key_reused")
    assert standing() == before
    assert [caller.post("/redemptions/release", {"key": "r1"}).status for _ in range(3)] == [
        200
    ] * 3
    assert points(caller, mia) == 60


def test_a36_nobody_brings_themselves(caller: Caller, mia: str) -> None:
    """By their own code, from their own address, under another spelling of it."""
    code = caller.get(f"/members/{CLUB}/{mia}").said["code"]
    mine = points(caller, mia)
    for number, email in enumerate(("mia@example.com", "MIA@example.com", " mia@EXAMPLE.com ")):
        told = order(f"self{number}", "20.00", via=code, customer={"email": email})
        assert caller.post("/facts", told).status == 200
    stand = caller.get(f"/members/{CLUB}/{mia}").said["balances"]["points"]
    assert (stand["available"], stand["pending"]) == (str(mine + 60), "0")


def test_a32_codes_are_not_guessed_with_one_key_nor_with_many(
    caller: Caller, mia: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    monkeypatch.setattr(codes, "WRONG_BY_KEY", 6)
    monkeypatch.setattr(codes, "WRONG_BY_ALL", 15)
    caller.post("/facts", order("nine", *["1.00"] * 8))
    (voucher,) = caller.get(f"/members/{CLUB}/{mia}").said["vouchers"]
    thief, said = Caller(key("redeem", "keys:write", per_minute=1000)), []
    for _ in range(5):
        tries = [
            thief.post("/vouchers/find", {"code": f"GUESS{n}", "shopper": f"s{n}"}).status
            for n in range(8)
        ]
        said.append(tries)
        made = thief.post("/keys", {"name": "next", "scopes": ["redeem", "keys:write"]}).said
        thief = Caller(made["key"])
    found = [tries.count(404) for tries in said]
    assert (found[0], sum(found)) == (6, 15), said
    refused(thief.post("/vouchers/find", {"code": voucher["code"]}), 429, "code_tries")
    use = {"key": "v1", "code": voucher["code"], "shopper": "honest"}
    refused(thief.post("/vouchers/use", use), 429, "code_tries")


def test_a31_what_is_known_of_a_code_is_the_same_for_all_that_are_wrong(
    caller: Caller, mia: str
) -> None:
    own = caller.get(f"/members/{CLUB}/{mia}").said["code"]
    said = {
        caller.post("/vouchers/find", {"code": code}).raw.split(b"request_id")[0]
        for code in ("WRONG", "2345678923", own, own[:-1] + "2", "W" * 100, mia)
    }
    assert len(said) == 1


def wished(**more: Any) -> Wish:
    told = {"programme": CLUB, "asset": "points", "amount": 5000, "reason": "sorry", **more}
    return Wish(**told)


def test_a13_nobody_lets_through_what_they_asked_for(caller: Caller, mia: str) -> None:
    now, ben = datetime.now(UTC), caller.post("/customers/find", BEN).said["customer"]
    sam, max_ = employ("Sam", Role.STAFF), employ("Max", Role.MANAGER)
    whom = uuid.UUID(ben)
    asked = adjusting.adjust(sam, wished(customer=whom), now)
    mine = adjusting.adjust(max_, wished(customer=whom), now)
    assert {asked.state, mine.state} == {"waiting"}
    before = standing()
    for actor, row, code in (
        (sam, asked, "adjustment_same_person"),
        (max_, mine, "adjustment_same_person"),
        (sam, mine, "adjustment_not_allowed"),
        (employ("Vera", Role.VIEWER), asked, "adjustment_not_allowed"),
    ):
        with pytest.raises(Refused) as told:
            adjusting.approve(actor, row.id, now)
        assert told.value.code == code
    assert standing() == before
    assert points(caller, ben) == 0
    assert Adjustment.objects.filter(state="waiting").count() == 2


def test_a13_many_small_amounts_are_one_large_one(caller: Caller, mia: str) -> None:
    sam, now = employ("Sam", Role.STAFF), datetime.now(UTC)
    states = [
        adjusting.adjust(sam, wished(customer=uuid.UUID(mia), amount=20 * sign), now).state
        for sign in (1, -1, 1, -1)
    ]
    assert states == ["done", "done", "waiting", "waiting"]
    assert points(caller, mia) == 60


def test_a38_money_of_elsewhere_earns_nothing(caller: Caller, mia: str) -> None:
    for number, currency in enumerate(("XTS", "JPY", "USD", "CHF")):
        told = caller.post("/facts", order(f"c{number}", "500", currency=currency)).said
        assert "points" not in told["programmes"][0]["gave"], currency
    assert points(caller, mia) == 60


def held(caller: Caller, mia: str) -> tuple[int, str]:
    """Mia has turned 50 of her points into a voucher: her customer number, and its id."""
    wish = {"key": "r1", "programme": CLUB, "member": mia, "reward": "coffee", "as_voucher": True}
    assert caller.post("/redemptions", wish).said["accepted"]
    row = VoucherRow.objects.get()
    return row.customer_id, row.id


def used_later(caller: Caller, mia: str) -> datetime:
    """The voucher is used, at an instant that is a little later than now."""
    number, voucher = held(caller, mia)
    later = datetime.now(UTC) + timedelta(seconds=5)
    use = VoucherUse(key="u1", at=later, voucher=voucher)
    wanted = redeeming.Asked(attempt=use, customer_id=number, programme=CLUB, now=later)
    assert redeeming.redeem(wanted).accepted
    return later


def test_a31_what_was_used_is_not_given_back_by_a_clock_that_is_behind(
    caller: Caller, mia: str
) -> None:
    """Two requests at once are not booked in the order of their instants."""
    later = used_later(caller, mia)
    before = standing()
    for now in (later - timedelta(seconds=3), later, later + timedelta(seconds=3)):
        with pytest.raises(Refused) as told:
            reserving.release("r1", now)
        assert told.value.code == "already_used"
    assert standing() == before
    assert points(caller, mia) == 10
    assert verify().finding is None


def test_a31_a_use_that_overtakes_is_looked_at_again(
    caller: Caller, mia: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes between the look at the clock and the lock."""
    number, voucher = held(caller, mia)
    later = datetime.now(UTC) + timedelta(seconds=5)
    after, once = reserving._after, [later]

    def looked(row: AttemptRow, now: datetime) -> datetime:
        found = after(row, now)
        for at in once:
            once.clear()
            use = VoucherUse(key="u1", at=at, voucher=voucher)
            wanted = redeeming.Asked(attempt=use, customer_id=number, programme=CLUB, now=at)
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(closing(redeeming.redeem), wanted).result().accepted
        return found

    monkeypatch.setattr(reserving, "_after", looked)
    with pytest.raises(Refused) as told:
        reserving.release("r1", datetime.now(UTC))
    assert told.value.code == "already_used"
    assert points(caller, mia) == 10
    assert verify().finding is None


def closing(act: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same in another thread, whose connection ends with it."""

    def acted(told: Any) -> Any:
        try:
            return act(told)
        finally:
            connection.close()

    return acted


def test_a31_saboteur_a_reversal_by_whatever_clock(
    caller: Caller, mia: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = used_later(caller, mia)
    monkeypatch.setattr(reserving, "_after", lambda row, now: now)
    monkeypatch.setattr(reserving, "_passed", lambda row: datetime(2000, 1, 1, tzinfo=UTC))
    reserving.release("r1", later - timedelta(seconds=3))
    assert points(caller, mia) == 60
