"""Payment cards in free text: found, and written so that nobody can use them."""

from __future__ import annotations

import re

from regulars.identity.normalise import looks_like_payment_card

RUN = re.compile(r"(?<![0-9])[0-9](?:[ ._/\u00a0\u2009\u202f-]?[0-9]){12,}")
"""At least 13 digits, with single separators between them."""
GROUP = re.compile(r"[0-9]+")
SHOWN_FIRST, SHOWN_LAST = 6, 4
"""What may be shown of a card (PCI DSS 3.4): its first six and its last four digits."""


def without_cards(text: str) -> str:
    """`text` with the middle of every payment card's number written as asterisks.

    A number may stand in groups, as printed on a card, and have other digits behind it.
    """
    return RUN.sub(lambda found: _masked(found[0]), text)


def _masked(run: str) -> str:
    groups = list(GROUP.finditer(run))
    parts, done, first = [], 0, 0
    while first < len(groups):
        start = groups[first].start()
        last = _end_of_card(run, groups[first : first + 19])
        if last:
            end = groups[first + last - 1].end()
            parts += [run[done:start], _starred(run[start:end])]
            done = end
        first += max(last, 1)
    return "".join([*parts, run[done:]])


def _end_of_card(run: str, groups: list[re.Match[str]]) -> int:
    """How many of the groups, from the first, are a card's number; 0 if they begin none."""
    digits = 0
    for count, group in enumerate(groups, start=1):
        digits += len(group[0])
        if digits > 19:
            break
        if digits >= 13 and looks_like_payment_card(run[groups[0].start() : group.end()]):
            return count
    return 0


def _starred(card: str) -> str:
    places = [place for place, sign in enumerate(card) if sign.isdigit()]
    hidden = set(places[SHOWN_FIRST:-SHOWN_LAST])
    return "".join("*" if place in hidden else sign for place, sign in enumerate(card))
