"""Files of the pages come packed to those who can unpack them, and are the same files."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars.run.packing import PackedFiles

SHEET, SMALL, PICTURE = (
    "/static/regulars/faces.css",
    "/static/regulars/favicon.svg",
    "/static/regulars/till.svg",
)


def got(path: str, accept: str = "gzip, br") -> tuple[dict[str, str], bytes]:
    answer: Any = Client().get(path, headers={"Accept-Encoding": accept})
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content)
    answer.close()
    return dict(answer.items()), body


@pytest.mark.parametrize("path", [SHEET, PICTURE])
def test_what_is_packed_is_the_file(path: str) -> None:
    plain_headers, plain = got(path, "identity")
    for _again in range(2):
        headers, packed = got(path)
        assert headers["Content-Encoding"] == "gzip"
        assert headers["Content-Type"] == plain_headers["Content-Type"]
        assert int(headers["Content-Length"]) == len(packed) < len(plain) / 2
        assert gzip.decompress(packed) == plain
    assert "Content-Encoding" not in plain_headers
    assert headers["Vary"] == "Accept-Encoding"


def test_what_is_small_stays_as_it_is() -> None:
    headers, _body = got(SMALL)
    assert "Content-Encoding" not in headers


def test_whoever_has_the_file_is_told_so() -> None:
    headers, _body = got(SHEET)
    again = {"If-Modified-Since": headers["Last-Modified"], "Accept-Encoding": "gzip"}
    assert Client().get(SHEET, headers=again).status_code == 304


def test_two_who_ask_at_once_get_the_file_they_asked_for() -> None:
    """Saboteur: packed a second time it would be written over the file that came between."""
    files = PackedFiles(lambda request: None)
    for url in (SHEET, PICTURE, SHEET):
        files._pack(url)
    for url in (SHEET, PICTURE):
        (_gzip, packed, _headers), (_plain, plain, _same) = files.files[url].alternatives
        assert gzip.decompress(Path(packed).read_bytes()) == Path(plain).read_bytes()
