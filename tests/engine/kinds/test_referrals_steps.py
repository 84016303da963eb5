"""Referrals by steps, sign-ups and stays: the given cases and what else the kind can say."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from referral_kit import Shop, at, edition, flags_of

from regulars.engine.calendar import instant_of
from regulars.engine.compiling import compiled
from regulars.engine.edition import Asset, Edition
from regulars.engine.happenings import Attribute
from regulars.engine.joining import join
from regulars.engine.kinds.referrals.caps import Cap
from regulars.engine.kinds.referrals.offer import Offer
from regulars.engine.kinds.referrals.payout import Gift, Milestone
from regulars.engine.kinds.referrals.qualifying import Pay
from regulars.engine.kinds.referrals.two_sided import TwoSided
from regulars.engine.questions import Signal

BOX = edition("dropbox_2012")
STAY = edition("airbnb_2017")


def test_only_the_desktop_counts_and_both_sides_get_space() -> None:
    # DBX-01
    one = Shop(BOX)
    one.sign_up("2013-04-01 10:00", "f1", via="a1", email="f1@example.org")
    one.step("2013-04-02 10:00", "f1", "phone_app_login", device="phone9")
    assert (one.state("f1"), one.has("a1"), one.has("f1")) == (("signed_up", ""), 0, 0)
    assert one.referral("f1").missing == ("desktop_login",)
    one.step("2013-06-15 10:00", "f1", "desktop_login", device="pc7")
    assert (one.state("f1"), one.has("a1"), one.has("f1")) == (("rewarded", ""), 500, 500)
    one.step("2013-06-16 10:00", "f1", "desktop_login", device="pc8")
    assert one.has("a1") == 500


@pytest.mark.parametrize(
    ("closed", "reason"), [(False, "existing_customer"), (True, "former_customer")]
)
def test_addresses_are_compared_without_case(closed: bool, reason: str) -> None:
    # DBX-03
    one = Shop(BOX)
    made = instant_of(at("2011-01-01"))
    one.people.account(made, [Signal("email", "old@example.org")], closed=closed)
    one.sign_up("2013-07-02 10:00", "f1", via="a1", email="Old@Example.org")
    assert one.state("f1") == ("rejected", reason)
    one.step("2013-07-03 10:00", "f1", "desktop_login", device="pc1")
    assert (one.has("a1"), one.has("f1")) == (0, 0)


def test_a_paid_plan_brings_more_for_new_friends_only() -> None:
    # DBX-05: 2,000 + 1,000; a friend who came before the change still brings 500
    one = Shop(BOX)
    one.open("a1", "asset", "mb", 2000)
    one.open("a1", "limit", "rewarded_friends", 4)
    one.sign_up("2013-07-01 10:00", "f4", via="a1")
    plan = Attribute(key="p1", at=at("2013-08-01 10:00"), name="plan", value="paid")
    one.desk.record(plan, "a1")
    one.step("2013-08-02 10:00", "f5", "desktop_login", device="pc55", labels={"via": "a1"})
    assert one.has("a1") == 3000
    one.step("2013-08-03 10:00", "f4", "desktop_login", device="pc44")
    assert one.has("a1") == 3500


def test_thirty_two_friends_and_the_next_keeps_his_side() -> None:
    one = Shop(BOX)
    one.open("a1", "limit", "rewarded_friends", 31)
    for number in (1, 2):
        one.sign_up(f"2013-07-0{number} 10:00", f"f{number}", via="a1")
        one.step(f"2013-07-0{number} 11:00", f"f{number}", "desktop_login", device=f"pc{number}")
    assert (one.has("a1"), one.has("f1"), one.has("f2")) == (500, 500, 500)
    last = one.referral("f2")
    assert (last.reward, last.why_none, last.friend_reward) == ("none", "capped", "kept")


def test_a_device_that_was_somebodys_gives_nothing() -> None:
    one = Shop(BOX)
    for number in (1, 2):
        one.sign_up(f"2013-07-0{number} 10:00", f"f{number}", via="a1")
        one.step(f"2013-07-0{number} 11:00", f"f{number}", "desktop_login", device="pc7")
    assert (one.state("f1"), one.state("f2")) == (("rewarded", ""), ("rejected", "same_device"))
    assert (one.has("a1"), one.has("f2")) == (500, 0)


def stay(
    one: Shop, key: str, when: str, coupon: int = 2500, value: int = 12000, **more: Any
) -> None:
    one.order(
        key,
        when,
        "f1",
        value,
        labels={"kind": "stay"},
        amounts={"fees": 3000, "coupon": coupon},
        **more,
    )


def test_the_advocate_waits_for_the_check_out_and_credit_lives_a_year() -> None:
    # AIR-01: 120 + 30 - 25 = 125
    one = Shop(STAY)
    one.sign_up("2019-05-01 10:00", "f1", via="a1")
    stay(one, "b1", "2019-05-02 10:00")
    record = one.desk.books["f1"].run.records["b1"]
    assert (record.pays, one.has("a1")) == (12500, 0)
    one.act("c1", "2019-06-10 11:00", "f1", "checkout_complete", order="b1")
    assert (one.has("a1"), one.told("qualification", "b1")) == (2500, [("yes", "")])
    lot = one.desk.book("a1").state.holdings[0].lots[0]
    assert lot.expires == instant_of(at("2020-06-10 11:00"))


def test_a_cancelled_booking_burns_the_coupon() -> None:
    # AIR-03
    one = Shop(STAY)
    one.sign_up("2019-05-01 10:00", "f1", via="a1")
    stay(one, "b1", "2019-05-02 10:00")
    one.refund("x1", "2019-05-03 10:00", "b1", 0, full=True, cancelled=True)
    stay(one, "b2", "2019-06-02 10:00")
    assert one.told("coupon", "b2") == [("refused", "already_used")]
    assert one.pays("b2") == 12000
    one.act("c2", "2019-06-20 10:00", "f1", "checkout_complete", order="b2")
    assert one.has("a1") == 2500


@pytest.mark.parametrize(("value", "reason"), [(7499, "below_minimum"), (7500, "")])
def test_the_minimum_counts_without_fees(value: int, reason: str) -> None:
    one = Shop(STAY)
    one.sign_up("2019-05-01 10:00", "f1", via="a1")
    stay(one, "b1", "2019-05-02 10:00", value=value)
    one.act("c1", "2019-05-04 10:00", "f1", "checkout_complete", order="b1")
    assert one.has("a1") == (0 if reason else 2500)
    assert one.told("coupon", "b1") == ([("refused", reason)] if reason else [])


def test_an_advocate_who_takes_part_earns_nothing() -> None:
    one = Shop(STAY)
    one.sign_up("2019-05-01 10:00", "f1", via="a1")
    stay(one, "b1", "2019-05-02 10:00", party="a1,f1")
    one.act("c1", "2019-05-04 10:00", "f1", "checkout_complete", order="b1")
    assert one.told("qualification", "b1") == [("no", "advocate_is_party")]
    assert one.has("a1") == 0


def test_two_payments_for_one_friend_each_once() -> None:
    # AIR-05: 25 as a guest + 75 as a host
    one = Shop(STAY)
    one.sign_up("2019-05-01 10:00", "f1", via="a1")
    one.step("2019-06-02 10:00", "f1", "guest_stay_completed", amount_minor=9000)
    one.step("2019-08-02 10:00", "f1", "host_booking_completed", amount_minor=20000)
    one.step("2019-09-02 10:00", "f1", "guest_stay_completed", amount_minor=30000)
    assert (one.has("a1"), one.read("a1", "friends")) == (10000, 1)


def test_the_last_credit_is_cut_to_fit() -> None:
    one = Shop(STAY)
    one.open("a1", "limit", "referral_credit", 498500)
    one.sign_up("2019-05-01 10:00", "f1", via="a1")
    one.step("2019-06-02 10:00", "f1", "guest_stay_completed", amount_minor=9000)
    one.step("2019-08-02 10:00", "f1", "host_booking_completed", amount_minor=20000)
    assert one.has("a1") == 1500


def test_only_the_same_session_counts() -> None:
    # DSC-03
    one = Shop(edition("dsc_referral_2022"))
    one.click("2022-03-01 10:00", "", "a1", session="s1")
    one.sign_up("2022-03-01 10:20", "f1", session="s1")
    one.click("2022-03-01 11:00", "", "a1", session="s2")
    one.sign_up("2022-03-02 11:00", "f2", session="s3")
    assert (one.state("f1"), one.has("a1"), one.state("f2")) == (
        ("rewarded", ""),
        500,
        ("none", ""),
    )


def programme(**fields: Any) -> Edition:
    """Points for friends, with whatever else the rule says."""
    rule = TwoSided(id="friends", **fields)
    return Edition(
        format=1,
        programme="points",
        edition="points_1",
        name="Points",
        currency="USD",
        assets=[Asset(id="points", name="point")],
        referrals=[rule],
    )


def confirm(one: Shop, *friends: str) -> None:
    for number, friend in enumerate(friends, 1):
        one.sign_up(f"03-0{number} 10:00", friend, via="a1")
        one.step(f"03-0{number} 11:00", friend, "confirmed")


def test_every_third_friend_and_milestones_once() -> None:
    steps = Pay(after="steps", steps=("confirmed",), advocate=[Gift(amount="75")])
    bonus = [Milestone(friends=2, gives=[Gift(amount="5")]), Milestone(friends=4)]
    one = Shop(programme(pays=[steps], every=3, milestones=bonus))
    seen = []
    for number in range(1, 7):
        one.sign_up(f"03-0{number} 10:00", f"f{number}", via="a1")
        one.step(f"03-0{number} 11:00", f"f{number}", "confirmed")
        seen.append((one.has("a1"), one.read("a1", "progress"), one.read("a1", "badges")))
    assert seen == [
        (0, "1/3", []),
        (5, "2/3", [2]),
        (80, "0/3", [2]),
        (80, "1/3", [2, 4]),
        (80, "2/3", [2, 4]),
        (155, "0/3", [2, 4]),
    ]


@pytest.mark.parametrize(("in_order", "points"), [(False, 10), (True, 0)])
def test_steps_in_order_or_not(in_order: bool, points: int) -> None:
    pay = Pay(after="steps", steps=("a", "b"), in_order=in_order, advocate=[Gift(amount="10")])
    one = Shop(programme(pays=[pay], within="P30D"))
    one.sign_up("03-01 10:00", "f1", via="a1")
    one.step("03-02 10:00", "f1", "b")
    one.step("03-03 10:00", "f1", "a")
    assert one.has("a1") == points
    one.pass_to("03-31 10:00")
    assert one.state("f1") == (("expired", "expired") if in_order else ("rewarded", ""))


def test_a_share_of_what_the_friend_paid_and_a_voucher() -> None:
    gifts = [Gift(percent=5), Gift(voucher="free_tea", valid="P30D")]
    one = Shop(programme(pays=[Pay(advocate=gifts)]))
    one.order("o1", "03-02 10:00", "f1", 8010, codes=["A1CODE"])
    assert one.has("a1") == 400
    voucher = next(iter(one.desk.book("a1").state.vouchers.values()))
    assert (voucher.item, voucher.expires) == ("free_tea", instant_of(at("04-01 10:00")))


def test_a_flagged_sign_up_without_any_reward_is_held_then_counts() -> None:
    one = Shop(programme(pays=[Pay()]))
    one.people.tell("a1", 0, Signal("card", "c1"))
    one.sign_up("03-01 10:00", "f1", via="a1", card="c1")
    assert (one.state("f1"), flags_of(one.referral("f1"))) == (("held", ""), {"shared_card"})
    said = {"referral": "f1", "decision": "approve"}
    one.act("d1", "03-02 10:00", "f1", "review_decision", labels=said)
    assert one.state("f1") == ("signed_up", "")
    one.order("o1", "03-03 10:00", "f1")
    assert one.state("f1") == ("qualified", "")


def test_one_person_after_all() -> None:
    """A merge of both turns the referral back, paid or not."""
    one = Shop(
        programme(pays=[Pay(after="steps", steps=("confirmed",), advocate=[Gift(amount="9")])])
    )
    confirm(one, "f1")
    assert one.has("a1") == 9
    one.act("m1", "03-09 10:00", "a1", "merge", labels={"from": "f1", "into": "a1"})
    assert (one.state("f1"), one.has("a1")) == (("reversed", "self_referral"), 0)


def test_two_holders_that_become_one_turn_their_referral_back() -> None:
    for into, other in (("a1", "f1"), ("f1", "a1")):
        one = Shop(edition("store_10_10"))
        one.order("o1", "03-02 10:00", "f1", codes=["A1CODE"])
        join(one.desk, into, other)
        one.pass_to("04-02 10:00")
        assert (one.state(into), one.has(into)) == (("reversed", "self_referral"), 0)


def test_a_household_with_one_balance_is_one_holder() -> None:
    one = Shop(programme(pays=[Pay()]))
    one.people.household("home", ["h1"])
    one.people.code("M1CODE", "h1")
    one.sign_up("03-01 10:00", "h1", via="M1CODE")
    assert one.state("h1") == ("rejected", "same_household")


def test_a_programme_that_ends_keeps_what_it_promised() -> None:
    one = Shop(programme(pays=[Pay(advocate=[Gift(amount="9")])], until="2025-03-01"))
    one.sign_up("03-01 23:59", "f1", via="a1")
    one.sign_up("03-02 00:00", "f2", via="a1")
    one.order("o1", "03-05 10:00", "f1")
    one.order("o2", "03-05 10:00", "f2")
    assert (one.state("f1"), one.state("f2")) == (
        ("rewarded", ""),
        ("rejected", "programme_closed"),
    )
    assert one.has("a1") == 9


def test_a_request_that_is_declined_gives_the_coupon_back() -> None:
    one = Shop(STAY)
    one.sign_up("2019-05-01 10:00", "f1", via="a1")
    labels = {"kind": "stay", "status": "pending"}
    one.order("b1", "2019-05-02 10:00", "f1", 12000, labels=labels, amounts={"coupon": 2500})
    one.refund("x1", "2019-05-02 15:00", "b1", 0, full=True, cancelled=True)
    stay(one, "b2", "2019-06-02 10:00")
    assert (one.told("coupon", "b2"), one.pays("b2")) == ([], 9500)


@pytest.mark.parametrize(("held", "state"), [("signed_up", "signed_up"), ("held", "held")])
def test_a_referral_that_is_brought_in_goes_on(held: str, state: str) -> None:
    one = Shop(edition("store_10_10"))
    since = at("2008-01-01")
    details = {"advocate": "a1", "state": held}
    one.open("f1", "referral", "f1", details=details, dates={"since": since})
    assert one.state("f1")[0] == state
    if held == "signed_up":
        one.order("o1", "2008-01-02 10:00", "f1")
    one.pass_to("2008-02-01")
    assert (one.state("f1"), one.has("a1")) == (("rewarded", ""), 1000)


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"pays": [Pay(), Pay()]}, ["repeated"]),
        (
            {"pays": [Pay()], "at_most": [Cap(id="a", rewards=1), Cap(id="a", rewards=2)]},
            ["repeated"],
        ),
    ],
)
def test_what_a_file_cannot_say(fields: dict[str, Any], codes: list[str]) -> None:
    assert [found.code for found in TwoSided(**fields).problems()] == codes


def test_parts_that_say_too_much_or_too_little() -> None:
    found = [
        *Pay(after="steps").problems(),
        *Gift().problems(),
        *Gift(amount="1", percent=5).problems(),
        *Cap().problems(),
    ]
    codes = ["steps_after_steps", "gift_one_of", "gift_one_of", "cap_rewards_or_amount"]
    assert [one.code for one in found] == codes


def test_editions_freeze_what_was_promised() -> None:
    """A friend who came under 250 MB brings 250 MB, whatever the edition says by then."""
    old, new = edition("dropbox_2008"), msgspec.structs.replace(BOX, from_="2012-04-01T00:00:00Z")
    one = Shop(compiled([old, new]))
    one.sign_up("2012-03-01 10:00", "f1", via="a1")
    one.step("2012-05-01 10:00", "f1", "desktop_login", device="pc1")
    one.sign_up("2012-05-01 10:00", "f2", via="a1")
    one.step("2012-05-02 10:00", "f2", "desktop_login", device="pc2")
    assert (one.has("a1"), one.has("f1"), one.has("f2")) == (750, 250, 500)


@pytest.mark.parametrize(("money", "paid", "given"), [("USD", 7500, 10), ("EUR", 8000, 0)])
def test_an_offer_and_a_least_amount_hold_in_their_own_currency(
    money: str, paid: int, given: int
) -> None:
    """The orders are in dollars."""
    pay = Pay(at_least=f"20.00 {money}", advocate=[Gift(amount="10")])
    one = Shop(programme(pays=[pay], offer=Offer(amount=f"5.00 {money}")))
    one.order("o1", "03-02 10:00", "f1", 8000, codes=["A1CODE"])
    record = one.desk.book("f1").recall("o1")
    assert record is not None
    assert (record.pays, one.has("a1")) == (paid, given)
    said = [change.reason for change in one.desk.book("f1").run.changes if change.what == "code"]
    assert said == ([""] if given else ["wrong_currency"])
