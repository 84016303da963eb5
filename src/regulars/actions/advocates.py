"""Members choose the code by which their friends come."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from regulars.actions.refused import Refused
from regulars.db import advocates, holders
from regulars.db.introductions import code_form

READABLE = re.compile(r"[A-Z0-9](?:-?[A-Z0-9]){3,19}", re.ASCII)
"""Four to twenty capital letters and digits, with single hyphens between them."""
MOST_CODES = 10
"""So many codes may lead to one member: whoever could choose without end could take every name."""


def choose_code(customer_id: int, programme: str, written: str, *, now: datetime) -> str:
    """Let a code of their own choice lead to a member, and show that from now on; codes that they
    had before lead to them still. The code as it is kept, in capitals.

    Refused: code_unreadable, not_member, code_taken, codes_too_many.
    """
    code = code_form(written)
    if not READABLE.fullmatch(code):
        raise Refused("code_unreadable")
    with transaction.atomic(), connection.cursor() as cursor:
        member = _locked(cursor, customer_id, programme)
        known = advocates.codes_of(cursor, member, programme)
        since = max([now, *(at + timedelta(microseconds=1) for at in known.values())])
        if code in known:
            advocates.show_first(cursor, code, since)
        elif len(known) >= MOST_CODES:
            raise Refused("codes_too_many", most=MOST_CODES)
        elif not advocates.add_code(cursor, member, programme, code, since):
            raise Refused("code_taken")
    return code


def _locked(cursor: CursorWrapper, customer_id: int, programme: str) -> int:
    end = holders.end_of(cursor, customer_id)
    if not any(row.programme == programme for row in holders.locked(cursor, [end])):
        raise Refused("not_member", programme=programme)
    return end
