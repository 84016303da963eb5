"""Why a voucher pays nothing is said alike by a book that was put away, and by one that was not."""

from __future__ import annotations

import crowd
import msgspec
import pytest
from histories import order, yes
from shelf import Shelf, promised

from regulars.engine.booking import Book
from regulars.engine.head import Shelved


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (((30, "half"),), ""),
        (((30, "half"), (31, "half")), "already_used"),
        (((100, "half"),), "expired"),
        (((30, "cake"),), "voucher_unknown"),
    ],
)
def test_why_a_voucher_pays_nothing_is_said_by_all_that_is_known(
    shown: tuple[tuple[int, str], ...], code: str
) -> None:
    shelf = Shelf(programme=crowd.CROWD, ask=lambda question: yes("m1", question))
    book = Book.opened(crowd.CROWD, "m1", shelf.ask)
    told = [order("o1", 1, 100), *(order(f"v{day}", day, 8) for day, _voucher in shown)]
    kinds = ["", *(voucher for _day, voucher in shown)]
    for one, kind in zip(told, kinds, strict=True):
        fact = msgspec.structs.replace(one, vouchers=(kind,) if kind else ())
        shelf.take(fact), book.take(fact)
    found = promised(shelf.facts)
    assert found == promised(book.facts)
    assert [one.code for one in found.values() if one.order == told[-1].key] == [code]


def test_saboteur_nobody_looks_what_became_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shelved, "are_open", lambda self, order: True)
    with pytest.raises(AssertionError):
        test_why_a_voucher_pays_nothing_is_said_by_all_that_is_known(((100, "half"),), "expired")
