"""From the numbers and moments of a case to smallest units and instants, by an edition's file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec import Struct

from regulars.engine.edition import Edition
from regulars.engine.money import decimals
from regulars.programmes.cases.values import Value
from regulars.programmes.cases.vocabulary import vocabulary


class Units(Struct, frozen=True):
    """The units of an edition: its currency, its assets, its zone."""

    edition: Edition

    @property
    def main(self) -> str:
        """The asset that `points` means."""
        return self.edition.assets[0].id

    @property
    def zone(self) -> ZoneInfo:
        """Where the programme's days begin."""
        return ZoneInfo(self.edition.zone)

    def places(self, asset: str) -> int:
        """Decimals of an asset's smallest unit."""
        return next((one.decimals for one in self.edition.assets if one.id == asset), 0)

    def of_asset(self, amount: Value, asset: str) -> int:
        """An amount of an asset in its smallest unit; finer parts are cut."""
        return scaled(amount, self.places(asset))

    def of_text(self, amount: str, asset: str) -> int:
        """An amount of an asset as a programme file writes it, in its smallest unit."""
        return self.of_asset(Decimal(amount), asset)

    def money(self, amount: Value, currency: str = "") -> int:
        """An amount of money in the smallest unit of its currency."""
        return scaled(amount, decimals(currency or self.edition.currency))

    def asset(self, name: str) -> str:
        """The asset that a case calls so, or the empty text."""
        known = {one.id for one in self.edition.assets}
        return name if name in known else self.main if name == "points" else ""

    def shown(self, amount: int, asset: str) -> Decimal:
        """An amount of smallest units as a case writes it."""
        return Decimal(amount).scaleb(-self.places(asset))

    def shown_money(self, amount: int) -> Decimal:
        """An amount of money as a case writes it."""
        return Decimal(amount).scaleb(-decimals(self.edition.currency))

    def moment(self, value: Value) -> datetime:
        """An instant; of a civil day its beginning where the programme is."""
        if isinstance(value, datetime):
            return value
        if not isinstance(value, date):
            raise TypeError(type(value).__name__)
        return datetime(value.year, value.month, value.day, tzinfo=self.zone)


def scaled(amount: Value, places: int) -> int:
    """A number as an integer with so many places; finer parts are cut towards zero."""
    if not isinstance(amount, int | Decimal):
        raise TypeError(type(amount).__name__)
    return int(Decimal(amount).scaleb(places))


def number(amount: Value) -> Decimal:
    """A number of a case."""
    return Decimal(amount) if isinstance(amount, int | Decimal) else Decimal(0)


def word(value: Value) -> str:
    """A value as one word of a label: flags are yes or no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(word(one) for one in value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def code_of(member: str) -> str:
    """The code of a member: the id in capitals with a suffix."""
    return f"{member.upper()}{vocabulary().shorthand.code_suffix}"


MICROSECOND = timedelta(microseconds=1)
