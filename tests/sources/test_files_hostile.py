"""Files that no shop exports: refused in one sentence, with nothing left behind."""

from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path

import openpyxl
import pytest
from reading_kit import EURO, codes, read, rows, write

from regulars.sources.files import FileProblem, Hints, Limits, inspect, require_answers
from regulars.sources.files.problems import FILE_SENTENCES
from regulars.sources.files.reading import Handling, open_file

GOOD = rows("1,2024-05-01,K1,A,1,1")


def zipped(path: Path, parts: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return path.read_bytes()


def whole(path: Path) -> None:
    """All that may refuse a file, in the order of an import."""
    proposal = inspect(path, EURO)
    require_answers(proposal)
    read(path, mapping=proposal.mapping)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n \r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "not_a_table"),
        (b"\x7fELF\x02\x01\x01" + bytes(500), "not_a_table"),
        (b"%PDF-1.7\n", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (bytes(range(256)) * 20, "not_a_table"),
        (b"a,b\n1,\x002\n", "not_a_table"),
        (b"PK\x03\x04garbage", "broken"),
        (b"PAR1garbage", "broken"),
        (b"\x1f\x8bgarbage", "broken"),
        (gzip.compress(GOOD.encode(), mtime=0)[:-12], "broken"),
        (GOOD.partition("\n")[0].encode(), "only_header"),
        (b"a line of prose\nand another\n", "one_column"),
        (GOOD.replace(",", "^").encode(), "one_column"),
        (rows("1,2024-05-01", header="Order,Date").encode(), "missing_column"),
        (rows("1,5", header="Order,Amount").encode(), "missing_column"),
        (("a" + ",a" * 2_000 + "\n").encode(), "too_many_columns"),
        ((GOOD + "2,2024-05-01,K1," + "x" * 2**20 + ",1,1\n").encode(), "cell_too_long"),
        ((GOOD + '2,2024-05-01,K1,"' + "x\n" * 2**20).encode(), "cell_too_long"),
        ((GOOD + "x" * (5 * 2**20)).encode(), "line_too_long"),
    ],
)
def test_refused_as_a_whole(tmp_path: Path, content: bytes, code: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(FileProblem) as refused:
        whole(path)
    assert refused.value.code == code
    sentence = str(refused.value)
    assert "orders.csv" in sentence
    assert "\n" not in sentence
    assert len(sentence) < 700


def test_the_line_of_a_huge_cell_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "2,2024-05-01,K1," + "x" * 2**20 + ",1,1\n")
    with pytest.raises(FileProblem, match=r"orders\.csv, line 3: a cell is longer than 131072"):
        inspect(path, EURO)


