"""The one exception of actions: nothing changed, and the code says why."""

from __future__ import annotations


class Refused(Exception):
    """An action was refused. `code` is from the closed list of `words.reasons`."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
