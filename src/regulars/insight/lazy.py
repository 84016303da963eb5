"""Heavy libraries, loaded at their first use.

Listing the measures with their definitions must stay quick and must work in the web process,
which imports neither ibis nor pyarrow; only a computation pays for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Lazy:
    """Stands for a module and imports it when an attribute is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


ibis: Any = Lazy("ibis")
pyarrow: Any = Lazy("pyarrow")
numpy: Any = Lazy("numpy")
