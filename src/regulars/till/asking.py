"""What stands in the fields of the till, as values."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from msgspec import Struct, structs

from regulars.actions.till_queue import MOST_PIECES
from regulars.actions.till_sales import Sale, Use, key_of
from regulars.db.queries.till import Worker
from regulars.engine.money import decimals
from regulars.words.typed import typed

KEY = re.compile(r"[0-9a-f-]{8,40}", re.ASCII)
MOST_DIGITS = 14
MOST_USES, MOST_VOUCHERS, LONGEST = 5, 5, 100


class Wanted(Struct, frozen=True, kw_only=True):
    """The state of the sale's page: it is in the address, so that going back and loading anew
    work. `amount_minor` is None where what was typed is no amount."""

    member: str = ""
    amount: str = ""
    amount_minor: int | None = 0
    category: str = ""
    quantity: int = 1
    uses: tuple[Use, ...] = ()
    vouchers: tuple[str, ...] = ()
    spend: int = 0


def wanted(told: QueryDict, currency: str) -> Wanted:
    """The state that a form tells, with what its buttons change."""
    amount = told.get("a", "").strip()[:LONGEST]
    uses = [_use(one) for one in told.getlist("u")]
    state = Wanted(
        member=told.get("m", "")[:LONGEST],
        amount=amount,
        amount_minor=minor_of(amount, currency),
        category=told.get("c", "")[:LONGEST],
        quantity=_whole(told.get("n"), 1, MOST_PIECES),
        uses=tuple(one for one in uses if one)[:MOST_USES],
        vouchers=tuple(dict.fromkeys(told.getlist("v")))[:MOST_VOUCHERS],
        spend=_whole(told.get("s"), 0, 10**9),
    )
    return _changed(state, told)


def _changed(state: Wanted, told: QueryDict) -> Wanted:
    for name in ("on", "off"):
        if (use := _use(told.get(name, ""))) is not None:
            rest = tuple(one for one in state.uses if one != use)
            state = structs.replace(state, uses=(*rest, use) if name == "on" else rest)
        if voucher := told.get(f"v{name}", ""):
            kept = tuple(one for one in state.vouchers if one != voucher)
            kept = (*kept, voucher) if name == "on" else kept
            state = structs.replace(state, vouchers=kept)
    if told.get("more") or told.get("less"):
        step = _whole(told.get("more"), 0, 10**9) - _whole(told.get("less"), 0, 10**9)
        state = structs.replace(state, spend=max(state.spend + step, 0))
    pieces = {"plus": 1, "minus": -1}.get(told.get("pieces", ""), 0)
    count = min(max(state.quantity + pieces, 1), MOST_PIECES)
    return structs.replace(state, quantity=count)


def _use(told: str) -> Use | None:
    programme, dot, reward = told.partition(".")
    return Use(programme[:LONGEST], reward[:LONGEST]) if dot and programme and reward else None


def _whole(told: Any, least: int, most: int) -> int:
    text = str(told or "")
    whole = int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else least
    return min(max(whole, least), most)


def minor_of(text: str, currency: str) -> int | None:
    """An amount as people write it, in smallest units: "8.40", "8,4", "€ 1.234,50"; nothing is
    zero, None is no amount, or one of other money."""
    if not text.strip():
        return 0
    amount = typed(text, currency).amount
    if amount is None:
        return None
    minor = amount.scaleb(decimals(currency))
    return int(minor) if minor == int(minor) and minor < 10**MOST_DIGITS else None


def slipped(amount: str, currency: str) -> str:
    """What may be meant by digits alone, as a till's keys write them: "1240" for 12.40. Empty where
    that is less than one, or nothing else than what was typed."""
    places = decimals(currency)
    if not places or not amount.isascii() or not amount.isdigit() or len(amount) <= places:
        return ""
    return f"{amount[:-places]}.{amount[-places:]}" if int(amount[:-places]) else ""


def plain(minor: int, currency: str) -> str:
    """An amount as it may stand in the till's field: "8.40"; empty where there is none."""
    places = decimals(currency) if minor else 0
    return f"{Decimal(minor).scaleb(-places):.{places}f}" if minor else ""


class Counter(Struct, frozen=True):
    """Who books, when, in which currency."""

    worker: Worker
    now: datetime
    currency: str


def sale(state: Wanted, customer: int, at: Counter, key: str = "") -> Sale:
    """The sale that a page's state is, under the key that is told, else under one of its own."""
    return Sale(
        key=key_of(at.worker, key or uuid.uuid4().hex),
        customer=customer,
        at=at.now,
        amount_minor=state.amount_minor or 0,
        currency=at.currency,
        category=state.category,
        quantity=state.quantity,
        uses=state.uses,
        vouchers=state.vouchers,
        spend=state.spend,
    )


def told_key(told: str) -> str:
    """The key that a page sends, or one of its own where that is none."""
    return told if KEY.fullmatch(told) else uuid.uuid4().hex
