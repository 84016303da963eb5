"""Ready programmes as files, each in a folder of its own with its worked cases."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

PROGRAMME, CASES = "programme.yaml", "cases.yaml"
PLAIN = frozenset({"boutique", "cafe_points", "cafe_stamp_card", "plain", "stamp_9_1"})
"""Those that are nobody's: made to begin with. The others show what well-known names do."""


def blueprints() -> dict[str, Traversable]:
    """The folder of every ready programme, by its name."""
    here = sorted(files(__name__).iterdir(), key=lambda one: one.name)
    return {one.name: one for one in here if one.is_dir() and one.joinpath(PROGRAMME).is_file()}
