"""A refusal: a code from a closed list and the parameters that a sentence about it needs."""

from __future__ import annotations

from typing import Literal

LedgerCode = Literal[
    "account_unknown",
    "account_known",
    "amount_not_positive",
    "amount_too_large",
    "asset_mismatch",
    "exceeds_hold",
    "group_empty",
    "group_mismatch",
    "hold_expired",
    "hold_resolved",
    "hold_too_short",
    "hold_unknown",
    "insufficient",
    "key_reused",
    "name_malformed",
    "same_account",
]
"""Every code that accounts, transfers and holds refuse with."""


class Refused(Exception):
    """Something was asked for that the rules forbid. Nothing was changed.

    `code` comes from a closed list of the room that refuses, `params` are the values that a
    sentence for a reader names. Prose is made elsewhere.
    """

    def __init__(self, code: str, params: dict[str, object] | None = None) -> None:
        super().__init__(code, params or {})
        self.code = code
        self.params: dict[str, object] = params or {}


def refusal(code: LedgerCode, **params: object) -> Refused:
    """A refusal by the ledger: as `Refused`, but with a code that the type checker knows."""
    return Refused(code, params)
