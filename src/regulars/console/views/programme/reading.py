"""Files that one page reads several times, read once."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

from regulars.programmes.documents import Document, read
from regulars.programmes.loading import Loaded, load


@lru_cache(maxsize=16)
def document(body: str) -> Document:
    """What a file holds, with its lines: to look at, not to change."""
    return read(body, "file")


@lru_cache(maxsize=16)
def loaded(body: str) -> Loaded:
    """The edition of a file, or what is wrong with it."""
    return load(body, "file")


def data_of(body: str) -> Any:
    """What a file says, to be changed."""
    return copy.deepcopy(document(body).data)
