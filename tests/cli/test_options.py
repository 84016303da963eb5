"""Options that cannot be: one line, before anything is made or read."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.cli import main


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("serve --port 99999", "from 1 to 65535"),
        ("serve --port 0", "from 1 to 65535"),
        ("serve --workers 0", "from 1 to 64"),
        ("demo --customers 0", "from 1 to 4000000"),
        ("demo --customers -5", "from 1 to 4000000"),
        ("demo --until soon", "2026-12-31"),
        ("demo --until 1700-01-01", "2026-12-31"),
        ("import orders o.csv --unpack-ratio -1", "from 1 to"),
        ("measure rfm --orders o.csv --set self=1", "its parameters are"),
        ("measure rfm --orders o.csv --set source=1", "its parameters are"),
        ("measure rfm --orders o.csv --set counts=all", "its parameters are"),
        ("measure rfm --orders o.csv --set as_of=soon", "its parameters are"),
        ("measure rfm --currency USD", "--set currency=EUR"),
        ("measure rfm --dates dmy", "name it with --orders"),
        ("measure cohorts --orders o.csv --as-of 9999-12-31", "1900 to 2199"),
        ("measure revenue --orders o.csv --as-of 0001-01-01", "1900 to 2199"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    asked: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = [] if asked.startswith("measure") else ["--data", str(tmp_path / "d")]
    assert main([*asked.split(), *data]) == 2
    heard = capsys.readouterr()
    assert (heard.out, len(heard.err.splitlines())) == ("", 1)
    assert said in heard.err
    assert not (tmp_path / "d").exists()


def test_what_is_set_counts_unless_an_option_says_it_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = tmp_path / "o.csv"
    orders.write_text("Order,Date,Customer,Price\n1,2026-03-31,ann,3.20\n2,2026-04-01,ben,2.00\n")
    asked = ["measure", "rfm", "--orders", str(orders), "--set", "as_of=2026-03-31"]
    assert main(asked) == 0
    assert "as of 2026-03-31" in capsys.readouterr().out
    assert main([*asked, "--as-of", "2026-04-01"]) == 0
    assert "as of 2026-04-01" in capsys.readouterr().out


def test_rows_that_cannot_be_read_are_not_left_out_in_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = tmp_path / "o.csv"
    orders.write_text("Order,Date,Customer,Price\n1,2026-03-31,ann,3.20\n2,2026-04-01,ben,free\n")
    assert main(["measure", "rfm", "--orders", str(orders)]) == 0
    told = capsys.readouterr()
    assert "customers: 1" in told.out
    assert told.err.startswith("1 row is left out, the first in line 3, which cannot be read.")
