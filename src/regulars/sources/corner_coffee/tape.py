"""Prints sales as rows of an export, gives them their numbers and slips refunds in between."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from heapq import heappop, heappush
from typing import IO

import msgspec

from regulars.sources.corner_coffee.business import PLACES
from regulars.sources.corner_coffee.sales import DAY, Sale, unpacked

CUSTOMER_COLUMNS = "Customer ID,Name,E-mail,Phone,Card,Birthday,Country,Language,Brought by"
ORDER_COLUMNS = (
    f"Order number,Ordered at,Place,{CUSTOMER_COLUMNS},"
    "Product code,Product name,Category,Quantity,Unit price,Refund of"
)
FIRST_NUMBER = 100_000


class Tape:
    """One run through all sales in order of time. Counts what it prints.

    Refunds wait for their time in a heap: there are never more than two weeks of them.
    """

    def __init__(self, file: IO[str], first_date: date) -> None:
        self._file = file
        self._first_date = first_date
        self._numbers = [FIRST_NUMBER] * len(PLACES)
        self._waiting: list[str] = []
        self._day = -1
        self._date = ""
        self.orders = 0
        self.refunds = 0
        self.rows = 0

    def print(self, sales: Iterable[str]) -> None:
        """Writes the header and a row for each line of each packed sale."""
        self._file.write(ORDER_COLUMNS + "\n")
        for text in sales:
            sale = unpacked(text)
            self._refunds_before(sale.second)
            self._order(sale)
        while self._waiting:
            self._refund(unpacked(heappop(self._waiting)))

    def _refunds_before(self, second: int) -> None:
        while self._waiting and int(self._waiting[0][:9]) <= second:
            self._refund(unpacked(heappop(self._waiting)))

    def _order(self, sale: Sale) -> None:
        number = self._next_number(sale.place)
        self._rows(sale, number)
        self.orders += 1
        if sale.back:
            refund = msgspec.structs.replace(
                sale, second=sale.back_second, lines=sale.back, back="", back_second=0, of=number
            )
            heappush(self._waiting, refund.packed())

    def _refund(self, sale: Sale) -> None:
        self._rows(sale, self._next_number(sale.place))
        self.refunds += 1

    def _next_number(self, place: int) -> str:
        self._numbers[place] += 1
        return f"{PLACES[place].prefix}-{self._numbers[place]}"

    def _rows(self, sale: Sale, number: str) -> None:
        begin = f"{number},{self._civil_time(sale.second)},{PLACES[sale.place].name},{sale.who},"
        for line in sale.lines.split(";"):
            self._file.write(f"{begin}{line},{sale.of}\n")
            self.rows += 1

    def _civil_time(self, second: int) -> str:
        """ISO date and time on the clock of the place."""
        day, rest = divmod(second, DAY)
        if day != self._day:
            self._day = day
            self._date = (self._first_date + timedelta(days=day)).isoformat()
        minutes, seconds = divmod(rest, 60)
        return f"{self._date} {minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
