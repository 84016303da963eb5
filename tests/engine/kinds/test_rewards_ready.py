"""The ready programmes with vouchers: every worked history of theirs, fact by fact."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from rewards_shop import Shop, line

from regulars.engine.calendar import datetime_of


def test_every_ninth_drink_turns_into_a_free_one_and_the_rest_stays() -> None:
    shop = Shop.ready("stamp_9_1")
    shop.open("2020-09-01T00:00:00+01:00", "asset", "stamps", 8)
    shop.order("o1", "2020-09-05T09:00:00+01:00", 0, counts={"drinks": Decimal(3)})
    assert (shop.has(), shop.read("vouchers_open"), shop.read("progress")) == (2, 1, "2/9")
    shop.settled()


def test_a_jump_over_two_cards_gives_two_vouchers() -> None:
    shop = Shop.ready("stamp_9_1")
    shop.order("o1", "2020-09-05T09:00:00+01:00", 0, counts={"drinks": Decimal(19)})
    assert (shop.has(), shop.read("vouchers_open")) == (1, 2)
    shop.settled()


def test_a_free_drink_lives_eighteen_months_to_the_last_day_of_a_shorter_month() -> None:
    shop = Shop.ready("stamp_9_1")
    for name in ("fd1", "fd2"):
        shop.open(
            "2022-02-01T00:00:00+00:00",
            "voucher",
            name,
            details={"item": "free_drink", "kind": "free_drink"},
            dates={"issued": "2020-08-31T10:00:00+01:00"},
        )
    assert shop.use("u1", "2022-02-28T09:59:00+00:00", "fd1") == "accepted"
    assert shop.use("u2", "2022-02-28T10:00:00+00:00", "fd2") == "expired"
    assert shop.use("u3", "2022-02-28T10:00:01+00:00", "fd1") == "already_used"
    assert shop.use("u4", "2022-02-28T10:00:01+00:00", "fd3") == "voucher_unknown"
    assert [shop.read(f"voucher_status:{one}") for one in ("fd1", "fd2")] == ["used", "expired"]
    assert shop.has() == 0


def test_a_receipt_that_comes_twice_counts_once() -> None:
    shop = Shop.ready("stamp_9_1")
    for _ in range(2):
        shop.order("till-77", "2020-09-05T09:00:00+01:00", 0, counts={"drinks": Decimal(2)})
    assert shop.has() == 2


def test_stamps_of_a_card_that_was_completed_are_taken_back_below_zero() -> None:
    shop = Shop.ready("stamp_9_1")
    shop.order("o1", "2020-09-05T09:00:00+01:00", 0, counts={"drinks": Decimal(10)})
    shop.refund("f1", "2020-09-06T09:00:00+01:00", "o1", counts={"drinks": Decimal(3)})
    assert (shop.has(), shop.read("vouchers_open")) == (-2, 1)
    shop.settled()


def test_a_hundred_points_turn_into_ten_dollars_floored_order_by_order() -> None:
    shop = Shop.ready("tbs_us_2025")
    shop.order("o1", "2025-02-01T12:00:00-05:00", 6460)
    shop.order("o2", "2025-02-02T12:00:00-05:00", 3540)
    assert (shop.has(), shop.read("vouchers_open")) == (99, 0)
    shop.order("o3", "2025-02-03T12:00:00-05:00", 100)
    assert (shop.has(), shop.read("vouchers_open")) == (0, 1)
    assert shop.read("voucher_value") == Decimal("10.00")
    shop.settled()


def test_who_joins_in_the_birthday_month_gets_the_reward_until_it_ends() -> None:
    shop = Shop.ready("tbs_us_2025")
    shop.told("2025-05-20T12:00:00-04:00", "birth_date", "1992-05-31")
    shop.join("2025-05-20T12:00:00-04:00")
    shop.until("2025-05-20T12:00:01-04:00")
    assert shop.read("vouchers_open") == 1
    assert shop.use("u1", "2025-06-01T00:00:00-04:00", "birthday") == "expired"
    shop.until("2026-05-01T00:00:00-04:00")
    assert shop.read("vouchers_open") == 1
    shop.settled()


def test_a_full_return_gives_the_reward_back_with_its_old_date() -> None:
    shop = Shop.ready("tbs_us_2025")
    end = "2025-12-01T00:00:00-05:00"
    shop.open("2025-01-01T00:00:00-05:00", "voucher", "v1", 1000, dates={"expires": end})
    shop.order(
        "o1", "2025-03-01T12:00:00-05:00", 5000, lines=(line("butter", 5000),), vouchers=("v1",)
    )
    assert (shop.has(), shop.read("pays:o1")) == (40, Decimal("40.00"))
    assert shop.read("voucher_status:v1") == "used"
    shop.refund("f1", "2025-03-08T12:00:00-05:00", "o1", full=True, eligible_minor=4000)
    assert (shop.has(), shop.read("voucher_status:v1")) == (0, "open")
    assert datetime_of(shop.read("expires_at:v1")) == datetime(2025, 12, 1, 5, tzinfo=UTC)
    shop.settled()


def test_points_of_29_february_run_out_on_the_28th() -> None:
    shop = Shop.ready("tbs_us_2025")
    shop.order("o1", "2024-02-29T15:00:00-05:00", 4000)
    assert shop.until("2025-02-28T14:59:59-05:00").has() == 40
    assert shop.until("2025-02-28T15:00:00-05:00").has() == 0


def test_an_unused_reward_is_revoked_before_the_balance_goes_below_zero() -> None:
    shop = Shop.ready("tbs_us_2025")
    shop.order("o1", "2025-02-01T12:00:00-05:00", 25000)
    assert (shop.has(), shop.read("vouchers_open")) == (50, 2)
    shop.refund("f1", "2025-02-05T12:00:00-05:00", "o1", 8000)
    assert (shop.has(), shop.read("vouchers_open")) == (70, 1)
    left = next(iter(shop.desk.book("m").state.vouchers))
    assert shop.use("u1", "2025-02-06T12:00:00-05:00", left) == "accepted"
    shop.refund("f2", "2025-02-07T12:00:00-05:00", "o1", 17000)
    assert (shop.has(), shop.read("vouchers_open")) == (-100, 0)
    shop.settled()


def test_four_stamps_open_a_gift_of_five_pounds_and_eight_one_of_ten() -> None:
    shop = Shop.ready("tbs_uk_2015")
    gifts = []
    for number in range(1, 9):
        day = f"2015-02-{number:02}T12:00:00+00:00"
        shop.order(f"o{number}", day, 1200, discount_minor=120)
        gifts.append(shop.read("gift_up_to"))
    five, ten = Decimal("5.00"), Decimal("10.00")
    assert gifts == [0, 0, 0, five, five, five, five, ten]
    shop.order("small", "2015-02-20T12:00:00+00:00", 1100, discount_minor=110)
    assert shop.has() == 8
    assert shop.redeem("r1", "2015-02-21T12:00:00+00:00", "gift_10") == "accepted"
    assert shop.has() == 0


def test_a_statement_takes_full_fifties_once_there_are_a_hundred_and_fifty() -> None:
    shop = Shop.ready("tesco_uk_2023")
    shop.programme.jobs_off = frozenset({"statement"})
    at = "2023-05-15T00:00:00+01:00"
    for points, left, value in ((265, 15, "2.50"), (149, 149, "0"), (150, 0, "1.50")):
        shop = Shop.ready("tesco_uk_2023")
        shop.programme.jobs_off = frozenset({"statement"})
        shop.open("2023-05-01T00:00:00+01:00", "asset", "points", points)
        shop.job(at, "statement")
        assert (shop.has(), shop.read("voucher_value")) == (left, Decimal(value))
        shop.job(at, "statement")
        assert shop.has() == left
        shop.settled()


def test_a_statement_follows_its_timetable_where_no_job_is_named() -> None:
    shop = Shop.ready("tesco_uk_2023")
    shop.order("o1", "2023-02-20T12:00:00+00:00", 20000)
    assert shop.until("2023-05-14T23:59:59+01:00").has() == 200
    assert shop.until("2023-05-15T00:00:00+01:00").has() == 0
    voucher = next(iter(shop.desk.book("m").state.vouchers.values()))
    assert datetime_of(voucher.expires) == datetime(2025, 5, 31, 23, tzinfo=UTC)
    shop.settled()


def test_points_that_come_late_wait_for_the_next_statement() -> None:
    shop = Shop.ready("tesco_uk_2023")
    shop.order("o1", "2023-02-20T12:00:00+00:00", 10000)
    shop.until("2023-05-16T00:00:00+01:00")
    shop.order("o2", "2023-03-01T12:00:00+00:00", 10000)
    assert (shop.has(), shop.read("vouchers_open")) == (200, 0)
    shop.until("2023-08-15T00:00:00+01:00")
    assert (shop.has(), shop.read("voucher_value")) == (0, Decimal("2.00"))
    shop.settled()


def test_partners_take_a_voucher_for_three_times_its_value_and_then_for_twice() -> None:
    shop = Shop.ready("tesco_uk_2023")
    for name in ("v1", "v2"):
        shop.open("2023-06-01T00:00:00+01:00", "voucher", name, 1000)
    shop.redeem("r1", "2023-06-13T23:59:00+01:00", voucher="v1", partner="pizza")
    shop.redeem("r2", "2023-06-14T00:01:00+01:00", voucher="v2", partner="pizza")
    assert shop.read("partner_value:r1") == Decimal("30.00")
    assert shop.read("partner_value:r2") == Decimal("20.00")
    assert shop.redeem("r3", "2023-06-15T00:01:00+01:00", voucher="v2") == "already_used"
    assert shop.reverse("x1", "2023-06-16T00:00:00+01:00", "r2") == "accepted"
    assert shop.read("voucher_status:v2") == "open"


def test_points_of_an_order_returned_after_the_statement_are_owed() -> None:
    shop = Shop.ready("tesco_uk_2023")
    shop.programme.jobs_off = frozenset({"statement"})
    shop.order("o0", "2023-01-20T12:00:00+00:00", 2000)
    shop.give("2023-01-21T12:00:00+00:00", -20)
    shop.refund("f1", "2023-03-01T12:00:00+00:00", "o0", 2000)
    assert shop.has() == -20
    shop.order("o1", "2023-04-01T12:00:00+01:00", 20000)
    shop.job("2023-05-15T00:00:00+01:00", "statement")
    assert (shop.has(), shop.read("voucher_value")) == (30, Decimal("1.50"))
    shop.settled()


def test_faster_vouchers_are_made_on_demand_and_live_twenty_one_months() -> None:
    shop = Shop.ready("tesco_uk_2023")
    shop.give("2023-01-10T12:00:00+00:00", 120)
    assert shop.redeem("r1", "2023-01-31T12:00:00+00:00", "faster_voucher", price=70) == "step"
    assert shop.redeem("r2", "2023-01-31T12:00:00+00:00", "faster_voucher", price=100) == "accepted"
    assert (shop.has(), shop.read("voucher_value")) == (20, Decimal("1.00"))
    assert datetime_of(shop.read("expires_at:r2")) == datetime(2024, 10, 31, 12, tzinfo=UTC)
