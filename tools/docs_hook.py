"""The parts of the documentation that are made from the code; a hook of mkdocs.

    python tools/docs_hook.py NAME     print one of the made pages

`PAGES` lists them. Nothing here needs a database.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from docs_api import api
from docs_cases import case_language
from docs_commands import command_line
from docs_measures import measures
from docs_privacy import record_of_processing
from docs_programme import programme_files
from docs_text import DOCS, table
from docs_values import fact_types, reasons, settings


def on_config(config: Any) -> Any:
    """Put every decision record into the navigation (mkdocs calls this)."""
    for entry in config.nav:
        if "Decisions" in entry:
            entry["Decisions"] += [f"decisions/{path.name}" for path in decision_files()]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are made (mkdocs calls this)."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - only mkdocs has it

    for name, make in PAGES.items():
        files.append(File.generated(config, name, content=make()))
    return files


def decision_files() -> list[Path]:
    """The decision records, in order."""
    return sorted((DOCS / "decisions").glob("[0-9]*.md"))


def decisions() -> str:
    """The list of decision records with their status."""
    rows = []
    for path in decision_files():
        text = path.read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        status = re.search(r"^Status: (.*)$", text, flags=re.MULTILINE)
        if not status:
            raise SystemExit(f"{path.name} has no line 'Status: …'")
        rows.append((f"[{title}]({path.name})", status[1]))
    return "\n\n".join(["# Decisions", DECISIONS_BEGIN, table(("decision", "status"), rows)]) + "\n"


DECISIONS_BEGIN = """\
Each hard decision has one page that does not change: a later decision says which it replaces, and
only the status line of the old one follows. Read top to bottom, they tell how the house came to
be as it is."""


PAGES = {
    "reference/command-line.md": command_line,
    "reference/measures.md": measures,
    "reference/programme-files.md": programme_files,
    "reference/case-language.md": case_language,
    "reference/settings.md": settings,
    "reference/facts.md": fact_types,
    "reference/reasons.md": reasons,
    "reference/api.md": api,
    "reference/what-is-kept.md": record_of_processing,
    "decisions/index.md": decisions,
}


if __name__ == "__main__":
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [make for page, make in PAGES.items() if name in page]
    sys.stdout.write("\n".join(make() for make in chosen))
