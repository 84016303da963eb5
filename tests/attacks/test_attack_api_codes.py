"""A32, A38: codes and currencies that somebody makes up, by whichever door they come."""

from __future__ import annotations

import json
import math
import random
from datetime import UTC, datetime
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

from regulars.api import codes, grouped
from regulars.api.grouped import Keys, Sent
from regulars.db import ledger
from regulars.db.models import ApiUse, CodeRow, VoucherRow
from regulars.db.queries import members

pytestmark = pytest.mark.usefixtures("own_database")
BEN = {"email": "ben@example.com"}


@pytest.fixture
def caller(own_database: None) -> Caller:
    return cafe()


@pytest.fixture
def mia(caller: Caller) -> str:
    """Mia with a voucher; Ben is a member too."""
    mia = member(caller)
    member(caller, "ben@example.com")
    caller.post("/facts", order("nine", *["1.00"] * 9, at=ago(48)))
    return mia


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(codes, "WRONG_BY_KEY", 6)
    stand_still(monkeypatch)
    return 6


def refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.said["code"]) == (status, code), answer.raw


def guess(number: int) -> str:
    return f"GUESS{number:09d}"


DOORS: dict[str, tuple[str, dict[str, Any]]] = {
    "look-up": ("/vouchers/find", {"code": ""}),
    "use": ("/vouchers/use", {"key": "u", "code": ""}),
    "quote": ("/quotes", {"programme": CLUB, "currency": "EUR", "amount": "1", "vouchers": [""]}),
    "order": ("/facts", {"vouchers": [""]}),
    "batch": ("/facts/batch", {}),
}


def knock(caller: Caller, door: str, whose: str, code: str, name: str) -> tuple[int, str]:
    """A code at a door: the status, and the code of the refusal where there is one."""
    path, body = DOORS[door]
    sent = json.loads(json.dumps(body).replace('""', json.dumps(code)))
    if door == "quote":
        sent["member"] = whose
    if door in ("order", "batch"):
        sent = order(name, "1.00", vouchers=[code])
    if door == "batch":
        (told,) = caller.post(path, {"facts": [sent]}).said["facts"]
        error = told["error"]
        return (200, "") if error is None else (429, error["code"])
    told = caller.post(path, sent)
    return told.status, told.said.get("code", "")


@pytest.mark.parametrize("door", DOORS)
def test_a32_wrong_codes_are_counted_at_every_door(
    caller: Caller, mia: str, few: int, door: str
) -> None:
    """Whoever tried too many at one is refused at all, with a right code too."""
    thief = Caller(key("facts:write", "redeem"))
    tried = [knock(thief, door, mia, guess(number), f"t{number}") for number in range(few + 2)]
    assert [one for one in tried if one == (429, "code_tries")] == [(429, "code_tries")] * 2
    (voucher,) = caller.get(f"/members/{CLUB}/{mia}").said["vouchers"]
    before = standing()
    for other in DOORS:
        said = knock(thief, other, mia, voucher["code"], f"all-{other}")
        assert said == (429, "code_tries"), other
    assert standing() == before


@pytest.mark.parametrize("minimal", [True, False])
def test_a32_single_orders_that_come_together_are_counted_too(
    caller: Caller, mia: str, few: int, minimal: bool
) -> None:
    """The server books single facts in groups, past the door of the others."""
    bearer, keys = f"Bearer {key('facts:write')}", Keys()
    sent = [order(f"g{number}", "1.00", vouchers=[guess(number)]) for number in range(few + 2)]
    group = [
        Sent(body=json.dumps(one).encode(), authorization=bearer, minimal=minimal) for one in sent
    ]
    said = grouped.answer(group, keys)
    assert sorted(one.status for one in said) == [200] * few + [429] * 2
    (voucher,) = caller.get(f"/members/{CLUB}/{mia}").said["vouchers"]
    caller.post("/vouchers/find", {"code": voucher["code"]})
    good = json.dumps(order("good", "9.00", vouchers=[voucher["code"]])).encode()
    fine = grouped.answer([Sent(body=good, authorization=f"Bearer {key('facts:write')}")], keys)
    assert [one.status for one in fine] == [200]
    assert VoucherRow.objects.get().state == "used"


def test_a32_an_order_finds_no_voucher_of_somebody_else(caller: Caller, mia: str, few: int) -> None:
    (voucher,) = caller.get(f"/members/{CLUB}/{mia}").said["vouchers"]
    said = [
        caller.post("/facts", order(name, "9.00", customer=BEN, vouchers=[code])).said
        for name, code in (("right", voucher["code"]), ("wrong", guess(1)), ("id", voucher["id"]))
    ]
    told = {
        str([(line["rule"], line["code"]) for line in one["programmes"][0]["why"]]) for one in said
    }
    assert len(told) == 1
    assert VoucherRow.objects.get().state == "open"
    assert ApiUse.objects.get(name="codes").used == 3


