"""RFM: how recently, how often and for how much each customer bought."""

from __future__ import annotations

from regulars.insight.counting import Counted
from regulars.insight.lazy import ibis
from regulars.insight.measures.base import Measure, Params
from regulars.insight.result import Kind, Note, Outcome
from regulars.insight.scores import scored

FEW = Note(text="Fewer than five customers: their scores say little.")


class Rfm(Measure[Params]):
    """Recency, frequency, money, quintile scores and segment of each customer."""

    kind = "rfm"
    definition = "How recently, how often and for how much each customer bought, with scores."
    who = "Every known customer with an order that counts."
    when = "From the first order to the chosen day; recency is whole days since the last order."
    what = (
        "Frequency is the number of orders, monetary their sum; each score is a fifth of the "
        "customers, 5 the best, ties in the order of their ids."
    )
    params_type = Params
    columns: dict[str, Kind] = {
        "customer_id": "text", "recency": "days", "frequency": "count", "monetary": "money",
        "r": "count", "f": "count", "m": "count", "segment": "text",
    }  # fmt: skip

    def work(self, counted: Counted, params: Params) -> Outcome:
        """One row a customer, those who bring most money first."""
        scores = scored(counted)
        ranked = scores.order_by(scores.monetary.cast("float64").desc(), scores.customer_id)
        table = counted.sales.table("customers", ranked, self.columns)
        (summary,) = counted.sales.records(
            scores.aggregate(
                customers=scores.count(),
                recency_mean=scores.recency.mean(),
                frequency_mean=scores.frequency.mean(),
                monetary_mean=scores.monetary.sum().cast("float64") / scores.count(),
                recency_median=scores.recency.median().cast("float64"),
                frequency_median=scores.frequency.median().cast("float64"),
                monetary_median=scores.monetary.cast("float64").median(),
            )
        )
        few = (FEW,) if summary["customers"] < 5 else ()
        summary["top_tenth_share"] = self._top_share(counted, summary["customers"])
        return self.result(counted, summary, (table,), few)

    def _top_share(self, counted: Counted, customers: int) -> float | None:
        """The share of money that the first tenth of customers (rounded down) brings."""
        scores = scored(counted)
        top = scores.order_by(scores.monetary.desc(), scores.customer_id).limit(customers // 10)
        (row,) = counted.sales.records(
            ibis.union(
                top.aggregate(part=top.monetary.sum().cast("float64")).mutate(whole=False),
                scores.aggregate(part=scores.monetary.sum().cast("float64")).mutate(whole=True),
            ).aggregate(
                top=ibis._.part.sum(where=~ibis._.whole), all=ibis._.part.sum(where=ibis._.whole)
            )
        )
        return row["top"] / row["all"] if row["top"] is not None and row["all"] else None
