from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from server import address

Regulars = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def regulars(own_database: None, tmp_path: Path) -> Regulars:
    """The command, in a process of its own, on a data folder and a database of its own."""

    def call(*arguments: object) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "DATABASE_URL": address(),
            "REGULARS_DATA": str(tmp_path / "d"),
        }
        return subprocess.run(
            [sys.executable, "-c", "from regulars.cli import main; raise SystemExit(main())"]
            + [str(argument) for argument in arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    return call
