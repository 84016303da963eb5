"""Numbers of customers are given out once, in each database by itself."""

from __future__ import annotations

import pytest
from django.db import connection

import server
from regulars.db.ids import BLOCK, customer_ids

pytestmark = pytest.mark.usefixtures("own_database")


def taken(count: int) -> list[int]:
    with connection.cursor() as cursor:
        return customer_ids(cursor, count)


def test_no_number_is_given_twice() -> None:
    found = [number for count in (1, BLOCK - 2, 5, 3 * BLOCK) for number in taken(count)]
    assert len(set(found)) == len(found)


def test_what_is_left_of_a_block_stays_in_its_database(cluster: server.Server) -> None:
    first = taken(BLOCK + 1)
    with server.fresh_database(cluster, "t_another"):
        assert taken(BLOCK + 1) == first
    assert not set(taken(BLOCK)) & set(first)
