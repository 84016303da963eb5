"""What must hold for any table."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pandas as pd
import pytest

from regulars import insight
from regulars.insight import Sales, open_sales

SEEDS = range(3)


def random_sales(seed: int, *, refunds: bool) -> pd.DataFrame:
    """Up to 400 lines of 30 customers and guests over 200 days, partly in one order."""
    chance = random.Random(seed)
    rows = []
    for number in range(chance.randint(50, 200)):
        who = chance.choice([None, *(f"c{n}" for n in range(30))])
        day = date(2025, 1, 1) + timedelta(days=chance.randint(0, 200))
        lines = [chance.randint(1, 9999) / 100 for _ in range(chance.randint(1, 3))]
        rows += [(who, str(number), day, "sale", amount) for amount in lines]
        if refunds and chance.random() < 0.3:
            tied = str(number) if chance.random() < 0.7 else None
            back = sum(lines) if chance.random() < 0.5 else lines[0]
            rows.append((who, tied, day + timedelta(days=3), "refund", round(back, 2)))
    columns = ["customer_id", "order_id", "at", "kind", "amount"]
    return pd.DataFrame(rows, columns=columns).astype({"at": "datetime64[us]"})


@pytest.fixture(params=SEEDS)
def plain(request: pytest.FixtureRequest) -> pd.DataFrame:
    return random_sales(request.param, refunds=False)


@pytest.fixture(params=SEEDS)
def mixed(request: pytest.FixtureRequest) -> pd.DataFrame:
    return random_sales(request.param, refunds=True)


def opened(table: pd.DataFrame) -> Sales:
    return open_sales(table, threads=1)


def test_net_equals_gross_without_refunds(plain: pd.DataFrame) -> None:
    with opened(plain) as sales:
        for measure in insight.MEASURES:
            net, gross = measure(sales).to_dict(), measure(sales, counts="gross").to_dict()
            assert net | {"counts": ""} == gross | {"counts": ""}, measure.kind


def test_the_order_of_the_rows_does_not_matter(mixed: pd.DataFrame) -> None:
    shuffled = mixed.sample(frac=1, random_state=1)
    for measure in insight.MEASURES:
        assert measure(mixed).to_dict() == measure(shuffled).to_dict(), measure.kind


def test_what_comes_later_changes_no_past_day(mixed: pd.DataFrame) -> None:
    known = mixed[mixed["at"] < "2025-05-01"]
    for measure in insight.MEASURES:
        then = measure(known, as_of="2025-04-30").to_dict()
        assert measure(mixed, as_of="2025-04-30").to_dict() == then, measure.kind


def test_customers_are_as_many_in_each_measure(mixed: pd.DataFrame) -> None:
    with opened(mixed) as sales:
        people = len(insight.rfm(sales).main.rows)
        assert len(insight.standing(sales).main.rows) == people
        for measure in (insight.cohorts, insight.repeat, insight.segments, insight.revenue):
            assert measure(sales).headline["customers"] == people, measure.kind
        assert insight.next_order(sales).main.records()[0]["reached"] == people


def test_every_cohort_begins_whole(mixed: pd.DataFrame) -> None:
    for row in insight.cohorts(mixed).main.records():
        assert 0 <= row["customers"] <= row["size"]
        if row["months_later"] == 0:
            assert row["customers"] == row["size"]


def test_net_money_adds_up(mixed: pd.DataFrame) -> None:
    signed = mixed.amount.where(mixed.kind == "sale", -mixed.amount)
    headline = insight.revenue(mixed).headline
    known = mixed.customer_id.notna()
    assert headline["revenue"] == pytest.approx(signed[known].sum(), abs=1e-9)
    assert headline["guest_revenue"] == pytest.approx(signed[~known].sum(), abs=1e-9)


def test_net_orders_equal_a_plain_computation(mixed: pd.DataFrame) -> None:
    amounts = mixed.assign(amount=(mixed.amount * 100).round().astype(int))
    sold = amounts[(amounts.kind == "sale") & amounts.customer_id.notna()]
    plain = sold.groupby("order_id").agg(
        customer_id=("customer_id", "first"), amount=("amount", "sum"), day=("at", "min")
    )
    back = amounts[amounts.kind == "refund"].groupby("order_id").amount.sum()
    plain["back"] = back.reindex(plain.index).fillna(0)
    left = plain[~((plain.back > 0) & (plain.back >= plain.amount))]
    each = left.groupby("customer_id").agg(frequency=("amount", "size"), last=("day", "max"))
    found = insight.rfm(mixed, as_of="2025-12-31").to_pandas().set_index("customer_id")
    found = found.loc[each.index]
    assert len(found) == len(each)
    assert (found.frequency == each.frequency).all()
    assert (found.recency == (pd.Timestamp("2025-12-31") - each["last"]).dt.days).all()
