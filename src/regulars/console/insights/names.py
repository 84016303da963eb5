"""What groups of customers are called, and what each is."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEANINGS: dict[str, str | Promise] = {
    "champion": _("Came lately, come often, spend most"),
    "loyal": _("Come often and spend well"),
    "potential_loyalist": _("Came lately and more than once"),
    "new": _("Came for the first time, just now"),
    "promising": _("Came lately, but seldom so far"),
    "need_attention": _("Middling in everything; a word may decide it"),
    "about_to_sleep": _("Come seldom, and it has been a while"),
    "at_risk": _("Used to come often, and it has been long"),
    "cannot_lose": _("Were among the best, and it has been long"),
    "hibernating": _("Came seldom, long ago"),
    "lost": _("Came seldom, longest ago"),
}
"""What each named segment of RFM is, in the order of the measure."""

GROUPS: dict[str, str | Promise] = {
    "best": _("Best"),
    "loyal": _("Loyal"),
    "slipping": _("Slipping"),
    "lost_friend": _("Lost friends"),
    "on_the_fence": _("On the fence"),
    "getting_to_know": _("Getting to know us"),
    "resting": _("Resting"),
    "new": _("New"),
    "once_only": _("Once only"),
}
"""The groups of the grid of visits and silence."""
