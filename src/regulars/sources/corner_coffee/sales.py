"""One order at a time: what was bought where and when, and what came back of it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from regulars.sources.corner_coffee.baskets import Item
from regulars.sources.corner_coffee.business import ONLINE_SHOP, PLACES
from regulars.sources.corner_coffee.days import Days
from regulars.sources.corner_coffee.dice import Dice
from regulars.sources.corner_coffee.hours import desk_second

DAY = 86_400

PARCELS_BACK = 30
"""Per mille of the shop's orders of which something comes back."""
CUPS_BACK = 3
"""Per mille of the café's orders of which something is paid back."""
IN_FULL = 420
"""Per mille of what comes back that comes back whole."""
DAYS_TO_SEND_BACK = (4, 14)


class Sale(Struct, frozen=True, kw_only=True):
    """An order, or what was paid back of one.

    `second` counts from the first midnight of the export, in civil time; `place` is a position
    in `PLACES`; `who` and `lines` are columns of rows, the lines parted by semicolons. The
    `back` lines of an order are paid back at `back_second`. `of` is the number of the order that
    a refund names.
    """

    second: int
    place: int
    who: str
    lines: str
    back_second: int = 0
    back: str = ""
    of: str = ""

    def packed(self) -> str:
        """As one line of text that sorts by time."""
        return (
            f"{self.second:09d}\t{self.place}\t{self.who}\t{self.lines}"
            f"\t{self.back_second}\t{self.back}\t{self.of}"
        )


def unpacked(text: str) -> Sale:
    """The sale that `packed` gave."""
    second, place, who, lines, back_second, back, of = text.split("\t")
    return Sale(
        second=int(second),
        place=int(place),
        who=who,
        lines=lines,
        back_second=int(back_second),
        back=back,
        of=of,
    )


class Sales:
    """Rings up orders, and decides what comes back of them."""

    def __init__(self, days: Days, dice: Dice) -> None:
        self._dice = dice
        self._end = days.count * DAY

    def rung_up(self, second: int, place: int, who: str, items: Sequence[Item]) -> str:
        """The order, packed, with its refund if there will be one before the export ends."""
        lines = ";".join([item.cells(item.quantity) for item in items])
        is_parcel = PLACES[place] is ONLINE_SHOP
        # Spelled out, because almost every order ends here and `packed` takes twice as long.
        if not self._dice.chance(PARCELS_BACK if is_parcel else CUPS_BACK):
            return f"{second:09d}\t{place}\t{who}\t{lines}\t0\t\t"
        back_second = self._parcel_back(second) if is_parcel else self._cup_back(second)
        back = self._back(items) if back_second < self._end else ""
        return Sale(
            second=second,
            place=place,
            who=who,
            lines=lines,
            back_second=back_second if back else 0,
            back=back,
        ).packed()

    def _parcel_back(self, second: int) -> int:
        """Days later, when the desk has opened the parcel."""
        return (second // DAY + self._dice.between(*DAYS_TO_SEND_BACK)) * DAY + desk_second(
            self._dice
        )

    def _cup_back(self, second: int) -> int:
        """While the customer still stands there."""
        return second + self._dice.between(90, 900)

    def _back(self, items: Sequence[Item]) -> str:
        """What comes back: all of it, delivery included, or some of one product.

        Nothing, if nothing was paid for.
        """
        paid = [item for item in items if item.price_minor and item.product.category != "Delivery"]
        if not paid:
            return ""
        if self._dice.chance(IN_FULL):
            return ";".join([item.cells(-item.quantity) for item in items])
        item = self._dice.pick(paid)
        return item.cells(-self._dice.between(1, item.quantity))
