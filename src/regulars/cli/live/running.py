"""The side of cases that stands on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from regulars.cli.live.database import Empty, emptied
from regulars.programmes.cases.sides import Opened, Scene, Side


@contextmanager
def beside() -> Iterator[Opened]:
    """What opens, for each case, an empty database that nothing else uses."""
    with emptied() as empty, over(empty) as opened:
        yield opened


@contextmanager
def over(empty: Empty) -> Iterator[Opened]:
    """What opens a case over the database that Django means, taking out what is in it."""
    from regulars.cli.live.http import served  # noqa: PLC0415 - Django is set up now
    from regulars.cli.live.outside import Outside  # noqa: PLC0415 - the same

    with served() as api:

        def opened(scene: Scene) -> Side:
            empty()
            return Outside(scene, api)

        yield opened
