"""Maturation: from when what was earned is available."""

from __future__ import annotations

from earning_shop import Shop, later

from regulars.ledger.lots import FOREVER

FIVE = "kind: per_amount, step: 1.00 GBP, points: 5"
PLAIN = "kind: per_amount, step: 1.00 EUR, points: 1"


def earn(rule: str) -> str:
    """One earning rule."""
    return f"earn: [{{{rule}}}]\n"


def test_a_refund_lowers_what_is_pending() -> None:
    shop = Shop(earn(f"{FIVE}, after: P29D"), zone="Europe/London")
    shop.order("64.00", at="2016-03-01T10:00:00+00:00", key="o1", currency="GBP")
    assert (shop.points(), shop.pending()) == (0, 320)
    shop.refund("o1", at="2016-03-20T10:00:00+00:00", eligible="24.00", currency="GBP")
    assert (shop.points(), shop.pending()) == (0, 200)
    assert shop.pending("2016-03-30T09:59:59+01:00") == 200
    assert shop.points("2016-03-30T10:00:00+01:00") == 200


def test_points_wait_for_a_word_about_their_order() -> None:
    shop = Shop(earn(f"{PLAIN}, waits_for: [delivered, visit]"))
    shop.order("30.00", key="o1")
    shop.order("20.00", key="o2", at=later(1))
    shop.act("review", order="o1", at=later(2))
    assert (shop.points(later(99999)), shop.pending()) == (0, 50)
    shop.act("delivered", order="o1", at=later(3))
    assert (shop.points(), shop.pending()) == (30, 20)
    shop.act("visit", order="o1", at=later(4))
    assert (shop.points(), shop.pending()) == (30, 20)


def test_the_word_may_come_with_the_order() -> None:
    shop = Shop(earn(f"{PLAIN}, waits_for: delivered"))
    shop.act("delivered", order="o1", key="a")
    shop.order("30.00", key="o1")
    assert (shop.points(), shop.pending()) == (30, 0)


def test_time_after_the_word() -> None:
    shop = Shop(earn(f"{PLAIN}, waits_for: delivered, after: P14D"))
    shop.order("30.00", key="o1")
    shop.act("delivered", order="o1", at="2025-03-10T12:00:00+01:00")
    assert shop.points("2025-03-24T11:59:59+01:00") == 0
    assert shop.points("2025-03-24T12:00:00+01:00") == 30
    shop.act("delivered", order="o1", at="2025-03-11T12:00:00+01:00")
    assert shop.points("2025-03-24T12:00:00+01:00") == 30


def test_silence_lets_points_come_at_the_deadline() -> None:
    shop = Shop(earn(f"{PLAIN}, waits_for: delivered, deadline: P30D"))
    shop.order("30.00", key="o1", at="2025-05-01T10:00:00+02:00")
    assert shop.points("2025-05-31T09:59:59+02:00") == 0
    assert shop.points("2025-05-31T10:00:00+02:00") == 30


def test_silence_lets_points_lapse_where_the_file_says_so() -> None:
    shop = Shop(earn(f"{PLAIN}, waits_for: delivered, deadline: P30D, if_silent: lapses"))
    shop.order("30.00", key="o1", at="2025-05-01T10:00:00+02:00")
    assert shop.pending("2025-05-31T09:59:59+02:00") == 30
    assert shop.pending("2025-05-31T10:00:00+02:00") == 0
    shop.act("delivered", order="o1", at="2025-06-02T10:00:00+02:00")
    assert (shop.points(), shop.pending()) == (0, 0)
    shop.refund("o1", at="2025-06-03T10:00:00+02:00", full=True)
    assert (shop.points(), shop.pending()) == (0, 0)


def test_a_return_before_the_word_leaves_nothing_to_wait() -> None:
    shop = Shop(earn(f"{PLAIN}, waits_for: delivered"))
    shop.order("30.00", key="o1")
    shop.refund("o1", at=later(1), full=True)
    shop.act("delivered", order="o1", at=later(2))
    assert (shop.points(), shop.pending()) == (0, 0)
    assert shop.state().due == FOREVER


def test_a_late_word_is_folded_in_where_it_belongs() -> None:
    shop = Shop(earn(f"{PLAIN}, waits_for: delivered, after: P14D"))
    shop.order("30.00", key="o1")
    shop.order("10.00", key="o2", at="2025-04-20T12:00:00+02:00")
    assert (shop.points(), shop.pending()) == (0, 40)
    shop.act("delivered", order="o1", at="2025-03-10T12:00:00+01:00")
    assert (shop.points(), shop.pending()) == (30, 10)


def test_a_bonus_waits_like_what_it_stands_on() -> None:
    shop = Shop(
        earn(f"{PLAIN}, waits_for: delivered")
        + "change: [{kind: add, points: 100, minimum: 20.00 EUR, waits_for: delivered}]\n"
    )
    shop.order("30.00", key="o1")
    assert (shop.points(), shop.pending()) == (0, 130)
    shop.act("delivered", order="o1", at=later(3))
    assert (shop.points(), shop.pending()) == (130, 0)


def test_acts_may_wait_too() -> None:
    shop = Shop(earn("kind: per_activity, activity: review, points: 100, after: P2D"))
    shop.act("review", at="2025-05-01T10:00:00+02:00")
    assert shop.points("2025-05-03T09:59:59+02:00") == 0
    assert shop.points("2025-05-03T10:00:00+02:00") == 100
