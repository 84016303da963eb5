"""The Python examples of the documents run, one after the other, page by page.

A block marked `python` is run; one marked `py` is only shown. Each page runs in a folder of its
own that holds the example orders as `orders.csv` and `orders.parquet`.
"""

from __future__ import annotations

import doctest
import runpy
from pathlib import Path
from typing import Any

import duckdb
import pytest
from docs_pages import Block, blocks, pages, title

from docs_measures import example  # isort: skip - found by docs_pages

WITH_PYTHON = [page for page in pages() if any(b.language == "python" for b in blocks(page))]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=title)
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "orders.csv").write_text(example(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    duckdb.sql("COPY (FROM 'orders.csv') TO 'orders.parquet'")
    names: dict[str, Any] = {}
    for number, block in enumerate(blocks(page), 1):
        if block.language == "python":
            names = run(block, tmp_path / f"block_{number}.py", names)


def run(block: Block, place: Path, names: dict[str, Any]) -> dict[str, Any]:
    """Run a block with the names that those before it left; what it leaves itself."""
    place.write_text(block.text, encoding="utf-8")
    if ">>>" not in block.text:
        return runpy.run_path(str(place), init_globals=names, run_name="example")
    test = doctest.DocTestParser().get_doctest(block.text, names, place.name, str(place), 0)
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=said.append, clear_globs=False)
    assert result.failed == 0, "".join(said)
    return test.globs
