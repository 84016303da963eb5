"""The small texts that programme files are made of: their patterns, and what they mean as integers.

Each form is an annotated text type. Its pattern is exact: a text that matches is one that the
parser beside it reads, so that a file, its JSON Schema and the engine agree on what is allowed.
Patterns are plain ones that Python and editors read alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Final, Literal, NamedTuple, TypeVar

from msgspec import Meta, Struct

from regulars.engine.money import DECIMALS_BESIDE_TWO, decimals

Param = int | str | tuple[str, ...]
Language = Literal["en", "de", "pl", "ro"]
MOST_MONTHS: Final = 1200
"""No length of a rule is longer than a hundred years."""
LANGUAGES: Final[tuple[Language, ...]] = ("en", "de", "pl", "ro")

_WHOLE = "(?:0|[1-9][0-9]{0,14})"
_FRACTION = r"(?:\.[0-9]{1,12})?"
_SOME = r"(?=[0-9.]*[1-9])"


def _currencies(places: int) -> str:
    return "|".join(sorted(code for code, own in DECIMALS_BESIDE_TWO.items() if own == places))


OF_ASSET: Final = "of_asset"
"""The mark of an amount of an asset: which field beside it names the asset."""
ITS_KEY: Final = "its key"
"""In that mark: each amount stands under the asset's own id."""
ID_PATTERN = "^[a-z][a-z0-9_]*$"
MONEY_PATTERN = (
    f"^{_WHOLE}(?: (?:{_currencies(0)})"
    rf"|(?:\.[0-9]{{1,3}})? (?:{_currencies(3)})"
    rf"|(?:\.[0-9]{{1,2}})? (?!{_currencies(0)}|{_currencies(3)})[A-Z]{{3}})$"
)
NUMBER_PATTERN = f"^-?{_WHOLE}{_FRACTION}$"
NOT_NEGATIVE_PATTERN = f"^{_WHOLE}{_FRACTION}$"
POSITIVE_PATTERN = f"^{_SOME}{_WHOLE}{_FRACTION}$"
DURATION_PATTERN = "^P(?:[1-9][0-9]{0,2}Y|[1-9][0-9]{0,3}[MWD]|T[1-9][0-9]{0,4}H)$"
_LEAP = "(?:19|20|21)(?:0[48]|[2468][048]|[13579][26])|2000"
_DAY = (
    "(?:(?:19|20|21)[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:{_LEAP})-02-29)"
)
DAY_PATTERN = f"^{_DAY}$"
INSTANT_PATTERN = (
    rf"^{_DAY}T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{{1,6}})?)?"
    "(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])$"
)
ZONE_PATTERN = "^[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*$"


def form(name: str, pattern: str, description: str, longest: int | None = None) -> Meta:
    """What makes a text type of one form: `name` tells the checker and the words which it is."""
    return Meta(
        pattern=pattern,
        max_length=longest,
        description=description,
        extra={"form": name, "told": description},
    )


Id = Annotated[
    str,
    form("id", ID_PATTERN, "A name for the file itself: small letters, digits and _.", 60),
]
Money = Annotated[
    str, form("money", MONEY_PATTERN, 'An amount with its currency, such as "5.00 EUR".')
]
Number = Annotated[str, form("number", NUMBER_PATTERN, "A decimal number, such as 1.5.")]
NotNegative = Annotated[
    str, form("not_negative", NOT_NEGATIVE_PATTERN, "A decimal number, 0 or more.")
]
Positive = Annotated[str, form("positive", POSITIVE_PATTERN, "A decimal number above 0.")]
Units = Annotated[Positive, Meta(extra={OF_ASSET: "asset"})]
"""An amount of the asset that the field `asset` beside it names: no finer than the asset is."""
Duration = Annotated[
    str,
    form("duration", DURATION_PATTERN, "A length of time: P1Y, P12M, P2W, P14D or PT2H."),
]
Day = Annotated[str, form("day", DAY_PATTERN, "A civil day, such as 2026-01-31.")]
Instant = Annotated[
    str,
    form("instant", INSTANT_PATTERN, "A moment with its offset: 2026-01-31T09:30:00+01:00."),
]
Zone = Annotated[str, form("zone", ZONE_PATTERN, "A time zone, such as Europe/Berlin.", 60)]

Words = Annotated[str, Meta(min_length=1, max_length=2000)]
_TEXT_TOLD = "A text, or one for each language: {en: Coffee, de: Kaffee}."
Text = Annotated[
    Words | Annotated[dict[Language, Words], Meta(min_length=1)],
    Meta(description=_TEXT_TOLD, extra={"form": "text", "told": _TEXT_TOLD}),
]

