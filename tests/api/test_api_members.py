"""Members over HTTP: where they stand, why, what they may have, and how it is redeemed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from api_kit import CLUB, LONG_AGO, Caller, ago, cafe, key, member, order, stand_still
from django.core import signing

from regulars.actions import customers, reserving
from regulars.actions.publishing import publish
from regulars.api import cursors
from regulars.db.models import AttemptRow, Business, Customer, FactRow, TransferRow, VoucherRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    return cafe()


@pytest.fixture
def mia(caller: Caller) -> str:
    """Mia with 60 points."""
    mia = member(caller)
    told = caller.post("/facts", order("o1", "60.00", at=ago(48)))
    assert told.said["programmes"][0]["gave"]["points"] == "60"
    return mia


def points(caller: Caller, mia: str) -> str:
    return str(caller.get(f"/members/{CLUB}/{mia}").said["balances"]["points"]["available"])


def redeem(caller: Caller, mia: str, name: str = "r1", **more: Any) -> Any:
    body = {"key": name, "programme": CLUB, "member": mia, "reward": "coffee", **more}
    return caller.post("/redemptions", body)


def test_a_member_is_told_where_they_stand(caller: Caller, mia: str) -> None:
    told = caller.get(f"/members/{CLUB}/{mia}").said
    assert told["balances"]["points"] == {"available": "60", "pending": "0"}
    assert told["tier"] == "guest"
    missing = told["next_tier"]
    assert (missing["tier"], missing["has"], missing["missing"]) == ("regular", "60", "140")
    assert told["expiring"][0]["amount"] == "60"
    assert told["code"]


LADDER = """
format: 1
programme: ladder
edition: ladder_1
name: Ladder
currency: EUR
assets: [{id: points, name: point, many: points}]
metrics:
  - {id: spend, kind: spent}
  - {id: visits, kind: orders}
earn: [{kind: per_amount, step: 1.00 EUR, points: 1}]
standing: {kind: calendar_year, metric: spend}
tiers:
  - {id: guest, name: Guest, from: 0}
  - id: silver
    name: {en: Silver, de: Silber}
    from: 50
    needs: [{metric: visits, from: 3}]
    or: [{metric: visits, window: ever, from: 5}]
  - {id: friend, name: Friend of the house}
  - {id: gold, name: Gold, from: 500}
