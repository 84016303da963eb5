"""What an option may be: each type says in a few words what it takes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date

LANGUAGES = ("en", "de", "pl", "ro")


def add_language(parser: argparse.ArgumentParser) -> None:
    """The option of what tells people something: in which language."""
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="the language")


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number from `least` to `most`."""

    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number from {least} to {most}")

    return read


def day(text: str) -> date:
    """A civil day of the years that files may hold."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if 1903 <= found.year <= 2199:
        return found
    raise argparse.ArgumentTypeError(f"'{text}' is no day that can be; write it as 2026-12-31")


PORT = whole(1, 65_535)
