"""Who is who: what is known since when, how values are compared, whom a code leads to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from regulars.engine.calendar import instant_of
from regulars.engine.facts import Order
from regulars.engine.happenings import Activity, Click, Erasure, SignUp
from regulars.engine.likeness import distance, normal, similar
from regulars.engine.people import People
from regulars.engine.questions import (
    Code,
    CodeTerms,
    Granted,
    Introduced,
    Introduction,
    NewCode,
    Share,
    Signal,
    Terms,
)


def day(number: int) -> datetime:
    return datetime(2025, 1, number, tzinfo=UTC)


def at(number: int) -> int:
    return instant_of(day(number))


def order(key: str, number: int) -> Order:
    return Order(key=key, at=day(number), currency="EUR", amount_minor=100)


def asked(people: People, holder: str = "f1", number: int = 10, **fields: Any) -> Introduced:
    reply = people.answer(holder, Introduction(key="now", at=at(number), **fields))
    assert isinstance(reply, Introduced)
    return reply


@pytest.fixture
def people() -> People:
    known = People()
    known.code("A1CODE", "a1")
    known.code("A2CODE", "a2")
    return known


@pytest.mark.parametrize(
    ("kind", "value", "emails", "expected"),
    [
        ("email", " Old@Example.org ", "case", "old@example.org"),
        ("email", "A.One+x@gmail.com", "case", "a.one+x@gmail.com"),
        ("email", "A.One+x@googlemail.com", "dots_and_tags", "aone@gmail.com"),
        ("email", "A.One+x@example.org", "dots_and_tags", "a.one@example.org"),
        ("email", "no address", "dots_and_tags", "no address"),
        ("phone", "+49 (0)30 / 12-34", "case", "490301234"),
        ("address", "Main St. 5, 10115 Berlin", "case", "main st 5 10115 berlin"),
        ("address", "Straße 1", "case", "strasse 1"),
        ("name", "  José  Núñez ", "case", "jose nunez"),
        ("card", " C77 ", "case", "c77"),
    ],
)
def test_values_are_compared_in_a_normal_form(
    kind: str, value: str, emails: str, expected: str
) -> None:
    assert normal(kind, value, emails) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [("katharina", "katharine", True), ("anna", "anne", False), ("same", "same", False)],
)
def test_what_is_nearly_the_same(one: str, other: str, near: bool) -> None:
    assert similar(one, other) is near
    assert (distance("kitten", "sitting"), distance("", "abc"), distance("a", "a")) == (3, 3, 0)


@pytest.mark.parametrize(("number", "bought"), [(9, True), (10, False), (11, False)])
def test_only_what_was_known_before_counts(people: People, number: int, bought: bool) -> None:
    people.note(order("o0", number), "guest", [Signal("email", "F1@example.org")])
    people.tell("f1", at(1), Signal("email", "f1@example.org"))
    assert asked(people).bought is bought


def test_the_fact_in_question_says_nothing_of_itself(people: People) -> None:
    people.note(order("now", 10), "f1")
    people.note(SignUp(key="now", at=day(10)), "f1")
    reply = asked(people, number=11)
    assert (reply.bought, reply.joined) == (False, False)


@pytest.mark.parametrize(("closed", "said"), [(False, (True, False)), (True, (False, True))])
def test_accounts_that_exist_and_closed_ones(
    people: People, closed: bool, said: tuple[bool, bool]
) -> None:
    people.account(at(1), [Signal("phone", "030 1")], closed=closed)
    people.tell("f1", at(2), Signal("phone", "0301"))
    reply = asked(people)
    assert (reply.joined, reply.former) == said
    assert not asked(people, by=("email",)).joined


def test_a_code_on_the_fact_is_the_last_touch(people: People) -> None:
    people.note(Click(key="c1", at=day(1), via="A2CODE"), "f1")
    assert asked(people, codes=("A1CODE",)).advocate == "a1"
    assert asked(people, codes=("A1CODE",), first=True).advocate == "a2"
    assert asked(people, codes=("A1CODE", "SPRING")).others == ("SPRING",)
    assert asked(people, via="A1CODE").by_code == "A1CODE"
    assert asked(people, advocate="a2", codes=("A1CODE",)).advocate == "a2"


def test_clicks_belong_to_a_session_a_visitor_or_a_holder(people: People) -> None:
    people.note(Click(key="c1", at=day(2), via="A1CODE", session="s1"), "")
    people.note(Click(key="c2", at=day(1), via="A2CODE"), "v7", [Signal("visitor", "v7")])
    assert asked(people).advocate == ""
    assert asked(people, session="s1", window=0).advocate == "a1"
    people.tell("f1", at(5), Signal("visitor", "v7"))
    assert asked(people).advocate == "a2"
    assert asked(people, window=0).advocate == ""
    assert asked(people, window=at(10) - at(1)).advocate == "a2"
    assert asked(people, window=at(10) - at(1) - 1).advocate == ""
    assert asked(people, number=4).advocate == ""


def test_what_friend_and_advocate_share(people: People) -> None:
    people.tell("a1", at(1), Signal("card", "c7"), Signal("name", "Katharina Blum"))
    people.tell("f1", at(1), Signal("card", "C7"), Signal("name", "Katharine Blum"))
    people.tell("a1", at(11), Signal("ip", "1"))
    people.tell("f1", at(1), Signal("ip", "1"))
    reply = asked(people, codes=("A1CODE",))
    assert (reply.shared, reply.similar) == (("card",), ("name",))
    people.household("h", ["a1", "f1"])
    assert asked(people, codes=("A1CODE",)).circle


def test_who_lives_with_whom_is_told_like_any_signal(people: People) -> None:
    people.tell("a1", at(1), Signal("household", "Elm Street"))
    assert not asked(people, codes=("A1CODE",)).circle
    people.tell("f1", at(11), Signal("household", "Elm Street"))
    assert not asked(people, codes=("A1CODE",)).circle
    people.tell("f1", at(1), Signal("household", "Oak Lane"), Signal("household", "elm street "))
    reply = asked(people, codes=("A1CODE",))
    assert reply.circle
    assert not asked(people, codes=("A2CODE",)).circle


def test_friends_of_anybody_are_counted_once_each(people: People) -> None:
    for number in range(1, 4):
        people.tell(f"g{number}", at(1), Signal("ip", "203.0.113.9"))
        for _ in range(2):
            asked(people, f"g{number}", number, codes=("A1CODE",))
    people.tell("f1", at(1), Signal("ip", "203.0.113.9"))
    assert asked(people, codes=("A2CODE",)).seen == {"ip": 3}


def test_devices_that_were_somebodys(people: People) -> None:
    people.tell("old", at(1), Signal("device", "pc7"))
    step = Activity(key="now", at=day(10), kind="login")
    people.note(step, "f1", [Signal("device", "PC7"), Signal("ip", "1")])
    people.tell("f1", at(1), Signal("ip", "1"))
    assert asked(people).linked == ("device",)


def test_bans_erasures_parties_and_public_codes(people: People) -> None:
    people.note(Activity(key="b", at=day(3), kind="ban"), "a1")
    people.note(Erasure(key="e", at=day(4)), "a2")
    people.note(order("now", 10), "f1", party=["a1"])
    people.publish("A1CODE", at(5))
    reply = asked(people, codes=("A1CODE",))
    assert (reply.banned, reply.gone, reply.party, reply.public) == (True, False, True, True)
    assert asked(people, codes=("A2CODE",)).gone
    early = asked(people, number=2, codes=("A1CODE",))
    assert (early.banned, early.public) == (False, False)


def test_shared_budgets_shop_codes_and_new_codes(people: People) -> None:
    share = Share(name="march", wanted=60, most=100)
    assert [people.answer("m", share) for _ in range(3)] == [
        Granted(amount=60),
        Granted(amount=40),
        Granted(amount=0),
    ]
    people.shop_codes["SPRING"] = 20
    assert people.answer("m", CodeTerms(code="SPRING", at=0)) == Terms(percent=20)
    assert people.answer("m", CodeTerms(code="NONE", at=0)) == Terms()
    first = people.answer("m", NewCode(seed="p1"))
    assert first == people.answer("m", NewCode(seed="p1")) != people.answer("m", NewCode(seed="p2"))
    assert isinstance(first, Code)


def test_a_fact_that_comes_twice_is_known_once(people: People) -> None:
    click = Click(key="c1", at=day(1), via="A1CODE", session="s")
    for _ in range(2):
        people.note(click, "", [Signal("visitor", "v")])
        people.note(order("o0", 2), "m", [Signal("card", "c")])
    assert (
        len(people.touches) == len(people.person("m").bought) == len(people.person("m").told) == 1
    )
