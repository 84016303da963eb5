"""Numbers, money and time as a reader writes them, by language.

Every function takes a language ("en", "de", "pl", "ro"; others are read as English) and plain
values: amounts in smallest units with their currency, shares as fractions of one, civil dates and
aware moments with the zone to show them in. Nothing here reads a clock or a setting.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.core import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

from regulars.engine.money import from_minor

Number = int | Decimal | str
"""What can be shown as a number; text is read as a decimal."""

LOCALES = {"en": "en_GB", "de": "de_DE", "pl": "pl_PL", "ro": "ro_RO"}
DAY_PATTERNS = {
    "en": {"long": "EEEE, d MMMM", "short": "ccc, d MMM", "plain": "d MMM"},
    "de": {"long": "EEEE, d. MMMM", "short": "ccc, d. MMM", "plain": "d. MMM"},
    "pl": {"long": "EEEE, d MMMM", "short": "ccc, d MMM", "plain": "d MMM"},
    "ro": {"long": "EEEE, d MMMM", "short": "ccc, d MMM", "plain": "d MMM"},
}
NEAR_DAYS = {
    "en": ("today", "yesterday"),
    "de": ("heute", "gestern"),
    "pl": ("dzisiaj", "wczoraj"),
    "ro": ("astăzi", "ieri"),
}
MONTHS_AFTER_DAYS = {
    "pl": (re.compile(r"(?<=\d )maj\b"), "maja"),
    "ro": (re.compile(r"(?<=\d )(\w+)\."), r"\1"),
}
FOREVER = 10_000
"""Babel counts in the wanted unit up to this many of it."""


@cache
def locale_of(language: str) -> Locale:
    """The locale whose formats readers of `language` ("de", "de-AT") expect."""
    return Locale.parse(LOCALES.get(language.split("-")[0], LOCALES["en"]))


def _patterns(language: str) -> dict[str, str]:
    return DAY_PATTERNS.get(language.split("-")[0], DAY_PATTERNS["en"])


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _rounded(value: Number, decimals: int) -> Decimal:
    """Half up, away from zero: what people expect of a figure that they read."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def number(value: Number, language: str, decimals: int | None = None) -> str:
    """`1234` as "1,234" or "1.234"; with `decimals`, exactly that many, rounded half up."""
    if decimals is None:
        return _minus(format_decimal(Decimal(str(value)), locale=locale_of(language)))
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    shown = format_decimal(_rounded(value, decimals), format=pattern, locale=locale_of(language))
    return _minus(shown)


def signed(value: Number, language: str, decimals: int | None = None) -> str:
    """A difference: "+9", "−3", "0"."""
    shown = number(value, language, decimals)
    return f"+{shown}" if Decimal(str(value)) > 0 else shown


