"""Products that regulars buy, and first products whose buyers came back."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from regulars.insight.counting import Counted
from regulars.insight.lazy import ibis
from regulars.insight.measures.base import Measure, Params
from regulars.insight.result import Kind, Outcome
from regulars.insight.rhythm import regulars


class ProductsParams(Params, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is a regular, and how few buyers are too few to say."""

    orders: Annotated[int, Meta(ge=1, le=1000, description="orders that make a regular")] = 3
    days: Annotated[int, Meta(ge=1, le=3650, description="in so many last days")] = 60
    least: Annotated[
        int, Meta(ge=1, le=1_000_000, description="buyers that a product must have")
    ] = 20


class Products(Measure[ProductsParams]):
    """By product: who buys it, and whether those who began with it came back."""

    kind = "products"
    definition = "Products that regulars buy, and how many came back after beginning with one."
    who = "Known customers; regulars have three orders or more in the last 60 days."
    when = "All orders up to the chosen day; coming back is any later order."
    what = "Orders that count with that product; no postage or fees; 20 buyers at least."
    params_type = ProductsParams
    columns: dict[str, Kind] = {
        "product": "text", "orders": "count", "customers": "count", "regulars": "count",
        "regular_share": "share", "lift": "number", "first_buyers": "count",
        "came_back": "count", "came_back_share": "share",
    }  # fmt: skip

    def work(self, counted: Counted, params: ProductsParams) -> Outcome:
        """Main table `products`, the highest lift first; lift 1 is no difference."""
        if not counted.sales.has("product"):
            return self.too_early(counted, "The table has no column “product”.")
        regular = regulars(counted, params.orders, params.days).mutate(regular=True)
        everybody = counted.customers.left_join(regular, "customer_id").drop("customer_id_right")
        everybody = everybody.mutate(regular=everybody.regular.fill_null(False))
        everybody = counted.keep(f"regular {params.orders} {params.days}", everybody)
        (headline,) = counted.sales.records(
            everybody.aggregate(customers=everybody.count(), regulars=everybody.regular.sum())
        )
        found = self._by_product(counted, everybody)
        found = found.filter(found.customers >= params.least)
        usual = headline["regulars"] / headline["customers"]
        lift = found.regular_share / usual if usual else ibis.null("float64")
        ranked = found.mutate(lift=lift).order_by(lift.desc(), found.product)
        table = counted.sales.table("products", ranked, self.columns)
        if not table.data.num_rows:
            text = "No product has {least} buyers yet."
            return self.too_early(counted, text, least=params.least)
        return self.result(counted, {**headline, "regular_share": usual}, (table,))

    def _by_product(self, counted: Counted, everybody: Any) -> Any:
        baskets = counted.keep("baskets", _baskets(counted))
        bought = baskets.inner_join(everybody, "customer_id")
        each = bought.group_by("product", "customer_id").aggregate(
            orders=bought.count(),
            regular=bought.regular.any(),
            began=bought.first_order.any(),
            back=(bought.orders > 1).any(),
        )
        counts = each.group_by("product").aggregate(
            orders=each.orders.sum().cast("int64"),
            customers=each.count(),
            regulars=each.regular.sum(),
            first_buyers=each.began.sum(),
            came_back=(each.began & each.back).sum(),
        )
        return counts.mutate(
            regular_share=counts.regulars / counts.customers,
            came_back_share=counts.came_back / counts.first_buyers.nullif(0),
        )


def _baskets(counted: Counted) -> Any:
    """Each product of each counted order, once: customer_id, product, first_order."""
    window = ibis.window(group_by="customer_id", order_by=["at", "order_id"])
    orders = counted.orders.mutate(first_order=ibis.row_number().over(window) == 0)
    orders = orders.select("customer_id", "order_id", "first_order")
    sold = counted.sold
    lines = sold.filter(sold.product.notnull(), ~sold.fee, sold.customer_id.notnull())
    lines = lines.select("order_id", "product").distinct()
    return lines.inner_join(orders, "order_id").select("customer_id", "product", "first_order")
