"""P09: who asks to be forgotten is found nowhere any more, and the books agree."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from portal_kit import ANA, BASE, CLUB, NOW, Club, ask, buy, mails, member, text

from regulars.actions import customers, portal_erasing
from regulars.actions.advocates import choose_code
from regulars.actions.looking import look
from regulars.actions.verifying import verify
from regulars.db import forgotten, privacy
from regulars.db.models import Customer, FactRow, TransferRow

CANARIES = ("Ana", "Popescu", "ana@example.com", "RC773318", "491715550482", "canary", "popescu")


def found() -> set[str]:
    """The tables in which a canary stands anywhere."""
    with connection.cursor() as cursor:
        places = set()
        for table in sorted(set(connection.introspection.table_names(cursor))):
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ~* %s', [_pattern()])
            places |= {table} if cursor.fetchone()[0] else set()
    return places


def _pattern() -> str:
    return "|".join(rf"\m{one}" for one in CANARIES)


@pytest.mark.usefixtures("own_database")
def test_nothing_says_who_it_was(clock: list[datetime], settings: Any, tmp_path: Path) -> None:
    settings.BASE_URL = BASE
    settings.DATA = tmp_path
    club = Club()
    buy(ANA, "o1", "12.40")
    other = member("Ana Canary", email="canary@example.com")
    public = Customer.objects.get(id=other).public_id
    customers.merge(public, club.customer.public_id, reason="same", now=NOW)
    customers.add_note(club.customer.public_id, "canary note", by=club.owner, now=NOW)
    customers.add_tag(club.customer.public_id, "canary", now=NOW)
    choose_code(club.ana, CLUB, "CANARY-1", now=NOW)
    ask(Client())
    assert mails()
    client = club.browser()
    client.post("/my/profile/about/", {"name": "Ana Popescu", "birthday": "24.11.1990"})
    client.post("/my/profile/consents/", {"yes": ["points:mail"]})
    assert {"regulars_customer", "regulars_identifier", "regulars_out_mail"} <= found()
    money = list(TransferRow.objects.order_by("seq").values_list("seq", "amount"))

    assert client.post("/my/profile/erase/").status_code == 422, "the box comes first"
    assert "forgotten" in text(client.post("/my/profile/erase/", {"sure": "yes"}))
    assert client.get("/my/").status_code == 302
    assert found() == set()
    assert look(club.ana, CLUB, NOW + timedelta(hours=1)).balances["points"].available == 0
    after = list(TransferRow.objects.order_by("seq").values_list("seq", "amount"))
    assert after[: len(money)] == money, "nothing of the ledger was changed"
    assert FactRow.objects.filter(customer_id=club.ana, type="order").count() == 1
    assert verify().finding is None
    ask(Client())
    assert mails() == [], "nobody is known by that address"


def test_saboteur_who_forgets_a_table(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tuple(one for one in privacy.going() if one != "regulars_searchtoken")
    monkeypatch.setattr(privacy, "going", lambda: kept)
    portal_erasing.erase(club.ana, NOW)
    assert found() == {"regulars_searchtoken"}


def test_a_torn_line_of_the_list_takes_no_other_along(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    first, second = uuid4(), uuid4()
    forgotten.note([first])
    with forgotten.place().open("a") as file:
        file.write("4c1f")
    forgotten.note([second])
    assert forgotten.listed(forgotten.place()) == [first, second]
