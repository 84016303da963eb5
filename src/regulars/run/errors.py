"""What stops an installation from running."""

from __future__ import annotations


class CannotRun(Exception):
    """Something outside the code is wrong; the text is one sentence with the remedy, for people."""

    exit_code = 2
