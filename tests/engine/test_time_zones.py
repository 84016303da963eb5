"""When a day begins does not depend on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

ASK = """
{before}
from regulars.engine.calendar import zone
print(zone("Europe/Berlin").civil(0) // 3_600_000_000)
"""
MACHINES = """
import regulars, zoneinfo
zoneinfo.reset_tzpath()
zoneinfo.ZoneInfo.clear_cache()
"""


def hours(folder: Path, before: str = "") -> str:
    """How far Berlin was from UTC in 1970, as a machine with these zones says."""
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(before=before)],
        env={**os.environ, "PYTHONTZPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def wrong(folder: Path) -> Path:
    """The zones of a machine on which Berlin lies in Japan."""
    (folder / "Europe").mkdir()
    tokyo = resources.files("tzdata").joinpath("zoneinfo", "Asia", "Tokyo")
    with resources.as_file(tokyo) as path:
        shutil.copy(path, folder / "Europe" / "Berlin")
    return folder


def test_zones_come_from_one_source(tmp_path: Path) -> None:
    folder = wrong(tmp_path)
    assert hours(folder) == "1"
    assert hours(folder, before="import zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin')") == "1"


def test_saboteur_a_machine_that_is_asked_first(tmp_path: Path) -> None:
    assert hours(wrong(tmp_path), before=MACHINES) == "9"
