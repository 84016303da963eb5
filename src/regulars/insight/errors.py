"""What goes wrong when a table cannot be read as sales."""

from __future__ import annotations


class InsightError(ValueError):
    """One sentence that names the place (file or column) and the remedy."""
