"""The code that a member gives to friends."""

from __future__ import annotations

from django.db import connection

from regulars.db import advocates, holders


def code_of(customer_id: int, programme: str) -> str:
    """The code that a member shows friends: the one last chosen, else the one that was made when
    they joined. Empty where they are no member, or the programme has no referrals."""
    with connection.cursor() as cursor:
        end = holders.ends(cursor, [customer_id]).get(customer_id, customer_id)
        return next(iter(advocates.codes_of(cursor, end, programme)), "")
