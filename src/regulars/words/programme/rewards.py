"""What rewards tell members, and why they were given."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_REWARDS: dict[str, str] = {
    "reward_every": _("Every %(each)s %(asset)s turn into %(name)s."),
    "reward_every_card": _("Every %(nth)s %(name)s on the stamp card is free."),
    "reward_price": _("%(name)s costs %(price)s %(asset)s."),
}
"""What each kind says of itself."""

WHYS_REWARDS: dict[str, str] = {
    "redeemed": _("Redeemed"),
}
"""What rewards say to a fact."""
