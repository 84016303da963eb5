"""What so many of a thing are called, where a file gives one word for one and one for several.

English and German need no more. Romanian puts "de" between a number from 20 on and the word: "5
puncte", "20 de puncte", "101 puncte". Polish has two words for several; a file gives both with a
stroke between: "punkty/punktów" is "2 punkty" and "5 punktów". Which number takes which form: CLDR.
"""

from __future__ import annotations

from decimal import Decimal

from regulars.words import formats

BETWEEN = "/"


def several(word: str, language: str, number: Decimal | None = None, *, apart: bool = False) -> str:
    """`word`, what several are called, as it stands after `number`, or `apart`, in a line of its
    own below it; without a number, by itself."""
    spoken = language.split("-")[0]
    if spoken == "pl" and word.count(BETWEEN) == 1:
        few, many = (part.strip() for part in word.split(BETWEEN))
        return few if number is None or _form(number, spoken) == "few" else many
    if spoken == "ro" and number is not None and not apart and _form(number, spoken) == "other":
        return f"de {word}"
    return word


def _form(number: Decimal, language: str) -> str:
    return formats.locale_of(language).plural_form(abs(number))
