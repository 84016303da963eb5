"""Examples for the schema and the reference: one sale in the café, told from all sides."""

from __future__ import annotations

from typing import Any

MEMBER = "0b7c7a52-6f0d-4a43-9d3e-0d2b3e0f9a11"
ORDER: dict[str, Any] = {
    "type": "order",
    "key": "till-1:0042",
    "at": "2026-11-20T09:10:00+01:00",
    "customer": {"email": "mia@example.com", "name": "Mia Nowak"},
    "currency": "EUR",
    "lines": [{"product": "flat_white", "category": "coffee", "amount": "4.50"}],
    "place": "main_street",
}
VISIT: dict[str, Any] = {
    "type": "activity",
    "key": "door:17",
    "at": "2026-11-20T09:05:00+01:00",
    "customer": {"card": "CC1001"},
    "kind": "visit",
}
BALANCES = {"points": {"available": "4", "pending": "0"}}
WHY = {
    "rule": "per_amount",
    "code": "earned_per_amount_full",
    "message": "€4.50 is 4 times a full €1",
    "amount": "4",
    "asset": "points",
}
GIVEN: dict[str, Any] = {
    "programme": "corner_club",
    "status": "accepted",
    "code": "",
    "message": "",
    "gave": {"points": "4"},
    "why": [WHY],
    "member": MEMBER,
    "balances": BALANCES,
    "tier": "guest",
    "revision": 1,
}
FACT_OUT: dict[str, Any] = {
    "key": "till-1:0042",
    "state": "recorded",
    "error": None,
    "programmes": [GIVEN],
}
VISIT_OUT: dict[str, Any] = {
    "key": "door:17",
    "state": "recorded",
    "error": None,
    "programmes": [],
}
BATCH_OUT: dict[str, Any] = {"recorded": 2, "refused": 0, "facts": [FACT_OUT, VISIT_OUT]}
ERROR: dict[str, Any] = {
    "code": "field_unknown_near",
    "message": "There is no field “amont”.",
    "place": "amont",
    "remedy": "Did you mean “amount”?",
    "request_id": "3f2c9e0d5b7a4c11",
}
CUSTOMER: dict[str, Any] = {
    "customer": MEMBER,
    "name": "Mia Nowak",
    "language": "de",
    "country": "DE",
    "birth_date": None,
    "identifiers": [{"kind": "email", "value": "mia@example.com"}],
    "programmes": ["corner_club"],
    "created_at": "2026-11-20T08:10:01Z",
}
HISTORY: dict[str, Any] = {
    "items": [
        {
            "type": "order",
            "key": "till-1:0042",
            "at": "2026-11-20T08:10:00Z",
            "received_at": "2026-11-20T08:10:01Z",
            "number": "",
            "currency": "EUR",
            "amount": "4.50",
            "place": "main_street",
        }
    ],
    "next": "",
}
VOUCHER: dict[str, Any] = {
    "id": "corner_club/stamp_card/1",
    "code": "7KQ2MH9TBX4RWC",
    "rule": "stamp_card",
    "kind": "stamp_card",
    "item": "coffee",
    "value": "0.00",
    "currency": "EUR",
    "state": "open",
    "issued_at": "2026-11-20T08:10:00Z",
    "expires_at": None,
}
MEMBER_OUT: dict[str, Any] = {
    "member": MEMBER,
    "programme": "corner_club",
    "edition": "cafe_points",
    "at": "2026-11-20T08:10:02Z",
    "since": "2026-11-01T00:00:00Z",
    "balances": BALANCES,
    "tier": "guest",
    "tier_until": None,
    "next_tier": {
        "tier": "regular",
        "name": "Regular",
        "metric": "earned_points",
        "needs": "200",
        "has": "4",
        "missing": "196",
        "hurdles": [
            {
                "metric": "earned_points",
                "window": "",
                "at_least": "200",
                "below": None,
                "has": "4",
                "missing": "196",
                "taken": False,
            }
        ],
        "instead": [],
    },
    "metrics": {"earned_points": "4"},
    "progress": {"stamp_card": "1/9"},
    "vouchers": [VOUCHER],
    "expiring": [{"asset": "points", "amount": "4", "at": "2027-11-30T23:00:00Z"}],
    "next_due": "2027-11-30T23:00:00Z",
    "code": "MIAN7KQ2",
    "revision": 1,
}
TRANSFERS: dict[str, Any] = {
    "items": [
        {
            "asset": "points",
            "amount": "4",
            "source": "issued",
            "target": "available",
            "at": "2026-11-20T08:10:00Z",
            "booked_at": "2026-11-20T08:10:01Z",
            "fact": "till-1:0042",
            "rule": "per_amount",
            "step": "earn",
            "cause": "till-1:0042",
        }
    ],
    "next": "",
}
EXPLAINED: dict[str, Any] = {
    "member": MEMBER,
    "programme": "corner_club",
    "asset": "points",
    "at": "2026-11-20T08:10:02Z",
    "known_at": "2026-11-20T08:10:02Z",
    "balance": "4",
    "tier": "guest",
    "lines": [
        {
            "fact": "till-1:0042",
            "rule": "per_amount",
            "step": "earn",
            "at": "2026-11-20T08:10:00Z",
            "amount": "4",
            "why": [WHY],
        }
    ],
}
OFFER: dict[str, Any] = {
    "reward": "coffee",
    "name": "Coffee",
    "may": False,
    "price": "0",
    "asset": "",
    "code": "insufficient_points",
    "message": "You need 50 points and have 4.",
}
QUOTE_IN: dict[str, Any] = {
    "programme": "corner_club",
    "member": MEMBER,
    "currency": "EUR",
    "lines": [{"product": "flat_white", "category": "coffee", "amount": "4.50"}],
}
QUOTE: dict[str, Any] = {
    "programme": "corner_club",
    "member": MEMBER,
    "would_give": {"points": "4"},
    "why": [WHY],
    "pays": None,
    "currency": "EUR",
    "refused": {},
    "tier": "guest",
    "tier_after": "guest",
    "rewards": [OFFER],
    "balances": BALANCES,
    "revision": 1,
}
REDEEM: dict[str, Any] = {
    "key": "till-1:r7",
    "programme": "corner_club",
    "member": MEMBER,
    "reward": "coffee",
    "reserve": True,
    "reserve_minutes": 15,
}
REDEMPTION: dict[str, Any] = {
    "key": "till-1:r7",
    "member": MEMBER,
    "programme": "corner_club",
    "accepted": True,
    "state": "reserved",
    "code": "",
    "message": "",
    "needs": {},
    "reserved_until": "2026-11-20T08:25:00Z",
    "voucher": "",
    "balances": {"points": {"available": "10", "pending": "0"}},
    "revision": 3,
}
PROGRAMME: dict[str, Any] = {
    "programme": "corner_club",
    "name": "Corner Club",
    "edition": "cafe_points",
    "zone": "Europe/Berlin",
    "currency": "EUR",
    "assets": [{"asset": "points", "name": "point", "decimals": 0, "currency": ""}],
}
REWARD: dict[str, Any] = {
    "reward": "coffee",
    "kind": "price",
    "name": "Coffee",
    "terms": "Coffee costs 50 points.",
    "asked_for": True,
}
TIER: dict[str, Any] = {"tier": "guest", "name": "Guest", "reached_from": "0", "rights": []}
EDITION: dict[str, Any] = {
    "edition": "cafe_points",
    "begins": None,
    "published_at": "2026-11-01T08:00:00Z",
    "withdrawn_at": None,
}
EDITION_FILE: dict[str, Any] = {
    "edition": "cafe_points",
    "programme": "corner_club",
    "begins": None,
    "published_at": "2026-11-01T08:00:00Z",
    "file": "format: 1\nedition: cafe_points\n",
    "terms": [{"title": "Earning", "sentences": ["Every full euro gives 1 point."]}],
}
KEY: dict[str, Any] = {
    "id": "5a8f3f52-64d7-4b0b-9a53-0f1f0a6b1c22",
    "name": "till",
    "prefix": "rgl_k7m2x9",
    "scopes": ["facts:write", "redeem"],
    "per_minute": 1200,
    "gives": None,
    "made_at": "2026-11-20T08:00:00Z",
    "ends_at": None,
    "last_used": "2026-11-20",
}
NEW_KEY: dict[str, Any] = {"key": "rgl_k7m2x9…", "about": KEY}
ADJUST: dict[str, Any] = {
    "key": "desk:17",
    "programme": "corner_club",
    "member": MEMBER,
    "amount": "20",
    "reason": "the machine spilt her coffee",
}
ADJUSTMENT: dict[str, Any] = {
    "adjustment": "7d1f6a0c-93a4-4b57-8b55-5f0f7a0f3c11",
    "key": "desk:17",
    "programme": "corner_club",
    "member": MEMBER,
    "asset": "points",
    "amount": "20",
    "reason": "the machine spilt her coffee",
    "state": "done",
    "asked_by": "key desk",
    "asked_at": "2026-11-20T08:10:00Z",
    "decided_by": "",
    "decided_at": None,
}
FILE = """format: 1
programme: corner_club
edition: cafe_2027
name: Corner Club
currency: EUR
assets: [{id: points, name: point, many: points}]
earn: [{kind: per_amount, step: 1.00 EUR, points: 1}]
rewards: [{id: coffee, kind: price, price: 60, name: a coffee}]
"""
PREVIEW: dict[str, Any] = {
    "programme": "corner_club",
    "edition": "cafe_2027",
    "since": "2026-08-22T08:10:00Z",
    "members": 1840,
    "all_members": True,
    "more": 0,
    "less": 31,
    "tiers": 0,
    "sums": {"points": "-412"},
    "largest": [{"member": MEMBER, "amounts": {"points": "-20"}, "tier": "", "tier_was": ""}],
    "harsher": [{"place": "rewards.coffee.price", "was": "50", "now": "60"}],
    "earliest": "2026-12-20T08:10:00Z",
    "terms": [{"title": "Earning", "sentences": ["Every full euro gives 1 point."]}],
}
