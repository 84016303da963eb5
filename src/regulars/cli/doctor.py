"""`regulars doctor`: what is wrong with this installation."""

from __future__ import annotations

import argparse

from regulars.cli.installation import add_data
from regulars.run import doctor, findings
from regulars.run.folder import locate


def configure(parser: argparse.ArgumentParser) -> None:
    add_data(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    found = doctor.examine(locate(arguments.data))
    print(findings.as_json(found) if arguments.json else findings.as_text(found))
    return findings.exit_code(found)
