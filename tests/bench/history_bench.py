"""What works through everything: `rebuild` and `verify` of a café whose members bought for most of
a year, a million orders in all, and of one with a quarter of the members."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.sizes import SCALE, scaled
from regulars.run.folder import PASSABLE

MEMBERS, EACH = 50_000, 20
PART = 4
ROUNDS = 2
FOLD_AIM, LINEAR_AIM = 0.5, 0.8
HERE = Path(__file__).parent


def rebuild(place: Path) -> list[dict[str, Any]]:
    """Every state made anew from its facts, against the bare fold of them."""
    folder = prepared(place, scaled(MEMBERS, PART))
    told = [_measured(folder, "rebuild") for _round in range(ROUNDS)]
    facts = told[0]["facts"]
    ours, fold = (min(one[name] for one in told) for name in ("seconds", "fold"))
    return [
        {
            "name": "rebuild",
            "value": round(facts / ours),
            "unit": "facts/s",
            "reference": f"bare fold of the same {facts:,} facts",
            "reference_value": round(facts / fold),
            "ratio": round(fold / ours, 3),
            "aim": FOLD_AIM,
            "scale": SCALE,
            "rounds": told,
        }
    ]


def verify(place: Path) -> list[dict[str, Any]]:
    """Everything worked out anew and compared: the rate with all members against that with a
    quarter of them, which a cost that grows faster than the data would bring down."""
    members = scaled(MEMBERS, PART)
    large, small = (prepared(place, count) for count in (members, members // PART))
    told = [[_measured(one, "verify") for one in (large, small)] for _round in range(ROUNDS)]
    rates = [
        max(one["transfers"] / one["seconds"] for one in turns) for turns in zip(*told, strict=True)
    ]
    transfers = [one["transfers"] for one in told[0]]
    return [
        {
            "name": "verify",
            "value": round(rates[0]),
            "unit": "transfers/s",
            "reference": f"of {transfers[1]:,} transfers, not {transfers[0]:,}",
            "reference_value": round(rates[1]),
            "ratio": round(rates[0] / rates[1], 3),
            "aim": LINEAR_AIM,
            "scale": SCALE,
            "rounds": told,
        }
    ]


def prepared(place: Path, members: int) -> Path:
    """The data folder of a café with so many members, made once."""
    around = place / f"history-{members}"
    folder = around / "data"
    if (around / "ready").exists():
        return folder
    shutil.rmtree(around, ignore_errors=True)
    around.mkdir(parents=True)
    around.chmod(PASSABLE)
    _ran("history_prepared.py", folder, str(members), str(EACH))
    (around / "ready").touch()
    return folder


def _measured(folder: Path, what: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(_ran("history_measured.py", folder, what))
    return told


def _ran(script: str, folder: Path, *more: str) -> str:
    command = [sys.executable, str(HERE / script), str(folder), *more]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
