"""What a cashier books: all legs or none, each once, and taken back whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from till_kit import CLUB, NOW, Counter, digest, member, open_counter

from regulars.actions import till_sales
from regulars.actions.refused import Refused
from regulars.actions.till_sales import Use, key_of, sell, try_sale
from regulars.actions.till_taps import Tap, tap
from regulars.actions.till_undoing import undo
from regulars.db.models import Cashier, FactRow, TillDeed

pytestmark = pytest.mark.django_db
COFFEE = Use(CLUB, "coffee")


@pytest.fixture
def counter() -> Counter:
    return open_counter()


def test_a_sale_earns_and_says_why(counter: Counter) -> None:
    sold = sell(counter.worker, counter.sale(), NOW)
    assert sold.pays_minor == 840
    assert sold.gave == {CLUB: {"points": 8}}
    assert any(why.amount == 8 for _programme, why in sold.whys)
    assert counter.points() == 468


def test_a_reward_and_a_sale_are_booked_together(counter: Counter) -> None:
    sold = sell(counter.worker, counter.sale(uses=(COFFEE,)), NOW)
    assert counter.points() == 460 - 50 + 8
    deed = TillDeed.objects.get(key=sold.key)
    assert (deed.cashier, deed.device, deed.place) == (counter.mia, counter.device, "market")
    used = {"programme": CLUB, "reward": "coffee", "price": 50, "asset": "points"}
    assert deed.details["uses"] == [used]


def test_a_reward_alone_needs_no_sale(counter: Counter) -> None:
    sell(counter.worker, counter.sale(amount_minor=0, uses=(COFFEE,)), NOW)
    assert counter.points() == 410


def test_one_leg_that_fails_leaves_everything_as_it_was(counter: Counter) -> None:
    before = digest()
    beans = Use(CLUB, "beans")
    with pytest.raises(Refused) as refusal:
        sell(counter.worker, counter.sale(uses=(beans, beans, beans)), NOW)
    assert refusal.value.code == "insufficient_points"
    assert digest() == before


def test_a_voucher_that_does_not_count_stops_the_sale(counter: Counter) -> None:
    before = digest()
    with pytest.raises(Refused):
        sell(counter.worker, counter.sale(vouchers=("no-such-voucher",)), NOW)
    assert digest() == before


def test_another_sum_than_the_cashier_saw_is_not_booked(counter: Counter) -> None:
    before = digest()
    with pytest.raises(Refused, match="till_changed"):
        sell(counter.worker, counter.sale(expects=800), NOW)
    assert digest() == before
    assert sell(counter.worker, counter.sale(expects=840), NOW).pays_minor == 840


def test_trying_tells_the_same_and_books_nothing(counter: Counter) -> None:
    before = digest()
    tried = try_sale(counter.worker, counter.sale(uses=(COFFEE,)), NOW)
    assert digest() == before
    sold = sell(counter.worker, counter.sale(uses=(COFFEE,)), NOW)
    assert (tried.pays_minor, tried.gave) == (sold.pays_minor, sold.gave)


def test_the_same_key_counts_once(counter: Counter) -> None:
    first = sell(counter.worker, counter.sale(), NOW)
    again = sell(counter.worker, counter.sale(), NOW + timedelta(minutes=1))
    assert (first.known, again.known) == (False, True)
    assert again.gave == first.gave
    assert counter.points() == 468
    assert FactRow.objects.filter(type="order").count() == 1


def test_drinks_bring_stamps_and_the_ninth_a_voucher(counter: Counter) -> None:
    sell(counter.worker, counter.sale(category="Drinks", quantity=2), NOW)
    assert counter.points("stamps") == 2
    sell(counter.worker, counter.sale("two", category="Drinks", quantity=7), NOW)
    assert counter.points("stamps") == 0


def test_undo_gives_everything_back_once(counter: Counter) -> None:
    sold = sell(counter.worker, counter.sale(uses=(COFFEE,), category="Drinks"), NOW)
    undone = undo(counter.worker, sold.key, NOW + timedelta(minutes=14))
    assert (counter.points(), counter.points("stamps")) == (460, 0)
    again = undo(counter.worker, sold.key, NOW + timedelta(minutes=14))
    assert (undone.known, again.known) == (False, True)
    assert counter.points() == 460
    assert FactRow.objects.filter(type="refund").count() == 1


def test_undo_of_a_reward_alone(counter: Counter) -> None:
    sold = sell(counter.worker, counter.sale(amount_minor=0, uses=(COFFEE,)), NOW)
    undo(counter.worker, sold.key, NOW)
    assert counter.points() == 460


def test_undo_ends_after_a_quarter_of_an_hour(counter: Counter) -> None:
    sold = sell(counter.worker, counter.sale(), NOW)
    with pytest.raises(Refused, match="till_undo_late"):
        undo(counter.worker, sold.key, NOW + timedelta(minutes=16))
    assert counter.points() == 468


def test_undo_is_limited_by_cashier_and_place(counter: Counter) -> None:
    Cashier.objects.update(undos_a_day=1)
    one = sell(counter.worker, counter.sale(), NOW)
    two = sell(counter.worker, counter.sale("two"), NOW)
    undo(counter.worker, one.key, NOW)
    with pytest.raises(Refused, match="till_undo_limit"):
        undo(counter.worker, two.key, NOW)
    counter.device.place_id = "elsewhere"
    with pytest.raises(Refused, match="till_undo_unknown"):
        undo(counter.worker, two.key, NOW)


def stamp(counter: Counter, key: str, amount: int = 1) -> Tap:
    return Tap(
        key=key_of(counter.worker, key),
        customer=counter.ana,
        at=NOW,
        programme=CLUB,
        asset="stamps",
        amount=amount,
    )


def test_a_stamp_by_one_tap_and_back(counter: Counter) -> None:
    sold = tap(counter.worker, stamp(counter, "s1"), NOW)
    assert counter.points("stamps") == 1
    undo(counter.worker, sold.key, NOW)
    assert counter.points("stamps") == 0


def test_what_is_given_by_hand_has_a_limit_a_day(counter: Counter) -> None:
    Cashier.objects.update(grants_a_day=3)
    tap(counter.worker, stamp(counter, "s1", 2), NOW)
    with pytest.raises(Refused, match="till_grant_limit"):
        tap(counter.worker, stamp(counter, "s2", 2), NOW)
    tap(counter.worker, stamp(counter, "s3"), NOW)
    tap(counter.worker, stamp(counter, "s4"), NOW + timedelta(days=1, minutes=1))
    assert counter.points("stamps") == 4


def test_nobody_books_for_one_member_all_day(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(till_sales, "MOST_A_MEMBER", 2)
    sell(counter.worker, counter.sale("a"), NOW)
    sell(counter.worker, counter.sale("b"), NOW)
    with pytest.raises(Refused, match="till_member_often"):
        sell(counter.worker, counter.sale("c"), NOW)
    other = member("Radu Pop", email="radu@example.com")
    sell(counter.worker, counter.sale("d", customer=other), NOW)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount_minor": 0}, "till_empty"),
        ({"amount_minor": till_sales.MOST_MINOR + 1}, "till_amount_big"),
        ({"amount_minor": -5}, "till_amount_big"),
        ({"uses": (Use("no_club", "coffee"),)}, "programme_unknown"),
        ({"uses": (Use(CLUB, "yacht"),)}, "reward_unknown"),
    ],
)
def test_what_is_wrong_changes_nothing(counter: Counter, wrong: dict, code: str) -> None:
    before = digest()
    with pytest.raises(Refused) as refusal:
        sell(counter.worker, counter.sale(**wrong), NOW)
    assert refusal.value.code == code
    assert digest() == before


def test_deeds_stay(counter: Counter) -> None:
    sell(counter.worker, counter.sale(), NOW)
    for statement in (
        "UPDATE regulars_till_deed SET place = 'x'",
        "DELETE FROM regulars_till_deed",
    ):
        with (
            pytest.raises(IntegrityError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format("regulars_till_deed"))