def share(value: Number, language: str, decimals: int = 0) -> str:
    """A fraction of one as percent with a no-break space: `0.463` as "46 %"."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + "\xa0%"
    rounded = _rounded(value, decimals + 2)
    return _minus(format_percent(rounded, pattern, locale=locale_of(language)))


def money(amount_minor: int, currency: str, language: str) -> str:
    """Smallest units as money: `123450` EUR as "€1,234.50" or "1.234,50 €"."""
    amount = from_minor(amount_minor, currency)
    shown = format_currency(amount, currency, locale=locale_of(language))
    return _minus(shown)


def whole_money(amount_minor: int, currency: str, language: str) -> str:
    """Money without its decimals, rounded half up, for figures that are compared: "€1,840"."""
    locale = locale_of(language)
    pattern = re.sub(r"\.0+", "", locale.currency_formats["standard"].pattern)
    amount = _rounded(from_minor(amount_minor, currency), 0)
    return _minus(format_currency(amount, currency, pattern, locale=locale, currency_digits=False))


def day(value: date, language: str, this_year: int | None = None) -> str:
    """A date in words: "Tuesday, 17 November"; with its year unless that is `this_year`."""
    return _dated(value, language, "long", this_year)


def short_day(value: date, language: str, this_year: int | None = None) -> str:
    """A date in short words: "17 Nov", "17. Nov."; with its year unless that is `this_year`."""
    return _dated(value, language, "plain", this_year)


def weekday_day(value: date, language: str, this_year: int | None = None) -> str:
    """A short date with its weekday: "Wed, 4 Nov", "Mi, 4. Nov."."""
    return _dated(value, language, "short", this_year)


def _dated(value: date, language: str, kind: str, this_year: int | None) -> str:
    pattern = _patterns(language)[kind] + ("" if value.year == this_year else " y")
    shown = format_date(value, pattern, locale=locale_of(language))
    return _month_after_day(shown, language)


def _month_after_day(shown: str, language: str) -> str:
    """Short months as they stand after a day: in May in Polish, where the short form is the word
    itself, as the day asks for it; in Romanian without the point, which would stand twice at the
    end of a sentence."""
    found = MONTHS_AFTER_DAYS.get(language.split("-")[0])
    return found[0].sub(found[1], shown) if found else shown


def year_day(text: str, language: str) -> str:
    """A day of every year, month first ("12-31"), in words: "31 December", "31. Dezember"."""
    month_number, day_number = map(int, text.split("-"))
    pattern = "d. MMMM" if locale_of(language).language == "de" else "d MMMM"
    return format_date(date(2000, month_number, day_number), pattern, locale=locale_of(language))


def weekday(value: date, language: str) -> str:
    """The weekday in short: "Wed", "Mi"."""
    return format_date(value, "ccc", locale=locale_of(language))


def month(value: date, language: str) -> str:
    """The month in short: "Nov"."""
    return format_date(value, "LLL", locale=locale_of(language)).rstrip(".")


def month_year(value: date, language: str, *, long: bool = False) -> str:
    """The month with its year: "Nov 2026", or "November 2026" if `long`."""
    if long:
        return format_date(value, "LLLL y", locale=locale_of(language))
    return f"{month(value, language)} {value.year}"


def whole_day(value: date, language: str) -> str:
    """The whole date as short as everybody reads it alike: "31.12.2025", in English, where
    countries put day and month in another order, "31 December 2025"."""
    pattern = "d MMMM y" if locale_of(language).language == "en" else "dd.MM.y"
    return format_date(value, pattern, locale=locale_of(language))


def last_usable_day(ends_at: datetime, language: str, zone: tzinfo) -> str:
    """The last civil day before an exclusive end: what people read as "valid until"."""
    last = ends_at.astimezone(zone) - timedelta(microseconds=1)
    return whole_day(last.date(), language)


def moment(value: datetime, language: str, zone: tzinfo, this_year: int | None = None) -> str:
    """An aware moment in `zone`: "17 Nov 2026, 18:40"."""
    local = value.astimezone(zone)
    return f"{short_day(local.date(), language, this_year)}, {clock(value, language, zone)}"


def clock(value: datetime, language: str, zone: tzinfo) -> str:
    """The time of day of an aware moment in `zone`: "18:40"."""
    return format_time(value.astimezone(zone), "HH:mm", locale=locale_of(language), tzinfo=zone)


def seconds(value: int, language: str) -> str:
    """A length of time in its largest fitting unit: `130` as "2 minutes"."""
    return format_timedelta(timedelta(seconds=value), threshold=1, locale=locale_of(language))


def days_ago(days: int, language: str) -> str:
    """How long ago in words, counted in days: "today", "yesterday", "19 days ago"."""
    locale = locale_of(language)
    if days < 2:
        return _near(days, locale)
    span = timedelta(days=-days)
    return format_timedelta(
        span, granularity="day", threshold=FOREVER, add_direction=True, locale=locale
    )


def _near(days: int, locale: Locale) -> str:
    return NEAR_DAYS[locale.language][1 if days == 1 else 0]


def joined(items: Sequence[str], language: str) -> str:
    """A list in words: "Anna, Ben and Carla"."""
    return format_list(list(items), locale=locale_of(language))
