"""Facts that no till should send: nothing breaks, nothing is given or lost by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from regulars.engine.calendar import instant_of
from regulars.engine.compiling import compiled
from regulars.engine.desk import Desk
from regulars.engine.facts import Order, Refund
from regulars.engine.fold import fold
from regulars.engine.happenings import Attribute, Erasure, Opening
from regulars.engine.joining import join, part
from regulars.engine.people import People
from regulars.engine.weighing import thousandths
from regulars.programmes.loading import load

HEAD = """
format: 1
programme: shop
edition: one
name: Shop
zone: Europe/Berlin
currency: EUR
assets: [{id: points, name: points}]
earn: [{id: buy, kind: per_amount, step: 1.00 EUR, points: 1}]
"""
LADDER = """
metrics: [{id: spend, kind: spent, windows: [12m]}, RATE]
standing: {kind: anniversary, metric: spend, months: 12, kept: 12}
tiers:
  - {id: low, name: Low, from: 0}
  - {id: high, name: High, from: 100, needs: [{metric: rate, HURDLE}]}
"""
FRIENDS = """
referrals: [{id: friends, kind: two_sided, pays: [{advocate: [{amount: 50}]}]}]
"""


def at(day: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)


def opened(text: str, people: People | None = None) -> Desk:
    loaded = load(text.encode(), "shop.yaml")
    assert loaded.edition is not None, loaded.problems
    return Desk(compiled([loaded.edition]), (people or People()).answer)


def bought(key: str, day: int, minor: int, **more: Any) -> Order:
    return Order(key=key, at=at(day), currency="EUR", amount_minor=minor, **more)


def refund(key: str, day: int, **more: Any) -> Refund:
    told = {"currency": "EUR", "amount_minor": 0, **more}
    return Refund(key=key, at=at(day), order="o1", **told)


def points(desk: Desk) -> int:
    return desk.book("m").state.holdings[0].balance


@pytest.mark.parametrize("count", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+999999"])
def test_a_count_that_is_no_plain_number_counts_nothing(count: str) -> None:
    assert thousandths(Decimal(count)) == 0
    desk = opened(HEAD)
    desk.record(bought("o1", 0, 1000, counts={"drinks": Decimal(count)}), "m")
    assert points(desk) == 10


def test_counts_are_thousandths_cut() -> None:
    told = ["0", "1", "-1", "0.0019", "-0.0019", "12.345", "1E+6"]
    assert [thousandths(Decimal(one)) for one in told] == [0, 1000, -1000, 1, -1, 12345, 10**9]


@pytest.mark.parametrize(
    "odd",
    [
        {"amount_minor": -6000},
        {"eligible_minor": -6000},
        {"counts": {"drinks": Decimal(-1)}},
    ],
)
def test_a_refund_below_nothing_is_refused_and_gives_nothing_back_later(odd: Any) -> None:
    desk = opened(HEAD)
    desk.record(bought("o1", 0, 10000, counts={"drinks": Decimal(2)}), "m")
    outcome = desk.record(refund("f1", 1, **odd), "m")
    assert (outcome.status, outcome.code) == ("refused", "exceeds_order")
    assert points(desk) == 100
    desk.record(refund("f2", 2, amount_minor=10000), "m")
    assert points(desk) == 0


@pytest.mark.parametrize(
    ("body", "part"), [("x", "holdings"), ("1", "nope"), ('{"balance": "x"}', "holdings"), ("", "")]
)
def test_a_seal_that_cannot_be_read_is_left_out(body: str, part: str) -> None:
    desk = opened(HEAD)
    seal = Opening(
        key="s", at=at(0), what="sealed", name="points", details={"part": part}, body=body
    )
    desk.record(seal, "m")
    assert [one.to for one in desk.book("m").run.changes if one.what == "opening"] == ["ignored"]
    desk.record(bought("o1", 1, 1000), "m")
    assert points(desk) == 10


@pytest.mark.parametrize("window", ["rubbish", "m", "0m", "7", "0000", "12y"])
def test_a_metric_brought_in_for_no_window_is_left_out(window: str) -> None:
    desk = opened(HEAD + "metrics: [{id: earned_points, kind: earned, windows: [year, 12m]}]")
    told = Opening(
        key="m", at=at(0), what="metric", name="earned_points", amount=9, details={"window": window}
    )
    desk.record(told, "m")
    assert desk.book("m").read("earned_points") == 0


def test_a_friend_brought_by_nobody_sends_nothing() -> None:
    desk = opened(HEAD + FRIENDS)
    desk.record(Opening(key="r", at=at(0), what="referral", name="m"), "m")
    assert set(desk.books) == {"m"}
    assert [one.to for one in desk.book("m").run.changes if one.what == "opening"] == ["ignored"]


@pytest.mark.parametrize("told", ["1E+999999", "9E+99999999", "NaN", "nobody", "", "-Infinity"])
def test_a_number_told_in_an_odd_way_is_none(told: str) -> None:
    desk = opened(HEAD + "metrics: [{id: miles, kind: told}]")
    desk.record(Attribute(key="a", at=at(0), name="miles", value=told), "m")
    assert desk.book("m").read("miles") == 0
    assert desk.book("m").state.at == instant_of(at(0))


@pytest.mark.parametrize(
    ("rate", "hurdle"),
    [
        ("{id: rate, kind: return_rate}", "below: 70"),
        ("{id: rate, kind: told, attribute: rate}", "from: 5"),
    ],
)
def test_a_ladder_that_counts_since_may_also_ask_for_what_has_no_window(
    rate: str, hurdle: str
) -> None:
    desk = opened(HEAD + LADDER.replace("RATE", rate).replace("HURDLE", hurdle))
    desk.record(Attribute(key="a", at=at(0), name="rate", value="5"), "m")
    desk.record(bought("o1", 1, 15000), "m")
    desk.record(bought("o2", 400, 15000), "m")
    assert desk.book("m").read("tier") == "high"


def test_nothing_acts_on_somebody_who_is_erased_however_it_is_folded() -> None:
    desk = opened(
        HEAD + LADDER.replace("RATE", "{id: rate, kind: told}").replace("HURDLE", "from: 5")
    )
    desk.record(bought("o1", 1, 15000), "m")
    desk.record(Erasure(key="e", at=at(2)), "m")
    book = desk.book("m")
    folded = fold(desk.programme, book.facts.values(), holder="m")
    assert folded.state.gone
    assert desk.programme.dump(book.state) == desk.programme.dump(folded.state)
    assert book.state.memory == desk.programme.start().memory


def test_a_friend_may_come_to_holders_who_were_joined_before_anything_was_known_of_them() -> None:
    people = People()
    people.code("ANNA", "anna")
    desk = opened(HEAD + FRIENDS, people)
    join(desk, "m", "other")
    order = bought("o1", 1, 3000, codes=("ANNA",))
    people.note(order, "other")
    assert desk.record(order, "other").status == "accepted"
    part(desk, "other")
    assert [desk.book(one).state.holdings[0].balance for one in ("m", "other")] == [0, 30]
