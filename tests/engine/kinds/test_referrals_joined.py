"""Advocate and friend become one holder: nobody is the friend of himself, and time goes on."""

from __future__ import annotations

import pytest
from referral_kit import Shop, at, edition

from regulars.engine.booking import Book, Booked
from regulars.engine.happenings import Effect
from regulars.engine.joining import join, part
from regulars.engine.kinds.referrals.friend import FriendSide
from regulars.engine.kinds.referrals.memory import Memory
from regulars.engine.run import Run

PROGRAMMES = ("store_10_10", "cafe_points", "boutique", "dropbox_2012", "airbnb_2017")
BOTH = [("a1", "f1"), ("f1", "a1")]


def shop(name: str, until: str) -> Shop:
    """A friend came by the advocate's link, bought, and some time has passed."""
    made = Shop(edition(name), "a1")
    made.order("oa", "02-01 10:00", "a1")
    made.sign_up("02-28 10:00", "f1", via="A1CODE", email="f@x.de")
    made.order("o1", "03-01 10:00", "f1", codes=["A1CODE"], email="f@x.de")
    made.pass_to(until)
    return made


def memory(made: Shop, holder: str = "f1") -> Memory:
    programme = made.programme
    (rule,) = programme.editions[0].edition.referrals
    found: Memory = made.desk.book(holder).state.memory[programme.slots[rule.name_in_state]]
    return found


@pytest.mark.parametrize(("into", "other"), BOTH)
@pytest.mark.parametrize("name", PROGRAMMES)
@pytest.mark.parametrize("until", ["03-02", "06-01"])
def test_who_is_one_with_the_advocate_is_nobodys_friend(
    name: str, until: str, into: str, other: str
) -> None:
    made = shop(name, until)
    join(made.desk, into, other)
    made.pass_to("12-01")
    brought = memory(made).brought
    assert (brought.state, brought.reason) == ("reversed", "self_referral")
    for friend in memory(made).friends.values():
        assert [one.outcome for one in friend.stakes.values()] in ([], ["no"])
    assert made.desk.outbox == []


@pytest.mark.parametrize(("into", "other"), BOTH)
@pytest.mark.parametrize("name", PROGRAMMES)
def test_a_link_of_ones_own_brings_nobody(name: str, into: str, other: str) -> None:
    """Joined before the friend came: his code is the advocate's own."""
    made = Shop(edition(name), "a1")
    made.order("oa", "02-01 10:00", "a1")
    made.order("of", "02-02 10:00", "f2")
    join(made.desk, into.replace("f1", "f2"), other.replace("f1", "f2"))
    made.sign_up("02-28 10:00", "f2", via="A1CODE")
    made.order("o1", "03-01 10:00", "f2", codes=["A1CODE"])
    made.pass_to("12-01")
    assert memory(made, "f2").brought.state in ("", "rejected")
    assert memory(made, "f2").friends == {}


@pytest.mark.parametrize(("into", "other"), BOTH)
@pytest.mark.parametrize("name", PROGRAMMES)
def test_who_is_parted_again_is_a_friend_again(name: str, into: str, other: str) -> None:
    made, never = shop(name, "06-01"), shop(name, "06-01")
    join(made.desk, into, other)
    part(made.desk, other)
    for one in (made, never):
        one.pass_to("12-01")
    assert memory(made) == memory(never)
    assert memory(made, "a1") == memory(never, "a1")


@pytest.mark.parametrize(("into", "other"), [("f1", "f2"), ("f2", "f1")])
@pytest.mark.parametrize("name", PROGRAMMES)
def test_a_friend_who_turns_out_to_be_another_is_one_friend(
    name: str, into: str, other: str
) -> None:
    made, never = shop(name, "06-01"), shop(name, "06-01")
    made.sign_up("05-31 10:00", "f2", email="f2@x.de")
    join(made.desk, into, other)
    for one in (made, never):
        one.pass_to("12-01")
    assert memory(made, "a1") == memory(never, "a1")
    assert made.has("a1") == never.has("a1")
    part(made.desk, other)
    assert memory(made) == memory(never)


def test_saboteur_a_friend_who_goes_by_his_new_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FriendSide, "name", lambda side, run: run.holder)
    with pytest.raises(AssertionError):
        test_a_friend_who_turns_out_to_be_another_is_one_friend("store_10_10", "f2", "f1")


def told(what: str, day: str, amount: int, **details: str) -> Effect:
    """What a friend's side says of an order of March."""
    said = {"pay": "friend", **details}
    return Effect(
        key=f"{what}/f1",
        at=at(day),
        holder="a1",
        rule="friends",
        what=what,
        subject="f1",
        amount=amount,
        details=said,
    )


@pytest.mark.parametrize("first", [0, 1])
def test_what_is_told_together_is_decided_together(first: int) -> None:
    """An order and its refund of long ago become known at once: nobody is paid in between."""
    made = Shop(edition("store_10_10"), "a1")
    made.order("oa", "05-01 10:00", "a1")
    made.pass_to("06-01")
    effects = [
        told("earned", "03-01", 8000),
        told("returned", "03-05", 0, reason="refunded"),
    ]
    made.desk.settle("f1", Booked(effects=effects[first:] + effects[:first]))
    assert made.has("a1") == 0
    assert [one.outcome for one in memory(made, "a1").friends["f1"].stakes.values()] == [""]


def test_saboteur_what_is_told_together_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Book, "take_all", lambda book, facts: [book.take(one) for one in facts])
    with pytest.raises(AssertionError):
        test_what_is_told_together_is_decided_together(0)


def test_saboteur_a_holder_who_does_not_know_who_was_joined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Run, "is_me", lambda run, holder: False)
    with pytest.raises(AssertionError):
        test_who_is_one_with_the_advocate_is_nobodys_friend("cafe_points", "06-01", "f1", "a1")
