"""What happens at the counter is on the member's phone at once, with its reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from portal_kit import CLUB, NOW, text

from regulars.actions import signing_in
from regulars.actions.shelves import Goods, Told, change_shelf
from regulars.actions.till_sales import sell
from regulars.actions.till_undoing import undo
from regulars.db.models import Role
from regulars.db.queries.till import find
from staff import employ
from till.till_kit import open_counter

pytestmark = pytest.mark.django_db


def test_a_sale_at_the_till_is_seen_with_its_reason(clock: list[datetime], settings: Any) -> None:
    counter = open_counter()
    clock[0] = NOW + timedelta(minutes=1)
    phone = Client()
    phone.post(f"/my/enter/{signing_in.make_ticket(counter.ana, clock[0])}/")
    assert "460 points" in text(phone.get("/my/"))
    sell(counter.worker, counter.sale(at=clock[0]), clock[0])
    assert "468 points" in text(phone.get("/my/"))
    told = text(phone.get("/my/history/"))
    assert "At the counter +8 €8.40 is 8 full euros." in told
    assert "10:31 · Market · Mia" in told
    drinks = counter.sale("two", at=clock[0], category="Drinks", quantity=2)
    sell(counter.worker, drinks, clock[0])
    assert "Drinks (2) +8" in text(phone.get("/my/history/"))
    undo(counter.worker, drinks.key, clock[0])
    phone.post("/my/profile/about/", {"name": "Ana", "language": "de"})
    told = text(phone.get("/my/history/"))
    assert "Zurückgegeben: Getränke (2) −8" in told
    assert told.index("danach 468") < told.index("danach 476"), "the newest is first"


def test_the_till_reads_what_the_card_and_the_voucher_show(clock: list[datetime]) -> None:
    counter = open_counter()
    clock[0] = NOW + timedelta(minutes=1)
    phone = Client()
    phone.post(f"/my/enter/{signing_in.make_ticket(counter.ana, clock[0])}/")
    card = text(phone.get("/my/")).split("RC")[1].split()[0]
    [ana] = find(f"RC{card}", "DE").people
    assert ana.name == "Ana Popescu"
    page = phone.get("/my/rewards/").content.decode()
    key = page.split('name="key" value="')[1].split('"')[0]
    phone.post("/my/rewards/redeem/", {"reward": "coffee", "key": key})
    code = text(phone.get("/my/rewards/")).split("Online, enter ")[1].split(".")[0]
    found = find(code, "DE")
    assert [one.name for one in found.people] == ["Ana Popescu"]
    assert found.voucher


def test_a_reward_that_is_gone_keeps_its_price(clock: list[datetime]) -> None:
    counter = open_counter()
    clock[0] = NOW + timedelta(minutes=1)
    phone = Client()
    phone.post(f"/my/enter/{signing_in.make_ticket(counter.ana, clock[0])}/")
    gone = Told(offered=True, left=0)
    change_shelf(employ("Lena", Role.OWNER), Goods(programme=CLUB, reward="cup"), gone, clock[0])
    assert "A keep-cup 320 points There is none left." in text(phone.get("/my/rewards/"))
