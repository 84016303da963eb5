"""Settings, Audit log: what was done, by whom, and by nobody but the owner to be read."""

from __future__ import annotations

import pytest
from customers_kit import EVIL, colleague, open_business

from regulars.actions import audit
from regulars.db.models import Role, Staff

pytestmark = pytest.mark.django_db
PAGE = "/console/settings/audit/"


def test_what_was_done_is_listed_with_who_and_when() -> None:
    open_business()
    owner = colleague(Role.OWNER)
    assert "Nothing was done yet" in owner.get(PAGE).content.decode()
    me = audit.staff_name(Staff.objects.get())
    audit.note("programme.published", "corner_club", me, None, {"edition": "one", "reason": ""})
    audit.note("till.strange", "window", "its browser")
    page = owner.get(PAGE).content.decode()
    assert page.index("till.strange") < page.index("Edition published")
    assert '<td data-k="Who">Owner</td>' in page
    assert "edition: one" in page
    assert "reason" not in page
    assert "till.strange" not in owner.get(PAGE, {"what": "programme"}).content.decode()
    assert "till.strange" in owner.get(PAGE, {"what": "nothing"}).content.decode()


def test_what_others_wrote_stays_text() -> None:
    open_business()
    audit.note("till.code", EVIL, EVIL, None, {"place": EVIL})
    page = colleague(Role.OWNER).get(PAGE).content.decode()
    assert "<img src=x" not in page
    assert "<script>alert" not in page


def test_who_is_gone_is_no_longer_named() -> None:
    open_business()
    gone = "staff 00000000-0000-4000-8000-000000000000"
    audit.note("till.code", "1", gone)
    page = colleague(Role.OWNER).get(PAGE).content.decode()
    assert "somebody who worked here" in page
    assert gone not in page
