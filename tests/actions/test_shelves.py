"""What staff say about rewards, and vouchers that they hand out or take back: over the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from people import who
from regulars.actions import audit, shelves, vouchers_by_hand
from regulars.actions.looking import look
from regulars.actions.members import join
from regulars.actions.owing import points_owed
from regulars.actions.publishing import publish
from regulars.actions.quoting import offers
from regulars.actions.record import Source, record
from regulars.actions.redeeming import Answer, Asked, redeem
from regulars.actions.refused import Refused
from regulars.actions.reserving import release
from regulars.actions.shelves import Goods, Told
from regulars.actions.vouchers_by_hand import Handed, Taken
from regulars.db import people
from regulars.db.models import (
    AuditRow,
    Customer,
    HolderState,
    IdentifierRow,
    MeasureResult,
    RewardPicture,
    RewardShelf,
    Role,
    SharedLimit,
    Staff,
    VoucherRow,
)
from regulars.engine.arrivals import Arrival
from regulars.engine.happenings import Grant, Redemption
from regulars.insight import Result
from regulars.sources.corner_coffee import picture, programme
from staff import employ, open_cafe

pytestmark = pytest.mark.django_db
CLUB = "corner_club"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
CUP = Goods(programme=CLUB, reward="cup")
COFFEE = Goods(programme=CLUB, reward="coffee")


@pytest.fixture
def club() -> tuple[Staff, int]:
    """The owner, and a member with 1,000 points."""
    owner = open_cafe()
    publish(programme(), now=NOW - timedelta(days=30), by="Olga")
    long_ago = NOW - timedelta(days=20)
    with connection.cursor() as cursor:
        (ana,) = people.find_or_make(cursor, [who("ana")], now=long_ago, crowd=people.Crowd())
    join([ana], CLUB, since=long_ago, now=long_ago)
    fact = Grant(key="given", at=NOW - timedelta(days=1), amount=1000)
    record([Arrival(fact=fact, programme=CLUB)], now=NOW, source=Source(owner=ana))
    return owner, ana


def ask(member: int, key: str, reward: str = "cup", **more: Any) -> Answer:
    told = Redemption(key=key, at=NOW, reward=reward, **more)
    return redeem(Asked(attempt=told, customer_id=member, programme=CLUB, now=NOW))


def said(answer: Answer) -> str:
    return "taken" if answer.accepted else answer.code


def used() -> int:
    return SharedLimit.objects.get(name="cup/stock").used


def test_what_is_left_is_what_staff_say_and_then_one_less_each_time(club: Any) -> None:
    owner, ana = club
    fact = Grant(key="more", at=NOW - timedelta(hours=1), amount=2000)
    record([Arrival(fact=fact, programme=CLUB)], now=NOW, source=Source(owner=ana))
    assert said(ask(ana, "r0")) == "taken"
    shelves.change_shelf(owner, CUP, Told(offered=True, left=2), NOW)
    assert [said(ask(ana, f"r{n}")) for n in (1, 2, 3)] == ["taken", "taken", "sold_out"]
    assert RewardShelf.objects.get().stock == 3
    release("r2", NOW)
    assert used() == 2
    assert [said(ask(ana, f"r{n}")) for n in (4, 5)] == ["taken", "sold_out"], "one came back"


def test_none_left_is_told_to_whoever_asks_and_whoever_looks(club: Any) -> None:
    owner, ana = club
    cup = next(one for one in offers(ana, CLUB, NOW) if one.reward == "cup")
    shelves.change_shelf(owner, CUP, Told(offered=True, left=0), NOW)
    assert said(ask(ana, "r1")) == "sold_out"
    none = next(one for one in offers(ana, CLUB, NOW) if one.reward == "cup")
    assert (cup.may, cup.code) == (True, "")
    assert (none.may, none.code) == (False, "sold_out")
    assert (none.price, none.asset) == (cup.price, cup.asset) == (320, "points")
    assert look(ana, CLUB, NOW).balances["points"].available == 1000


def test_what_is_off_is_not_to_be_had_by_name_or_price_and_takes_nothing(club: Any) -> None:
    owner, ana = club
    for goods in (CUP, COFFEE):
        shelves.change_shelf(owner, goods, Told(offered=False), NOW)
    assert said(ask(ana, "r1")) == "sold_out"
    assert said(ask(ana, "r2", "coffee")) == "sold_out"
    assert said(ask(ana, "r3", "", price=50)) == "sold_out"
    assert used() == 0
    assert {one.code for one in offers(ana, CLUB, NOW) if one.reward in ("cup", "coffee")} == {
        "sold_out"
    }
    shelves.change_shelf(owner, COFFEE, Told(offered=True), NOW)
    assert said(ask(ana, "r4", "coffee")) == "taken"


def test_saboteur_a_shelf_that_nobody_asks(club: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, ana = club
    shelves.change_shelf(owner, CUP, Told(offered=False, left=0), NOW)
    monkeypatch.setattr("regulars.db.shelves.closed", lambda *_any: frozenset())
    monkeypatch.setattr("regulars.db.shelves.most", lambda *told: told[-1])
    assert said(ask(ana, "r1")) == "taken"


@pytest.mark.parametrize(
    ("goods", "told", "code"),
    [
        (COFFEE, Told(offered=True, left=3), "stock_not_counted"),
        (Goods(programme=CLUB, reward="car"), Told(offered=True), "reward_missing"),
        (Goods(programme="none", reward="cup"), Told(offered=True), "programme_unknown"),
        (CUP, Told(offered=True, worth_minor=-1), "number_too_large"),
        (CUP, Told(offered=True, left=10**12), "number_too_large"),
    ],
)
def test_what_cannot_be_said_changes_nothing(
    club: Any, goods: Goods, told: Told, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        shelves.change_shelf(club[0], goods, told, NOW)
    assert refused.value.code == code
    assert not RewardShelf.objects.exists()
    assert not AuditRow.objects.filter(what="reward.changed").exists()


def test_a_picture_is_kept_by_its_hash_once_and_goes_with_its_last_reward(club: Any) -> None:
    owner, _ana = club
    for goods in (CUP, COFFEE):
        shelves.change_picture(owner, goods, picture("cup"), NOW)
    kept = RewardPicture.objects.get()
    assert kept.type == "image/png"
    assert {one.picture for one in RewardShelf.objects.all()} == {kept.hash}
    shelves.change_picture(owner, CUP, picture("coffee"), NOW)
    assert RewardPicture.objects.count() == 2
    for goods in (CUP, COFFEE):
        shelves.change_picture(owner, goods, None, NOW)
    assert not RewardPicture.objects.exists()
    assert AuditRow.objects.filter(what="reward.picture").count() == 5


def test_a_new_worth_has_what_is_owed_computed_anew(club: Any, tmp_path: Path) -> None:
    owner, _ana = club
    MeasureResult.objects.create(key="owed", kind="owed", params={}, wanted_at=NOW, computed_at=NOW)
    shelves.change_shelf(owner, COFFEE, Told(offered=True, worth_minor=300), NOW)
    assert not MeasureResult.objects.filter(kind="owed").exists()
    result = points_owed(tmp_path, {}, now=NOW)
    assert isinstance(result, Result)
    assert result.headline["worth"] == pytest.approx(1000 * 3.0 / 50)


def test_what_is_owed_is_what_holders_have(club: Any, tmp_path: Path) -> None:
    _owner, ana = club
    ask(ana, "r1")
    ask(ana, "r2", "coffee")
    release("r2", NOW + timedelta(hours=1))
    figures = HolderState.objects.get(customer_id=ana).figures["points"]
    result = points_owed(tmp_path, {}, now=NOW + timedelta(days=1))
    assert isinstance(result, Result)
    (row,) = result.main.records()
    assert row["owed"] == figures["available"] == 680
    assert (row["earned"], row["used"]) == (1000, 320)
    (ends,) = result["ends"].records()
    assert ends["month"].isoformat() == "2027-11-01", (
        "points last twelve months, to the month's end"
    )


def handed(member: int, rule: str = "coffee", reason: str = "Spilt hers", **more: Any) -> Handed:
    public = Customer.objects.get(id=member).public_id
    told: dict[str, Any] = {"customer": public, "programme": CLUB, "key": uuid4(), **more}
    return Handed(rule=rule, reason=reason, **told)


def test_a_voucher_that_is_handed_out_is_one_like_any_other(club: Any) -> None:
    owner, ana = club
    wish = handed(ana)
    row = vouchers_by_hand.hand_out(owner, wish, NOW)
    assert (row.state, row.rule, row.item) == ("open", "coffee", "coffee")
    assert vouchers_by_hand.hand_out(owner, wish, NOW).pk == row.pk, "pressed twice it is one"
    (mine,) = look(ana, CLUB, NOW).vouchers
    assert (mine.code, mine.id) == (row.code, f"voucher:{wish.key}")
    assert look(ana, CLUB, NOW).balances["points"].available == 1000
    (entry,) = audit.entries(what="voucher.given")
    assert entry.details["reason"] == "Spilt hers"
    assert row.code not in str(entry)


def test_what_was_taken_back_cannot_be_used_and_says_why(club: Any) -> None:
    owner, ana = club
    row = vouchers_by_hand.hand_out(owner, handed(ana), NOW)
    ended = vouchers_by_hand.take_back(owner, Taken(code=row.code, reason="Wrong person"), NOW)
    assert ended.state == "revoked"
    assert look(ana, CLUB, NOW).vouchers == []
    with pytest.raises(Refused) as refused:
        vouchers_by_hand.take_back(owner, Taken(code=row.code, reason="Again"), NOW)
    assert refused.value.code == "voucher_not_open"
    (entry,) = audit.entries(what="voucher.voided")
    assert (entry.about, entry.details["reason"]) == (row.id, "Wrong person")


@pytest.mark.parametrize(("back", "has"), [(True, 1000), (False, 950)])
def test_the_price_of_a_voucher_goes_back_if_that_is_wanted(
    club: Any, back: bool, has: int
) -> None:
    owner, ana = club
    assert said(ask(ana, "r1", "coffee", as_voucher=True)) == "taken"
    code = VoucherRow.objects.get().code
    wish = Taken(code=code, reason="Machine broken", price_back=back)
    assert vouchers_by_hand.take_back(owner, wish, NOW).state == "revoked"
    assert look(ana, CLUB, NOW).balances["points"].available == has


def _yourself(owner: Staff, ana: int) -> None:
    IdentifierRow.objects.create(kind="email", value=owner.email.lower(), customer_id=ana)


def _stranger(_owner: Staff, ana: int) -> None:
    HolderState.objects.filter(customer_id=ana).update(left_at=NOW)


def _role(owner: Staff, _ana: int) -> None:
    Staff.objects.filter(pk=owner.pk).update(role=Role.STAFF)


def _many(owner: Staff, _ana: int) -> None:
    for number in range(vouchers_by_hand.MOST_A_DAY):
        audit.note("voucher.given", number, audit.staff_name(owner), NOW)


@pytest.mark.parametrize(
    ("before", "more", "code"),
    [
        (_yourself, {}, "adjustment_yourself"),
        (_stranger, {}, "not_member"),
        (_role, {}, "not_allowed"),
        (_many, {}, "vouchers_too_many"),
        (None, {"reason": "  "}, "adjustment_reason"),
        (None, {"reason": "x" * 501}, "reason_too_long"),
        (None, {"rule": "birthday"}, "reward_missing"),
        (None, {"customer": UUID(int=7)}, "customer_unknown"),
        (None, {"programme": "none"}, "programme_unknown"),
    ],
)
def test_who_may_not_hands_nothing_out(club: Any, before: Any, more: Any, code: str) -> None:
    owner, ana = club
    wish = handed(ana, **more)
    if before is not None:
        before(owner, ana)
    with pytest.raises(Refused) as refused:
        vouchers_by_hand.hand_out(owner, wish, NOW)
    assert refused.value.code == code
    assert not VoucherRow.objects.exists()


def test_a_manager_may_and_a_colleague_may_not(club: Any) -> None:
    _owner, ana = club
    assert vouchers_by_hand.hand_out(employ("boss", Role.MANAGER), handed(ana), NOW).code
    with pytest.raises(Refused) as refused:
        vouchers_by_hand.hand_out(employ("colleague", Role.STAFF), handed(ana), NOW)
    assert refused.value.code == "not_allowed"
