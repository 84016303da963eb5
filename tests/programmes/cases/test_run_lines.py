"""Lines of a receipt in a case: how many of a thing the amount is for."""

from __future__ import annotations

import pytest

from regulars.programmes.cases.batch import File, check_files

SHOP = """
format: 1
edition: cups
name: Cups
assets: [{id: points, name: point}, {id: stamps, name: stamp}]
earn:
  - {kind: per_amount, step: 1.00 EUR, points: 1}
  - {kind: per_item, points: 1, asset: stamps, when: {category: coffee}}
"""
CASE = """
- id: cups
  edition: cups
  events:
    - t: "2026-03-04T09:00:00Z"
      type: order
      id: o1
      member: anna
      lines: [{sku: flat_white, category: coffee, amount: "8.20"QUANTITY}]
  expect: [{member: anna, points: 8, stamps: STAMPS}]
"""


@pytest.mark.parametrize(
    ("quantity", "stamps"), [("", 1), (", quantity: 3", 3), (', quantity: "7"', 7)]
)
@pytest.mark.parametrize("off", [0, 1])
def test_an_amount_is_for_so_many(quantity: str, stamps: int, off: int) -> None:
    case = CASE.replace("QUANTITY", quantity).replace("STAMPS", str(stamps + off))
    files = [File("shop.yaml", SHOP.encode()), File("case.yaml", case.encode())]
    report = check_files(files, dict).report
    assert report.problems == ()
    assert report.clean is (off == 0)
