"""A section shows up only if its page exists and the reader has the page's right."""

from __future__ import annotations

import pytest

from regulars.console import context
from regulars.console.permissions import Right
from regulars.db.models import Role, Staff


@pytest.mark.parametrize(
    ("role", "right", "shown"),
    [
        (Role.OWNER, Right.CHANGE_SETTINGS, True),
        (Role.MANAGER, Right.CHANGE_SETTINGS, False),
        (Role.VIEWER, Right.SEE_CUSTOMERS, True),
        (Role.VIEWER, None, False),
    ],
)
def test_the_right_of_the_page_decides(
    monkeypatch: pytest.MonkeyPatch, role: Role, right: Right | None, shown: bool
) -> None:
    monkeypatch.setattr(context, "right_of", lambda _view, _name: right)
    found = context._open_to(Staff(role=role), "console:language")
    assert found == ("/console/language/" if shown else "")


def test_a_page_that_does_not_exist_is_left_out() -> None:
    assert context._open_to(Staff(role=Role.OWNER), "console:nowhere") == ""
