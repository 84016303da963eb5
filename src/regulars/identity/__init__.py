"""Who somebody is: identifiers in one form, and names to find and to sort.

Pure: standard library, phonenumbers and email-validator, no clock, no I/O. An identifier has a
kind (`external`, `card`, `email`, `phone`) and one normalised value; two writings of the same
identifier give the same value. Names are folded for search and keyed for sorting in such a way
that a database compares plain code points.
"""

from regulars.identity.cards import without_cards
from regulars.identity.names import alphabet_of, fold, sort_key, tokens
from regulars.identity.normalise import (
    IdentityError,
    is_surely_a_card,
    looks_like_payment_card,
    normalise,
)

__all__ = [
    "IdentityError",
    "alphabet_of",
    "fold",
    "is_surely_a_card",
    "looks_like_payment_card",
    "normalise",
    "sort_key",
    "tokens",
    "without_cards",
]
