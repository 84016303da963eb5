"""The row of a voucher says what its holder's state says, whenever it was used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

import regulars
from people import order, who
from regulars.actions.looking import look
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.actions.redeeming import Asked, redeem
from regulars.db import people
from regulars.db.models import VoucherRow
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Line
from regulars.engine.happenings import VoucherUse

pytestmark = pytest.mark.usefixtures("own_database")
CAFE = Path(regulars.__file__).parent / "blueprints" / "cafe_points" / "programme.yaml"
CLUB = "corner_club"
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
AT = datetime(2026, 1, 10, 12, tzinfo=UTC)


def nine_coffees() -> tuple[int, VoucherRow]:
    """Mia, and her voucher for nine coffees."""
    publish(CAFE.read_text(), now=LONG_AGO)
    with connection.cursor() as cursor:
        (mia,) = people.find_or_make(cursor, [who("mia")], now=LONG_AGO, crowd=people.Crowd())
    join([mia], CLUB, since=LONG_AGO, now=LONG_AGO)
    coffee = Line(product="flat_white", category="coffee", amount_minor=200)
    record([Arrival(fact=order("o1", *[coffee] * 9, at=AT), who=who("mia"))], now=AT)
    return mia, VoucherRow.objects.get()


@pytest.mark.parametrize("key", ["a", "m", "z", "~"])
@pytest.mark.parametrize("after", [timedelta(0), timedelta(microseconds=1), timedelta(hours=1)])
def test_a_voucher_that_was_used_is_no_longer_open(key: str, after: timedelta) -> None:
    mia, voucher = nine_coffees()
    at = voucher.issued_at + after
    use = VoucherUse(key=key, at=at, voucher=voucher.id)
    answer = redeem(Asked(attempt=use, customer_id=mia, programme=CLUB, now=at))
    assert answer.accepted
    assert look(mia, CLUB, at).vouchers == []
    assert VoucherRow.objects.get().state == "used"
    again = VoucherUse(key=f"{key}2", at=at, voucher=voucher.id)
    twice = redeem(Asked(attempt=again, customer_id=mia, programme=CLUB, now=at))
    assert (twice.accepted, twice.code) == (False, "already_used")
