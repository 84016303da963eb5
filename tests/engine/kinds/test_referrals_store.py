"""Give 10 %, get $10: every rule of the store programme as a history worked by hand."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from referral_kit import Shop, at, changed, edition, flags_of

from regulars.engine.calendar import instant_of
from regulars.engine.happenings import Erasure
from regulars.engine.kinds.referrals.newness import Attribution
from regulars.engine.questions import Signal

A1 = ["A1CODE"]
STORE = edition("store_10_10")


def shop(**policy: str) -> Shop:
    return Shop(edition("store_10_10", **policy))


def test_a_friend_pays_ten_percent_less_and_the_advocate_is_paid_after_14_days() -> None:
    # GRT-01: 80.00 less 10 % is 72.00; 2 March 10:00 and 14 days is 16 March 10:00
    one = shop()
    one.click("03-01 10:00", "v1", "a1", visitor="v1")
    one.order("o1", "03-02 10:00", "f1", codes=A1, visitor="v1", email="f1@example.org")
    assert one.pays("o1") == 7200
    one.pass_to("03-16 09:59:59")
    assert (one.state("f1"), one.has("a1")) == (("held", ""), 0)
    one.pass_to("03-16 10:00")
    assert (one.state("f1"), one.has("a1")) == (("rewarded", ""), 1000)
    assert one.read("a1", "friends") == 1


@pytest.mark.parametrize("clue", ["click", "via", "code", "sign_up"])
def test_every_way_to_come(clue: str) -> None:
    one = shop()
    if clue == "click":
        one.click("03-01 10:00", "f1", "a1")
    if clue == "sign_up":
        one.sign_up("03-01 10:00", "f1", via="a1")
    via = "a1" if clue == "via" else ""
    one.order("o1", "03-02 10:00", "f1", codes=A1 if clue == "code" else [], via=via)
    assert (one.pays("o1"), one.referral("f1").advocate) == (7200, "a1")


def test_nobody_is_brought_by_nobody() -> None:
    one = shop()
    one.order("o1", "03-02 10:00", "f1")
    assert (one.pays("o1"), one.state("f1")) == (8000, ("none", ""))


def test_a_guests_old_order_makes_a_customer() -> None:
    # GRT-03
    one = shop()
    one.order("o0", "2024-01-01 10:00", "guest", 4000, email="f1@example.org")
    one.order("o1", "03-02 10:00", "f1", codes=A1, email="f1@example.org")
    assert one.pays("o1") == 8000
    assert one.told("code", "o1") == [("refused", "existing_customer")]
    assert one.state("f1") == ("rejected", "existing_customer")


def test_a_later_order_does_not_make_a_customer() -> None:
    """Known before this order: an order that is told first but happened later says nothing."""
    one = shop()
    one.order("o9", "03-05 10:00", "guest", 4000, email="f1@example.org")
    one.order("o1", "03-02 10:00", "f1", codes=A1, email="f1@example.org", now="03-06 10:00")
    assert (one.pays("o1"), one.state("f1")) == (7200, ("held", ""))


def test_what_is_shared_by_chance_is_held_and_a_person_decides() -> None:
    # GRT-05
    one = shop()
    one.people.tell("a1", 0, *signals(card="c77", address="Main St 5, 10115 Berlin"))
    one.order("o1", "03-02 10:00", "f1", codes=A1, card="c77", address="Other Rd 1")
    one.order("o2", "03-02 11:00", "f2", codes=A1, card="c88", address="main st. 5, 10115 berlin")
    one.act("rv1", "03-04 10:00", "f1", "review_decision", labels=decision("f1", "reject"))
    one.pass_to("03-16 11:00")
    assert one.state("f1") == ("rejected", "shared_card")
    assert one.state("f2") == ("rewarded", "")
    assert flags_of(one.referral("f2")) == {"shared_address"}


@pytest.mark.parametrize(
    ("then", "decided", "state"),
    [
        ("approve", "", ("rewarded", "")),
        ("reject", "", ("rejected", "shared_card")),
        ("reject", "approve", ("rewarded", "")),
        ("approve", "reject", ("rejected", "shared_card")),
    ],
)
def test_what_nobody_decides_is_decided_at_the_deadline(
    then: str, decided: str, state: tuple[str, str]
) -> None:
    review = STORE.referrals[0].review  # type: ignore[attr-defined]
    one = Shop(changed(STORE, review=msgspec.structs.replace(review, then=then)))
    one.people.tell("a1", 0, *signals(card="c77"))
    one.order("o1", "03-02 10:00", "f1", codes=A1, card="c77")
    if decided:
        one.act("rv1", "03-04 10:00", "a1", "review_decision", labels=decision("f1", decided))
    one.pass_to("03-20 10:00")
    assert one.state("f1") == state


def test_refunds_in_the_review_period() -> None:
    # GRT-07: 72.00 back; 29.99 left; 30.00 left
    one = shop()
    for number in "123":
        one.order(f"o{number}", "03-02 10:00", f"f{number}", codes=A1)
    one.refund("x1", "03-10 10:00", "o1", 7200)
    one.refund("x2", "03-10 10:00", "o2", 4201)
    one.refund("x3", "03-10 10:00", "o3", 4200)
    one.pass_to("03-16 10:00")
    states = [one.state(f"f{number}") for number in "123"]
    assert states == [("rejected", "refunded"), ("rejected", "below_minimum"), ("rewarded", "")]
    assert one.has("a1") == 1000


@pytest.mark.parametrize(
    ("overflow", "f6", "f6_at"), [("drop", 0, None), ("defer", 1000, "04-01 00:00")]
)
def test_the_month_of_the_grant_is_capped(overflow: str, f6: int, f6_at: str | None) -> None:
    # GRT-09: f6 matures on 31 March, the sixth of March; f7 on 1 April
    one = shop(overflow=overflow)
    five_paid(one)
    one.order("o6", "03-17 10:00", "f6", codes=A1)
    one.order("o7", "03-18 10:00", "f7", codes=A1)
    one.pass_to("04-02 00:00")
    assert one.pays("o6") == 7200
    assert (one.read("a1", "for_f6"), one.read("a1", "for_f7")) == (f6, 1000)
    when = one.read("a1", "for_f6_at")
    assert when == (None if f6_at is None else instant(f6_at))
    capped = one.referral("f6")
    assert (capped.state, capped.why_none) == (
        ("qualified", "capped") if not f6 else ("rewarded", "")
    )


def test_a_circle_never_pays_twice() -> None:
    # GRT-11
    one = Shop(STORE, "a", "b")
    one.order("o0", "02-01 10:00", "a", email="a@example.org")
    one.order("o1", "03-02 10:00", "b", codes=["ACODE"], via="a", email="b@example.org")
    one.order("o2", "03-20 10:00", "a", codes=["BCODE"], via="b", email="a@example.org")
    assert one.told("code", "o2") == [("refused", "existing_customer")]
    assert (one.pays("o2"), one.state("b")) == (8000, ("rewarded", ""))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"email": "A.One+x@gmail.com"}, "self_referral"),
        ({"name": "Anna  Weiß"}, "self_referral"),
        ({"email": "other@gmail.com", "name": "Other"}, ""),
    ],
)
def test_the_same_person_is_no_friend(told: dict[str, Any], reason: str) -> None:
    one = shop()
    one.people.tell("a1", 0, *signals(email="aone@googlemail.com", name="anna weiß"))
    one.order("o1", "03-02 10:00", "f1", codes=A1, **told)
    assert one.state("f1")[1] == reason


@pytest.mark.parametrize("code", ["A1CODE", "A2CODE"])
def test_the_offer_is_for_the_first_order_only(code: str) -> None:
    one = shop()
    one.people.shop_codes["SPRING20"] = 20
    one.order("o1", "03-02 10:00", "f1", codes=["A1CODE", "SPRING20"])
    one.order("o2", "03-05 10:00", "f1", codes=[code])
    assert one.told("code", "o2") == [("refused", "existing_customer")]
    one.order("o3", "03-06 10:00", "f1")
    one.pass_to("03-30 10:00")
    assert (one.pays("o2"), one.pays("o3")) == (8000, 8000)
    assert (one.has("a1"), one.has("a2"), one.referral("f1").advocate) == (0, 0, "")


def test_a_link_brings_a_friend_whatever_code_counts() -> None:
    one = shop()
    one.people.shop_codes["SPRING20"] = 20
    one.order("o1", "03-02 10:00", "f1", codes=["A2CODE", "SPRING20"], via="A1CODE")
    one.pass_to("03-30 10:00")
    assert (one.pays("o1"), one.has("a1"), one.has("a2")) == (6400, 1000, 0)


def test_nobody_uses_an_own_code() -> None:
    one = shop()
    one.order("o1", "03-02 10:00", "a1", codes=A1)
    assert one.told("code", "o1") == [("refused", "self_referral")]


def test_members_of_one_household_cannot_bring_each_other() -> None:
    one = shop()
    one.people.household("h1", ["a1", "f1"])
    one.order("o1", "03-02 10:00", "f1", codes=A1)
    assert one.state("f1") == ("rejected", "same_household")


def test_the_first_advocate_keeps_him() -> None:
    one = shop()
    one.sign_up("03-01 10:00", "f1", via="a1")
    one.sign_up("03-02 10:00", "f1", via="a2")
    one.order("o1", "03-03 10:00", "f1", codes=["A2CODE"])
    assert (one.referral("f1").advocate, one.pays("o1")) == ("a1", 7200)


@pytest.mark.parametrize(("click", "advocate"), [("last_click", "a2"), ("first_click", "a1")])
def test_which_click_counts(click: Any, advocate: str) -> None:
    one = Shop(changed(edition("store_10_10"), clicks=Attribution(count=click)))
    one.click("02-01 10:00", "v1", "a1", visitor="v1")
    one.click("02-02 10:00", "v1", "a2", visitor="v1")
    one.click("04-02 10:00", "v1", "a1", visitor="v1")
    one.order("o1", "03-02 10:00", "f1", visitor="v1", now="04-03 10:00")
    assert one.referral("f1").advocate == advocate


def test_old_clicks_do_not_count_for_ever() -> None:
    one = Shop(changed(STORE, clicks=Attribution(within="P30D")))
    one.click("01-01 10:00", "f1", "a1")
    one.order("o1", "03-02 10:00", "f1")
    assert one.state("f1") == ("none", "")


def test_more_than_three_from_one_address_on_the_net_are_looked_at() -> None:
    one = shop()
    for number in range(1, 5):
        one.order(f"o{number}", f"03-0{number} 10:00", f"f{number}", codes=A1, ip="203.0.113.9")
    flags = [flags_of(one.referral(f"f{number}")) for number in range(1, 5)]
    assert flags == [set(), set(), set(), {"ip_more_than_3"}]


def test_many_in_a_week_and_a_public_code_and_similar_names_are_looked_at() -> None:
    one = shop()
    for number in range(11):
        one.order(f"o{number}", f"03-02 10:{number:02}", f"f{number}", codes=A1)
    assert flags_of(one.referral("f9")) == set()
    assert flags_of(one.referral("f10")) == {"velocity"}
    one.people.publish("A2CODE", 0)
    one.people.tell("a2", 0, *signals(name="Katharina Blum"))
    one.order("p1", "03-02 10:00", "g1", codes=["A2CODE"], name="Katharine Blum")
    assert flags_of(one.referral("g1")) == {"public_code", "similar_name"}


@pytest.mark.parametrize(
    ("codes", "pays", "applied"),
    [(["A1CODE", "SPRING20"], 6400, "SPRING20"), (["A1CODE", "FIVE"], 7200, "A1CODE")],
)
def test_codes_do_not_combine(codes: list[str], pays: int, applied: str) -> None:
    one = shop()
    one.people.shop_codes.update(SPRING20=20, FIVE=5)
    one.order("o1", "03-02 10:00", "f1", codes=codes)
    assert one.pays("o1") == pays
    changes = [c for c in one.desk.books["f1"].run.changes if c.what == "code"]
    assert [(c.to, c.params["code"]) for c in changes] == [("applied", applied)]


def test_a_code_that_nobody_knows_is_refused_and_the_sale_stands() -> None:
    one = shop()
    one.order("o1", "03-02 10:00", "f1", codes=["NOSUCH"])
    assert (one.told("code", "o1"), one.pays("o1")) == ([("refused", "code_unknown")], 8000)


def test_a_first_order_under_the_minimum_pays_nobody() -> None:
    # 33.00 less 10 % is 29.70
    one = shop()
    one.order("o1", "03-02 10:00", "f1", 3300, codes=A1)
    one.pass_to("04-01 10:00")
    assert (one.pays("o1"), one.state("f1")) == (2970, ("rejected", "below_minimum"))
    assert one.told("qualification", "o1") == [("no", "below_minimum")]


def test_a_ban_is_final_and_ends_what_is_in_review() -> None:
    one = shop()
    one.order("o1", "02-01 10:00", "f1", codes=A1)
    one.order("o2", "03-02 10:00", "f2", codes=A1)
    one.act("b1", "03-03 10:00", "a1", "ban")
    one.order("o3", "03-04 10:00", "f3", codes=A1)
    one.pass_to("04-01 10:00")
    assert one.state("f1") == ("rewarded", "")
    assert [one.state(f) for f in ("f2", "f3")] == [("rejected", "advocate_banned")] * 2
    assert (one.has("a1"), one.pays("o3")) == (1000, 8000)


def test_an_advocate_who_is_erased_ends_what_is_in_review() -> None:
    one = shop()
    one.order("o1", "02-01 10:00", "f1", codes=A1)
    one.order("o2", "03-02 10:00", "f2", codes=A1)
    one.tell(Erasure(key="e1", at=at("03-03 10:00")), "a1")
    one.order("o3", "03-04 10:00", "f3", codes=A1)
    one.pass_to("04-01 10:00")
    assert one.state("f1") == ("rewarded", "")
    assert [one.state(f) for f in ("f2", "f3")] == [("rejected", "advocate_gone")] * 2
    assert one.has("a1") == 0


def test_a_closed_programme_takes_nobody_and_keeps_what_it_promised() -> None:
    one = Shop(changed(STORE, open=False))
    one.order("o1", "03-02 10:00", "f1", codes=A1)
    assert one.state("f1") == ("rejected", "programme_closed")


@pytest.mark.parametrize(
    ("setting", "state", "credit"),
    [("final_after_payout", ("rewarded", ""), 1000), ("claw_back", ("reversed", "refunded"), 0)],
)
def test_a_refund_after_the_payout(setting: str, state: tuple[str, str], credit: int) -> None:
    one = shop(referral_refund=setting)
    one.order("o1", "03-02 10:00", "f1", codes=A1)
    one.pass_to("03-20 10:00")
    one.refund("x1", "03-21 10:00", "o1", 7200)
    assert (one.state("f1"), one.has("a1")) == (state, credit)


@pytest.mark.parametrize(
    ("setting", "state", "credit"),
    [("final_after_payout", ("rewarded", ""), 1000), ("claw_back", ("reversed", "refunded"), 0)],
)
def test_a_refund_dated_before_the_payout_that_comes_after_it(
    setting: str, state: tuple[str, str], credit: int
) -> None:
    """The promise wins: what was paid stays paid, unless the programme takes back."""
    one = shop(referral_refund=setting)
    one.order("o1", "03-02 10:00", "f1", codes=A1)
    one.pass_to("03-20 10:00")
    one.refund("x1", "03-10 10:00", "o1", 7200, now="03-21 10:00")
    assert (one.state("f1"), one.has("a1")) == (state, credit)


@pytest.mark.parametrize(
    ("arrives", "state", "credit"),
    [("03-05 10:00", ("rejected", "below_minimum"), 0), ("03-20 10:00", ("rewarded", ""), 1000)],
)
def test_an_order_that_is_restated_to_less(
    arrives: str, state: tuple[str, str], credit: int
) -> None:
    """From 80 to 20: the right to 10 % stays, the figure follows; nothing is paid for it, unless it
    was."""
    one = shop()
    one.order("o1", "03-02 10:00", "f1", codes=A1)
    one.pass_to(arrives)
    one.order("o1", "03-02 10:00", "f1", 2000, codes=A1, version=2, now=arrives)
    one.pass_to("04-01 10:00")
    assert (one.pays("o1"), one.state("f1"), one.has("a1")) == (1800, state, credit)


def test_an_order_known_only_after_its_review_date_respects_what_was_paid_since() -> None:
    one = shop()
    five_paid(one)
    one.pass_to("04-05 10:00")
    one.order("o6", "03-10 10:00", "f6", codes=A1, now="04-06 10:00")
    one.pass_to("04-06 10:00")
    assert (one.state("f6"), one.has("a1")) == (("qualified", "capped"), 5000)
    one.order("o7", "03-20 10:00", "f7", codes=A1, now="04-06 11:00")
    one.pass_to("04-06 11:00")
    assert (one.state("f7"), one.has("a1")) == (("rewarded", ""), 6000)


def signals(**told: str) -> list[Signal]:
    return [Signal(kind, value) for kind, value in told.items()]


def decision(friend: str, said: str) -> dict[str, str]:
    return {"referral": friend, "decision": said}


def five_paid(one: Shop) -> None:
    """Five friends whose rewards are granted in March."""
    for number in range(5):
        one.order(f"p{number}", f"03-0{number + 1} 10:00", f"g{number}", codes=A1)


def instant(text: str) -> int:
    return instant_of(at(text))
