"""Small sales tables written by hand: one line of text per row."""

from __future__ import annotations

import pandas as pd

COLUMNS = ("customer_id", "order_id", "at", "kind", "amount")


def sales_table(text: str, columns: tuple[str, ...] = COLUMNS) -> pd.DataFrame:
    """Rows of blank-separated cells in the order of `columns`; `-` is an empty cell."""
    rows = [line.split() for line in text.strip().splitlines()]
    frame = pd.DataFrame(rows, columns=list(columns), dtype=str).replace("-", None)
    frame["at"] = pd.to_datetime(frame["at"], format="ISO8601")
    if "amount" in frame:
        frame["amount"] = frame["amount"].astype(float)
    return frame
