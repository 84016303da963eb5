"""The client speaks to the running server: every call once, and what is lost is sent again."""

from __future__ import annotations

import http.client
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_kit import CLUB, PROGRAMME, ago, cafe, key, order

from regulars.client import Client, Refused, calls
from regulars.db.models import AnswerRow, FactRow

sys.path.insert(0, str(Path(__file__).parents[1] / "attacks"))
from api_shop import served


@pytest.fixture
def address(own_database: None) -> Iterator[str]:
    cafe()
    with served() as shop:
        yield f"http://127.0.0.1:{shop.port}"


def test_every_call_is_answered_in_its_shape(address: str) -> None:
    shop, office = Client(address, key()), Client(address, key())
    mia = shop.join(CLUB, {"email": "mia@example.com"}, ago(24 * 300)).member
    assert shop.record(order("o1", "60.00", at=ago(48))).programmes[0].gave["points"] == "60"
    assert [one.state for one in shop.record_all([order("o1", "1.00")])] == ["refused"]
    found = shop.member(CLUB, mia)
    assert (found.balances["points"].available, found.metrics) == ("60", {"earned_points": "60"})
    assert found.next_tier is not None
    assert found.next_tier.hurdles[0].missing == "140"
    assert shop.explain(CLUB, mia).balance == "60"
    cart = {"currency": "EUR", "amount": "2.00"}
    assert shop.quote(CLUB, mia, cart).would_give["points"] == "2"
    coffee = {"programme": CLUB, "member": mia, "reward": "coffee", "reserve": True}
    assert shop.redeem({"key": "r1", **coffee}).state == "reserved"
    assert shop.confirm("r1").state == "confirmed"
    with pytest.raises(Refused, match="redemption_over"):
        Client(f"{address}/api/v1/", f" {key()}\n").release("r1")
    wish = {"key": "a1", "programme": CLUB, "member": mia, "amount": "80", "reason": "spilt"}
    waiting = shop.adjust(wish)
    with pytest.raises(Refused, match="adjustment_same_person"):
        shop.approve(waiting.adjustment)
    with pytest.raises(Refused, match="adjustment_above_you"):
        office.approve(waiting.adjustment)
    assert office.refuse(waiting.adjustment).state == "refused"
    assert [one.state for one in shop.adjustments(state="refused").items] == ["refused"]
    file = PROGRAMME.read_text().replace("edition: cafe_points", "edition: cafe_2")
    assert shop.preview(file).members == 1
    assert shop.publish(file, begins="2190-01-01T00:00:00Z").edition == "cafe_2"
    assert shop.withdraw(CLUB, "cafe_2").withdrawn_at
    with pytest.raises(Refused, match="voucher_code_unknown"):
        shop.voucher("NOTACODE", "somebody")


def test_an_answer_that_is_lost_on_the_way_comes_again(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = calls._once
    heard: list[bytes] = []

    def loses(request: urllib.request.Request, seconds: float) -> bytes:
        heard.append(real(request, seconds))
        if len(heard) == 1:
            raise http.client.RemoteDisconnected
        return heard[-1]

    monkeypatch.setattr(calls, "_once", loses)
    monkeypatch.setattr(calls, "_pause", lambda _attempt: 0.0)
    shop = Client(address, key())
    (told,) = shop.record_all([order("o1", "4.50")])
    assert (told.state, heard[0]) == ("recorded", heard[1])
    assert (FactRow.objects.filter(type="order").count(), AnswerRow.objects.count()) == (1, 1)


def test_single_facts_rest_on_their_own_key(address: str) -> None:
    shop = Client(address, key())
    body: dict[str, Any] = order("o1", "4.50")
    assert [shop.record(body).state for _ in range(2)] == ["recorded", "known"]


@pytest.mark.parametrize("told", ["", "secret\nThis key is not shown again.", "sécret"])
def test_what_is_no_key_is_refused_and_not_told(told: str) -> None:
    with pytest.raises(ValueError, match="first line") as refused:
        Client("https://shop.example", told)
    assert "cret" not in str(refused.value)


def test_an_address_begins_with_how_to_get_there() -> None:
    with pytest.raises(ValueError, match=r"localhost:8000 is no address: it begins with https://"):
        Client("localhost:8000", "secret")
