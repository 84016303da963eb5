"""Which status of HTTP goes with which code."""

from __future__ import annotations

STATUS: dict[str, int] = {
    "body_unreadable": 400,
    "api_key_missing": 401,
    "api_key_unknown": 401,
    "api_key_in_address": 401,
    "scope_missing": 403,
    "api_key_above": 403,
    "api_key_not_found": 404,
    "adjustment_above_you": 403,
    "adjustment_not_allowed": 403,
    "adjustment_same_person": 403,
    "adjustment_unknown": 404,
    "customer_unknown": 404,
    "edition_unknown": 404,
    "no_such_address": 404,
    "not_member": 404,
    "programme_unknown": 404,
    "redemption_unknown": 404,
    "voucher_code_unknown": 404,
    "method_wrong": 405,
    "idempotency_working": 409,
    "key_reused": 409,
    "edition_begun": 409,
    "edition_known": 409,
    "redemption_over": 409,
    "waits_too_many": 409,
    "body_cut_short": 408,
    "stale": 412,
    "body_too_big": 413,
    "code_tries": 429,
    "rate_limited": 429,
    "broken": 500,
    "busy": 503,
    "disk_full": 503,
}
"""By code; every other one is 422: understood, and wrong."""
WRONG = 422
ALWAYS = (
    "api_key_missing",
    "scope_missing",
    "body_too_big",
    "rate_limited",
    "broken",
    "busy",
    "disk_full",
)
"""What every operation may answer."""


def status_of(code: str) -> int:
    """The status of a refusal."""
    return STATUS.get(code, WRONG)
