"""One edition's names, and values as a reader of a language writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_name
from django.utils.translation import gettext, npgettext
from msgspec import Struct

from regulars.engine.calendar import datetime_of
from regulars.engine.edition import Asset, Edition
from regulars.engine.money import decimals, from_minor, to_minor
from regulars.engine.texts import Text, in_language, parse_duration, parse_money
from regulars.words import formats
from regulars.words.plurals import several

VOWELS = "aeiouAEIOU"


class Voice(Struct, frozen=True):
    """Who tells what: `edition` in `language`, which is also the active one."""

    edition: Edition
    language: str

    def text(self, text: Text) -> str:
        """A text of the file in the reader's language."""
        return in_language(text, self.language)

    def asset(self, name: str | None) -> Asset:
        """The asset of this id; the main one where nothing is named."""
        known = {one.id: one for one in self.edition.assets}
        return known.get(name or "", self.edition.assets[0])

    def many(self, asset: str | None) -> str:
        """What several of an asset are called: "points"."""
        one = self.asset(asset)
        return several(self.text(one.many or one.name), self.language)

    def called(self, number: str, asset: str | None) -> str:
        """What so many of an asset are called: "point" for 1."""
        one, much = self.asset(asset), Decimal(number)
        if much == 1 or not one.many:
            return self.text(one.name)
        return several(self.text(one.many), self.language, much)

    def units(self, amount: int, asset: str | None) -> str:
        """Smallest units of an asset as a number of a file: 150 stars of one decimal are "15"."""
        return f"{Decimal(amount).scaleb(-self.asset(asset).decimals).normalize():f}"

    def number(self, number: str) -> str:
        """A number of the file as it is read."""
        return formats.number(number, self.language)

    def counted(self, number: str, asset: str | None, with_name: bool = True) -> str:
        """So many of an asset: "50 points"; as money where the asset is: "€10 credit"."""
        one = self.asset(asset)
        if one.currency:
            minor = int(Decimal(number).scaleb(decimals(one.currency)))
            money = self.money(minor, one.currency)
            named = gettext("%(money)s %(asset)s") % {"money": money, "asset": self.many(asset)}
            return named if with_name else money
        return f"{self.number(number)} {self.called(number, asset)}"

    def money(self, minor: int, currency: str = "") -> str:
        """An amount, without decimals where they say nothing: "€5", "€12.90"."""
        code = currency or self.edition.currency
        if minor % 10 ** decimals(code):
            return formats.money(minor, code, self.language)
        return formats.whole_money(minor, code, self.language)

    def money_text(self, text: str) -> str:
        """An amount of the file: "5.00 EUR" as "€5"."""
        return self.money(*parse_money(text))

    def money_number(self, number: str) -> str:
        """A number of the file as money of the programme: "300" as "€300"."""
        return self.money(to_minor(Decimal(number), self.edition.currency))

    def money_word(self, text: str) -> str:
        """One whole unit in words, where its currency has one word: "1 euro"; else as money."""
        amount = parse_money(text)
        number = from_minor(amount.minor, amount.currency).normalize()
        word = self.currency_word(amount.currency, number) if number == 1 else ""
        return f"{self.number(f'{number:f}')} {word}" if word else self.money(*amount)

    def currency_word(self, currency: str, number: Decimal | int) -> str:
        """What so much of a currency is called, if that is one word."""
        locale = formats.locale_of(self.language)
        word = get_currency_name(currency, count=number, locale=locale)
        return "" if " " in word or word == currency else word

    def span(self, duration: str, after_word: bool = False) -> str:
        """A length of time: "12 months"; `after_word` as it stands after within, after, before."""
        return self.spans([duration], after_word)

    def spans(self, durations: Sequence[str], after_word: bool = False) -> str:
        """Lengths of time; those of one unit share it: "30 and 14 days"."""
        parted = [_parted(one) for one in durations]
        if len({unit for _, unit in parted}) == 1:
            numbers = [self.number(str(count)) for count, _ in parted]
            return _spoken_span(parted[-1][1], parted[-1][0], (self.listed(numbers), after_word))
        told = [_spoken_span(u, n, (self.number(str(n)), after_word)) for n, u in parted]
        return self.listed(told)

    def tiers(self, names: Iterable[str], several: bool = True) -> str:
        """Tiers by id: "Regulars and Neighbours" where they have a word for several."""
        known = {one.id: one for one in self.edition.tiers}
        told = [known[name] for name in names if name in known]
        return self.listed([self.text((one.many if several else None) or one.name) for one in told])

    def code(self, code: str) -> str:
        """What a code of goods, places, channels … is called: the file says it, else the code."""
        named = (
            self.edition.names,
            self.edition.campaigns,
            self.edition.activities,
            self.edition.counts,
        )
        for names in named:
            if code in names:
                return self.text(names[code])
        return code.replace("_", " ")

    def codes(self, codes: Iterable[str]) -> str:
        """Several codes: "gift cards, delivery and tips"."""
        return self.listed([self.code(code) for code in codes])

    def listed(self, items: Sequence[str]) -> str:
        """ "a, b and c"."""
        return formats.joined(items, self.language)

    def either(self, items: Sequence[str]) -> str:
        """ "a, b or c"."""
        if len(items) < 2:
            return "".join(items)
        return gettext("%(some)s or %(last)s") % {
            "some": ", ".join(items[:-1]),
            "last": items[-1],
        }

    def ordinal(self, number: int) -> str:
        """ "10th", "10.", "10-a"."""
        language = self.language.split("-")[0]
        if language != "en":
            return f"{number}-a" if language == "ro" else f"{number}."
        last = 0 if number % 100 in (11, 12, 13) else number % 10
        return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"

    def one(self, name: str) -> str:
        """ "a Regular", "an Insider"; languages without such a word take the name alone."""
        message = gettext("an %(name)s") if name[:1] in VOWELS else gettext("a %(name)s")
        return message % {"name": name}

    def day(self, instant: int) -> str:
        """The civil day of an instant (microseconds since 1970) in the programme's zone."""
        return formats.short_day(self.local(instant).date(), self.language)

    def local(self, instant: int) -> datetime:
        """An instant in the programme's zone."""
        return datetime_of(instant).astimezone(ZoneInfo(self.edition.zone))


def _parted(duration: str) -> tuple[int, str]:
    if duration[-1] in "YW":
        return int(duration[1:-1]), duration[-1]
    span = parse_duration(duration)
    if span.months:
        return span.months, "M"
    return (span.days, "D") if span.days else (span.hours, "H")


def _spoken_span(unit: str, count: int, said: tuple[str, bool]) -> str:
    number, after_word = said
    forms = _after_word(count) if after_word else _plain(count)
    return forms[unit] % {"n": number}


def _plain(count: int) -> dict[str, str]:
    return {
        "Y": npgettext("for", "%(n)s year", "%(n)s years", count),
        "M": npgettext("for", "%(n)s month", "%(n)s months", count),
        "W": npgettext("for", "%(n)s week", "%(n)s weeks", count),
        "D": npgettext("for", "%(n)s day", "%(n)s days", count),
        "H": npgettext("for", "%(n)s hour", "%(n)s hours", count),
    }


def _after_word(count: int) -> dict[str, str]:
    return {
        "Y": npgettext("within", "%(n)s year", "%(n)s years", count),
        "M": npgettext("within", "%(n)s month", "%(n)s months", count),
        "W": npgettext("within", "%(n)s week", "%(n)s weeks", count),
        "D": npgettext("within", "%(n)s day", "%(n)s days", count),
        "H": npgettext("within", "%(n)s hour", "%(n)s hours", count),
    }
