"""Figures, money and dates as readers write them; the rows of the terms' format rules."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from regulars.words import formats

DAY = date(2026, 11, 17)
BERLIN = ZoneInfo("Europe/Berlin")
SPACE = "\xa0"


@pytest.mark.parametrize(
    ("language", "currency", "text"),
    [
        ("en-GB", "EUR", "€1,234.50"),
        ("de-DE", "EUR", f"1.234,50{SPACE}€"),
        ("pl-PL", "PLN", f"1{SPACE}234,50{SPACE}zł"),
        ("ro-RO", "RON", f"1.234,50{SPACE}RON"),
    ],
)
def test_money_is_written_as_in_the_readers_country(
    language: str, currency: str, text: str
) -> None:
    assert formats.money(123450, currency, language) == text


@pytest.mark.parametrize(
    ("amount_minor", "currency", "language", "text"),
    [
        (184049, "EUR", "en", "€1,840"),
        (184050, "EUR", "de", f"1.841{SPACE}€"),
        (-123450, "EUR", "de", f"−1.235{SPACE}€"),
        (1840, "JPY", "de", f"1.840{SPACE}¥"),
        (1234567, "KWD", "de", f"1.235{SPACE}KWD"),
    ],
)
def test_whole_money_leaves_the_decimals_out(
    amount_minor: int, currency: str, language: str, text: str
) -> None:
    assert formats.whole_money(amount_minor, currency, language) == text


@pytest.mark.parametrize(
    ("currency", "text"), [("JPY", "JP¥1,234,567"), ("EUR", "€12,345.67"), ("KWD", "1,234.567")]
)
def test_money_has_as_many_decimals_as_its_currency(currency: str, text: str) -> None:
    assert text in formats.money(1234567, currency, "en")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Tuesday, 17 November"),
        ("de", "Dienstag, 17. November"),
        ("pl", "wtorek, 17 listopada"),
        ("ro", "marți, 17 noiembrie"),
    ],
)
def test_a_day_in_words_names_its_year_only_when_it_is_another(language: str, text: str) -> None:
    assert formats.day(DAY, language, 2026) == text
    assert formats.day(DAY, language, 2027) == f"{text} 2026"


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("17 Nov 2026", "Tue, 17 Nov", "Nov 2026", "17 November 2026")),
        ("de", ("17. Nov. 2026", "Di, 17. Nov.", "Nov 2026", "17.11.2026")),
        ("pl", ("17 lis 2026", "wt., 17 lis", "lis 2026", "17.11.2026")),
        ("ro", ("17 nov 2026", "mar., 17 nov", "nov 2026", "17.11.2026")),
    ],
)
def test_short_dates(language: str, texts: tuple[str, ...]) -> None:
    assert (
        formats.short_day(DAY, language),
        formats.weekday_day(DAY, language, 2026),
        formats.month_year(DAY, language),
        formats.whole_day(DAY, language),
    ) == texts


def test_may_in_polish_is_as_a_day_asks_for_it() -> None:
    assert formats.short_day(date(2026, 5, 29), "pl") == "29 maja 2026"
    assert formats.weekday_day(date(2026, 5, 29), "pl", 2026) == "pt., 29 maja"
    assert formats.day(date(2026, 5, 29), "pl", 2026) == "piątek, 29 maja"
    assert formats.month_year(date(2026, 5, 1), "pl") == "maj 2026"


@pytest.mark.parametrize("language", ["de", "pl", "ro"])
def test_people_read_the_last_usable_day_before_an_exclusive_end(language: str) -> None:
    end = datetime.fromisoformat("2025-03-01T00:00:00+01:00")
    assert formats.last_usable_day(end, language, BERLIN) == "28.02.2025"


def test_a_moment_is_shown_in_the_zone_of_the_business() -> None:
    late = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert formats.moment(late, "de", BERLIN, 2026) == "1. Juli, 00:30"
    assert formats.clock(late, "en", UTC) == "22:30"


@pytest.mark.parametrize(
    ("days", "texts"),
    [
        (0, ("today", "heute", "dzisiaj", "astăzi")),
        (1, ("yesterday", "gestern", "wczoraj", "ieri")),
        (2, ("2 days ago", "vor 2 Tagen", "2 dni temu", "acum 2 zile")),
        (19, ("19 days ago", "vor 19 Tagen", "19 dni temu", "acum 19 zile")),
        (20, ("20 days ago", "vor 20 Tagen", "20 dni temu", "acum 20 de zile")),
        (400, ("400 days ago", "vor 400 Tagen", "400 dni temu", "acum 400 de zile")),
    ],
)
def test_how_long_ago_is_counted_in_days(days: int, texts: tuple[str, ...]) -> None:
    assert tuple(formats.days_ago(days, code) for code in ("en", "de", "pl", "ro")) == texts


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (formats.number(1234567, "en"), "1,234,567"),
        (formats.number(1234567, "de"), "1.234.567"),
        (formats.number("3.14159", "de", 2), "3,14"),
        (formats.number(-3, "en"), "−3"),
        (formats.number("2.5", "en", 0), "3"),
        (formats.signed(9, "en"), "+9"),
        (formats.signed(Decimal("-0.5"), "de", 1), "−0,5"),
        (formats.signed(0, "de"), "0"),
        (formats.share("0.463", "en"), f"46{SPACE}%"),
        (formats.share("0.4637", "de", 1), f"46,4{SPACE}%"),
        (formats.seconds(130, "en"), "2 minutes"),
        (formats.seconds(5400, "de"), "2 Stunden"),
        (formats.joined(["Ana", "Ben", "Cem"], "de"), "Ana, Ben und Cem"),
        (formats.joined([], "de"), ""),
        (formats.number(7, "fr"), "7"),
    ],
)
def test_numbers_and_lists(shown: str, text: str) -> None:
    assert shown == text
