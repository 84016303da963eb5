"""Names: folded so that a search finds them, keyed so that a plain comparison sorts them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

import phonenumbers

WHOLE_LETTERS = str.maketrans(
    {
        **{"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"},
        **{"ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "ß": "ss", "ƶ": "z", "ɨ": "i", "ə": "e"},
        **{"'": "", "’": "", "`": "", "´": "", "ʼ": "", "ʹ": ""},
    }
)
"""Letters that Unicode does not take apart into a base and a mark, and signs inside words."""

ALPHABETS = {"de": "latin", "en": "latin", "pl": "pl", "ro": "ro"}
AFTER = "~"
"""Comes after every letter and digit: `a~` sorts after each word that starts with a plain a."""

OWN_LETTERS = {
    "latin": {},
    "pl": {
        **{"ą": "a~", "ć": "c~", "ę": "e~", "ł": "l~", "ń": "n~", "ó": "o~", "ś": "s~"},
        **{"ź": "z~", "ż": "z~~"},
    },
    "ro": {
        **{"ă": "a~", "â": "a~~", "î": "i~", "ș": "s~", "ş": "s~", "ț": "t~", "ţ": "t~"},
    },
}
"""Letters that an alphabet counts as letters of their own, and where they stand."""

LEVEL = "\x01"


class Recognised(Protocol):
    """What `tokens` reads of an identifier: its kind and its normalised value."""

    @property
    def kind(self) -> str: ...

    @property
    def value(self) -> str: ...


def fold(text: str) -> str:
    """`text` for searching: lower case, no accents, ä and ae alike a (so with ö and ü).

    Words are parted by one blank. Both the name and what is looked for are folded, so Müller,
    Mueller and Muller meet.
    """
    return _umlauts(_plain(text))


def tokens(name: str, identifiers: Iterable[Recognised] = ()) -> list[str]:
    """The words by which a customer is found: of the name, and of each identifier.

    E-mail: whole and the part before the @. Phone: the digits, international and national, with
    and without the leading zero. Card and external id: whole. In order, each once.
    """
    found = dict.fromkeys(fold(name).split())
    for identifier in identifiers:
        found.update(dict.fromkeys(_search_forms(identifier)))
    return list(found)


def alphabet_of(language: str) -> str:
    """The alphabet that readers of `language` (such as de or pl-PL) sort by: latin, pl or ro."""
    return ALPHABETS.get(language.lower().replace("_", "-").partition("-")[0], "latin")


def sort_key(name: str, language: str) -> str:
    """A key of `name` as written, to be compared by code point (PostgreSQL: COLLATE "C").

    Latin follows DIN 5007-1 (ä with a, ß with ss), Polish and Romanian have their own letters
    after the base letter. Signs count as blanks, blanks come first, digits before letters, other
    scripts after by code point. Same letters: without accents first, then lower case first.
    """
    return _sort_key(unicodedata.normalize("NFC", name).strip(), alphabet_of(language))


@lru_cache(maxsize=65_536)
def _sort_key(name: str, alphabet: str) -> str:
    lowered = name.lower()
    own = OWN_LETTERS[alphabet]
    primary = " ".join("".join(own.get(letter) or _base(letter) for letter in lowered).split())
    case = "".join("1" if letter.isupper() else "0" for letter in name).rstrip("0")
    accents = "" if lowered == primary or lowered.isascii() else lowered
    if case:
        return f"{primary}{LEVEL}{accents}{LEVEL}{case}"
    return f"{primary}{LEVEL}{accents}" if accents else primary


@lru_cache(maxsize=4_096)
def _base(letter: str) -> str:
    """The letter as the base letters it sorts with; a sign as a blank."""
    apart = unicodedata.normalize("NFKD", letter.casefold().translate(WHOLE_LETTERS))
    return "".join(
        part if part.isalnum() else " " for part in apart if not unicodedata.combining(part)
    )


@lru_cache(maxsize=65_536)
def _plain(text: str) -> str:
    if text.isascii():
        lowered = text.lower().replace("'", "").replace("`", "")
    else:
        lowered = unicodedata.normalize("NFKD", text.casefold().translate(WHOLE_LETTERS))
        lowered = "".join(part for part in lowered if not unicodedata.combining(part))
        lowered = lowered.translate(WHOLE_LETTERS)
    return " ".join("".join(part if part.isalnum() else " " for part in lowered).split())


def _umlauts(plain: str) -> str:
    return plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _search_forms(identifier: Recognised) -> list[str]:
    value = identifier.value.lower()
    if identifier.kind == "email":
        return [value, value.partition("@")[0]]
    if identifier.kind == "phone":
        return _phone_forms(value)
    return [value]


@lru_cache(maxsize=65_536)
def _phone_forms(value: str) -> list[str]:
    digits = _digits(value)
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return [digits]
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return [digits, _digits(national), str(number.national_number)]


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())