def test_wrong_delimiter_names_the_columns(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    with pytest.raises(FileProblem, match="--delimiter"):
        inspect(path, Hints(delimiter=";"))


@pytest.mark.parametrize(
    ("name", "code"),
    [("nowhere.csv", "missing_file"), (".", "directory"), ("x" * 300, "unreadable_file")],
)
def test_missing_files_and_folders(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(FileProblem) as refused:
        inspect(tmp_path / name)
    assert refused.value.code == code


def test_special_files_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileProblem) as refused:
        inspect(tmp_path / "pipe")
    assert refused.value.code == "not_a_table"


def test_gzip_bomb(tmp_path: Path) -> None:
    body = (GOOD + "2,2024-05-01,K1,A,1,1\n" * 400_000).encode()
    path = write(tmp_path, gzip.compress(body))
    tight = Handling(limits=Limits(unpack_ratio=20, unpack_floor=2**20))
    mapping = inspect(path, EURO).mapping
    with pytest.raises(
        FileProblem, match=r"unpacks to more than 20 times its size.*--unpack-ratio"
    ):
        open_file(path, mapping, region="DE", work_dir=tmp_path / "w", handling=tight)


def test_zip_bomb(tmp_path: Path) -> None:
    part = b"<row/>" * 2_000_000
    bomb = zipped(tmp_path / "x.zip", {"xl/workbook.xml": b"", "xl/worksheets/a.xml": part})
    path = write(tmp_path, bomb, "orders.xlsx")
    with pytest.raises(FileProblem) as refused:
        inspect(path, EURO, Limits(unpack_floor=2**20))
    assert refused.value.code == "bomb"
    with pytest.raises(FileProblem) as refused:
        inspect(path, EURO, Limits(excel_bytes=2**20))
    assert refused.value.code == "too_big"


def test_nothing_of_an_archive_is_unpacked(tmp_path: Path) -> None:
    """Names that lead out of a folder lead nowhere: no part of an archive becomes a file."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["Order number", "Date", "Amount"])
    page.append([1, "2024-05-01", 5])
    book.save(tmp_path / "orders.xlsx")
    with zipfile.ZipFile(tmp_path / "orders.xlsx", "a") as archive:
        archive.writestr("../../escaped.txt", "x")
        archive.writestr("/escaped.txt", "x")
    assert len(read(tmp_path / "orders.xlsx").orders) == 1
    names = {path.name for path in tmp_path.rglob("*")} | {
        path.name for path in tmp_path.parent.iterdir()
    }
    assert "escaped.txt" not in names


def test_other_zips_are_no_tables(tmp_path: Path) -> None:
    path = write(tmp_path, zipped(tmp_path / "x.zip", {"a.txt": b"x"}), "orders.xlsx")
    with pytest.raises(FileProblem, match="a ZIP archive"):
        inspect(path, EURO)


def test_rows_that_cannot_be_read_come_back(tmp_path: Path) -> None:
    lines = [f"{n},2024-05-01,K{n},A,1,1" for n in range(1, 400)]
    content = rows(*lines, "900,2024-05-01,Ż,A,1,1").encode()
    content += b"901,2024-05-01,K\xff,A,1,1\n902,2024-05-01,K\x00,A,1,1\n"
    content += b"903,2024-05-01,K9," + b"x" * 20_000 + b",1,1\n904,2024-05-01,K9,A,1,1e400\n"
    content += b"905,2024-05-01,4111111111111111,A,1,1\n906,2024-05-01,K1,A,99999999999,99999999\n"
    result = read(write(tmp_path, content))
    assert codes(result.problems) == [
        (402, "customer", "unreadable"),
        (403, "customer", "unreadable"),
        (404, "product", "too_long"),
        (405, "unit_price", "bad_number"),
        (406, "customer", "looks_like_payment_card"),
        (407, "quantity", "too_much"),
    ]
    assert result.counts.orders == 400
    assert all("4111" not in str(problem.params) for problem in result.problems)


def test_a_wrong_setting_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    for hints, setting in [
        (Hints(currency="EUR", zone="Mars/Base"), "zone"),
        (Hints(currency="euro"), "currency"),
        (Hints(currency="EUR", source="a:b"), "source"),
    ]:
        with pytest.raises(FileProblem) as refused:
            read(path, hints)
        assert (refused.value.code, refused.value.params["setting"]) == ("bad_setting", setting)
    for encoding in ("klingon", "base64", "rot13"):
        with pytest.raises(FileProblem) as refused:
            inspect(path, Hints(encoding=encoding))
        assert refused.value.code == "bad_encoding"
    for delimiter in ("ab", "\n", '"'):
        with pytest.raises(FileProblem) as refused:
            inspect(path, Hints(delimiter=delimiter))
        assert refused.value.params["setting"] == "delimiter"
    with pytest.raises(FileProblem) as refused:
        inspect(path, Hints(columns={"Nope": "at"}))
    assert refused.value.code == "unknown_column"


def test_every_sentence_says_what_to_do() -> None:
    for code, sentence in FILE_SENTENCES.items():
        assert sentence.count(".") >= 1, code
        assert "\n" not in sentence
