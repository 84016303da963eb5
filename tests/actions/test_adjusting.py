"""Amounts given by hand: with a reason, within limits, by two people above them (A13)."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
sys.path.insert(0, str(Path(__file__).parent))
from crowd import CROWD, FIRST, START
from live import NAMES, Live

from regulars.actions import adjusting
from regulars.actions.adjusting import DONE, REFUSED, WAITING, Wish, adjust, approve, refuse
from regulars.actions.looking import look
from regulars.actions.refused import Refused
from regulars.actions.verifying import verify
from regulars.db.models import Adjustment, Business, FactRow, IdentifierRow, Staff
from regulars.words.reasons import REASONS

pytestmark = pytest.mark.usefixtures("own_database")
NOW = START + timedelta(hours=1)


def somebody(name: str, role: str) -> Staff:
    return Staff.objects.create(email=f"{name}@example.com", name=name, role=role, created_at=START)


class Shop:
    """The crowd, and who works there."""

    def __init__(self) -> None:
        self.live = Live(CROWD, [FIRST], START)
        self.till, self.other = somebody("till", "staff"), somebody("other", "staff")
        self.boss, self.owner = somebody("boss", "manager"), somebody("owner", "owner")

    def ask(self, by: Staff, amount: int, **said: Any) -> Adjustment:
        wish = {"programme": "crowd", "asset": "points", "reason": "spilt coffee", **said}
        return adjust(by, Wish(customer=UUID(NAMES["anna"]), amount=amount, **wish), NOW)

    def points(self) -> int:
        return look(self.live.numbers["anna"], "crowd", NOW).balances["points"].available


def test_within_the_limit_it_is_booked_at_once_as_a_fact() -> None:
    shop = Shop()
    assert shop.ask(shop.till, 30).state == DONE
    assert shop.ask(shop.till, -10).state == DONE
    assert shop.points() == 20
    assert FactRow.objects.filter(type="grant").count() == 2
    assert verify().finding is None


def test_above_the_limit_a_second_person_approves_who_is_another() -> None:
    shop = Shop()
    row = shop.ask(shop.till, 80)
    assert (row.state, shop.points()) == (WAITING, 0)
    for who, code in (
        (shop.till, "adjustment_same_person"),
        (shop.other, "adjustment_not_allowed"),
    ):
        with pytest.raises(Refused, match=code):
            approve(who, row.id, NOW)
    assert shop.points() == 0
    approve(shop.boss, row.id, NOW)
    assert shop.points() == 80
    with pytest.raises(Refused, match="adjustment_unknown"):
        approve(shop.boss, row.id, NOW)
    assert shop.points() == 80


def test_above_the_limit_of_the_second_person_an_owner_does() -> None:
    shop = Shop()
    row = shop.ask(shop.till, -600)
    with pytest.raises(Refused, match="adjustment_above_you"):
        approve(shop.boss, row.id, NOW)
    approve(shop.owner, row.id, NOW)
    assert shop.points() == -600
    mine = shop.ask(shop.owner, 5001)
    with pytest.raises(Refused, match="adjustment_same_person"):
        approve(shop.owner, mine.id, NOW)


def test_many_small_amounts_are_no_way_around_a_limit() -> None:
    shop = Shop()
    states = [shop.ask(shop.till, 20).state for _ in range(4)]
    assert states == [DONE, DONE, WAITING, WAITING]
    assert shop.points() == 40


def test_who_asked_may_take_it_back_and_a_manager_may_refuse() -> None:
    shop = Shop()
    rows = [shop.ask(shop.till, 80) for _ in range(2)]
    assert refuse(shop.till, rows[0].id, NOW).state == REFUSED
    assert refuse(shop.boss, rows[1].id, NOW).state == REFUSED
    assert shop.points() == 0


def test_nobody_gives_to_themselves() -> None:
    shop = Shop()
    number = shop.live.numbers["anna"]
    IdentifierRow.objects.create(kind="email", value=shop.till.email, customer_id=number)
    with pytest.raises(Refused, match="adjustment_yourself"):
        shop.ask(shop.till, 5)
    IdentifierRow.objects.create(kind="email", value=shop.boss.email, customer_id=number)
    row = shop.ask(shop.other, 80)
    with pytest.raises(Refused, match="adjustment_yourself"):
        approve(shop.boss, row.id, NOW)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("adjustment_empty", {"amount": 0}),
        ("adjustment_reason", {"reason": "  "}),
        ("reason_too_long", {"reason": "x" * 501}),
        ("asset_unknown", {"asset": "pints"}),
        ("programme_unknown", {"programme": "crows"}),
    ],
)
def test_what_makes_no_sense_is_refused(code: str, said: dict[str, Any]) -> None:
    shop = Shop()
    with pytest.raises(Refused, match=code):
        shop.ask(shop.till, **{"amount": 5, **said})
    assert code in REASONS
    assert not Adjustment.objects.exists()


def test_the_business_says_who_may_what() -> None:
    shop = Shop()
    with pytest.raises(Refused, match="adjustment_not_allowed"):
        shop.ask(somebody("guest", "viewer"), 1)
    Business.objects.update_or_create(
        id=1, defaults={"name": "x", "created_at": START, "adjusting_limits": {"staff": 3}}
    )
    assert shop.ask(shop.till, 4).state == WAITING
    assert shop.ask(shop.till, 3).state == DONE


def test_saboteur_no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop()
    monkeypatch.setattr(adjusting, "_is_within", lambda *told: True)
    assert shop.ask(shop.till, 80).state == DONE
