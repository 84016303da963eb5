"""Resolve the dependencies into requirements/*.txt: names, versions and hashes, no addresses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
COMPILE = [
    *("uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
    *("--python-version", "3.11", "--no-header", "--no-annotate", "--no-emit-index-url"),
]


def main() -> None:
    uv = str(Path(sys.executable).with_name("uv"))
    command = [uv, *COMPILE[1:]]
    dev = FOLDER / "dev.txt"
    subprocess.run(
        [*command, "pyproject.toml", "requirements/dev.in", "-o", str(dev)], cwd=ROOT, check=True
    )
    for name, source in {"run": "pyproject.toml", "build": "requirements/build.in"}.items():
        target = str(FOLDER / f"{name}.txt")
        subprocess.run([*command, source, "-c", str(dev), "-o", target], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
