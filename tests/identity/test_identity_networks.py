"""Many addresses of one household count as one, however they are written."""

from __future__ import annotations

import pytest

from regulars.identity.networks import network_of


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:a:b:c:d", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("2001:db8::1:0:0:1", "2001:db8::2:0:0:2", True),
        ("2001:db8::f03c:1:2:3", "2001:db8:0:0:a:b:c:d", True),
        ("2001:db8::1", "2001:db9::1", False),
        ("", "", True),
        ("unknown", "elsewhere", False),
    ],
)
def test_who_shares_a_network(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same
