"""The command line: `regulars COMMAND`. A command's module is loaded only when it is called."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from typing import NoReturn

from regulars.run import settings_file

COMMANDS = {
    "demo": "Show Regulars with Corner Coffee, a café made up for it.",
    "serve": "Serve the console on this machine until it is stopped.",
    "import": "Bring in orders from files.",
    "measure": "Compute a measure; without a name, list them.",
    "programme": "Tell a programme, list ready ones, print the schema; publish and withdraw.",
    "member": "Let customers take part in a programme; bring in balances of an old scheme.",
    "check": "Check programme files, and run worked cases through the engine.",
    "staff": "People who work with the console: list them, let them in, rescue them.",
    "place": "Shops and counters: list them, add one before its first order.",
    "webhook": "Addresses that are told what was booked: add them, look, send again.",
    "hook": "Shops that send their orders here: add them, list them, forget them.",
    "key": "Keys for machines that use the API: make, list, rotate, revoke them.",
    "backup": "Write the whole installation into one file.",
    "restore": "Put an installation back from a backup; nothing is sent again.",
    "verify": "Work out anew what is kept, compare it, and name what disagrees.",
    "rebuild": "Make states and balances anew from the facts; --preview only tells.",
    "scrub": "Write over what deleted rows left in the database's files.",
    "doctor": "Look at this installation and explain what is wrong with it.",
    "upgrade": "After a new release was installed: back up, then change the tables.",
    "install": "Serve at a domain of one's own: settings, systemd unit, Caddy's site.",
}
"""Each command is a module of this package with `configure(parser)` and `run(arguments)`."""

MODULES = {"import": "importing"}
MADE_UP = frozenset({"demo"})
"""Commands that are not about the machine's own installation."""


class Unclear(Exception):
    """What was asked for cannot be done; the text is one sentence with the remedy."""


class Parser(argparse.ArgumentParser):
    """Says what was wrong in one line, as all of Regulars does."""

    def error(self, message: str) -> NoReturn:
        raise Unclear(f"{message[0].upper()}{message[1:]}; see `{self.prog} --help`.")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit code: 0 done, 1 done with findings, 2 not done."""
    asked = sys.argv[1:] if arguments is None else arguments
    try:
        code = _run(asked)
        if sys.stdout:  # none where the caller has closed it
            sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        said = _sentence(error)
        if not said:
            raise
        print(f"regulars: {' '.join(said.split())}", file=sys.stderr)
        return 2
    return code


def _run(asked: list[str]) -> int:
    parser = Parser(prog="regulars", description="Turn buyers into regulars.")
    parser.add_argument("--version", action="store_true", help="print the version and end")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    wanted = next((word for word in asked if not word.startswith("-")), "")
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text, add_help=name == wanted)
        if name == wanted:
            module = import_module(f"regulars.cli.{MODULES.get(name, name)}")
            module.configure(command)
            command.set_defaults(run=module.run)
    chosen = parser.parse_args(asked)
    if chosen.version:
        from regulars import __version__  # noqa: PLC0415 - reads the package's metadata

        print(f"regulars {__version__}")
        return 0
    if not chosen.command:
        parser.print_help()
        return 0
    if chosen.command not in MADE_UP and not getattr(chosen, "data", None):
        settings_file.apply(os.environ)
    return int(chosen.run(chosen))


SENTENCES = frozenset({"Unclear", "CannotRun", "FileProblem", "InsightError", "Strict", "Refused"})
"""Errors of ours that are sentences for people. By name, so that none is loaded for nothing."""


def _is_sentence(error: Exception) -> bool:
    return any(
        kind.__module__.startswith("regulars.") and kind.__name__ in SENTENCES
        for kind in type(error).__mro__
    )


def _sentence(error: Exception) -> str:
    """What to tell people; empty for an error of the code, which shows where it happened."""
    if _is_sentence(error):
        return _own_sentence(error)
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror}. Mend that and run the command again."
    if type(error).__name__ == "OperationalError":
        return (
            f"The database does not answer ({str(error).strip().splitlines()[0]}). Look at it with "
            "`regulars doctor` and run the command again: nothing is counted twice."
        )
    return ""


def _own_sentence(error: Exception) -> str:
    if type(error).__name__ != "Refused":
        return str(error)
    from regulars.words.reasons import sentence  # noqa: PLC0415 - Django is set up by now

    return sentence(error.code, error.params)  # type: ignore[attr-defined]
