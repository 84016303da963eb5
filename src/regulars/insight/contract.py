"""The sales table: what every measure reads, and how one is opened.

One row per line of an order or a refund:

| column | meaning |
| --- | --- |
| customer_id | who bought; empty for a guest |
| order_id | the order that the line belongs to, or that the refund is tied to; may be empty for a refund |
| fact_id | the fact that holds the line |
| at | civil time in the business's zone, without a zone |
| kind | `sale` or `refund` |
| product, category, place | codes, may be empty |
| quantity, unit_price | decimals of at most six places |
| amount | quantity × unit price, exact; positive on refunds too, where it is subtracted |
| currency | ISO 4217 code |
| fee | true for postage and services: no product |

Only `customer_id`, `at` and (`amount`, or `quantity` with `unit_price`) must be there.
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from regulars.insight.errors import InsightError
from regulars.insight.lazy import ibis
from regulars.insight.sources import Reading

DECIMAL = "decimal(18, 6)"
TYPES = {
    "customer_id": "string",
    "order_id": "string",
    "fact_id": "string",
    "at": "timestamp(6)",
    "kind": "string",
    "product": "string",
    "category": "string",
    "place": "string",
    "quantity": DECIMAL,
    "unit_price": DECIMAL,
    "amount": DECIMAL,
    "currency": "string",
    "fee": "boolean",
}
"""The contract: each column and its type."""

REQUIRED = ("at", "amount")
KINDS = ("sale", "refund")
PLAIN = {"timestamp(6)": "date or time", DECIMAL: "number", "boolean": "yes or no"}

KEPT_INTEGERS = ("customer_id", "order_id")
"""Whole-number keys are grouped as numbers, which is faster, and become text in results."""


class Cells(Struct, frozen=True, kw_only=True):
    """The source's columns under the names and in the types of the contract.

    `nameless`: there are sale rows without an order, each of which is an order of its own.
    """

    table: Any
    given: frozenset[str]
    nameless: bool


def opened_cells(reading: Reading, renamed: Mapping[str, str]) -> Cells:
    """The typed columns of a source. Raises InsightError where a cell cannot be read."""
    raw = _renamed(reading.table, renamed)
    typed = {name: _typed(raw[name], name) for name in raw.columns}
    counted = _look(reading, raw, typed)
    _refuse(raw, typed, counted)
    nameless = bool(counted.get("nameless"))
    return Cells(table=raw.select(**typed), given=frozenset(typed), nameless=nameless)


def complete(table: Any, given: frozenset[str], nameless: bool) -> Any:
    """The table with every column of the contract, defaults where the source has none."""
    table = table.mutate(**_defaults(table, given))
    if "order_id" not in given:
        table = table.mutate(order_id=_row_key(table))
    elif nameless:
        table = table.mutate(row=ibis.row_number().over(), order_id=table.order_id.cast("string"))
        own = ibis.ifelse(table.kind == "sale", "row " + table.row.cast("string"), ibis.null())
        table = table.mutate(order_id=table.order_id.fill_null(own))
    if "fact_id" not in given:
        table = table.mutate(fact_id=table.order_id)
    return table.select(*TYPES)


def _row_key(table: Any) -> Any:
    number = ibis.row_number().over().cast("int64")
    return ibis.ifelse(table.kind == "sale", number, ibis.null("int64"))


def _defaults(table: Any, given: frozenset[str]) -> dict[str, Any]:
    cells: dict[str, Any] = {
        name: ibis.null("string") for name in ("product", "category", "place") if name not in given
    }
    amount = table.amount if "amount" in given else table.quantity * table.unit_price
    cells["amount"] = amount.cast(DECIMAL)
    one = ibis.literal(1).cast(DECIMAL)
    cells["quantity"] = table.quantity.fill_null(one) if "quantity" in given else one
    price = table.unit_price if "unit_price" in given else None
    cells["unit_price"] = cells["amount"] if price is None else price.fill_null(cells["amount"])
    for name, value in (("kind", "sale"), ("currency", ""), ("fee", False)):
        cells[name] = table[name].fill_null(value) if name in given else ibis.literal(value)
    return cells


def _renamed(table: Any, renamed: Mapping[str, str]) -> Any:
    for name, column in renamed.items():
        if name not in TYPES:
            raise InsightError(
                f"'{name}' is no column of a sales table; name one of {', '.join(TYPES)}."
            )
        if column not in table.columns:
            raise InsightError(
                f"There is no column '{column}' to read {name} from; there are {_names(table)}."
            )
    taken = set(renamed.values())
    named = {
        name: renamed.get(name, name) for name in TYPES if name in renamed or name not in taken
    }
    named = {name: column for name, column in named.items() if column in table.columns}
    _refuse_missing(table, frozenset(named))
    return table.select(**{name: table[column] for name, column in named.items()})


def _refuse_missing(table: Any, given: frozenset[str]) -> None:
    wanted = [name for name in ("customer_id", "at") if name not in given]
    if "amount" not in given and not {"quantity", "unit_price"} <= given:
        wanted.append("amount")
    if wanted:
        raise InsightError(
            f"The table has no column '{wanted[0]}': say which one holds it, as in "
            f"columns={{'{wanted[0]}': '…'}}; there are {_names(table)}."
        )


def _names(table: Any) -> str:
    return ", ".join(table.columns) or "none"


def _typed(column: Any, name: str) -> Any:
    found = column.type()
    if name in KEPT_INTEGERS and found.is_integer():
        return column
    if found.is_timestamp() and found.timezone is not None:
        raise InsightError(
            f"The column '{name}' holds instants with a zone; turn them into the civil time of "
            "the business, without a zone."
        )
    if TYPES[name] == "string":
        return _text(column)
    if _may_fail(found):
        return column.try_cast(TYPES[name])
    return column if str(found) == TYPES[name] else column.cast(TYPES[name])


def _text(column: Any) -> Any:
    return column.cast("string").nullif("")


def _may_fail(found: Any) -> bool:
    return bool(found.is_string() or found.is_floating())


def _look(reading: Reading, raw: Any, typed: Mapping[str, Any]) -> dict[str, int]:
    """One pass that counts what would have to be refused."""
    counts = {"rows": raw.count()}
    for name, cell in typed.items():
        if TYPES[name] != "string" and _may_fail(raw[name].type()):
            filled = raw[name].notnull() if raw[name].type().is_floating() else raw[name] != ""
            counts[f"bad {name}"] = (filled & cell.isnull()).sum()
    for name in REQUIRED:
        if name in typed:
            counts[f"no {name}"] = typed[name].isnull().sum()
    nameless = typed["order_id"].isnull() if "order_id" in typed else None
    if "kind" in typed:
        kind = typed["kind"].fill_null("sale")
        counts["bad kind"] = (~kind.isin(KINDS)).sum()
        nameless = None if nameless is None else nameless & (kind == "sale")
    if nameless is not None:
        counts["nameless"] = nameless.sum()
    (row,) = reading.connection.to_pyarrow(raw.aggregate(**counts)).to_pylist()
    return {name: int(count or 0) for name, count in row.items()}


def _refuse(raw: Any, typed: Mapping[str, Any], counted: Mapping[str, int]) -> None:
    for name in typed:
        bad, empty = counted.get(f"bad {name}"), counted.get(f"no {name}")
        if bad and name == "kind":
            raise InsightError(f"{bad} rows have a kind that is neither 'sale' nor 'refund'.")
        if bad:
            raise InsightError(
                f"The column '{name}' has {bad} cells that are no {PLAIN[TYPES[name]]}; "
                f"correct them or leave those rows out."
            )
        if empty:
            raise InsightError(
                f"The column '{name}' is empty in {empty} of {counted['rows']} rows; "
                "fill it or leave those rows out."
            )
