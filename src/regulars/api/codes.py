"""Codes of vouchers that are told to us: which is meant, and how many wrong ones may be tried.

Whoever may show codes could guess them: at the till, in a quote, in an order. They are all counted
in one place, so that no way in gives more tries than another.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b

from django.db import connection

from regulars.api.facts import identifiers
from regulars.api.problems import Problem
from regulars.api.shapes import CustomerIn
from regulars.db import api_keys
from regulars.db.api_keys import KeyRow
from regulars.db.models import VoucherRow
from regulars.db.queries import members

log = logging.getLogger("regulars.api")

HOUR = 3600
WRONG_BY_SHOPPER, WRONG_BY_KEY, WRONG_BY_ALL = 20, 600, 3000
"""So many codes that do not exist may be tried in an hour by one shopper, with one key, and with
all keys together: who may make keys has no more tries."""
SHOPPERS = 4096
"""Shoppers are told apart by a hash of so many values, so that counting takes no more room."""

Meant = Callable[[tuple[str, ...], CustomerIn | None], tuple[str, ...]]


def by_code(key: KeyRow, now: datetime, code: str, shopper: str) -> VoucherRow:
    """The voucher with a code, as long as not too many wrong ones were tried. Raises Problem."""
    limits = _limits(key, shopper)
    _check(limits, now, "code")
    row = members.voucher_by_code(code)
    if row is None:
        _note_wrong(key, limits, now, 1)
        raise Problem("voucher_code_unknown", "code")
    return row


def meant_by(
    key: KeyRow, now: datetime, told: Sequence[str], number: int, place: str = "vouchers"
) -> tuple[str, ...]:
    """The vouchers of a customer by their ids, where some are told by their codes. What is neither
    is told back as it came, and is one more wrong one. Raises Problem."""
    if not told:
        return ()
    limits = _limits(key)
    _check(limits, now, place)
    meant = members.vouchers_meant(told, number)
    wrong = len(set(meant) - members.vouchers_of(number, meant))
    if wrong:
        _note_wrong(key, limits, now, wrong)
    return meant


def meant_in_facts(key: KeyRow, now: datetime, region: str) -> Meant:
    """The same for orders, whose customer stands in them. A voucher named by a guest, or by
    somebody who is no member, opens nothing: it is neither looked up nor counted."""

    def meant(told: tuple[str, ...], customer: CustomerIn | None) -> tuple[str, ...]:
        if not told or customer is None:
            return told
        number = members.number_known_by(identifiers(customer, region, "customer"))
        if number is None or not members.takes_part(number):
            return told
        return meant_by(key, now, told, number)

    return meant


def _check(limits: dict[str, int], now: datetime, place: str) -> None:
    with connection.cursor() as cursor:
        tried = [api_keys.counted(cursor, name, now, HOUR) for name in limits]
    if any(count >= most for count, most in zip(tried, limits.values(), strict=True)):
        raise Problem("code_tries", place)


def _note_wrong(key: KeyRow, limits: dict[str, int], now: datetime, wrong: int) -> None:
    with connection.cursor() as cursor:
        spent = [
            api_keys.count(cursor, name, most, now, (HOUR, wrong)) for name, most in limits.items()
        ]
    if any(-wrong < one.left <= 0 for one in spent[-2:]):
        log.warning("codes are being guessed with the key %s (%s)", key.name, key.id)


def _limits(key: KeyRow, shopper: str = "") -> dict[str, int]:
    """The names under which wrong codes are counted, and how many may be tried."""
    hashed = int.from_bytes(blake2b(shopper.encode(), digest_size=4).digest(), "big") % SHOPPERS
    by_shopper = {f"{key.id}:codes:{hashed}": WRONG_BY_SHOPPER} if shopper else {}
    return {**by_shopper, f"{key.id}:codes": WRONG_BY_KEY, "codes": WRONG_BY_ALL}
