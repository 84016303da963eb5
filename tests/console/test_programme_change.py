"""Console, Programme: a changed file is checked, looked at, published, taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from customers_kit import colleague, open_business, remember
from django.test import Client

from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.blueprints import PROGRAMME, blueprints
from regulars.db.models import AuditRow, EditionRow, Role, Staff
from regulars.db.queries.programmes import editions_of

PAGE = "/console/programme/change/"
BODY = blueprints()["cafe_points"].joinpath(PROGRAMME).read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def running(own_database: Any) -> None:
    open_business()
    publish(BODY, now=now() - timedelta(days=60), by="Olga")


def now() -> datetime:
    return datetime.now(UTC)


def written(*changes: tuple[str, str]) -> str:
    """The file as another edition, with these changes."""
    body = BODY.replace("edition: cafe_points", "edition: cafe_next")
    for old, new in changes:
        assert old in body
        body = body.replace(old, new)
    return body


def send(file: str, do: str = "look", **more: str) -> Any:
    known = Staff.objects.filter(role=Role.OWNER).first()
    client = Client()
    if known is None:
        client = colleague(Role.OWNER)
    else:
        client.force_login(known)
    return client.post(PAGE, {"file": file, "do": do, **more})


def said(answer: Any) -> str:
    return str(answer.content.decode().replace("\xa0", " "))


def test_the_file_in_force_is_there_under_a_name_of_its_own() -> None:
    page = said(colleague(Role.OWNER).get(PAGE))
    assert "edition: cafe_points_1\n" in page
    assert said(colleague(Role.MANAGER).get(PAGE)).count("edition:") == 0


def test_every_mistake_is_named_with_its_line() -> None:
    page = said(send("format: 1\nedition: Ö\nearn:\n  - {kind: per_ammount}\n"))
    assert "line 4" in page
    assert "per_amount" in page
    assert "things must be mended" in page
    assert EditionRow.objects.count() == 1


def test_what_it_changes_for_real_members_is_told_and_nothing_is_written() -> None:
    ann = remember(now())["Ann"]
    join([ann.id], "corner_club", since=now() - timedelta(days=50), now=now())
    page = said(send(written(("points: 1\n", "points: 3\n"))))
    assert "of 1 members 1 would have more" in page
    assert "Ann Ashby" in page
    assert "Changed: “" in page
    assert EditionRow.objects.count() == 1


def test_what_gets_dearer_waits_or_says_why() -> None:
    dearer = written(("price: 50", "price: 70"))
    page = said(send(dearer))
    assert "Dearer or shorter for members" in page
    assert "may begin on" in page
    refused = said(send(dearer, "publish"))
    assert "This makes something dearer or shorter" in refused
    assert EditionRow.objects.count() == 1
    answer = send(dearer, "publish", reason="The price of milk")
    assert answer.status_code == 302
    row = EditionRow.objects.get(edition="cafe_next")
    assert (row.reason, row.by_name[:6]) == ("The price of milk", "staff ")


def test_a_later_edition_begins_on_its_day_and_can_be_taken_back() -> None:
    day = (now() + timedelta(days=45)).date().isoformat()
    answer = send(written(("price: 50", "price: 70")).replace("\n", "\r\n"), "publish", begins=day)
    assert answer.status_code == 302
    coming = editions_of("corner_club", now())[0]
    assert coming.begins is not None
    assert (coming.edition, coming.state) == ("cafe_next", "coming")
    assert coming.begins.astimezone(UTC).hour in (22, 23)
    owner = colleague(Role.MANAGER)
    path = "/console/programme/editions/corner_club/cafe_next/withdraw/"
    assert owner.post(path).status_code == 403
    owner = Client()
    owner.force_login(Staff.objects.get(role=Role.OWNER))
    assert "will not begin" in said(owner.post(path, follow=True))
    assert editions_of("corner_club", now())[0].state == "withdrawn"
    owner.post(path)
    assert AuditRow.objects.filter(what="programme.withdrawn").count() == 1


def test_a_day_that_is_none_is_refused() -> None:
    assert "as in 2027-01-31" in said(send(written(), "publish", begins="soon"))
    assert EditionRow.objects.count() == 1
