"""A programme's file in another currency: amounts keep their figures, as far as the new one's
smallest unit lets them; names that tell an amount tell the new one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from regulars.engine.money import decimals, from_minor, to_minor
from regulars.words import formats

AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?) ([A-Z]{3})")
Pair = tuple[int, int]
"""The same amount in smallest units of the old currency and of the new one."""


def in_currency(data: Any, old: str, new: str) -> Any:
    """What a file says, with every amount of `old` in `new`."""
    if isinstance(data, list):
        return [in_currency(one, old, new) for one in data]
    if isinstance(data, dict):
        return _rule(data, old, new)
    if isinstance(data, str) and (found := AMOUNT.fullmatch(data)) and found[2] == old:
        return _written(Decimal(found[1]), new)
    return new if data == old else data


def _rule(data: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    made = {name: in_currency(one, old, new) for name, one in data.items()}
    if data.get("currency") == old and "decimals" in data:
        made["decimals"] = max(data["decimals"], decimals(new))
    if isinstance(name := data.get("name"), dict):
        made["name"] = _named(name, list(_pairs(data, old, new)), (old, new))
    return made


def _written(figure: Decimal, currency: str) -> str:
    """The figure as an amount: never with more decimals than the currency has, never nothing."""
    minor = max(to_minor(figure, currency), 1 if figure else 0)
    same = from_minor(minor, currency)
    return f"{figure if same == figure and decimals(currency) else same} {currency}"


def _pairs(data: Mapping[str, Any], old: str, new: str) -> Iterator[Pair]:
    for one in data.values():
        if isinstance(one, str) and (found := AMOUNT.fullmatch(one)) and found[2] == old:
            figure = Decimal(found[1])
            yield to_minor(figure, old), max(to_minor(figure, new), 1 if figure else 0)


def _named(name: dict[str, str], amounts: Iterable[Pair], sides: tuple[str, str]) -> dict[str, str]:
    """A name in its languages; an amount of its rule that it tells is told in the new currency."""
    old, new = sides
    told = dict(name)
    for before, after in amounts:
        for language, text in told.items():
            written = formats.whole_money(before, old, language)
            for form in (written, written.replace("\xa0", " ")):
                text = text.replace(form, formats.whole_money(after, new, language))
            told[language] = text
    return told
