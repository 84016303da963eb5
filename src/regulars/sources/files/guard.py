"""Cells that a spreadsheet would run as a formula: guarded on the way out, freed on the way in."""

from __future__ import annotations

import re

RISKY = re.compile(r"[=+\-@\t\r＝＋－＠]")
GUARDED = re.compile(r"'[=+\-@\t\r＝＋－＠]")
NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")


def guarded(cell: str) -> str:
    """The cell as it is safe to open in a spreadsheet: with an apostrophe before a formula.
    Plain numbers such as -5 stay as they are. `freed` undoes it."""
    if RISKY.match(cell) and not NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def freed(cell: str) -> str:
    """The cell without the apostrophe that `guarded`, or a spreadsheet, put before a formula. So a
    cell is read alike before and after it was guarded."""
    return cell[1:] if GUARDED.match(cell) else cell
