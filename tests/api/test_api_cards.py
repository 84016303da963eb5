"""Which bodies are searched for the numbers of bank cards: every one that may hold one."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from regulars.api.facts import Shop, may_hold_a_card, read
from regulars.api.problems import Problem
from regulars.identity import is_surely_a_card

NOISE = " -._/\u00a0\u2009\u202f"
CARDS = ("4111111111111111", "5500000000000004", "378282246310005")
ORDER = {
    "type": "order",
    "key": "k",
    "at": "2020-01-02T08:00:00Z",
    "currency": "EUR",
    "amount": "3.00",
}


@some.composite
def written(draw: some.DrawFn) -> str:
    """A card's number with what people put between its digits, and around it."""
    parts = some.lists(some.text(NOISE, max_size=3), min_size=17, max_size=17)
    number, between = draw(some.sampled_from(CARDS)), draw(parts)
    return "".join(a + b for a, b in zip(["", *number], between, strict=False)) + between[-1]


@given(written(), some.booleans())
def test_no_way_of_writing_a_card_escapes(card: str, plain: bool) -> None:
    assert is_surely_a_card(card)
    body = json.dumps({"number": card}, ensure_ascii=plain).encode()
    assert may_hold_a_card(body)


@pytest.mark.parametrize("number", [*CARDS, "4111-1111 1111/1111", "\\u00341111111111 11111"])
def test_an_order_that_holds_a_card_is_refused(number: str, now: datetime) -> None:
    body = json.dumps(ORDER | {"number": "HERE"}).replace("HERE", number).encode()
    with pytest.raises(Problem) as refused:
        read(body, Shop(now=now))
    assert (refused.value.code, refused.value.place) == ("looks_like_payment_card", "number")


@pytest.mark.parametrize("number", ["1795337711620-9378", "k-4111111111111111", "4111"])
def test_ordinary_numbers_are_let_in(number: str, now: datetime) -> None:
    body = json.dumps(ORDER | {"number": number}).encode()
    assert read(body, Shop(now=now)).fact.key == "k"


@pytest.mark.parametrize("number", ["k-4111111111111111", "SO-1795337711620", "4111"])
def test_what_cannot_be_a_card_is_not_searched(number: str) -> None:
    assert not may_hold_a_card(json.dumps(ORDER | {"number": number}).encode())
