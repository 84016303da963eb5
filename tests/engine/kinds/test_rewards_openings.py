"""How often something was had is brought in as a number, whatever number it is."""

from __future__ import annotations

import pytest
from rewards_shop import Shop

OPENED, ASKED = "2025-01-01T10:00:00Z", "2025-01-02T10:00:00Z"
REWARD = "  - {{id: cake, kind: price, name: Cake, only: {{times: 3, per: {per}}}}}\n"


@pytest.mark.parametrize("per", ["day", "month", "12_months", "ever"])
@pytest.mark.parametrize("had", [-1, 0, 2, 3, 10**15])
def test_so_many_times_are_counted_at_once(per: str, had: int) -> None:
    """2 of 3 leave one, in the period in which they were; a day later a day counts anew."""
    shop = Shop.of(REWARD.format(per=per))
    shop.open(OPENED, "limit", "cake", had)
    refused = {"12_months": "once_per_12_months", "ever": "already_used"}.get(per, "cooldown")
    had_it_all = had >= 3 and per != "day"
    assert shop.redeem("r1", ASKED, "cake") == (refused if had_it_all else "accepted")
