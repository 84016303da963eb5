"""One export of Corner Coffee, written and read once for all tests that look at it."""

from __future__ import annotations

import pytest
from coffee_export import UNTIL, Export, read

from regulars.sources.corner_coffee import write


@pytest.fixture(scope="session")
def coffee(tmp_path_factory: pytest.TempPathFactory) -> Export:
    written = write(tmp_path_factory.mktemp("coffee"), customers=4000, until=UNTIL)
    return Export(written=written, rows=read(written.paths[0]), prospects=read(written.paths[1]))
