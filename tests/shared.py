"""Where the reference data lies that some tests read: a folder beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("REGULARS_SHARED") or Path(__file__).resolve().parents[2] / "shared")


def shared_path(name: str) -> Path:
    """The path of a file of the reference data; skips the test where it is missing."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the reference data is not beside the checkout: {name}")
    return path
