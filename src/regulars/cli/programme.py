"""`regulars programme`: a programme in plain sentences, ready ones, the schema of their files."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.cli import Unclear, publishing, values

if TYPE_CHECKING:
    from regulars.engine.edition import Edition
    from regulars.programmes.loading import Loaded

FILE = "a programme file, or the name of a ready programme"


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    show = commands.add_parser("show", help="tell a programme as its members read it")
    show.add_argument("file", metavar="FILE", help=FILE)
    values.add_language(show)
    ready = commands.add_parser("list", help="list the ready programmes")
    values.add_language(ready)
    copy = commands.add_parser("copy", help="print the file of a ready programme, to begin with")
    copy.add_argument("name", metavar="NAME", help="the name of a ready programme")
    commands.add_parser("schema", help="print the JSON Schema of programme files")
    publishing.configure(commands)


def run(arguments: argparse.Namespace) -> int:
    if arguments.what in publishing.ACTS:
        return publishing.run(arguments)
    if arguments.what == "schema":
        return _schema()
    if arguments.what == "list":
        return _list(arguments.lang)
    if arguments.what == "copy":
        return _copy(arguments.name)
    return _show(arguments.file, arguments.lang)


def _schema() -> int:
    from regulars.programmes.loading import programme_schema  # noqa: PLC0415 - read with the command

    print(json.dumps(programme_schema(), ensure_ascii=False, indent=1))
    return 0


def _list(language: str) -> int:
    from regulars.engine.texts import in_language  # noqa: PLC0415 - read with the command
    from regulars.programmes.loading import abouts, ready  # noqa: PLC0415 - the same

    widest = max(map(len, ready()), default=0)
    for name, edition in ready().items():
        print(f"{name:<{widest}}  {in_language(edition.name, language)}")
        if name in abouts():
            print(f"{'':<{widest}}  {in_language(abouts()[name], language)}")
    return 0


def _copy(name: str) -> int:
    from regulars.blueprints import PROGRAMME, blueprints  # noqa: PLC0415 - read with the command

    folder = blueprints().get(name)
    if folder is None:
        raise Unclear(f"There is no ready programme {name!r}: {_known()}")
    print(folder.joinpath(PROGRAMME).read_text(encoding="utf-8"), end="")
    return 0


def _show(name: str, language: str) -> int:
    from regulars.words.speaking import speaking  # noqa: PLC0415 - read with the command

    loaded = _load(name)
    with speaking(language):
        if loaded.edition is None:
            return _print_problems(loaded)
        _print_terms(loaded.edition, language)
    return 0


def _load(name: str) -> Loaded:
    from regulars.blueprints import PROGRAMME, blueprints  # noqa: PLC0415 - read with the command
    from regulars.programmes.loading import load  # noqa: PLC0415 - the same

    folder = blueprints().get(name)
    if folder is not None:
        return load(folder.joinpath(PROGRAMME).read_bytes(), name)
    path = Path(name)
    if not path.exists() and path.name == name and "." not in name:
        raise Unclear(f"There is no file and no ready programme {name!r}: {_known()}")
    return load(path.read_bytes(), name)


def _known() -> str:
    from regulars.blueprints import blueprints  # noqa: PLC0415 - read with the command

    return f"ready are {', '.join(blueprints())}."


def _print_problems(loaded: Loaded) -> int:
    from regulars.words.programme_files import sentence  # noqa: PLC0415 - needs a language

    for problem in loaded.problems:
        print(f"{loaded.name} {sentence(problem)}", file=sys.stderr)
    return 2


def _print_terms(edition: Edition, language: str) -> None:
    from regulars.engine.texts import in_language  # noqa: PLC0415 - read with the command
    from regulars.words.programme.telling import terms  # noqa: PLC0415 - needs a language

    print(in_language(edition.name, language))
    number = 0
    for section in terms(edition, language):
        print(f"\n{section.title}")
        for told in section.sentences:
            number += 1
            print(f"{number:>3}. {told.text}")
