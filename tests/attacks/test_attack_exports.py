"""A25: whatever a download holds, a spreadsheet opens it as text; and it comes back the same."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from open_shop import FORMULAS, OpenShop, body

from console import wizard
from regulars.actions.measuring import compute_wanted
from regulars.console import exports
from regulars.db.models import MeasureResult
from regulars.sources.files.guard import RISKY, freed, guarded
from staff import signed_in

pytestmark = pytest.mark.django_db
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
TABLES = ("rfm/customers", "standing/customers", "drifting/customers")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenShop:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    return OpenShop(tmp_path)


def cells(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) for cell in row]


def downloads(client: Client) -> Iterator[tuple[str, list[str]]]:
    yield "customers", cells(body(client.get("/console/customers/export.csv")))
    for table in TABLES:
        client.get(f"/console/insights/{table}.csv")
        for row in MeasureResult.objects.filter(computed_at=None):
            compute_wanted(settings.DATA, row.key, now=timezone.now())
        answer = client.get(f"/console/insights/{table}.csv")
        assert "attachment" in answer.headers["Content-Disposition"], table
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        yield table, cells(body(answer))


def formulas(found: list[str]) -> list[str]:
    return [cell for cell in found if RISKY.match(cell) and not PLAIN_NUMBER.fullmatch(cell)]


def test_no_cell_of_a_download_is_a_formula(shop: OpenShop) -> None:
    seen = dict(downloads(signed_in(shop.owner)))
    assert {"customers", "rfm/customers", "standing/customers"} < set(seen)
    for name, found in seen.items():
        assert formulas(found) == [], name
    back = {freed(cell) for cell in seen["customers"]}
    assert {text.strip() for text in FORMULAS} <= {text.strip() for text in back}


def test_saboteur_an_export_that_writes_what_it_is_given(
    shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "RISKY", re.compile("(?!)"))
    found = cells(body(signed_in(shop.owner).get("/console/customers/export.csv")))
    assert len(formulas(found)) >= len(FORMULAS) - 1


@pytest.mark.parametrize("text", [*FORMULAS, "'=1", "plain", "-5", "'", "", '"=1"', "a;b"])
def test_a_guarded_cell_comes_back(text: str) -> None:
    assert formulas([guarded(text)]) == []
    assert freed(guarded(text)) == freed(text)


def test_rows_that_come_back_are_guarded_and_read_again(shop: OpenShop) -> None:
    client = signed_in(shop.owner)
    heads = "Order,Date,Customer,Item,Quantity,Price\n"
    bad = "".join(f'R{n},2026-10-21,"K{n}","{t}",none,2.50\n' for n, t in enumerate(FORMULAS))
    address = wizard.through(client, f"{heads}R99,2026-10-21,K99,Tea,1,2.50\n{bad}")
    lines = body(client.get(address + "rejected/")).removeprefix("\ufeff").splitlines()
    assert formulas(cells("\n".join(lines))) == []
    mended = "\n".join(line.replace("none", "1") for line in lines)
    again = wizard.through(client, mended, "mended.csv")
    assert wizard.run_at(again).summary["counts"]["orders"] == len(FORMULAS)
    assert wizard.run_at(again).summary["counts"]["rows_rejected"] == 0
