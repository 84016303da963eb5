"""Balances of an old scheme come in once, and what cannot come in comes back."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
sys.path.insert(0, str(Path(__file__).parent))
from crowd import CROWD, FIRST, START
from live import Live

from regulars.actions import opening
from regulars.actions.looking import Look, look
from regulars.actions.opening import open_balances, read
from regulars.actions.refused import Refused
from regulars.actions.verifying import verify
from regulars.db.models import FactRow
from regulars.words.reasons import REASONS

pytestmark = pytest.mark.usefixtures("own_database")
AFTER = START + timedelta(days=1)
FILE = """customer,asset,amount,expires,tier
anna,points,250,2025-03-31,gold
ben,credit,12.50,,
ben,,7,,
"""
WRONG = {
    "nobody,points,1,,": "opening_customer",
    "anna,pints,1,,": "opening_asset",
    "anna,points,x,,": "opening_amount",
    "anna,points,1.5,,": "opening_amount",
    "anna,points,Infinity,,": "opening_amount",
    "anna,points,1,31.3.2025,": "opening_expires",
    "anna,points,1,,platinum": "opening_tier",
}


def brought(live: Live, path: Path, text: str) -> opening.Opened:
    path.write_text(text)
    return open_balances(read(path), "crowd", at=START, now=START)


def seen(live: Live, whose: str, now: datetime = AFTER) -> Look:
    return look(live.numbers[whose], "crowd", now)


def test_balances_come_in_once(tmp_path: Path) -> None:
    live = Live(CROWD, [FIRST], START)
    for count in ((4, 0), (0, 4)):
        found = brought(live, tmp_path / "old.csv", FILE)
        assert (found.done, found.known, found.rejected) == (*count, [])
    anna, ben = seen(live, "anna"), seen(live, "ben")
    # Each 90 points turn into a voucher by themselves in this programme.
    assert anna.balances["points"].available == 250 - 180
    assert len(anna.vouchers) == 2
    assert anna.tier == "gold"
    assert [one.at for one in anna.expiring] == [datetime(2025, 3, 31, 22, tzinfo=UTC)]
    assert ben.balances["credit"].available == 1250
    assert ben.balances["points"].available == 7
    assert verify().finding is None


def test_rows_that_are_wrong_come_back_and_the_others_go_in(tmp_path: Path) -> None:
    live = Live(CROWD, [FIRST], START)
    found = brought(live, tmp_path / "old.csv", FILE + "\n".join(WRONG))
    assert [(one.row.line, one.code) for one in found.rejected] == [
        (5 + number, code) for number, code in enumerate(WRONG.values())
    ]
    assert {one.code for one in found.rejected} <= REASONS.keys()
    assert found.done == 4 == FactRow.objects.filter(type="opening").count()


def test_a_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    live = Live(CROWD, [FIRST], START)
    with pytest.raises(Refused, match="opening_columns"):
        brought(live, tmp_path / "old.csv", "who,amount\nanna,1\n")
    assert not FactRow.objects.filter(type="opening").exists()
    with pytest.raises(Refused, match="programme_unknown"):
        open_balances([], "crows", at=START, now=START)


@pytest.mark.parametrize("day", ["9999-12-31", "1899-12-30", "2199-12-31", "soon"])
def test_a_last_day_that_cannot_be_reckoned_with_comes_back(day: str, tmp_path: Path) -> None:
    live = Live(CROWD, [FIRST], START)
    text = f"customer,amount,expires\nanna,5,{day}\n"
    [rejected] = brought(live, tmp_path / "old.csv", text).rejected
    assert rejected.code == "opening_expires"


def test_a_row_that_came_back_counts_once_from_whichever_file(tmp_path: Path) -> None:
    live = Live(CROWD, [FIRST], START)
    assert brought(live, tmp_path / "old.csv", "customer,amount\nanna,5\n").done == 1
    back = "customer,amount,line,reason\nanna,5,2,was wrong\n"
    assert brought(live, tmp_path / "back.csv", back).known == 1


def test_saboteur_keys_that_are_new_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Live(CROWD, [FIRST], START)
    made = opening._opening
    count = iter(range(100))

    def fresh(scheme: opening.Scheme, row: opening.Row, **said: object) -> opening.Opening:
        return structs.replace(made(scheme, row, **said), key=f"opening:{next(count)}")

    monkeypatch.setattr(opening, "_opening", fresh)
    for _ in range(2):
        assert brought(live, tmp_path / "old.csv", FILE).done == 4
