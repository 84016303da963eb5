"""The reference of settings, fact types and reason codes."""

from __future__ import annotations

import ast
import inspect
import os
import re
import typing
from collections.abc import Iterator
from typing import Any

import msgspec
from docs_text import MADE, SOURCE, table, type_name

from regulars.engine import arrivals, facts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")

from regulars.sources.files.problems import FILE_SENTENCES, ROW_SENTENCES
from regulars.words.reasons import REASONS, Counted


def settings() -> str:
    """Every environment variable that the code reads."""
    rows = [(f"`{name}`", text) for name, text in described_variables().items()]
    return (
        "\n\n".join(["# Settings", MADE, SETTINGS_BEGIN, table(("variable", "meaning"), rows)])
        + "\n"
    )


SETTINGS_BEGIN = """\
Settings are environment variables; none is needed to begin. `regulars doctor` says which of them
an installation should have. Everything else is set in the console and kept in the database."""

BESIDE = {
    "DATABASE_URL": "a PostgreSQL of one's own (15 or newer) instead of the embedded one, as "
    "`postgresql://account:password@host:5432/name`",
    "REGULARS_PROXIES": "proxies in front, addresses or networks with commas; only they are "
    "believed about the client's address and about https",
    "REGULARS_LOG": "`json` writes log lines as JSON; anything else as plain text",
    "XDG_DATA_HOME": "the folder that holds the data folder `regulars` where nothing else is said "
    "(default `~/.local/share`)",
}
"""Variables that the settings module does not describe: it never reads them."""
LINE = re.compile(r"^([A-Z_]{5,})  +(\S.*)$", flags=re.MULTILINE)
READ = re.compile(r"^(?:REGULARS_[A-Z_]+|DATABASE_URL|XDG_[A-Z_]+)$")
INSTEAD = {
    "REGULARS_DATABASE_URL": "set by Regulars for its own processes; yours is `DATABASE_URL`",
    "REGULARS_OWNER_URL": "the database of `DATABASE_URL` as its owner, for migrations; else "
    "`DATABASE_URL` owns its tables",
    "REGULARS_DATA": "the data folder, where no command says `--data`",
}
"""What these mean to people who run the product, rather than to the settings module."""


def described_variables() -> dict[str, str]:
    """What each variable means; the settings' docstring says it for those that it reads."""
    doc = ast.get_docstring(ast.parse((SOURCE / "settings.py").read_text(encoding="utf-8"))) or ""
    found = BESIDE | dict(LINE.findall(doc)) | INSTEAD
    return dict(sorted(found.items()))


def read_variables() -> set[str]:
    """The names of all environment variables that stand in the code as texts."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if READ.match(node.value) else set()
    return found


# Facts


def fact_types() -> str:
    """Every type of fact and what travels beside one."""
    kinds = typing.get_args(arrivals.AnyFact)
    parts = ["# Fact types", MADE, FACTS_BEGIN]
    for kind in kinds:
        parts += [f"## {kind.__struct_config__.tag}", *_struct_parts(kind)]
    parts += ["## Beside and inside", "What travels beside a fact, and what orders are made of."]
    for kind in (facts.Line, arrivals.Arrival, facts.Who, facts.Identifier, facts.Profile):
        parts += [f"### {kind.__name__}", *_struct_parts(kind)]
    return "\n\n".join(parts) + "\n"


FACTS_BEGIN = """\
A fact is stored as JSON with its type in `type`; fields that have their default are left out. See
[Facts and keys](../concepts/facts.md)."""


def _struct_parts(kind: type) -> Iterator[str]:
    yield inspect.cleandoc(kind.__doc__ or "")
    hints = typing.get_type_hints(kind, include_extras=True)
    rows = [
        (f"`{field.name}`", type_name(hints[field.name]), _default(field))
        for field in msgspec.structs.fields(kind)
    ]
    yield table(("field", "values", "default"), rows)


def _default(field: Any) -> str:
    if field.required:
        return "must be given"
    return (
        f"`{field.default}`" if field.default not in ("", (), None, msgspec.NODEFAULT) else "empty"
    )


# Reason codes


def reasons() -> str:
    """Every code with its sentence."""
    actions = {
        code: text for code, text in REASONS.items() if not code.startswith(("file_", "row_"))
    }
    parts = ["# Reason codes", MADE, "What stands in brackets is filled in."]
    parts += ["## Refusals", "An action was refused; nothing changed.", _codes(actions)]
    parts += [
        "## Files",
        "A file as a whole was refused; nothing of it was taken.",
        _codes(FILE_SENTENCES),
    ]
    parts += ["## Rows", "A row was handed back; the others went in.", _codes(ROW_SENTENCES)]
    return "\n\n".join(parts) + "\n"


def _codes(sentences: dict[str, Any]) -> str:
    rows = [(f"`{code}`", _text(message)) for code, message in sentences.items()]
    return table(("code", "sentence"), rows)


def _text(message: str | Counted) -> str:
    text = message.many if isinstance(message, Counted) else message
    return re.sub(r"%\((\w+)\)s", r"(\1)", text).replace("{", "(").replace("}", ")")
