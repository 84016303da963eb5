"""How large a bench is: whole, or a part of it to try whether it runs at all.

`REGULARS_BENCH_SCALE=0.01` makes a hundredth of the rows that take part in it; what comes out
then is no figure for anybody.
"""

from __future__ import annotations

import os

SCALE = float(os.environ.get("REGULARS_BENCH_SCALE", "1"))


def scaled(count: int, least: int = 1) -> int:
    """So many of a count, at least so many."""
    return max(round(count * SCALE), least)
