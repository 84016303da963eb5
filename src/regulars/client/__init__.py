"""A client for the API: standard library and msgspec alone, nothing of the server.

    shop = Client("https://loyalty.example.com", key)
    shop.record({"type": "order", "key": "till-1:0042", ...})

What is lost on the way is sent again under the same key, so that it counts once; but for single
facts it is sent as the same request, so that the answer is the first one too.
"""

from __future__ import annotations

from regulars.client.calls import Client, Refused
from regulars.client.shapes import (
    Adjustment,
    Adjustments,
    Balance,
    Batch,
    Edition,
    Explained,
    Given,
    Harsher,
    Hurdle,
    Line,
    Member,
    NextTier,
    Offer,
    Preview,
    Problem,
    Quote,
    Recorded,
    Redemption,
    Voucher,
    Why,
)

__all__ = [
    "Adjustment",
    "Adjustments",
    "Balance",
    "Batch",
    "Client",
    "Edition",
    "Explained",
    "Given",
    "Harsher",
    "Hurdle",
    "Line",
    "Member",
    "NextTier",
    "Offer",
    "Preview",
    "Problem",
    "Quote",
    "Recorded",
    "Redemption",
    "Refused",
    "Voucher",
    "Why",
]
