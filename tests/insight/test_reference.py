"""Online Retail (UCI; Chen, Sain and Guo 2012), 60 % of its customers: reference values.

They were computed independently on the same file, see reference-results section 5, column *data*:
clean rows are those with a customer, a positive price and a positive quantity.
"""

from __future__ import annotations

import pandas as pd
import pytest

from regulars import insight
from regulars.insight import Result, Sales

GROSS = {"counts": "gross", "as_of": "2011-12-10"}


@pytest.fixture(scope="module")
def rfm(retail: Sales) -> pd.DataFrame:
    return insight.rfm(retail, **GROSS).to_pandas().set_index("customer_id")


def test_rfm_has_the_customers_and_means_of_the_reference(rfm: pd.DataFrame) -> None:
    assert len(rfm) == 2578
    assert rfm.recency.mean() == pytest.approx(92.92358, abs=5e-6)
    assert rfm.frequency.mean() == pytest.approx(4.359581, abs=5e-7)
    assert rfm.monetary.mean() == pytest.approx(2301.16440, abs=5e-6)
    assert rfm.monetary.sum() == pytest.approx(5_932_401.824, abs=1e-6)
    assert rfm.frequency.sum() == 11_239


def test_rfm_has_the_medians_and_the_top_tenth_of_the_reference(retail: Sales) -> None:
    headline = insight.rfm(retail, **GROSS).headline
    assert headline["recency_median"] == 52
    assert headline["frequency_median"] == 2
    assert headline["monetary_median"] == pytest.approx(678.37)
    assert headline["top_tenth_share"] == pytest.approx(0.6491, abs=5e-5)


@pytest.mark.parametrize(
    ("customer", "recency", "frequency", "monetary"),
    [
        ("12346", 326, 1, 77_183.60),
        ("12347", 3, 7, 4_310.00),
        ("12748", 1, 209, 33_719.73),
        ("14646", 2, 73, 280_206.02),
    ],
)
def test_rfm_of_single_customers(
    rfm: pd.DataFrame, customer: str, recency: int, frequency: int, monetary: float
) -> None:
    row = rfm.loc[customer]
    assert (row.recency, row.frequency, row.monetary) == (recency, frequency, monetary)


def test_rfm_equals_a_plain_pandas_computation(
    rfm: pd.DataFrame, retail_table: pd.DataFrame
) -> None:
    clean = retail_table[
        retail_table.customer_id.notna()
        & (retail_table.kind == "sale")
        & (retail_table.unit_price > 0)
        & (retail_table.quantity > 0)
    ]
    clean = clean.assign(amount=clean.quantity * clean.unit_price)
    plain = clean.groupby("customer_id").agg(
        last=("at", "max"), frequency=("order_id", "nunique"), monetary=("amount", "sum")
    )
    plain["recency"] = (pd.Timestamp("2011-12-10") - plain["last"].dt.normalize()).dt.days
    ours = rfm.loc[plain.index]
    assert (ours.recency == plain.recency).all()
    assert (ours.frequency == plain.frequency).all()
    assert (ours.monetary - plain.monetary).abs().max() < 1e-6
    for score, column, ascending in (
        ("r", "recency", False), ("f", "frequency", True), ("m", "monetary", True),
    ):  # fmt: skip
        exact = plain.round({"monetary": 6}).reset_index()
        ranked = exact.sort_values([column, "customer_id"], ascending=[ascending, True])
        size, rest = divmod(len(ranked), 5)
        fifths = [k + 1 for k in range(5) for _ in range(size + (k < rest))]
        assert ours.loc[ranked.customer_id, score].tolist() == fifths


def test_cohorts_are_those_of_the_reference(retail: Sales) -> None:
    counts: dict[str, list[int]] = {}
    for row in insight.cohorts(retail, **GROSS).main.records():
        counts.setdefault(row["cohort"].isoformat()[:7], []).append(row["customers"])
    assert counts["2010-12"] == [
        521, 180, 175, 202, 186, 214, 192, 176, 181, 203, 189, 252, 140,
    ]  # fmt: skip
    assert counts["2011-01"] == [253, 54, 62, 62, 87, 73, 65, 67, 81, 84, 98, 31]


def test_repeat_buyers_are_those_of_the_reference(retail: Sales) -> None:
    headline = insight.repeat(retail, **GROSS).headline
    assert (headline["customers"], headline["repeated"]) == (2578, 1706)


def test_revenue_adds_up_to_the_reference(retail: Sales) -> None:
    result = insight.revenue(retail, **GROSS)
    assert result.headline["revenue"] == pytest.approx(5_932_401.824, abs=1e-9)
    assert result.headline["orders"] == 11_239
    table = result.to_pandas()
    assert table.revenue.sum() == pytest.approx(5_932_401.824)
    assert table.new_customers.sum() == 2578
    assert (table.new_revenue + table.returning_revenue - table.revenue).abs().max() < 1e-6


def test_net_revenue_is_sales_less_returns(retail: Sales, retail_table: pd.DataFrame) -> None:
    known = retail_table[retail_table.customer_id.notna()]
    amount = known.quantity * known.unit_price
    back = amount[known.kind == "refund"]
    assert len(back) == 5525
    assert back.sum() == pytest.approx(503_801.11)
    net = insight.revenue(retail, as_of="2011-12-10").headline["revenue"]
    assert net == pytest.approx(amount[known.kind == "sale"].sum() - back.sum())


def test_a_return_tied_to_no_order_cancels_none(retail: Sales) -> None:
    net = insight.rfm(retail, as_of="2011-12-10").to_pandas().set_index("customer_id")
    assert net.loc["12346", "frequency"] == 1
    assert net.loc["12346", "monetary"] == 0


@pytest.mark.parametrize("measure", insight.MEASURES, ids=lambda measure: measure.kind)
@pytest.mark.parametrize("counts", ["gross", "net"])
def test_every_measure_answers_and_can_be_written_as_json(
    retail: Sales, measure: insight.Measure[insight.Params], counts: str
) -> None:
    import msgspec

    result = measure(retail, counts=counts, as_of="2011-12-09")
    assert isinstance(result, Result)
    assert msgspec.json.decode(msgspec.json.encode(result.to_dict()))["measure"] == measure.kind
    for table in result.tables:
        assert table.data.column_names == [column.name for column in table.columns]
        assert len(table.rows) == table.data.num_rows