"""


def test_progress_to_the_next_tier_is_told_for_everything_that_counts() -> None:
    publish(LADDER, now=LONG_AGO)
    Business.objects.create(id=1, name="Shop", created_at=LONG_AGO)
    caller = Caller(key())
    who = {"customer": {"email": "mia@example.com"}, "since": "2026-01-01T00:00:00Z"}
    mia = caller.post("/members", {"programme": "ladder", **who}).said["member"]

    def stands() -> Any:
        told = caller.get(f"/members/ladder/{mia}").said
        return told["tier"], told["next_tier"], told["metrics"]

    for number, (amount, tier) in enumerate([("40.00", "guest"), ("20.00", "guest")]):
        caller.post("/facts", order(f"o{number}", amount))
        assert stands()[0] == tier
    _tier, ahead, metrics = stands()
    assert metrics == {"spend": "60", "visits": "2"}
    assert (ahead["tier"], ahead["metric"], ahead["missing"]) == ("silver", "spend", "0")
    assert [(one["metric"], one["taken"], one["missing"]) for one in ahead["hurdles"]] == [
        ("spend", True, "0"),
        ("visits", False, "1"),
    ]
    (instead,) = ahead["instead"]
    assert (instead["window"], instead["has"], instead["missing"]) == ("ever", "2", "3")
    caller.post("/facts", order("o9", "1.00"))
    tier, ahead, _metrics = stands()
    assert (tier, ahead["tier"], ahead["missing"]) == ("silver", "gold", "439")


def test_an_etag_says_whether_anything_changed(caller: Caller, mia: str) -> None:
    first = caller.get(f"/members/{CLUB}/{mia}")
    again = caller.get(f"/members/{CLUB}/{mia}", If_None_Match=first.headers["ETag"])
    assert (again.status, again.raw) == (304, b"")
    caller.post("/facts", order("o2", "1.00"))
    now = caller.get(f"/members/{CLUB}/{mia}", If_None_Match=first.headers["ETag"])
    assert now.status == 200
    assert now.said["revision"] > first.said["revision"]
    stale = redeem(caller, mia)
    assert stale.status == 200
    body = {"key": "r9", "programme": CLUB, "member": mia, "reward": "coffee"}
    told = caller.post("/redemptions", body, If_Match=first.headers["ETag"])
    assert (told.status, told.said["code"]) == (412, "stale")
    assert not AttemptRow.objects.filter(key="r9").exists()


def test_a_quote_books_nothing(caller: Caller, mia: str) -> None:
    before = (FactRow.objects.count(), TransferRow.objects.count(), points(caller, mia))
    cart = {"programme": CLUB, "member": mia, "currency": "EUR"}
    cart["lines"] = [{"category": "coffee", "amount": "150.00"}]  # type: ignore[assignment]
    told = caller.post("/quotes", cart).said
    assert told["would_give"]["points"] == "150"
    assert (told["tier"], told["tier_after"]) == ("guest", "regular")
    offers = {one["reward"]: one for one in told["rewards"]}
    assert offers["coffee"]["may"]
    assert offers["cake"]["code"] == "insufficient_points"
    assert "60" in offers["cake"]["message"]
    assert before == (FactRow.objects.count(), TransferRow.objects.count(), points(caller, mia))


def test_a_quote_is_what_is_booked_then(caller: Caller, mia: str) -> None:
    lines = [{"category": "coffee", "amount": "7.80"}, {"category": "tip", "amount": "2.00"}]
    cart = {"programme": CLUB, "member": mia, "currency": "EUR", "lines": lines}
    quoted = caller.post("/quotes", cart).said["would_give"]
    booked = caller.post("/facts", order("o2", lines=lines)).said["programmes"][0]["gave"]
    assert quoted == booked


def test_a_reward_is_redeemed_once(caller: Caller, mia: str) -> None:
    told, again = redeem(caller, mia), redeem(caller, mia)
    assert (told.said["accepted"], told.said["state"]) == (True, "booked")
    assert told.said["balances"]["points"]["available"] == "10"
    assert again.said == told.said
    assert again.headers["Idempotent-Replay"] == "true"
    assert points(caller, mia) == "10"


def test_a_refusal_says_what_it_needs_and_stays(caller: Caller, mia: str) -> None:
    told = redeem(caller, mia, reward="cake").said
    assert (told["accepted"], told["state"]) == (False, "refused")
    assert told["code"] == "insufficient_points"
    assert (told["needs"]["needs"], told["needs"]["has"]) == ("100", "60")
    caller.post("/facts", order("o2", "100.00"))
    assert redeem(caller, mia, reward="cake").said["accepted"] is False
    other = redeem(caller, mia, reward="coffee")
    assert (other.status, other.said["code"]) == (409, "key_reused")


def test_what_is_set_aside_is_confirmed_or_given_back(caller: Caller, mia: str) -> None:
    assert redeem(caller, mia, reserve=True).said["state"] == "reserved"
    assert points(caller, mia) == "10"
    assert caller.post("/redemptions/release", {"key": "r1"}).said["state"] == "released"
    assert points(caller, mia) == "60"
    again = caller.post("/redemptions/release", {"key": "r1"})
    assert again.headers["Idempotent-Replay"] == "true"
    over = caller.post("/redemptions/confirm", {"key": "r1"})
    assert (over.status, over.said["code"]) == (409, "redemption_over")
    redeem(caller, mia, "r2", reserve=True)
    assert caller.post("/redemptions/confirm", {"key": "r2"}).said["state"] == "confirmed"
    late = caller.post("/redemptions/release", {"key": "r2"})
    assert (late.status, late.said["code"]) == (409, "redemption_over")
    assert points(caller, mia) == "10"


def test_a_reservation_ends_by_itself_once(caller: Caller, mia: str) -> None:
    now = datetime.now(UTC)
    redeem(caller, mia, reserve=True, reserve_minutes=5)
    assert reserving.end_reservations(now + timedelta(minutes=4)) == 0
    assert points(caller, mia) == "10"
    later = datetime.now(UTC) + timedelta(minutes=6)
    assert [reserving.end_reservations(later), reserving.end_reservations(later)] == [1, 0]
    assert caller.get("/redemptions?key=r1").said["state"] == "ended"
    assert caller.get(f"/members/{CLUB}/{mia}").said["balances"]["points"]["available"] == "60"


def nine_coffees(caller: Caller) -> dict[str, Any]:
    """The voucher for nine coffees."""
    mia = member(caller)
    caller.post("/facts", order("o9", *["2.00"] * 9))
    (voucher,) = caller.get(f"/members/{CLUB}/{mia}").said["vouchers"]
    return dict(voucher)


def test_a_voucher_is_found_and_used_by_its_code(caller: Caller) -> None:
    voucher = nine_coffees(caller)
    written = f" {voucher['code'][:5].lower()}-{voucher['code'][5:]} "
    found = caller.post("/vouchers/find", {"code": written}).said
    assert (found["id"], found["state"]) == (voucher["id"], "open")
    use = {"key": "v1", "code": voucher["code"]}
    assert caller.post("/vouchers/use", use).said["accepted"]
    assert caller.post("/vouchers/use", use).headers["Idempotent-Replay"] == "true"
    assert caller.post("/vouchers/find", {"code": voucher["code"]}).said["state"] == "used"
    twice = caller.post("/vouchers/use", {"key": "v2", "code": voucher["code"]}).said
    assert (twice["accepted"], twice["code"]) == (False, "already_used")


def dearer(code: str) -> str:
    """A code as somebody may type it."""
    return f" {code[:5].lower()}-{code[5:]} "


@pytest.mark.parametrize("written", [str, dearer])
def test_an_order_and_a_quote_take_a_voucher_by_its_code(
    caller: Caller, written: Callable[[str], str]
) -> None:
    voucher = nine_coffees(caller)
    (mia,) = VoucherRow.objects.values_list("customer_id", flat=True)
    public = str(Customer.objects.get(pk=mia).public_id)
    code = written(voucher["code"])
    cart = {"programme": CLUB, "member": public, "currency": "EUR", "amount": "4.00"}
    assert caller.post("/quotes", {**cart, "vouchers": [code]}).said["refused"] == {}
    sold = order("o10", "4.00", at=ago(0.1), vouchers=[code])
    assert caller.post("/facts", sold).said["state"] == "recorded"
    assert caller.post("/facts", sold).said["state"] == "known"
    assert caller.post("/vouchers/find", {"code": code}).said["state"] == "used"


def test_a_quote_for_somebody_else_tells_nothing_of_a_code(caller: Caller) -> None:
    voucher = nine_coffees(caller)
    ben = member(caller, "ben@example.com")
    cart = {"programme": CLUB, "member": ben, "currency": "EUR", "amount": "4.00"}
    said = caller.post("/quotes", {**cart, "vouchers": [voucher["code"], "NOTACODE"]}).said
    assert said["refused"] == {
        voucher["code"]: "voucher_unknown",
        "NOTACODE": "voucher_unknown",
    }


def test_a_code_leads_to_whoever_its_holder_was_merged_into(caller: Caller) -> None:
    voucher = nine_coffees(caller)
    ben = member(caller, "ben@example.com")
    (mia,) = VoucherRow.objects.values_list("customer_id", flat=True)
    public = Customer.objects.get(pk=mia).public_id
    customers.merge(public, UUID(ben), reason="one", now=datetime.now(UTC))
    assert caller.post("/vouchers/find", {"code": voucher["code"]}).said["state"] == "open"
    used = caller.post("/vouchers/use", {"key": "v1", "code": voucher["code"]}).said
    assert (used["accepted"], used["member"]) == (True, ben)
    assert caller.post("/vouchers/find", {"code": voucher["code"]}).said["state"] == "used"


def test_guessing_codes_ends_soon_for_the_guesser_alone(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    voucher = nine_coffees(caller)
    guesses = [
        caller.post("/vouchers/find", {"code": f"NOTACODE{n}", "shopper": "thief"}).status
        for n in range(25)
    ]
    assert guesses == [404] * 20 + [429] * 5
    mine = {"code": voucher["code"], "shopper": "thief"}
    assert caller.post("/vouchers/find", mine).said["code"] == "code_tries"
    assert caller.post("/vouchers/find", {**mine, "shopper": "honest"}).status == 200


def test_a_balance_is_explained_line_by_line_on_any_date(caller: Caller, mia: str) -> None:
    redeem(caller, mia)
    here = f"/members/{CLUB}/{mia}/explain"
    told = caller.get(here).said
    assert [one["amount"] for one in told["lines"]] == ["60", "-50"]
    assert told["balance"] == "10"
    assert told["lines"][0]["why"][0]["message"]
    before = caller.get(f"{here}?at={ago(1).replace('+', '%2B')}").said
    assert before["balance"] == "60"
    known = caller.get(f"{here}?known_at={ago(1).replace('+', '%2B')}").said
    assert known["balance"] == "0"
    berlin = (datetime.now(UTC) - timedelta(hours=1)).astimezone(ZoneInfo("Europe/Berlin"))
    assert caller.get(f"{here}?at={berlin.isoformat()}").said["balance"] == "60", "with a bare plus"


def test_the_ledger_is_paged_by_cursors_that_nobody_can_make(caller: Caller, mia: str) -> None:
    for n in range(3):
        caller.post("/facts", order(f"p{n}", "5.00"))
    here = f"/members/{CLUB}/{mia}/transfers"
    whole = caller.get(here).said["items"]
    paged, cursor = [], ""
    while True:
        page = caller.get(f"{here}?limit=2&cursor={cursor}").said
        paged += page["items"]
        cursor = page["next"]
        if not cursor:
            break
    assert paged == whole
    other = member(caller, "ben@example.com")
    first = caller.get(f"{here}?limit=2").said["next"]
    number = Customer.objects.values_list("id", flat=True).get(public_id=mia)
    assert str(number) not in str(signing.loads(first, salt=cursors.SALT)[0])
    for path, said in ((here, "made-up"), (f"/members/{CLUB}/{other}/transfers", first)):
        told = caller.get(f"{path}?cursor={said}")
        assert (told.status, told.said["code"]) == (422, "cursor_wrong")


def test_a_customer_is_found_however_they_are_written(caller: Caller, mia: str) -> None:
    found = caller.post("/customers/find", {"email": " MIA@example.com "}).said
    assert (found["customer"], found["programmes"]) == (mia, [CLUB])
    assert caller.get(f"/customers/{mia}").said == found
    history = caller.get(f"/customers/{mia}/history").said["items"]
    assert [one["key"] for one in history] == ["o1"]
    assert caller.post("/customers/find", {"email": "no@example.com"}).status == 404
    assert caller.get("/customers/1").status == 404


def test_a_programme_is_told(caller: Caller) -> None:
    (club,) = caller.get("/programmes").said["programmes"]
    assert (club["programme"], club["assets"][0]["asset"]) == (CLUB, "points")
    rewards = caller.get(f"/programmes/{CLUB}/rewards").said["rewards"]
    assert [one["reward"] for one in rewards if one["asked_for"]][:2] == ["coffee", "cake"]
    assert all(one["terms"] for one in rewards)
    tiers = caller.get(f"/programmes/{CLUB}/tiers").said["tiers"]
    assert [one["tier"] for one in tiers] == ["guest", "regular", "neighbour"]
    (edition,) = caller.get(f"/programmes/{CLUB}/editions").said["editions"]
    told = caller.get(f"/programmes/{CLUB}/editions/{edition['edition']}").said
    assert told["file"].startswith("# A café")
    assert told["terms"]


def test_a_key_makes_only_keys_that_do_no_more(caller: Caller) -> None:
    maker = Caller(key("keys:write", "facts:write"))
    more = maker.post("/keys", {"name": "x", "scopes": ["redeem"]})
    assert (more.status, more.said["code"]) == (403, "scope_missing")
    made = maker.post("/keys", {"name": "till", "scopes": ["facts:write"]}).said
    assert Caller(made["key"]).post("/facts", order("o1", "1.00")).status == 200
    listed = maker.get("/keys").raw.decode()
    assert made["about"]["prefix"] in listed
    assert made["key"] not in listed
    rotated = maker.post("/keys/rotate", {"prefix": made["about"]["prefix"]}).said
    for one in (made, rotated):
        assert Caller(one["key"]).post("/facts", order("o1", "1.00")).status in (200, 409)
    maker.post("/keys/revoke", {"prefix": rotated["about"]["prefix"]})
    assert Caller(rotated["key"]).post("/facts", order("o1", "1.00")).status == 401
    forbidden = maker.post("/keys/revoke", {"prefix": caller.key[:10]})
    assert (forbidden.status, forbidden.said["code"]) == (403, "scope_missing")
