"""What came back of an order, line by line and beside lines, worked by hand on one record.

The order: beans for 60, tea for 40, of which 20 were paid by a voucher: 80 were paid in money, so
each unit of goods is worth four fifths of a unit paid.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from histories import day

from regulars.engine.facts import Line, Refund
from regulars.engine.returning import (
    all_back,
    count_left,
    money_left,
    pieces_left,
    rest,
    share_left,
    take_note,
)
from regulars.engine.state import Piece, Record


def record(*amounts: int, basis: int | None = None, **fields: Any) -> Record:
    """An order of pieces p0, p1, …, paid in money up to `basis`."""
    total = sum(amounts)
    pieces = [Piece(f"p{number}", "goods", amount) for number, amount in enumerate(amounts)]
    paid = total if basis is None else basis
    back = [0] * len(pieces)
    return Record("o", "a", 0, basis=paid, total=total, pieces=pieces, back_lines=back, **fields)


def beans_and_tea(**fields: Any) -> Record:
    return record(6000, 4000, basis=8000, counts={"cups": 3000}, **fields)


def back(*lines: tuple[str, int], money: int | None = None, **fields: Any) -> Refund:
    """Lines (product, paid amount or 0 for all of it), and further money beside them."""
    told = tuple(Line(product=product, amount_minor=amount) for product, amount in lines)
    amount = sum(line.amount_minor for line in told) if money is None else money
    return Refund(key="f", at=day(1), currency="EUR", amount_minor=amount, lines=told, **fields)


def noted(this: Record, *refunds: Refund) -> list[str]:
    return [take_note(this, refund) for refund in refunds]


@pytest.mark.parametrize(
    ("refunds", "left", "money"),
    [
        ([], [6000, 4000], 8000),
        ([back(("p0", 0), money=4800)], [0, 4000], 3200),
        ([back(("p0", 0), money=5000)], [0, 4000], 3000),
        ([back(("p0", 0), ("p1", 800), money=5600)], [0, 3000], 2400),
        ([back(("p0", 2400)), back(("p0", 0), money=2500)], [0, 4000], 3100),
        ([back(("p0", 0), money=0)], [0, 4000], 3200),
        ([back(("p0", 2400))], [3000, 4000], 5600),
        ([back(("p0", 4800))], [0, 4000], 3200),
        ([back(("p0", 4799))], [1, 4000], 3201),
        ([back(("p0", 2400), ("p1", 1600))], [3000, 2000], 4000),
        ([back(("p0", 2400)), back(("p0", 1600))], [1000, 4000], 4000),
        ([back(("p0", 9999))], [0, 4000], 3200),
        ([back(money=1000)], [6000, 4000], 7000),
        ([back(money=1000), back(money=500)], [6000, 4000], 6500),
        ([back(("p1", 1600), money=2000)], [6000, 2000], 6000),
    ],
)
def test_what_comes_back_is_off_its_line_or_off_the_whole(
    refunds: list[Refund], left: list[int], money: int
) -> None:
    this = beans_and_tea()
    assert noted(this, *refunds) == [""] * len(refunds)
    assert pieces_left(this) == left
    assert money_left(this) == money
    assert not all_back(this)


@pytest.mark.parametrize(
    "refunds",
    [
        [back(money=8001)],
        [back(money=8000), back(money=1)],
        [back(("p0", 0), money=0), back(money=3201)],
        [back(money=3201), back(("p0", 0), money=0)],
        [back(("p2", 100))],
        [back(("", 100))],
        [back(("p0", 4800)), back(("p0", 1))],
        [back(full=True), back(full=True)],
        [back(full=True), back(money=1)],
        [back(full=True), back(money=100, eligible_minor=100)],
        [back(counts={"cups": Decimal("3.001")})],
        [back(counts={"cups": Decimal(2)}), back(counts={"cups": Decimal("1.001")})],
        [back(counts={"plates": Decimal("0.001")})],
        [back(money=100, eligible_minor=8001)],
        [back(money=100, eligible_minor=8000), back(money=100, eligible_minor=1)],
    ],
)
def test_more_than_is_left_is_refused_and_changes_nothing(refunds: list[Refund]) -> None:
    this = beans_and_tea()
    assert noted(this, *refunds[:-1]) == [""] * (len(refunds) - 1)
    before = msgspec.json.encode(this)
    assert take_note(this, refunds[-1]) == "exceeds_order"
    assert msgspec.json.encode(this) == before


@pytest.mark.parametrize(
    "refunds",
    [
        [back(full=True)],
        [back(("p0", 0), ("p1", 0), money=0)],
        [back(money=8000)],
        [back(money=4000), back(money=4000)],
        [back(("p0", 0), money=0), back(money=3200)],
    ],
)
def test_an_order_can_come_back_to_the_last_unit(refunds: list[Refund]) -> None:
    this = beans_and_tea()
    assert noted(this, *refunds) == [""] * len(refunds)
    assert money_left(this) == 0
    assert all_back(this)


@pytest.mark.parametrize(
    "refunds",
    [
        [back(full=True), back(money=0)],
        [back(full=True), back(money=0, eligible_minor=0)],
        [back(counts={"cups": Decimal(0)})],
        [back(counts={"cups": Decimal(3)})],
        [back(counts={"plates": Decimal(0)})],
    ],
)
def test_what_takes_nothing_more_than_there_is_is_accepted(refunds: list[Refund]) -> None:
    assert noted(beans_and_tea(), *refunds) == [""] * len(refunds)


def fee(amount: int = 0) -> Line:
    return Line(product="post", amount_minor=amount, kind="fee")


def came(*lines: Line, money: int | None = None, **fields: Any) -> Refund:
    """A refund of lines, fees among them, and of all the money that came back with them."""
    amount = sum(line.amount_minor for line in lines) if money is None else money
    return Refund(key="f", at=day(1), currency="EUR", amount_minor=amount, lines=lines, **fields)


BEANS, TEA = Line(product="p0"), Line(product="p1", amount_minor=1600)


@pytest.mark.parametrize(
    ("refunds", "left", "money"),
    [
        ([came(fee(500))], [6000, 4000], 8000),
        ([came(fee(500)), came(fee(500))], [6000, 4000], 8000),
        ([came(fee(), money=500)], [6000, 4000], 8000),
        ([came(fee(), money=700)], [6000, 4000], 7800),
        ([came(fee(500), money=700)], [6000, 4000], 7800),
        ([came(fee(500), money=300)], [6000, 4000], 8000),
        ([came(TEA, fee(500))], [6000, 2000], 6400),
        ([came(BEANS, fee(500), money=5300)], [0, 4000], 3200),
        ([came(BEANS, fee(), money=5300)], [0, 4000], 3200),
        ([came(BEANS, fee(), money=5400)], [0, 4000], 3100),
        ([came(fee(200)), came(BEANS, TEA, fee(300), money=6700)], [0, 2000], 1600),
        ([came(BEANS, TEA, money=6400), came(fee(500))], [0, 2000], 1600),
        ([came(fee(500), money=8500)], [6000, 4000], 0),
        ([came(fee(500), eligible_minor=0)], [6000, 4000], 8000),
        ([came(fee(500), full=True), came(fee(500))], [0, 0], 0),
    ],
)
def test_a_fee_comes_back_in_any_split_and_takes_nothing_of_the_goods(
    refunds: list[Refund], left: list[int], money: int
) -> None:
    this = beans_and_tea(pays=8500)
    assert noted(this, *refunds) == [""] * len(refunds)
    assert pieces_left(this) == left
    assert money_left(this) == money


def test_a_fee_opens_no_way_around_what_was_paid_for_the_goods() -> None:
    this = beans_and_tea(pays=8500)
    assert take_note(this, came(fee(500), money=8501)) == "exceeds_order"
    assert take_note(this, came(fee(), money=8501)) == "exceeds_order"
    assert take_note(this, came(Line(product="post", amount_minor=500))) == "exceeds_order"
    assert money_left(this) == 8000


def test_an_order_of_fees_alone_comes_back() -> None:
    this = record(pays=500)
    assert noted(this, came(fee(500)), came(fee(), money=500)) == ["", ""]


def test_a_full_refund_takes_lines_and_counts_and_can_be_had_once() -> None:
    this = beans_and_tea()
    assert noted(this, back(("p1", 1600), counts={"cups": Decimal(1)}), back(full=True)) == ["", ""]
    assert pieces_left(this) == [0, 0]
    assert count_left(this, "cups") == 0
    assert this.closed


def test_counts_come_back_up_to_what_there_was() -> None:
    this = beans_and_tea()
    assert [count_left(this, name) for name in ("cups", "plates")] == [3000, 0]
    assert noted(this, back(counts={"cups": Decimal("1.5")})) == [""]
    assert count_left(this, "cups") == 1500
    assert noted(this, back(counts={"cups": Decimal("1.5")})) == [""]
    assert count_left(this, "cups") == 0


def test_a_line_is_looked_for_where_something_of_it_is_left() -> None:
    """Two lines of one product: the first goes first, down to its last unit, then the second."""
    this = record(10, 10)
    this.pieces[1].product = "p0"
    assert noted(this, back(("p0", 9))) == [""]
    assert pieces_left(this) == [1, 10]
    assert noted(this, back(("p0", 0), money=0), back(("p0", 4))) == ["", ""]
    assert pieces_left(this) == [0, 6]


def test_a_product_that_was_given_away_comes_back_whole() -> None:
    """Nothing was paid for it, so no amount says how much of it."""
    this = record(10, 20, basis=0)
    assert noted(this, back(("p1", 0))) == [""]
    assert pieces_left(this) == [10, 0]
    assert take_note(this, back(("p0", 3), money=3)) == ""
    assert pieces_left(this) == [0, 0]
    assert not all_back(this)


def test_what_is_told_apart_as_having_earned_is_counted_beside_the_rest() -> None:
    """Postage came back too: of 50 only 30 had earned, and 40 had earned at most."""
    this = beans_and_tea(eligible=4000)
    assert noted(this, back(money=5000, eligible_minor=3000)) == [""]
    assert (this.back, this.back_eligible) == (0, 3000)
    assert money_left(this) == 5000
    assert take_note(this, back(money=1001, eligible_minor=1001)) == "exceeds_order"
    assert noted(this, back(money=1000, eligible_minor=1000)) == [""]
    assert this.back_eligible == 4000


@pytest.mark.parametrize(
    ("refunds", "earned_from", "share"),
    [
        ([], 8000, 1),
        ([back(("p0", 0), money=0)], 3200, 1),
        ([back(money=2000)], 8000, Fraction(3, 4)),
        ([back(money=8000)], 8000, 0),
        ([back(("p0", 0), money=0), back(money=800)], 3200, Fraction(3, 4)),
        ([back(money=2000)], 4000, Fraction(3, 4)),
        ([back(money=2000, eligible_minor=2000)], 4000, Fraction(1, 2)),
        ([back(money=2000, eligible_minor=4000)], 4000, 0),
        ([back(money=2000, eligible_minor=5000)], 4000, 0),
        ([back(money=2000, eligible_minor=1000), back(money=1000)], 4000, Fraction(5, 8)),
        ([back(full=True)], 8000, 0),
        ([back(money=2000)], 0, 1),
        ([back(money=7999)], 1, Fraction(1, 8000)),
    ],
)
def test_money_beside_lines_lessens_what_every_line_left_earns(
    refunds: list[Refund], earned_from: int, share: Fraction | int
) -> None:
    this = beans_and_tea()
    noted(this, *refunds)
    assert share_left(this, Fraction(earned_from)) == share
    assert Fraction(*rest(this, earned_from * 7, 7)) == share


def test_the_last_unit_left_still_has_its_share() -> None:
    this = record(4, basis=8, back=2)
    this.back_lines = [3]
    assert share_left(this, Fraction(2)) == Fraction(8 - 8, 8)
    this.back = 1
    assert share_left(this, Fraction(2)) == Fraction(1, 2)


@pytest.mark.parametrize(("total", "closed", "share"), [(0, False, 1), (0, True, 0)])
def test_an_order_without_money_is_there_until_all_of_it_is_back(
    total: int, closed: bool, share: int
) -> None:
    """A visit that was noted as an order of nothing."""
    this = record(total)
    if closed:
        noted(this, back(full=True))
    assert share_left(this, Fraction(0)) == share
    assert share_left(this, Fraction(5)) == share
    assert money_left(this) == 0
    assert all_back(this) == closed


def test_an_order_of_one_smallest_unit_is_an_order() -> None:
    this = record(1)
    assert share_left(this, Fraction(1)) == 1
    assert not all_back(this)
    assert noted(this, back(money=1)) == [""]
    assert share_left(this, Fraction(1)) == 0
    assert all_back(this)


def test_what_was_paid_by_vouchers_alone_keeps_its_share_while_lines_are_left() -> None:
    this = record(10, 20, basis=0)
    assert share_left(this, Fraction(30)) == 1
    noted(this, back(("p0", 0)))
    assert share_left(this, Fraction(20)) == 1
    noted(this, back(("p1", 0)))
    assert share_left(this, Fraction(20)) == 0


def test_what_would_earn_nothing_has_its_whole_share_to_the_last_unit() -> None:
    this = record(10)
    noted(this, back(("p0", 9)))
    assert rest(this, 0, 1) == (1, 1)
    noted(this, back(("p0", 1)))
    assert rest(this, 0, 1) == (0, 1)


@pytest.mark.parametrize(("currency", "code"), [("", ""), ("EUR", ""), ("USD", "wrong_currency")])
def test_money_comes_back_in_the_currency_it_was_paid_in(currency: str, code: str) -> None:
    this = beans_and_tea(currency=currency)
    assert noted(this, back(money=100)) == [code]
    assert this.back == (0 if code else 100)
