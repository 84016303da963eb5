"""`regulars doctor`: what is wrong with this installation."""

from __future__ import annotations

import argparse

from regulars.cli.installation import add_data
from regulars.run import doctor
from regulars.run.folder import locate


def configure(parser: argparse.ArgumentParser) -> None:
    add_data(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    findings = doctor.examine(locate(arguments.data))
    print(doctor.as_json(findings) if arguments.json else doctor.as_text(findings))  # noqa: T201
    return 1 if any(finding.state == "fail" for finding in findings) else 0
