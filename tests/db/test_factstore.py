"""The fact store answers what is asked of it, nothing included."""

from __future__ import annotations

import pytest
from django.db import connection

from regulars.db import factstore


@pytest.mark.django_db
def test_nothing_is_known_of_no_keys() -> None:
    with connection.cursor() as cursor:
        assert factstore.bodies(cursor, []) == {}
        assert factstore.known_keys(cursor, []) == {}
