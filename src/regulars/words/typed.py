"""Amounts of money as people type them: "1.234,50", "1,234.50", "1'234.50", "12,4", "€ 12".

The signs tell how an amount is meant; where one sign alone may mark thousands or decimals, the
language decides, and where that would be an amount with more digits than its money has, nobody
guesses. An amount with the sign or name of other money is not this money's.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from babel.numbers import get_decimal_symbol, list_currencies
from django.utils.translation import gettext as _
from msgspec import Struct

from regulars.engine.money import decimals
from regulars.words import formats
from regulars.words.amounts import language

BLANKS = re.compile(r"[\s'’]+")
PLAIN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+")
NAME = re.compile(r"[^\W\d_]+")
MOST_DIGITS = 20
SIGNS = {
    "$": "ARS AUD BBD BMD BND BRL BSD BZD CAD CLP COP CUP CVE DOP FJD GYD HKD JMD KYD LRD MXN NAD "
    "NIO NZD SBD SGD SRD TTD TWD USD UYU XCD",
    "£": "EGP FKP GBP GIP LBP SDG SHP SSP SYP",
    "¥": "CNY JPY",
    "₨": "INR LKR MUR NPR PKR SCR",
    "﷼": "IRR OMR QAR SAR YER",
    "₱": "CUP PHP",
    "₩": "KPW KRW",
    "€": "EUR",
    "₹": "INR",
    "₺": "TRY",
    "₽": "RUB",
    "₴": "UAH",
    "₪": "ILS",
    "₫": "VND",
    "₦": "NGN",
    "฿": "THB",
    "₸": "KZT",
    "₾": "GEL",
    "₼": "AZN",
    "֏": "AMD",
    "₵": "GHS",
    "₡": "CRC",
    "₲": "PYG",
    "₮": "MNT",
    "₭": "LAK",
    "៛": "KHR",
    "৳": "BDT",
    "؋": "AFN",
}
"""Which money has a sign."""
NAMES = {
    "zł": "PLN",
    "zl": "PLN",
    "lei": "RON",
    "leu": "RON",
    "kč": "CZK",
    "ft": "HUF",
    "fr": "CHF",
}
"""What people call money beside its code, in small letters."""


class Typed(Struct, frozen=True, kw_only=True):
    """An amount that was read, or the `two` that it may be (the larger first), or neither: in
    `other` money, by its sign or name, it is none."""

    amount: Decimal | None = None
    two: tuple[Decimal, ...] = ()
    other: str = ""


def typed(text: str, currency: str, reader: str = "") -> Typed:
    """What was meant by an amount in a currency, as a reader of a language writes it."""
    if other := _other(text, currency):
        return Typed(other=other)
    plain = _bare(text, currency)
    if not PLAIN.fullmatch(plain) or len(plain) > MOST_DIGITS:
        return Typed()
    signs = [one for one in plain if one in ".,"]
    if len(set(signs)) == 2:
        return _grouped(plain, signs[-1])
    if len(signs) > 1:
        return _grouped(plain, "")
    if not signs:
        return Typed(amount=Decimal(plain))
    whole, sign, part = plain.partition(signs[0])
    return _one_sign((whole, sign, part), decimals(currency), reader or language())


def _other(text: str, currency: str) -> str:
    """The sign or name of other money in a text; empty where there is none."""
    for sign in _signs(text):
        if currency not in SIGNS.get(sign, "").split():
            return sign
    for name in NAME.findall(text):
        code = _code(name)
        if code and code != currency:
            return str(name)
    return ""


def _signs(text: str) -> list[str]:
    return [one for one in text if unicodedata.category(one) == "Sc"]


def _code(name: str) -> str:
    """The code of the money that is called so; empty where none is."""
    code = name.upper()
    return NAMES.get(name.lower(), code if code in list_currencies() else "")


def _bare(text: str, currency: str) -> str:
    """Without blanks, marks between thousands, and the name or sign of its money."""
    plain = NAME.sub(lambda found: "" if _code(found[0]) == currency else found[0], text)
    plain = BLANKS.sub("", plain)
    return "".join(one for one in plain if unicodedata.category(one) != "Sc")


def _grouped(plain: str, decimal: str) -> Typed:
    """Thousands are apart, by another sign than `decimal`, which stands once or never."""
    whole, _sign, part = plain.rpartition(decimal) if decimal else (plain, "", "")
    groups = re.split(r"[.,]", whole)
    apart = set(whole) & {".", ","}
    right = all(len(one) == 3 for one in groups[1:]) and 1 <= len(groups[0]) <= 3
    if not right or len(apart) != 1 or decimal in apart:
        return Typed()
    return Typed(amount=Decimal("".join(groups) + (f".{part}" if part else "")))


def _one_sign(parts: tuple[str, str, str], places: int, reader: str) -> Typed:
    """One sign: decimals, unless three digits after it may be the rest of thousands."""
    whole, sign, part = parts
    small = Decimal(f"{whole or 0}.{part}")
    thousands = len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    if not thousands:
        return Typed(amount=small)
    large = Decimal(whole + part)
    if sign != get_decimal_symbol(formats.locale_of(reader)):
        return Typed(amount=large)
    return Typed(amount=small) if places == 3 else Typed(two=(large, small))


def which(two: tuple[Decimal, ...], currency: str, reader: str = "") -> str:
    """A question back: which of two amounts was meant, and how to write either."""
    by, places = reader or language(), max(decimals(currency), 2)
    large = formats.number(two[0], by, places)
    small = formats.number(two[1], by, places)
    return _("Do you mean %(large)s or %(small)s? Write it like one of these.") % {
        "large": large,
        "small": small,
    }


def elsewhere(other: str, currency: str, reader: str = "") -> str:
    """Why an amount with the sign of other money was not taken."""
    by = reader or language()
    return _("“%(other)s” is other money: write the amount in %(currency)s, as in %(example)s.") % {
        "other": other,
        "currency": currency,
        "example": example(currency, by),
    }


def example(currency: str, reader: str = "") -> str:
    """An amount as the reader would write it."""
    return formats.number(Decimal("12.40"), reader or language(), decimals(currency))
