"""Settings, Staff: the limits by hand of each role are seen, set, and hold."""

from __future__ import annotations

import pytest

from console.customers_kit import colleague
from console.members_kit import adjust, member
from regulars.actions import audit
from regulars.db.models import Adjustment, Role

pytestmark = pytest.mark.django_db
PAGE = "/console/settings/staff/limits/"
TOLD = {"staff": "10", "manager": "500", "owner": "5000", "key": "0"}


def test_a_limit_is_set_shown_and_holds() -> None:
    ann, owner, sam = member(), colleague(Role.OWNER), colleague(Role.STAFF)
    assert 'value="50"' in owner.get(PAGE).content.decode()
    owner.post(PAGE, TOLD)
    page = owner.get("/console/settings/staff/").content.decode()
    assert '<td class="n" data-k="By hand in a day">10</td>' in page
    assert '<td class="n" data-k="By hand in a day">5,000</td>' in page
    adjust(sam, ann, "11")
    assert Adjustment.objects.get().state == "waiting"
    (noted,) = audit.entries(what="limits.set")
    assert noted.details == {"staff": 10, "key": 0}
    owner.post(PAGE, TOLD)
    assert len(audit.entries(what="limits.set")) == 1, "what is as it was is no news"


@pytest.mark.parametrize("wrong", ["", "-1", "lots", "1e3"])
def test_what_is_no_limit_changes_nothing(wrong: str) -> None:
    member()
    page = colleague(Role.OWNER).post(PAGE, {**TOLD, "staff": wrong}).content.decode()
    assert 'id="id_staff_error"' in page
    assert not audit.entries(what="limits.set")
