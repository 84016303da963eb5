"""One form for each identifier, so that the same person is found however it was written."""

from __future__ import annotations

import re
from collections.abc import Callable

import phonenumbers
from email_validator import EmailNotValidError, validate_email

EXTERNAL_LIMIT = 200
SHORTEST_PHONE = len("+1234567")
PLAIN_EMAIL = re.compile(r"[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,63}@[A-Za-z0-9.-]{4,189}")
DOMAIN_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
TOP_LABEL = re.compile(r"[A-Za-z]{2,63}")
RESERVED_TOP = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
FLOAT_INTEGER = re.compile(r"[0-9]{1,30}\.0+")
CARD_NOISE = str.maketrans("", "", " -._/\u00a0\u2009\u202f")
PAYMENT_PREFIXES = (
    *("4", "51", "52", "53", "54", "55", "34", "37", "30", "36", "38", "39"),
    *("6011", "62", "64", "65", "50", "56", "57", "58", "60", "61", "63", "67", "69"),
    *(str(prefix) for prefix in range(2221, 2721)),
    *(str(prefix) for prefix in range(3528, 3590)),
)


CARD_LENGTHS = {"4": 16, "2": 16, "5": 16, "3": 15}
"""Digits of the payment cards that are met most, by how they begin."""
SHORTEST_CARD = min(CARD_LENGTHS.values())


class IdentityError(ValueError):
    """An identifier that cannot be taken.

    `code` is one of empty, bad_email, bad_phone, bad_card, bad_external,
    looks_like_payment_card, unknown_kind; `params` help to say it in a sentence and never hold
    a payment card's number.
    """

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def normalise(kind: str, raw: str, *, region: str = "") -> str:
    """The one form of an identifier.

    `kind` is external, card, email or phone; `region` is the country (ISO 3166, two letters)
    whose national phone numbers are meant, or empty. Raises IdentityError.
    """
    text = raw.strip()
    if not text:
        raise IdentityError("empty", kind=kind)
    if kind == "phone":
        return _phone(text, region)
    one = _NORMALISERS.get(kind)
    if one is None:
        raise IdentityError("unknown_kind", kind=kind)
    return one(text)


def looks_like_payment_card(text: str) -> bool:
    """Whether `text` could be the number of a credit or debit card.

    13 to 19 digits, separators aside, with the prefix of a card scheme and a right check digit
    (Luhn, ISO/IEC 7812-1).
    """
    digits = text.translate(CARD_NOISE)
    if not (13 <= len(digits) <= 19 and digits.isascii() and digits.isdigit()):
        return False
    return digits.startswith(PAYMENT_PREFIXES) and _luhn(digits)


def is_surely_a_card(text: str) -> bool:
    """Whether `text`, a code of another system, can hardly be anything but a card's number.

    Order and customer numbers of 13 to 19 digits are common, and many a tenth would pass for a
    card: here only Visa, Mastercard and American Express of today's lengths count.
    """
    if len(text) < SHORTEST_CARD:
        return False
    digits = text.translate(CARD_NOISE)
    return CARD_LENGTHS.get(digits[:1]) == len(digits) and looks_like_payment_card(text)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _email(text: str) -> str:
    """Whole address in lower case, the domain in its ASCII form; dots and tags are kept."""
    if PLAIN_EMAIL.fullmatch(text) and _plain_address(text):
        return text.lower()
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError as error:
        raise IdentityError("bad_email", value=text[:254]) from error
    return f"{found.local_part.lower()}@{found.ascii_domain.lower()}"


def _plain_address(text: str) -> bool:
    """Whether an ASCII address is so ordinary that the library need not be asked (it is slow)."""
    local, _, domain = text.partition("@")
    labels = domain.split(".")
    return (
        not local.endswith(".")
        and ".." not in local
        and len(labels) > 1
        and labels[-1].lower() not in RESERVED_TOP
        and TOP_LABEL.fullmatch(labels[-1]) is not None
        and all(DOMAIN_LABEL.fullmatch(label) and label[2:4] != "--" for label in labels)
    )


def _phone(text: str, region: str) -> str:
    """E.164, such as +491715550142. A number that only has a wrong range is kept: only its
    length is judged, because numbering plans change faster than any table."""
    written = "+" + text[2:] if text.startswith("00") else text
    try:
        number = phonenumbers.parse(written[:60], region.upper() or None)
    except phonenumbers.NumberParseException as error:
        raise IdentityError("bad_phone", value=text[:60], region=region) from error
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    whole = len(text) <= 60 and len(value) >= SHORTEST_PHONE and not number.extension
    if not whole or not phonenumbers.is_possible_number(number):
        raise IdentityError("bad_phone", value=text[:60], region=region)
    return value


def _card(text: str) -> str:
    """Letters and digits of a loyalty card, upper case. Payment cards stay out."""
    if looks_like_payment_card(text):
        raise IdentityError("looks_like_payment_card")
    value = _whole_number(text).translate(CARD_NOISE).upper()
    if not (value.isalnum() and value.isascii() and 3 <= len(value) <= 40):
        raise IdentityError("bad_card", value=text[:60])
    return value


def _external(text: str) -> str:
    """The id of another system, as written; what a spreadsheet made of an integer is undone."""
    if is_surely_a_card(text):
        raise IdentityError("looks_like_payment_card")
    if len(text) > EXTERNAL_LIMIT or not text.isprintable():
        raise IdentityError("bad_external", value=text[:60])
    return _whole_number(text)


def _whole_number(text: str) -> str:
    if "." not in text or not FLOAT_INTEGER.fullmatch(text):
        return text
    return text.partition(".")[0]


_NORMALISERS: dict[str, Callable[[str], str]] = {
    "email": _email,
    "card": _card,
    "external": _external,
}
