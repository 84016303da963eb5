"""P18: the number of a payment card is never kept, wherever somebody writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from console.wizard import begin, match, run_at, upload, work
from regulars.actions import customers
from regulars.db.models import Customer
from staff import open_cafe, signed_in

pytestmark = pytest.mark.django_db
CARDS = ("4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005")


@pytest.fixture
def client(tmp_path: Path, settings: Any) -> Any:
    settings.DATA = tmp_path
    return signed_in(open_cafe())


def kept() -> dict[str, list[str]]:
    """Every table in which a card's digits stand, with the rows that hold them."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows = [row for (row,) in cursor.fetchall() if any(card in row for card in CARDS)]
            if rows:
                found[table] = rows
    return found


def somebody(client: Any) -> str:
    client.post("/console/customers/new/", {"name": "Ann", "email": "ann@example.com"})
    return f"/console/customers/{Customer.objects.get().public_id}/"


def forms(card: str) -> dict[str, dict[str, str]]:
    """What staff could write a card's number into."""
    text = f"card {card}, please"
    return {
        "notes/": {"text": text},
        "tags/": {"tag": text},
        "edit/": {"name": text, "attributes": f"{card}: {text}"},
        "identifiers/": {"kind": "external", "value": card},
    }


@pytest.mark.parametrize("card", CARDS)
def test_staff_cannot_write_one_down(card: str, client: Any) -> None:
    page = somebody(client)
    for part, values in forms(card).items():
        assert client.post(page + part, values).status_code in (200, 302), part
    client.post("/console/customers/new/", {"name": f"Ben {card}", "card": "B-1234"})
    assert kept() == {}
    shown = client.get(page).content.decode()
    assert "please" in shown
    assert "*" in shown
    assert card not in shown


def orders(card: str) -> str:
    """A file whose free texts hold the card; order 3 has it for its number."""
    heads = "Order,Date,Customer,Name,Item,Category,Quantity,Price,Remark\n"
    line = '{key},2026-10-21,K{n},"Ann {card}","Tea {card}","{card}",1,2.50,"pays {card}"\n'
    keys = {1: "1", 2: "2", 3: card}
    return heads + "".join(line.format(key=key, n=n, card=card) for n, key in keys.items())


@pytest.mark.parametrize("card", CARDS)
def test_a_file_cannot_bring_one_in(card: str, client: Any) -> None:
    address = upload(client, orders(card), f"orders {card}.csv")
    match(client, address, column_8="attribute")
    preview = client.get(address + "preview/").content.decode()
    begin(client, address)
    work()
    run = run_at(address)
    assert run.summary["counts"]["orders"] == 2
    assert run.summary["counts"]["rows_rejected"] == 1
    assert "bank card" in preview or "debit card" in preview
    assert kept() == {}
    assert card not in client.get(address).content.decode()


def test_saboteur_texts_kept_as_they_are(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "without_cards", lambda text: text)
    page = somebody(client)
    for part, values in forms(CARDS[0]).items():
        client.post(page + part, values)
    assert {"regulars_customernote", "regulars_customertag", "regulars_customer"} <= set(kept())
