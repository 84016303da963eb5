"""Which members' birthdays the rules of a programme do not know yet, or know otherwise.

A date of birth stands in the profile, where it can be corrected and taken away. Facts stay for
ever: they tell day and month alone, and only of members of a programme that asks for birthdays.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.db import programmes
from regulars.db.arrays import NUMBERS, TEXTS, numbers, texts
from regulars.engine.compiled import Compiled
from regulars.engine.edition import Edition
from regulars.engine.happenings import MEMBER

AT_ONCE = 1000
# Who left for good and takes part anew is known by nothing of before.
UNTOLD = f"""
    SELECT w.customer_id, w.programme, w.value FROM (
        SELECT h.customer_id, h.programme, coalesce(to_char(c.birth_date, '"--"MM-DD'), '') AS value
        FROM regulars_holder h JOIN regulars_customer c ON c.id = h.customer_id
        WHERE h.customer_id = ANY({NUMBERS}) AND h.programme = ANY({TEXTS})
            AND h.left_at IS NULL) w
    WHERE right(w.value, 5) <> coalesce((
        SELECT right(f.body ->> 'value', 5) FROM regulars_fact f
        WHERE f.customer_id = w.customer_id AND f.type = 'attribute'
            AND f.programme IN ('', w.programme) AND f.body ->> 'name' = 'birth_date'
            AND f.at > coalesce((SELECT max(b.at) FROM regulars_fact b
                WHERE b.customer_id = w.customer_id AND b.type = 'opening'
                AND b.body ->> 'what' = '{MEMBER}' AND b.programme = w.programme), '-infinity')
        ORDER BY f.at DESC, f.seq DESC LIMIT 1), '')
    ORDER BY w.customer_id, w.programme
"""  # noqa: S608 - own texts
NEXT = f"""
    SELECT h.customer_id FROM regulars_holder h JOIN regulars_customer c ON c.id = h.customer_id
    WHERE h.customer_id > %s AND h.programme = ANY({TEXTS}) AND h.left_at IS NULL
        AND c.birth_date IS NOT NULL ORDER BY h.customer_id LIMIT %s
"""  # noqa: S608 - own texts


class Untold(Struct, frozen=True):
    """What is to be told of a member to a programme: their birthday as --11-24, or nothing any
    more."""

    customer_id: int
    programme: str
    value: str


_asking: dict[str, tuple[Compiled, bool]] = {}


def asks(programme: Compiled) -> bool:
    """Whether a rule of a programme asks for birthdays."""
    known = _asking.get(programme.id)
    if known is None or known[0] is not programme:
        asks = any(asked_for(one.edition) for one in programme.editions)
        known = _asking[programme.id] = programme, asks
    return known[1]


def asked_for(edition: Edition) -> bool:
    """Whether a rule of an edition asks for birthdays."""
    return _speaks_of_it(msgspec.to_builtins(edition))


def _speaks_of_it(told: object) -> bool:
    if isinstance(told, dict):
        return (
            told.get("kind") == "birthday"
            or bool(told.get("birthday"))
            or any(map(_speaks_of_it, told.values()))
        )
    return isinstance(told, list) and any(map(_speaks_of_it, told))


def asking(cursor: CursorWrapper) -> list[str]:
    """The programmes that run and ask for birthdays."""
    return [name for name, one in programmes.running(cursor).items() if asks(one)]


def untold(
    cursor: CursorWrapper, customers: Iterable[int], programmes_: Iterable[str]
) -> list[Untold]:
    """What is to be told of these customers to these programmes."""
    cursor.execute(UNTOLD, [numbers(customers), texts(programmes_)])
    return [Untold(*row) for row in cursor.fetchall()]


def members(cursor: CursorWrapper, after: int, programmes_: Iterable[str]) -> list[int]:
    """The next members of these programmes of whom a date of birth is known."""
    cursor.execute(NEXT, [after, texts(programmes_), AT_ONCE])
    return [number for (number,) in cursor.fetchall()]
