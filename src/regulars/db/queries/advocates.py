"""The code that a member gives to friends."""

from __future__ import annotations

from django.db import connection

from regulars.db import advocates, holders
from regulars.db.introductions import code_form
from regulars.db.models import CodeRow


def code_of(customer_id: int, programme: str) -> str:
    """The code that a member shows friends: the one last chosen, else the one that was made when
    they joined. Empty where they are no member, or the programme has no referrals."""
    with connection.cursor() as cursor:
        end = holders.end_of(cursor, customer_id)
        return next(iter(advocates.codes_of(cursor, end, programme)), "")


def made_code_of(customer_id: int, programme: str) -> str:
    """The code that was made when a member joined: what is kept of who brought whom bears it, since
    one that they chose may be their name, and facts stay. Empty as above."""
    with connection.cursor() as cursor:
        end = holders.end_of(cursor, customer_id)
        return next(iter(reversed(advocates.codes_of(cursor, end, programme))), "")


def owner_of(code: str) -> int | None:
    """The number of the member to whom an advocate's code leads, whoever typed it how."""
    rows = CodeRow.objects.filter(code=code_form(code), kind=CodeRow.Kind.ADVOCATE)
    number = rows.values_list("customer_id", flat=True).first()
    if number is None:
        return None
    with connection.cursor() as cursor:
        return holders.end_of(cursor, number)
