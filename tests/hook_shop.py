"""Two shops that tests play: what they would send, after the shapes that their makers document,
signed as they sign."""

from __future__ import annotations

import base64
import hmac
import json
from copy import deepcopy
from typing import Any

from people import NOW
from regulars.actions import hooks
from regulars.actions.hooks import Received, Wanted

SECRET = "a-secret-of-the-shop-that-nobody-knows"
DOMAINS = {"shopify": "corner.myshopify.example", "woocommerce": "corner.example"}
Payload = dict[str, Any]


def opened(kind: str, source: str = "") -> str:
    """A shop is added; the token of its address."""
    wanted = Wanted(kind=kind, secret=SECRET, shop=DOMAINS[kind], source=source)
    return hooks.add(wanted, now=NOW)[1]


def signed(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def headers(kind: str, topic: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    if kind == "shopify":
        return {
            "x-shopify-topic": topic,
            "x-shopify-shop-domain": DOMAINS[kind],
            "x-shopify-hmac-sha256": signed(body, secret),
            "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
            "x-shopify-api-version": "2026-04",
        }
    return {
        "x-wc-webhook-topic": topic,
        "x-wc-webhook-source": f"https://{DOMAINS[kind]}/",
        "x-wc-webhook-signature": signed(body, secret),
        "x-wc-webhook-delivery-id": "36e520ebabc2fa725092ff4a47acedf2",
    }


def sent(token: str, kind: str, topic: str, payload: Payload) -> Received:
    """A payload as it would arrive."""
    body = json.dumps(payload).encode()
    return hooks.receive(token, headers(kind, topic, body), body, now=NOW)


SHOPIFY_LINES = [
    {
        "id": 11,
        "product_id": 501,
        "variant_id": 601,
        "title": "Espresso beans",
        "sku": "beans-250",
        "vendor": "Corner Coffee",
        "quantity": 2,
        "current_quantity": 2,
        "price": "12.00",
        "total_discount": "0.00",
        "gift_card": False,
        "taxable": True,
        "price_set": {
            "shop_money": {"amount": "12.00", "currency_code": "EUR"},
            "presentment_money": {"amount": "12.00", "currency_code": "EUR"},
        },
        "discount_allocations": [{"amount": "4.00", "discount_application_index": 0}],
        "properties": [],
        "tax_lines": [],
    },
    {
        "id": 12,
        "product_id": 502,
        "variant_id": 602,
        "title": "Cup",
        "sku": "",
        "vendor": None,
        "quantity": 1,
        "current_quantity": 1,
        "price": "9.50",
        "total_discount": "0.00",
        "gift_card": False,
        "discount_allocations": [],
        "price_set": {"shop_money": {"amount": "9.50", "currency_code": "EUR"}},
    },
]


def shopify_order(updated: str = "2026-03-01T12:00:05+01:00", **other: Any) -> Payload:
    """A paid order of 29.50 EUR of goods and 4.90 EUR of postage."""
    order: Payload = {
        "id": 450789469,
        "admin_graphql_api_id": "gid://shopify/Order/450789469",
        "name": "#1001",
        "order_number": 1001,
        "email": "anna@example.com",
        "phone": None,
        "created_at": "2026-03-01T12:00:00+01:00",
        "processed_at": "2026-03-01T12:00:00+01:00",
        "updated_at": updated,
        "cancelled_at": None,
        "closed_at": None,
        "currency": "EUR",
        "presentment_currency": "EUR",
        "financial_status": "paid",
        "fulfillment_status": None,
        "test": False,
        "taxes_included": True,
        "total_price": "34.40",
        "subtotal_price": "29.50",
        "total_tax": "4.71",
        "total_discounts": "4.00",
        "source_name": "web",
        "location_id": None,
        "customer_locale": "de",
        "discount_codes": [{"code": "SPRING", "amount": "4.00", "type": "fixed_amount"}],
        "customer": {
            "id": 207119551,
            "email": "Anna@Example.com",
            "first_name": "Anna",
            "last_name": "Kowalska",
            "phone": "+49 171 5550142",
            "state": "enabled",
        },
        "billing_address": {"first_name": "Anna", "country_code": "DE", "city": "Berlin"},
        "line_items": deepcopy(SHOPIFY_LINES),
        "shipping_lines": [{"id": 1, "price": "4.90", "discount_allocations": []}],
        "refunds": [],
    }
    return {**order, **other}


def shopify_refund(
    number: int, at: str, quantity: int = 1, shipping: str = "0.00", line: int = 11
) -> Payload:
    """Some of a line comes back, and some of the postage."""
    item = next(one for one in SHOPIFY_LINES if one["id"] == line)
    each = {11: 10.00, 12: 9.50}[line]
    adjustments = [{"kind": "shipping_refund", "amount": f"-{shipping}", "tax_amount": "0.00"}]
    return {
        "id": number,
        "order_id": 450789469,
        "created_at": at,
        "processed_at": at,
        "note": None,
        "refund_line_items": [
            {
                "id": number * 10,
                "line_item_id": line,
                "quantity": quantity,
                "subtotal": round(each * quantity, 2),
                "total_tax": 0.8,
                "restock_type": "return",
                "line_item": deepcopy(item),
            }
        ]
        if quantity
        else [],
        "order_adjustments": adjustments if shipping != "0.00" else [],
        "transactions": [{"kind": "refund", "amount": "10.00", "currency": "EUR"}],
    }


WOO_LINES = [
    {
        "id": 315,
        "name": "Espresso beans",
        "product_id": 93,
        "variation_id": 0,
        "quantity": 2,
        "subtotal": "20.17",
        "total": "16.81",
        "total_tax": "3.19",
        "sku": "beans-250",
        "price": 8.405,
    },
    {
        "id": 316,
        "name": "Cup",
        "product_id": 22,
        "quantity": 1,
        "total": "7.98",
        "total_tax": "1.52",
        "sku": "",
        "price": 7.98,
    },
]


def woo_order(modified: str = "2026-03-01T11:00:05", **other: Any) -> Payload:
    """A paid order of 29.50 EUR of goods and 4.90 EUR of postage, tax within."""
    order: Payload = {
        "id": 727,
        "parent_id": 0,
        "number": "727",
        "order_key": "wc_order_58d2d042d1d",
        "created_via": "checkout",
        "version": "9.8.0",
        "status": "processing",
        "currency": "EUR",
        "date_created": "2026-03-01T12:00:00",
        "date_created_gmt": "2026-03-01T11:00:00",
        "date_modified": "2026-03-01T12:00:05",
        "date_modified_gmt": modified,
        "date_paid_gmt": "2026-03-01T11:00:04",
        "discount_total": "4.00",
        "shipping_total": "4.12",
        "total": "34.40",
        "total_tax": "5.49",
        "prices_include_tax": True,
        "customer_id": 26,
        "billing": {
            "first_name": "Anna",
            "last_name": "Kowalska",
            "country": "DE",
            "email": "Anna@Example.com",
            "phone": "0171 5550142",
        },
        "line_items": deepcopy(WOO_LINES),
        "shipping_lines": [{"id": 317, "total": "4.12", "total_tax": "0.78"}],
        "fee_lines": [],
        "coupon_lines": [{"id": 318, "code": "spring", "discount": "3.36"}],
        "refunds": [],
    }
    return {**order, **other}


def woo_refund(number: int, total: str) -> Payload:
    return {"id": number, "refund": "", "total": f"-{total}"}


def order_body() -> bytes:
    """A paid order of Shopify as it comes."""
    return json.dumps(shopify_order()).encode()
