"""What a reader asks of Insights: a day, what counts, how finely; read from the address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from msgspec import Struct

from regulars.actions.results import Wish
from regulars.words import formats

COUNTS = ("net", "gross")
PERIODS = ("month", "week", "day")
SHOWN_OF_VALUE = 40
FIRST = date(1970, 1, 1)
"""No business's orders are older; years near 1 have no months before them."""


class Asked(Struct, frozen=True, kw_only=True):
    """`as_of` is None for the latest there is; `problem` says what could not be read."""

    as_of: date | None = None
    counts: str = "net"
    period: str = "month"
    problem: str = ""

    @property
    def usual(self) -> bool:
        """Whether this is what every refresh computes, and lists of customers agree with."""
        return self.as_of is None and self.counts == "net"

    @property
    def query(self) -> dict[str, str]:
        """The same as parameters of an address or of a measure."""
        told = {"as_of": self.as_of.isoformat()} if self.as_of else {}
        return told if self.counts == "net" else {**told, "counts": self.counts}

    def wish(self, kind: str, **params: str) -> Wish:
        """A measure as asked."""
        return Wish(kind=kind, params={**params, **self.query})


def asked(given: Mapping[str, str], today: date, latest: date | None) -> Asked:
    """What the address asks; what is no day or no known choice becomes a problem, not an error.

    `latest` is the day that shown results are as of: asking for it is asking for nothing else.
    """
    problem = ""
    day, counts, period = (given.get(name, "").strip() for name in ("as_of", "counts", "period"))
    as_of = _day(day)
    if day and as_of is None:
        problem = _("There is no day “%(day)s”. Choose one, or leave it empty.")
    elif as_of and as_of > today:
        problem, as_of = _("%(day)s has not come yet. Choose today or a day before."), None
    elif as_of and as_of < FIRST:
        problem, as_of = _("Nothing is known of %(day)s. Choose a later day."), None
    elif counts and counts not in COUNTS:
        problem = _("“%(counts)s” is no way to count. Choose “net” or “gross”.")
    elif period and period not in PERIODS:
        problem = _("“%(period)s” is no period. Choose day, week or month.")
    return Asked(
        as_of=None if as_of == latest else as_of,
        counts=counts if counts in COUNTS else "net",
        period=period if period in PERIODS else "month",
        problem=problem
        % {"day": _told(day, today), "counts": _cut(counts), "period": _cut(period)},
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-21") else None
    except ValueError:
        return None


def _told(day: str, today: date) -> str:
    """A day as its reader writes it; what is none as it was asked."""
    read = _day(day)
    return formats.short_day(read, get_language() or "en", today.year) if read else _cut(day)


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_OF_VALUE else text[:SHOWN_OF_VALUE] + "…"
