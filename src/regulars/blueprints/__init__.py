"""Ready programmes as files, each in a folder of its own with its worked cases."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

PROGRAMME, CASES, ABOUT = "programme.yaml", "cases.yaml", "about.yaml"


def blueprints() -> dict[str, Traversable]:
    """The folder of every ready programme, by its name."""
    here = sorted(files(__name__).iterdir(), key=lambda one: one.name)
    return {one.name: one for one in here if one.is_dir() and one.joinpath(PROGRAMME).is_file()}


PLAIN = frozenset(name for name, folder in blueprints().items() if folder.joinpath(ABOUT).is_file())
"""Those that are nobody's and say for whom they are: made to begin with. The others show what
well-known names do."""
