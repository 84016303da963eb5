"""The reference of the command line, from the parsers that the commands themselves use."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module

from docs_text import MADE, table

from regulars.cli import COMMANDS, MODULES, Parser


def command_line() -> str:
    """Every command with its arguments and options."""
    parts = ["# Command line", MADE, EXIT_CODES]
    for name, text in COMMANDS.items():
        parts += [f"## regulars {name}", text, *_parser_parts(parser_of(name))]
    return "\n\n".join(parts) + "\n"


EXIT_CODES = """\
`regulars --version` prints the version, `regulars COMMAND --help` explains a command.
Exit codes: 0 done; 1 done, with something to look at (a measure that is too early to tell, a
failed finding of the doctor); 2 not done, with one sentence on the standard error that says what
to do about it."""


def parser_of(command: str) -> argparse.ArgumentParser:
    """The parser that the command itself uses."""
    parser = Parser(prog=f"regulars {command}")
    import_module(f"regulars.cli.{MODULES.get(command, command)}").configure(parser)
    return parser


def actions_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Arguments and options, without help and without commands below."""
    skip = (argparse._HelpAction, argparse._SubParsersAction)
    return [action for action in parser._actions if not isinstance(action, skip)]


def below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands below a command, by name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _parser_parts(parser: argparse.ArgumentParser) -> Iterator[str]:
    own = actions_of(parser)
    if own:
        usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
        yield f"```text\n{usage}\n```"
        yield table(("argument", "meaning"), ((_called(a), _meaning(a)) for a in own))
    for name, inner in below(parser).items():
        yield f"### {parser.prog} {name}"
        yield from _parser_parts(inner)


def _called(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"`{action.metavar or action.dest}`"
    value = action.metavar or ("" if action.nargs == 0 else action.dest.upper())
    if action.choices and not action.metavar:
        value = "|".join(action.choices)
    return f"`{', '.join(action.option_strings)}{f' {value}' if value else ''}`"


def _meaning(action: argparse.Action) -> str:
    text = action.help or action.dest
    if not action.help and action.choices:
        text = f"one of {', '.join(action.choices)}"
    if isinstance(action, argparse._AppendAction):
        text += " (may be given several times)"
    default = action.default
    if isinstance(default, str) and default != argparse.SUPPRESS and "default" not in text:
        text += f" (default {default})"
    return text[0].upper() + text[1:]