T = TypeVar("T")
OneOrMany = Annotated[tuple[T, ...], Meta(extra={"one_or_many": True})]
"""One value or a list of them in the file, always a tuple in the struct."""
Unique = Annotated[tuple[T, ...], Meta(extra_json_schema={"uniqueItems": True})]
"""A list in which nothing stands twice."""
NUMBER_FORMS: Final = frozenset({"number", "not_negative", "positive"})
"""Forms that a file may also write as a number without quotes."""


def without_underscore(name: str) -> str:
    """A field's name in files: `from_` is `from` there."""
    return name.removesuffix("_")


class Part(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename=without_underscore,
):
    """One piece of a programme or case file. A base of plug-ins adds `tag_field="kind"` and a
    class variable `family`; each kind of the family is a subclass of it with a `tag`.
    A part may have a method `problems()` that yields findings on what a schema cannot say."""


class Finding(NamedTuple):
    """What is wrong at `path` (relative to the part that says it, as the file names it)."""

    path: str
    code: str
    params: dict[str, Param]


class Amount(NamedTuple):
    """Money: integer of the currency's smallest unit, ISO 4217 code."""

    minor: int
    currency: str


class Scaled(NamedTuple):
    """A decimal number: `value` / 10 ** `scale`."""

    value: int
    scale: int


class Span(NamedTuple):
    """A length of time: calendar months, civil days, elapsed hours; one of them is not 0."""

    months: int = 0
    days: int = 0
    hours: int = 0


class BadText(ValueError):
    """A text that is not of the form that is asked for."""

    def __init__(self, form: str, value: str) -> None:
        super().__init__(f"{value!r} is no {form}")
        self.form = form
        self.value = value


@lru_cache(maxsize=500)
def compiled(pattern: str) -> re.Pattern[str]:
    """`pattern` as editors read it: digits are ASCII, a last `$` is the very end of the text."""
    own = pattern[:-1] + r"\Z" if pattern.endswith("$") and not pattern.endswith(r"\$") else pattern
    return re.compile(own, re.ASCII)


def _checked(form: str, pattern: str, text: str) -> str:
    if not compiled(pattern).search(text):
        raise BadText(form, text)
    return text


def parse_money(text: str) -> Amount:
    """ "5.00 EUR" as 500 of EUR's smallest unit. Raises BadText."""
    number, currency = _checked("money", MONEY_PATTERN, text).split(" ")
    whole, _, fraction = number.partition(".")
    return Amount(int(whole + fraction.ljust(decimals(currency), "0")), currency)


def parse_number(text: str) -> Scaled:
    """ "1.50" as 15 with scale 1: without closing zeros. Raises BadText."""
    whole, _, fraction = _checked("number", NUMBER_PATTERN, text).partition(".")
    fraction = fraction.rstrip("0")
    return Scaled(int(whole + fraction), len(fraction))


@lru_cache(maxsize=1000)
def parse_duration(text: str) -> Span:
    """ "P1Y" as 12 months, "P2W" as 14 days, "PT2H" as 2 hours. Raises BadText."""
    count = int(_checked("duration", DURATION_PATTERN, text).lstrip("PT")[:-1])
    match text[-1]:
        case "Y":
            return Span(months=count * 12)
        case "M":
            return Span(months=count)
        case "W":
            return Span(days=count * 7)
        case "D":
            return Span(days=count)
    return Span(hours=count)


def parse_day(text: str) -> date:
    """ "2026-01-31" as a civil day. Raises BadText."""
    return date.fromisoformat(_checked("day", DAY_PATTERN, text))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def parse_instant(text: str) -> int:
    """ "2026-01-31T09:30:00+01:00" as microseconds since 1970-01-01 UTC. Raises BadText."""
    _checked("instant", INSTANT_PATTERN, text)
    return (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND


def in_language(text: str | dict[Language, str], language: str) -> str:
    """`text` in `language`, else in English, else in the first language that it has."""
    if isinstance(text, str):
        return text
    for wanted in (language, *LANGUAGES):
        if wanted in text:
            return text[wanted]
    return ""


def repeated(names: Iterable[str], path: str, field: str = "") -> Iterator[Finding]:
    """One finding for each name that stands a second time, for parts told apart by `field`.

    `path` is the list's, relative to the part that asks: `repeated(ids, "rewards", "id")`.
    """
    first: dict[str, str] = {}
    for index, name in enumerate(names):
        at = f"{path}[{index}]" + (f".{field}" if field else "")
        if name in first:
            yield Finding(at, "repeated", {"value": name, "first": first[name]})
        first.setdefault(name, at)


def unknown(name: str, known: Sequence[str], path: str) -> Iterator[Finding]:
    """A finding where `name` is none of `known`: for references to other parts of the file."""
    if name not in known:
        close = next(iter(get_close_matches(name, sorted(known), n=1)), "")
        params: dict[str, Param] = {"value": name, "nearest": close, "known": tuple(known)}
        yield Finding(path, "unknown_name", params)
