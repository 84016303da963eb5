"""Programme files: from text to an edition, or to everything that is wrong with it at once."""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec import Struct, convert

from regulars.blueprints import ABOUT, PLAIN, PROGRAMME, blueprints
from regulars.engine.edition import Edition
from regulars.engine.kinds import families
from regulars.engine.texts import Language
from regulars.programmes.checking import check
from regulars.programmes.documents import Problem, read
from regulars.programmes.schema import schema


class Loaded(Struct, frozen=True):
    """What a file says: an edition, or the problems that keep it from being one."""

    name: str
    edition: Edition | None
    problems: tuple[Problem, ...] = ()


def load(text: str | bytes, name: str) -> Loaded:
    """Read and check one programme file; `name` is what messages call it."""
    document = read(text, name)
    edition, problems = check(document, Edition, families())
    return Loaded(name, edition, tuple(problems))


def programme_schema() -> dict[str, Any]:
    """The JSON Schema of programme files, with the kinds that are installed."""
    return dict(schema(Edition, families()))


@cache
def ready() -> dict[str, Edition]:
    """The ready programmes, by edition. Raises ValueError for one that is broken."""
    found: dict[str, Edition] = {}
    for name, folder in blueprints().items():
        loaded = load(folder.joinpath(PROGRAMME).read_bytes(), name)
        if loaded.edition is None:
            raise ValueError(f"{name}: {loaded.problems}")
        found[loaded.edition.edition] = loaded.edition
    return found


@cache
def abouts() -> dict[str, dict[Language, str]]:
    """For whom each plain ready programme is, in every language. Raises msgspec.ValidationError
    for a file that says something else."""
    found = {}
    for name in PLAIN:
        document = read(blueprints()[name].joinpath(ABOUT).read_bytes(), ABOUT)
        found[name] = convert(document.data, dict[Language, str])
    return found
