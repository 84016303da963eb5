"""The steps of reading that YAML and JSON share: a map or list begins, ends, or a value stands."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from regulars.programmes.documents.scalars import Scalar

Step = Literal["map", "list", "end", "value"]


class Token(Struct, frozen=True, gc=False):
    """One step at a line (from 1). `text` is how a value is written; `plain`: without quotes."""

    step: Step
    line: int
    value: Scalar = None
    text: str = ""
    plain: bool = False
