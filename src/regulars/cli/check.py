"""`regulars check FILE…`: programme files and worked cases: is everything as it should be?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.cli import Unclear, values

if TYPE_CHECKING:
    from regulars.programmes.cases.batch import Checked, File
    from regulars.programmes.cases.sides import Opened

ENDINGS = (".yaml", ".yml", ".json", ".md")
FILE = "a programme file, a file of cases (YAML, JSON, Markdown), or a folder of such files"

LIVE = "run every case over a database too: both must say the same"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE", type=Path, help=FILE)
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write the outcome as JUnit XML")
    parser.add_argument("--live", action="store_true", help=LIVE)
    parser.add_argument("--vocabulary", action="store_true", help="list the words of cases")
    values.add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    if arguments.vocabulary:
        return _vocabulary()
    if not arguments.files:
        raise Unclear("Name a programme file, a file of cases, or a folder of such files.")
    files = list(files_of(arguments.files))
    if arguments.junit and arguments.junit.resolve() in {Path(one.name).resolve() for one in files}:
        raise Unclear(f"{arguments.junit} is one of the files that are checked: name another one.")
    return _check(files, arguments)


def _vocabulary() -> int:
    from regulars.programmes.cases.vocabulary import listing  # noqa: PLC0415 - read with the command

    section = ""
    for one in listing():
        if one.section != section:
            section = one.section
            print(f"\n{section}")
        takes = f" ({one.takes})" if one.takes else ""
        print(f"  {one.word}{takes}: {one.means}")
    return 0


def files_of(paths: list[Path]) -> Iterator[File]:
    """The files that are named, and those of the folders that are."""
    from regulars.programmes.cases.batch import File  # noqa: PLC0415 - read with the command

    for path in dict.fromkeys(paths):
        if not path.is_dir():
            yield File(str(path), path.read_bytes())
            continue
        within = [one for one in sorted(path.rglob("*")) if one.suffix.lower() in ENDINGS]
        if not within:
            raise Unclear(f"{path} holds no file that ends in {', '.join(ENDINGS)}.")
        for one in within:
            yield File(str(one), one.read_bytes(), found=True)


def _check(files: list[File], arguments: argparse.Namespace) -> int:
    from regulars.words.speaking import speaking  # noqa: PLC0415 - read with the command

    checked = _run_twice(files) if arguments.live else _run(files)
    with speaking(arguments.lang):
        if arguments.junit:
            _write_junit(checked, arguments.junit)
        return _tell(checked)


def _run(files: list[File], live: Opened | None = None) -> Checked:
    from regulars.programmes.cases.batch import check_files  # noqa: PLC0415 - read with the command
    from regulars.programmes.loading import ready  # noqa: PLC0415 - the same

    return check_files(files, ready, live=live)


def _run_twice(files: list[File]) -> Checked:
    from regulars.cli.live.running import beside  # noqa: PLC0415 - read with the option

    with beside() as live:
        return _run(files, live)


def _write_junit(checked: Checked, target: Path) -> None:
    from regulars.programmes.cases.reporting import junit  # noqa: PLC0415 - read with the command
    from regulars.words.checking import said  # noqa: PLC0415 - needs a language

    target.write_text(junit(checked.report, said), encoding="utf-8")


def _tell(checked: Checked) -> int:
    from regulars.words import checking  # noqa: PLC0415 - needs a language

    if checked.report.problems:
        for line in checking.problem_lines(checked.report):
            print(line, file=sys.stderr)
    if checked.report.outcomes or not checked.report.problems:
        for line in checking.lines(checked):
            print(line)
    if checked.report.problems:
        return 2
    return 0 if checked.report.clean else 1
