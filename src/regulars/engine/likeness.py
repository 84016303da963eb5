"""Whether two ways to recognise somebody are the same, or nearly: text against text, no guessing
by numbers."""

from __future__ import annotations

import unicodedata

from regulars.engine.questions import Emails

DOTLESS = frozenset({"gmail.com", "googlemail.com"})
"""Where dots in the name of a mailbox say nothing."""
LETTERS_PER_SLIP = 5
"""One letter in so many may differ in what is nearly the same."""


def normal(kind: str, value: str, emails: Emails = "case") -> str:
    """A value in the form in which values of its kind are compared."""
    if kind == "email":
        return email(value, emails)
    if kind == "phone":
        return "".join(sign for sign in value if sign.isdigit())
    if kind in ("name", "address"):
        return words(value)
    return value.strip().casefold()


def email(value: str, emails: Emails = "case") -> str:
    """An address without case; with `dots_and_tags` without what follows a + and, where dots say
    nothing, without dots."""
    box, at, domain = value.strip().casefold().rpartition("@")
    if emails == "dots_and_tags" and at:
        box = box.partition("+")[0]
        if domain in DOTLESS:
            box, domain = box.replace(".", ""), "gmail.com"
    return f"{box}{at}{domain}"


def words(value: str) -> str:
    """Words without case, accents, punctuation and double spaces."""
    plain = unicodedata.normalize("NFKD", value.casefold())
    kept = (sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign))
    return " ".join("".join(kept).split())


def similar(one: str, other: str) -> bool:
    """Whether two normal values differ, but by no more than a slip in every few letters."""
    most = max(len(one), len(other)) // LETTERS_PER_SLIP
    return one != other and abs(len(one) - len(other)) <= most and distance(one, other) <= most


def distance(one: str, other: str) -> int:
    """How many letters have to be put in, left out or changed to get from one to the other."""
    before = list(range(len(other) + 1))
    for row, sign in enumerate(one, 1):
        now = [row]
        for column, letter in enumerate(other, 1):
            change = before[column - 1] + (sign != letter)
            now.append(min(change, before[column] + 1, now[-1] + 1))
        before = now
    return before[-1]
