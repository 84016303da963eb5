"""What counts: refunds, guests, currencies, past days, odd prices."""

from __future__ import annotations

import pandas as pd
import pytest
from tables import sales_table

from regulars import insight
from regulars.insight import InsightError, NotEnoughData

MIXED = """
    anna  a1  2025-01-05  sale    40
    anna  a1  2025-01-05  sale    10
    anna  a2  2025-02-10  sale    30
    anna  a2  2025-02-12  refund  30
    ben   b1  2025-01-20  sale    100
    ben   b1  2025-01-25  refund  25
    ben   -   2025-02-20  refund  5
    carl  c1  2025-02-01  sale    20
    carl  c1  2025-02-03  refund  22
    -     g1  2025-02-15  sale    7
    -     g1  2025-02-16  refund  2
"""


def rfm(table: pd.DataFrame, **options: object) -> dict[str, tuple[int, int, float]]:
    result = insight.rfm(table, **options)
    return {
        row["customer_id"]: (row["recency"], row["frequency"], row["monetary"])
        for row in (result.main.records() if result else [])
    }


def test_net_lessens_by_partial_refunds_and_drops_full_ones() -> None:
    assert rfm(sales_table(MIXED), as_of="2025-03-01") == {
        "anna": (55, 1, 50.0),  # a2 came back whole: no order
        "ben": (40, 1, 70.0),  # 25 off the order, 5 off the customer
    }  # carl has no order left


def test_gross_counts_as_rung_up() -> None:
    assert rfm(sales_table(MIXED), as_of="2025-03-01", counts="gross") == {
        "anna": (19, 2, 80.0),
        "ben": (40, 1, 100.0),
        "carl": (28, 1, 20.0),
    }


def test_money_of_all_customers_is_sales_less_refunds() -> None:
    result = insight.revenue(sales_table(MIXED), as_of="2025-03-01")
    assert result.headline["revenue"] == 50 + 0 + 75 - 5 - 2
    assert (result.headline["guest_orders"], result.headline["guest_revenue"]) == (1, 5.0)
    january, february, march = result.main.records()
    assert (january["revenue"], january["new_customers"]) == (125.0, 2)
    assert (february["revenue"], february["orders"], february["guest_revenue"]) == (-7.0, 0, 5.0)
    assert (march["revenue"], march["complete"]) == (0.0, False)


def test_a_past_day_knows_nothing_of_later_refunds() -> None:
    table = sales_table(MIXED)
    assert rfm(table, as_of="2025-02-11") == {
        "anna": (1, 2, 80.0),
        "ben": (22, 1, 75.0),
    }
    assert rfm(table, as_of="2025-02-12")["anna"] == (38, 1, 50.0)
    assert rfm(table, as_of="2025-01-05") == {"anna": (0, 1, 50.0)}


def test_the_day_itself_counts_to_its_last_moment() -> None:
    table = sales_table("anna a1 2025-01-05T23:59:59.999999 sale 10\nben b1 2025-01-06 sale 5")
    assert rfm(table, as_of="2025-01-05") == {"anna": (0, 1, 10.0)}


def test_a_refund_of_an_unknown_order_lessens_the_customer_only() -> None:
    table = sales_table("anna a1 2025-01-05 sale 10\nanna zz 2025-01-06 refund 4")
    assert rfm(table) == {"anna": (1, 1, 6.0)}


def test_zero_priced_orders_count_net_but_not_gross() -> None:
    table = sales_table("anna a1 2025-01-05 sale 10\nben b1 2025-01-05 sale 0")
    assert set(rfm(table)) == {"anna", "ben"}
    assert set(rfm(table, counts="gross")) == {"anna"}


def test_gross_looks_at_price_and_quantity() -> None:
    columns = ("customer_id", "order_id", "at", "quantity", "unit_price")
    table = sales_table(
        """
        anna  a1  2025-01-05  2   1.5
        anna  a1  2025-01-05  -1  9
        anna  a2  2025-01-06  3   0
        """,
        columns,
    )
    assert rfm(table, counts="gross") == {"anna": (1, 1, 3.0)}
    assert rfm(table) == {"anna": (0, 2, -6.0)}


def test_ties_are_broken_by_the_customers_ids() -> None:
    names = [f"c{n:02}" for n in range(10)]
    table = sales_table("\n".join(f"{name} o-{name} 2025-01-05 sale 10" for name in names))
    for frame in (table, table.iloc[::-1]):
        scores = {row["customer_id"]: row for row in insight.rfm(frame).main.records()}
        assert [scores[name]["m"] for name in names] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
        assert [scores[name]["r"] for name in names] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


CURRENCIES = sales_table(
    """
    anna  a1  2025-01-05  sale  40  EUR
    anna  a2  2025-01-06  sale  10  EUR
    ben   b1  2025-01-07  sale  99  PLN
    """,
    ("customer_id", "order_id", "at", "kind", "amount", "currency"),
)


def test_currencies_are_never_added_up() -> None:
    result = insight.revenue(CURRENCIES)
    assert (result.currency, result.headline["revenue"]) == ("EUR", 50.0)
    (note,) = result.notes
    assert str(note) == "Only EUR is counted; 1 orders in PLN are left out."


def test_a_currency_can_be_chosen() -> None:
    assert insight.revenue(CURRENCIES, currency="PLN").headline["revenue"] == 99.0
    with pytest.raises(InsightError, match=r"^No order is in USD; there are EUR, PLN\.$"):
        insight.revenue(CURRENCIES, currency="USD")


@pytest.mark.parametrize("measure", insight.MEASURES, ids=lambda measure: measure.kind)
def test_without_data_there_is_a_reason_and_no_zeros(
    measure: insight.Measure[insight.Params],
) -> None:
    empty = sales_table(MIXED).iloc[:0]
    assert measure(empty) == NotEnoughData(
        measure=measure.kind, as_of=None, reason=insight.Note(text="The table has no rows.")
    )
    early = measure(sales_table(MIXED), as_of="2024-12-31")
    assert isinstance(early, NotEnoughData)
    assert not early
    assert early.to_dict()["not_enough_data"]["text"].startswith("No order of a known customer")


def test_only_guests_are_not_enough() -> None:
    assert not insight.rfm(sales_table("- g1 2025-01-05 sale 10"))
