"""The question before points become a voucher."""

from __future__ import annotations

from uuid import uuid4

from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.console.sure import Question
from regulars.db.queries.history import Person


def redeem_question(person: Person, programme: str, reward: str, told: str) -> Question:
    """Whether points are turned into a voucher; `told` says for what and for how much."""
    page = reverse("console:customer_redeem", args=[person.customer.public_id])
    return Question(
        key=f"redeem-{programme}-{reward}",
        title=_("Turn points into a voucher?"),
        text=_(
            "%(reward)s. The points are taken at once, and the voucher can be used at the till or "
            "on the phone page. A manager can take it back as long as nobody has used it."
        )
        % {"reward": told},
        act=_("Hand out the voucher"),
        url=page,
        label=_("Give"),
        whom=told,
        tone="primary",
        back=reverse("console:customer", args=[person.customer.public_id]),
        fields={"programme": programme, "reward": reward, "press": str(uuid4())},
    )
