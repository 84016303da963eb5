"""What referral rules tell members, and what happened to a referral."""

from __future__ import annotations

TERMS_REFERRALS: dict[str, str] = {}
"""What each kind says of itself."""

WHYS_REFERRALS: dict[str, str] = {}
"""What referral rules say to a fact."""
