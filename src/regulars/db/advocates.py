"""The codes by which advocates bring friends: each leads to one member of one programme."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.backends.utils import CursorWrapper

from regulars.db.arrays import NUMBERS, TEXTS, numbers, texts
from regulars.db.ledger import ADVOCATE_LENGTH, new_code

AT_ONCE = 10_000
MARK = "~"
"""Before what stands in facts for a code that a member chose: nobody can choose such a code."""

WITHOUT = f"""
    SELECT w.id FROM unnest({NUMBERS}) AS w(id) WHERE NOT EXISTS (SELECT 1 FROM regulars_code c
        WHERE c.customer_id = w.id AND c.kind = 'advocate' AND c.programme = %s)
"""  # noqa: S608 - own texts
GIVE = f"""
    INSERT INTO regulars_code (code, kind, programme, customer_id, voucher, percent, made_at, mark)
    SELECT code, 'advocate', %s, customer_id, '', 0, %s, %s FROM unnest({TEXTS}, {NUMBERS})
        AS n(code, customer_id)
    ON CONFLICT (code) DO NOTHING
"""  # noqa: S608 - own texts
MARKS = f"""
    SELECT code, mark FROM regulars_code WHERE code = ANY({TEXTS}) AND mark <> ''
"""  # noqa: S608 - own texts
CHOSEN = f"""
    SELECT mark, code FROM regulars_code WHERE mark = ANY({TEXTS}) AND mark <> ''
"""  # noqa: S608 - own texts
MEMBERS = """
    SELECT customer_id FROM regulars_holder WHERE programme = %s AND customer_id > %s
    ORDER BY customer_id LIMIT %s
"""
CODES = """
    SELECT code, made_at FROM regulars_code
    WHERE customer_id = %s AND kind = 'advocate' AND programme = %s ORDER BY made_at DESC, code
"""
LATEST = "UPDATE regulars_code SET made_at = %s WHERE code = %s"


def give_codes(
    cursor: CursorWrapper, customers: Sequence[int], programme: str, now: datetime
) -> None:
    """Give a code of their own to each of these members who has none."""
    while True:
        cursor.execute(WITHOUT, [numbers(customers), programme])
        without = [number for (number,) in cursor.fetchall()]
        if not without:
            return
        codes = texts(new_code(ADVOCATE_LENGTH) for _ in without)
        cursor.execute(GIVE, [programme, now, "", codes, numbers(without)])


def give_everybody(cursor: CursorWrapper, programme: str, now: datetime) -> None:
    """The same for all the members that a programme has."""
    last = 0
    while True:
        cursor.execute(MEMBERS, [programme, last, AT_ONCE])
        members = [number for (number,) in cursor.fetchall()]
        if not members:
            return
        give_codes(cursor, members, programme, now)
        last = members[-1]


def codes_of(cursor: CursorWrapper, customer: int, programme: str) -> dict[str, datetime]:
    """The codes that lead to a member, the one to be shown first, each with when it became that."""
    cursor.execute(CODES, [customer, programme])
    return dict(cursor.fetchall())


def add_code(
    cursor: CursorWrapper, customer: int, programme: str, code: str, now: datetime
) -> bool:
    """Let one more code lead to a member, which they chose; False where it leads somewhere
    already."""
    cursor.execute(GIVE, [programme, now, f"{MARK}{new_code()}", code, numbers([customer])])
    return bool(cursor.rowcount)


def marks(cursor: CursorWrapper, codes: Sequence[str]) -> dict[str, str]:
    """What stands in facts for those of these codes that members chose."""
    cursor.execute(MARKS, [texts(codes)])
    return dict(cursor.fetchall())


def chosen(cursor: CursorWrapper, marks: Sequence[str]) -> dict[str, str]:
    """The codes for which these marks stand; a mark of whoever was forgotten stands for none."""
    cursor.execute(CHOSEN, [texts(marks)])
    return dict(cursor.fetchall())


def show_first(cursor: CursorWrapper, code: str, since: datetime) -> None:
    """Show this one of a member's codes from now on."""
    cursor.execute(LATEST, [since, code])
