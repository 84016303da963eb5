"""What a column seems to mean by its values, where its header does not tell."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from regulars.sources.files.dates import YEAR_LAST, DateReader
from regulars.sources.files.numbers import MICRO, to_micro

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
SMALL = 1_000 * MICRO


class Look(Struct, frozen=True):
    """What the values of a column look like."""

    date: bool
    email: bool
    whole: bool
    money: bool
    small: bool
    padded: bool
    repeats: bool


def look_of(values: list[str]) -> Look:
    """Judges the values that are not empty; each trait holds for nearly all of them."""
    filled = [value for value in values if value]
    micros = [_number(value) for value in filled]
    numbers = [micro for micro in micros if micro is not None]
    whole = bool(filled) and len(numbers) == len(filled) and not any(m % MICRO for m in numbers)
    padded = whole and any(value.startswith("0") and len(value) > 1 for value in filled)
    pointed = any("." in value or "," in value for value in filled)
    return Look(
        date=_nearly(filled, _is_date),
        email=_nearly(filled, lambda value: EMAIL.fullmatch(value) is not None),
        whole=whole and not pointed,
        money=bool(filled) and len(numbers) == len(filled) and pointed,
        small=whole and not padded and all(abs(micro) < SMALL for micro in numbers),
        padded=padded,
        repeats=len(set(filled)) < len(filled),
    )


def by_content(looks: list[Look], known: set[str], *, headed: bool) -> dict[int, str]:
    """Fields for columns without a telling header, by place; only what `known` does not have.
    Where columns have headers, only dates and e-mails are guessed: numbers could be anything.

    The first date is when it was ordered, e-mails are e-mails, the first number with leading
    zeros or that repeats is the customer, the last amount with decimals the money, a small whole
    number the quantity.
    """
    found: dict[int, str] = {}
    tests = {
        "at": [place for place, look in enumerate(looks) if look.date],
        "email": [place for place, look in enumerate(looks) if look.email],
        "amount": [place for place, look in enumerate(looks) if look.money and not look.date][-1:],
        "quantity": [place for place, look in enumerate(looks) if look.small and not look.date],
        "customer": [
            place
            for place, look in enumerate(looks)
            if look.whole and not look.date and (look.padded or (look.repeats and not look.small))
        ],
    }
    paid = known & {"amount", "unit_price", "total"}
    for field in ("at", "email") if headed else tests:
        places = tests[field]
        free = [place for place in places if place not in found]
        if free and field not in known and not (field == "amount" and paid):
            found[free[0]] = field
    return found


def denies(field: str, values: list[str]) -> bool:
    """Whether no value is what the header of its column promises, in a column that nothing needs:
    "Refunded: no" is no sum, and is better left out than every row with it."""
    tests = {"refunded": lambda value: _number(value) is not None, "refunded_at": _is_moment}
    filled = [value for value in values if value]
    return field in tests and bool(filled) and not any(map(tests[field], filled))


def _nearly(values: list[str], test: Callable[[str], bool]) -> bool:
    good = sum(1 for value in values if test(value))
    return bool(values) and good * 10 >= len(values) * 9


def _is_date(value: str) -> bool:
    if not value.isdigit() and _number(value) is not None:
        return False
    if value.isdigit() and len(value) != 8:
        return False
    return _is_moment(value)


def _is_moment(value: str) -> bool:
    american = YEAR_LAST.fullmatch(value.partition(" ")[0]) is not None and "/" in value
    return american or _READER.instant(value) is not None


def _number(value: str) -> int | None:
    found = to_micro(value, ".")
    return to_micro(value, ",") if found is None else found


_READER = DateReader("dmy", "UTC")