def test_a32_orders_of_strangers_are_taken_and_counted_for_nothing(
    caller: Caller, mia: str, few: int
) -> None:
    for number in range(few + 2):
        guest = order(f"g{number}", "1.00", customer=None, vouchers=[guess(number)])
        other = order(f"o{number}", "1.00", vouchers=[guess(number)])
        other["customer"] = {"email": "cleo@example.com"}
        assert [caller.post("/facts", one).status for one in (guest, other)] == [200, 200]
    assert not ApiUse.objects.filter(name="codes").exists()


def test_a32_a_right_code_counts_for_nothing_however_often(
    caller: Caller, mia: str, few: int
) -> None:
    (voucher,) = caller.get(f"/members/{CLUB}/{mia}").said["vouchers"]
    sale = order("sale", "9.00", vouchers=[voucher["code"]])
    for _ in range(few + 2):
        assert caller.post("/facts", sale).status == 200
    assert VoucherRow.objects.get().state == "used"
    assert not ApiUse.objects.filter(name="codes").exists()


def test_a32_saboteur_a_door_that_does_not_count(
    caller: Caller, mia: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "_note_wrong", lambda *told: None)
    tried = [knock(caller, "order", mia, guess(number), f"t{number}") for number in range(few + 2)]
    assert (429, "code_tries") not in tried


def test_a32_a_hundred_thousand_guesses_hit_nothing(caller: Caller, mia: str) -> None:
    """Codes of value have 64 random bits at least, and no pattern that a thousand would tell."""
    known = [ledger.new_code() for _ in range(1000)]
    assert math.log2(len(ledger.ALPHABET)) * ledger.CODE_LENGTH >= 64
    assert {len(one) for one in known} == {ledger.CODE_LENGTH}
    assert len({one[: ledger.CODE_LENGTH // 2] for one in known}) == 1000
    for place in range(ledger.CODE_LENGTH):
        seen = [one[place] for one in known]
        assert max(map(seen.count, ledger.ALPHABET)) < 3 * 1000 / len(ledger.ALPHABET)
    now = datetime.now(UTC)
    real = VoucherRow.objects.get().code
    rows = [CodeRow(code=one, kind="voucher", made_at=now) for one in known]
    CodeRow.objects.bulk_create(rows)
    chance = random.Random(32)
    guesses = {"".join(chance.choices(ledger.ALPHABET, k=len(real))) for _ in range(100_000)}
    assert CodeRow.objects.filter(code__in=guesses).count() == 0
    assert members.voucher_by_code(real) is not None


def test_a32_codes_of_earlier_days_stay_good(caller: Caller, mia: str) -> None:
    VoucherRow.objects.update(code="7KQ2MH9TBX")
    CodeRow.objects.filter(kind="voucher").update(code="7KQ2MH9TBX")
    assert caller.post("/vouchers/find", {"code": "7kq2-mh9t bx"}).said["code"] == "7KQ2MH9TBX"


@pytest.mark.parametrize("currency", ["ZZZ", "AAA", "EUO", "QQQ"])
def test_a38_a_currency_that_there_is_not_is_refused(
    caller: Caller, mia: str, currency: str
) -> None:
    before = standing()
    cart = {"programme": CLUB, "member": mia, "currency": currency, "amount": "1"}
    wish = {"key": "r", "programme": CLUB, "member": mia, "reward": "coffee", "basket": "5"}
    told = {"type": "activity", "kind": "x", "key": "a", "at": ago(), "amount": "1"}
    back = {"type": "refund", "key": "b", "at": ago(), "order": "nine", "amount": "1"}
    for path, body in (
        ("/facts", order("o", "1.00")),
        ("/facts", told),
        ("/facts", back),
        ("/quotes", cart),
        ("/redemptions", wish),
    ):
        answer = caller.post(path, {**body, "currency": currency})
        refused(answer, 422, "currency_unknown")
        assert answer.said["place"] == "currency"
        assert "ISO 4217" in answer.said["remedy"]
    assert standing() == before


def test_a38_currencies_of_former_days_come_in(caller: Caller, mia: str) -> None:
    for number, currency in enumerate(("DEM", "ITL", "HRK", "BYR")):
        told = order(f"old{number}", "10.00", currency=currency, at=ago(20_000))
        assert caller.post("/facts", told).status == 200, currency


def test_a38_a_tier_that_there_is_not_is_told_of(caller: Caller, mia: str) -> None:
    told = {"type": "tier_set", "key": "t", "at": ago(), "programme": CLUB, "tier": "platinum"}
    for language, word in (("en", "no tier “platinum”"), ("de", "keine Stufe „platinum“")):
        sent = {**told, "key": f"t-{language}", "customer": {"email": "mia@example.com"}}
        said = caller.post("/facts", sent, Accept_Language=language).said["programmes"][0]
        assert (said["status"], said["code"]) == ("refused", "tier_unknown")
        assert word in said["message"]
