"""A transaction is begun anew while others are in its way, and not without end."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.actions.anew import ATTEMPTS, whole
from regulars.actions.desks import NotLocked
from regulars.db.people import Raced

pytestmark = pytest.mark.django_db


def test_however_many_are_concerned_it_ends() -> None:
    """One is found after the other, each only once the one before is locked."""
    many = frozenset(range(3 * ATTEMPTS))

    def act(_cursor: Any, also: frozenset[int]) -> int:
        if also != many:
            raise NotLocked(frozenset({min(many - also)}))
        return len(also)

    assert whole(act) == 3 * ATTEMPTS


@pytest.mark.parametrize("reason", [NotLocked(frozenset({1})), Raced()])
def test_what_makes_no_progress_is_given_up(reason: Exception) -> None:
    asked: list[frozenset[int]] = []

    def act(_cursor: Any, also: frozenset[int]) -> None:
        asked.append(also)
        raise reason

    with pytest.raises(RuntimeError, match="others kept changing the same rows"):
        whole(act)
    assert len(asked) in (ATTEMPTS, ATTEMPTS + 1)
