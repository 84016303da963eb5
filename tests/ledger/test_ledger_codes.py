"""The ledger refuses with the codes of its list and no others."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

from regulars import ledger
from regulars.ledger.refused import LedgerCode


def test_the_list_of_codes_is_closed_and_each_is_used() -> None:
    raised = {
        call.args[0].value
        for path in Path(ledger.__file__).parent.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "refusal"
        and isinstance(call.args[0], ast.Constant)
    }
    assert raised == set(get_args(LedgerCode))
