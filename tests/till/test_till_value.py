"""What pays a part at the till: vouchers, points as money, gifts; and back again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation
from till_kit import CLUB, NOW, Counter, digest, give, open_counter

from regulars.actions.looking import look
from regulars.actions.publishing import publish
from regulars.actions.refused import Refused
from regulars.actions.till_looking import scene
from regulars.actions.till_sales import Use, sell, try_sale
from regulars.actions.till_undoing import undo
from regulars.till import labels
from regulars.till.asking import Wanted

pytestmark = pytest.mark.django_db
SHOP = """
format: 1
programme: shop_points
edition: shop_points_1
name: Shop points
zone: Europe/Berlin
currency: EUR
assets:
  - {id: points, name: {en: point, de: Punkt}, many: {en: points, de: Punkte}}
earn:
  - {id: base, kind: per_amount, step: 1.00 EUR, points: 10}
rewards:
  - {id: pay, kind: spend, price: 200, value: 1.00 EUR, name: {en: points as money}}
  - {id: five_off, kind: price, price: 800, value: 5.00 EUR, name: {en: five euros off}}
"""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def counter() -> Counter:
    return open_counter()


@pytest.fixture
def shop(counter: Counter) -> Counter:
    from regulars.actions.members import join

    publish(SHOP, now=NOW - timedelta(days=10), by="Olga")
    join([counter.ana], "shop_points", since=NOW - timedelta(days=9), now=NOW)
    give(counter.ana, 1240, programme="shop_points")
    return counter


def points(counter: Counter, programme: str = "shop_points") -> int:
    return look(counter.ana, programme, NOW + timedelta(hours=1)).balances["points"].available


def vouchers(counter: Counter) -> list[str]:
    return [one.id for one in look(counter.ana, CLUB, NOW + timedelta(hours=1)).vouchers]


def test_points_pay_a_part_and_come_back(shop: Counter) -> None:
    sale = shop.sale(spend=400)
    assert try_sale(shop.worker, sale, NOW).pays_minor == 640
    sold = sell(shop.worker, sale, NOW)
    assert sold.pays_minor == 640
    assert points(shop) == 1240 - 400 + 64
    undo(shop.worker, sold.key, NOW)
    assert points(shop) == 1240


def test_a_reward_worth_money_lowers_what_is_to_pay(shop: Counter) -> None:
    sold = sell(shop.worker, shop.sale(uses=(Use("shop_points", "five_off"),)), NOW)
    assert sold.pays_minor == 340
    assert points(shop) == 1240 - 800 + 34
    assert shop.points() == 460 + 8, "each programme knows its own payments only"
    undo(shop.worker, sold.key, NOW)
    assert points(shop) == 1240
    assert shop.points() == 460


def test_a_voucher_is_used_with_the_sale_and_comes_back(counter: Counter) -> None:
    give(counter.ana, 9, "stamps")
    [voucher] = vouchers(counter)
    sold = sell(counter.worker, counter.sale(vouchers=(voucher,)), NOW)
    assert vouchers(counter) == []
    with pytest.raises(Refused):
        sell(counter.worker, counter.sale("again", vouchers=(voucher,)), NOW)
    undo(counter.worker, sold.key, NOW)
    assert vouchers(counter) == [voucher]


def test_a_voucher_alone_is_used_without_a_sum(counter: Counter) -> None:
    give(counter.ana, 9, "stamps")
    [voucher] = vouchers(counter)
    sold = sell(counter.worker, counter.sale(amount_minor=0, vouchers=(voucher,)), NOW)
    assert (sold.pays_minor, vouchers(counter)) == (0, [])
    undo(counter.worker, sold.key, NOW)
    assert vouchers(counter) == [voucher]


def test_two_cannot_use_one_voucher(counter: Counter) -> None:
    give(counter.ana, 9, "stamps")
    [voucher] = vouchers(counter)
    before = digest()
    with pytest.raises(Refused):
        sell(counter.worker, counter.sale(vouchers=(voucher, voucher)), NOW)
    assert digest() == before


def told(counter: Counter, **more: Any) -> Any:
    state = Wanted(member=counter.ana_id, amount="8.40", amount_minor=840, **more)
    sale = counter.sale(uses=state.uses, vouchers=state.vouchers, spend=state.spend)
    return scene(counter.worker, sale, NOW), state


def test_what_is_shown_of_points_as_money(shop: Counter) -> None:
    shown, state = told(shop, spend=400)
    [stepper] = labels.steppers(shown, state)
    assert (stepper.note, stepper.worth, stepper.points) == ("200 points are €1", "€2", "400")
    assert shown.sold is not None
    assert shown.sold.pays_minor == 640
    assert "Points as money" not in [row.title for row in labels.usable(shown, state)]


def test_what_is_shown_of_vouchers(counter: Counter) -> None:
    give(counter.ana, 9, "stamps")
    [voucher] = vouchers(counter)
    shown, state = told(counter, vouchers=(voucher,))
    row = labels.usable(shown, state)[0]
    assert (row.title, row.field, row.on) == ("A coffee", "voff", True)
    assert "voucher" in row.note
