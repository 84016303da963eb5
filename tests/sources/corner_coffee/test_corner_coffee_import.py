"""The ordinary import understands the export without help."""

from __future__ import annotations

import pytest
from coffee_export import Export

from regulars.identity import normalise
from regulars.sources.files.fees import is_fee
from regulars.sources.files.headers import field_of

FIELDS = {
    "Order number": "number",
    "Ordered at": "at",
    "Place": "place",
    "Customer ID": "customer",
    "Name": "name",
    "E-mail": "email",
    "Phone": "phone",
    "Card": "card",
    "Birthday": "birth_date",
    "Country": "country",
    "Language": "language",
    "Product code": "product",
    "Product name": "product_name",
    "Category": "category",
    "Quantity": "quantity",
    "Unit price": "unit_price",
    "Refund of": "refund_of",
}


def test_every_header_is_recognised_as_what_it_is(coffee: Export) -> None:
    found = {header: field_of(header) for header in coffee.rows[0] if header != "Brought by"}
    assert found == FIELDS


def test_the_file_of_sign_ups_has_the_same_customer_columns(coffee: Export) -> None:
    columns = list(coffee.prospects[0])
    assert columns == [column for column in coffee.rows[0] if column in columns]
    assert len(columns) == 9


@pytest.mark.parametrize(
    ("column", "kind"),
    [("Customer ID", "external"), ("E-mail", "email"), ("Phone", "phone"), ("Card", "card")],
)
def test_every_identifier_is_accepted_and_stays_its_owners(
    coffee: Export, column: str, kind: str
) -> None:
    people = [*coffee.customers.values(), *coffee.prospects]
    values = [normalise(kind, row[column], region="DE") for row in people if row[column]]
    assert len(values) == len(set(values))


def test_delivery_is_a_fee_and_everything_else_a_product(coffee: Export) -> None:
    lines = {(row["Product code"], row["Product name"], row["Category"]) for row in coffee.rows}
    for code, name, category in lines:
        assert is_fee(code, name) is (category == "Delivery")
