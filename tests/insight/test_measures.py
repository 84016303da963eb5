"""Each measure on a table small enough to count by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from tables import sales_table

from regulars import insight
from regulars.insight import Result
from regulars.insight.intervals import quantile, wilson
from regulars.insight.scores import SEGMENT_MAP, SEGMENTS, segment


def orders(*each: tuple[str, str], amount: float = 10) -> pd.DataFrame:
    """One order per (customer, day)."""
    lines = [f"{who} {n} {day} sale {amount}" for n, (who, day) in enumerate(each)]
    return sales_table("\n".join(lines))


def every(who: str, start: str, gap: int, times: int) -> list[tuple[str, str]]:
    first = date.fromisoformat(start)
    return [(who, (first + timedelta(days=gap * n)).isoformat()) for n in range(times)]


def answer(measure: insight.Measure[insight.Params], table: object, **options: object) -> Result:
    result = measure(table, **options)
    assert isinstance(result, Result)
    return result


FEW = orders(
    ("anna", "2025-01-05"),
    ("ben", "2025-01-10"),
    ("anna", "2025-01-20"),
    ("anna", "2025-02-25"),
    ("carl", "2025-02-26"),
    ("carl", "2025-02-26"),
)


def test_revenue_tells_new_from_returning() -> None:
    january, february = answer(insight.revenue, FEW, as_of="2025-02-28").main.records()
    assert january["period"] == date(2025, 1, 1)
    assert (january["orders"], january["customers"], january["new_customers"]) == (3, 2, 2)
    assert (january["new_revenue"], january["returning_revenue"]) == (30.0, 0.0)
    assert (february["orders"], february["customers"], february["new_customers"]) == (3, 2, 1)
    assert (february["new_revenue"], february["returning_revenue"]) == (20.0, 10.0)
    assert february["complete"]


def test_revenue_by_week_begins_on_monday_and_leaves_no_hole() -> None:
    rows = answer(insight.revenue, FEW, period="week").main.records()
    assert [row["period"].weekday() for row in rows] == [0] * 9
    assert rows[0]["period"] == date(2024, 12, 30)
    assert [row["orders"] for row in rows] == [1, 1, 0, 1, 0, 0, 0, 0, 3]
    assert len(answer(insight.revenue, FEW, period="day").main.rows) == 53


def test_gaps_are_between_order_days() -> None:
    result = answer(insight.gaps, FEW)
    assert result.headline == {
        "gaps": 2, "q1": 20.25, "median": 25.5, "q3": 30.75, "mean": 25.5, "days_to_second": 15.0,
    }  # fmt: skip
    filled = [(row["days_from"], row["gaps"]) for row in result.main.records() if row["gaps"]]
    assert filled == [(15, 1), (31, 1)]
    assert [row["median"] for row in result["by_number"].records()] == [15.0, 36.0]


def test_gaps_need_somebody_who_came_on_two_days() -> None:
    table = orders(("anna", "2025-01-05"), ("anna", "2025-01-05"))
    missing = insight.gaps(table)
    assert not missing
    assert missing.to_dict()["not_enough_data"]["text"] == "Nobody has ordered on two days yet."


def test_repeat_rate_and_newcomers() -> None:
    result = answer(insight.repeat, FEW, as_of="2025-03-01")
    assert result.headline["rate"] == pytest.approx(2 / 3)
    january, february = result.main.records()
    assert (january["customers"], january["repeated"]) == (2, 1)
    assert (january["observed_30"], january["within_30"], january["share_30"]) == (2, 1, 0.5)
    assert (february["customers"], february["observed_30"], february["share_30"]) == (1, 0, None)


def test_repeat_rate_of_a_window_sees_only_the_window() -> None:
    headline = answer(insight.repeat, FEW, as_of="2025-03-01", window=10).headline
    assert (headline["customers"], headline["repeated"]) == (2, 1)


def test_came_back_looks_at_the_thirty_days_that_are_over() -> None:
    # Up to 1 March: who bought from 1 to 30 January, again within 30 days of it?
    headline = answer(insight.repeat, FEW, as_of="2025-03-01").headline
    assert (headline["recent_buyers"], headline["came_back"]) == (2, 1)
    assert headline["came_back_share"] == 0.5
    assert headline["came_back_share_before"] is None


def test_buyers_by_month_and_place() -> None:
    table = sales_table(
        """
        anna  1  2025-01-05  10  cafe
        anna  2  2025-01-06  10  shop
        ben   3  2025-01-07  10  shop
        """,
        ("customer_id", "order_id", "at", "amount", "place"),
    )
    rows = answer(insight.repeat, table, as_of="2025-03-02")["buyers"].records()
    found = [(row["place"], row["buyers"], row["came_back"], row["complete"]) for row in rows]
    assert found == [(None, 2, 1, True), ("cafe", 1, 1, True), ("shop", 2, 0, True)]


def test_regulars_have_three_orders_in_sixty_days() -> None:
    table = orders(
        *every("anna", "2025-01-02", 29, 3),  # 2 and 31 January, 1 March: the last 60 days
        *every("ben", "2025-01-01", 29, 3),  # the first of them is a day too early
    )
    result = answer(insight.regulars, table, as_of="2025-03-02")
    assert result.headline == {
        "customers": 2, "regulars": 1, "share_of_customers": 0.5,
        "revenue": 50.0, "regulars_revenue": 30.0, "share_of_revenue": 0.6,
    }  # fmt: skip
    assert [row["day"].isoformat() for row in result.main.records()] == [
        "2025-01-31",
        "2025-02-28",
        "2025-03-02",
    ]
    assert answer(insight.regulars, table, as_of="2025-03-02", orders=2).headline["regulars"] == 2


def test_next_order_counts_who_went_on() -> None:
    table = orders(
        *every("anna", "2025-01-01", 30, 3),
        *every("ben", "2025-01-01", 100, 2),
        ("c", "2025-04-01"),
    )
    result = answer(insight.next_order, table, as_of="2025-04-30")
    first, second, third = result.main.records()
    assert (first["reached"], first["went_on"]) == (3, 2)
    assert (first["observed"], first["within"]) == (2, 1)  # c was not watched for 90 days
    assert (second["reached"], second["went_on"], second["observed"]) == (2, 1, 0)
    assert (third["reached"], third["went_on"], third["share_within"]) == (1, 0, None)
    assert first["low"] < first["share"] < first["high"]
    assert len(answer(insight.next_order, table, up_to=1).main.rows) == 1


def test_every_cell_has_exactly_one_segment() -> None:
    cells = [segment(r, f, m) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)]
    assert len(cells) == 125
    assert set(cells) == set(SEGMENTS)
    assert {name for row in SEGMENT_MAP.values() for name in row} == set(SEGMENTS)
    assert (segment(5, 5, 5), segment(5, 1, 1), segment(1, 1, 1)) == ("champion", "new", "lost")
    assert segment(1, 5, 4) == "cannot_lose"


def test_rfm_and_segments_agree() -> None:
    table = orders(
        *[pair for n in range(10) for pair in every(f"c{n}", "2025-01-01", n + 1, n + 1)]
    )
    people = answer(insight.rfm, table).main.records()
    for row in people:
        assert row["segment"] == segment(row["r"], row["f"], row["m"])
    result = answer(insight.segments, table)
    by_name = {row["segment"]: row["customers"] for row in result.main.records()}
    assert list(by_name) == list(SEGMENTS)
    for name, customers in by_name.items():
        assert customers == sum(row["segment"] == name for row in people)
    assert sum(row["customers"] for row in result["grid"].records()) == 10
    assert sum(row["customers"] for row in result["cells"].records()) == 10


def test_visits_stand_in_bands() -> None:
    table = orders(
        *every("anna", "2025-01-01", 3, 15), ("ben", "2025-02-11"), ("old", "2023-01-01")
    )
    result = answer(insight.segments, table, as_of="2025-02-19")
    filled = [row for row in result["visits"].records() if row["customers"]]
    assert [(row["visits_from"], row["days_from"], row["group"]) for row in filled] == [
        (15, 0, "best"),
        (1, 8, "new"),
    ]
    assert filled[0] == {
        "visits_from": 15, "visits_to": None, "days_from": 0, "days_to": 7, "group": "best",
        "customers": 1, "revenue": 150.0,
    }  # fmt: skip
    assert result.headline == {"customers": 3, "absent_12_months": 1}


def test_cohorts_fill_empty_months_and_mark_the_running_one() -> None:
    rows = answer(insight.cohorts, FEW, as_of="2025-03-15").main.records()
    cells = [
        (row["cohort"].month, row["months_later"], row["customers"], row["complete"])
        for row in rows
    ]
    assert cells == [
        (1, 0, 2, True), (1, 1, 1, True), (1, 2, 0, False), (2, 0, 1, True), (2, 1, 0, False),
    ]  # fmt: skip
    assert [row["revenue"] for row in rows] == [30.0, 10.0, 0.0, 20.0, 0.0]


def test_drifting_is_silence_against_the_own_rhythm() -> None:
    table = orders(
        *every("weekly", "2025-01-01", 7, 6),  # last on 5 February
        *every("monthly", "2024-09-08", 30, 6),  # last on 5 February too
        *every("seldom", "2025-01-01", 1, 4),  # fewer than five orders
    )
    assert answer(insight.drifting, table, as_of="2025-02-19").headline["customers"] == 0
    result = answer(insight.drifting, table, as_of="2025-02-20")
    (row,) = result.main.records()
    assert (row["customer_id"], row["days_since_last"], row["usual_gap_days"]) == ("weekly", 15, 7)
    assert (row["orders_12m"], row["revenue_12m"], row["stake_a_month"]) == (6, 60.0, 5.0)
    assert result.headline == {"customers": 1, "stake_a_month": 5.0, "looked_at": 2}
    looser = answer(insight.drifting, table, as_of="2025-02-20", orders=4, factor=3)
    assert [row["customer_id"] for row in looser.main.records()] == ["seldom"]


def test_the_usual_gap_forgets_what_is_older_than_a_year() -> None:
    table = orders(*every("anna", "2020-01-01", 60, 6), *every("anna", "2025-01-01", 5, 6))
    (row,) = answer(insight.standing, table).main.records()
    assert row["usual_gap_days"] == 5
    assert (row["orders"], row["orders_12m"]) == (12, 6)
    assert (row["revenue"], row["revenue_12m"], row["stake_a_month"]) == (120.0, 60.0, 5.0)


def test_standing_says_how_each_customer_stands() -> None:
    table = orders(*every("anna", "2025-01-01", 10, 6), ("ben", "2025-01-02"))
    anna, ben = answer(insight.standing, table, as_of="2025-02-25").main.records()
    assert (anna["days_since_last"], anna["usual_gap_days"]) == (5, 10)
    assert (anna["regular"], anna["drifting"]) == (True, False)
    assert anna["first_at"].date() == date(2025, 1, 1)
    assert (ben["usual_gap_days"], ben["regular"], ben["drifting"]) == (None, False, False)
    later = answer(insight.standing, table, as_of="2025-03-13")
    assert later.headline["drifting"] == 1
    assert later.main.records()[0]["segment"] in SEGMENTS


PRODUCTS = sales_table(
    """
    anna  1  2025-01-01  5  beans  False
    anna  1  2025-01-01  2  post   True
    anna  2  2025-01-10  5  beans  False
    anna  3  2025-01-20  5  milk   False
    ben   4  2025-01-05  5  milk   False
    carl  5  2025-01-06  5  beans  False
    """,
    ("customer_id", "order_id", "at", "amount", "product", "fee"),
)


def test_products_that_regulars_buy() -> None:
    result = answer(insight.products, PRODUCTS, least=2)
    assert (result.headline["customers"], result.headline["regulars"]) == (3, 1)
    beans, milk = result.main.records()  # postage is none
    assert (beans["product"], beans["orders"], beans["customers"]) == ("beans", 3, 2)
    assert (beans["regulars"], beans["regular_share"], beans["lift"]) == (1, 0.5, 1.5)
    assert (beans["first_buyers"], beans["came_back"], beans["came_back_share"]) == (2, 1, 0.5)
    assert (milk["product"], milk["first_buyers"], milk["came_back"]) == ("milk", 1, 0)


def test_products_need_enough_buyers_and_a_column() -> None:
    assert str(insight.products(PRODUCTS).reason) == "No product has 20 buyers yet."
    reason = insight.products(PRODUCTS.drop(columns="product")).reason
    assert str(reason) == "The table has no column “product”."


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilson(successes: int, trials: int, low: float, high: float) -> None:
    # The last row is the example of R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872.
    found = wilson(successes, trials)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_wilson_and_quantiles_of_nothing() -> None:
    assert wilson(0, 0) is None
    assert quantile({}, 0.5) is None
    assert quantile({3: 1, 10: 1}, 0.25) == 4.75
