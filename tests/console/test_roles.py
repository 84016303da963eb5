"""Every page × method × role against the table that is kept beside this file (routes.csv)."""

from __future__ import annotations

import os
from itertools import cycle, pairwise

import pytest
from django.core.exceptions import ImproperlyConfigured
from doors import ACTORS, EXPECTED, address, browser, door, matrix, pages, rows, title

from regulars.console import permissions
from regulars.console.permissions import ACCOUNT_PAGES, RIGHTS, Gate, Page, Right, may, rights_of
from regulars.db.models import Business, Role, Staff
from staff import employ, open_cafe

pytestmark = pytest.mark.django_db
FULL = bool(os.environ.get("REGULARS_TORTURE"))
HEADER = ["page", "method", *ACTORS]


@pytest.fixture
def people() -> dict[str, Staff | None]:
    """One of each role, and somebody who is not signed in."""
    open_cafe()
    roles = {role.value: employ(role.value, role) for role in Role}
    return {"anonymous": None, **roles}


def expected() -> list[str]:
    return [",".join(row[column] for column in HEADER) for row in rows()]


def test_every_page_has_its_rows() -> None:
    wanted = {(title(page), method) for page in pages() for method in ("GET", "POST")}
    listed = [(row["page"], row["method"]) for row in rows()]
    assert sorted(listed) == sorted(wanted), f"a page without a row: add it to {EXPECTED.name}"


def test_the_doors_say_what_the_table_says(people: dict[str, Staff | None]) -> None:
    found, wanted = set(matrix(people)), set(expected())
    lines = [f"found:  {line}" for line in sorted(found - wanted)]
    lines += [f"wanted: {line}" for line in sorted(wanted - found)]
    assert not lines, (
        f"judge each line, then put what is meant into {EXPECTED.name}:\n" + "\n".join(lines)
    )


OTHERS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")


def test_no_other_method_opens_a_door(people: dict[str, Staff | None]) -> None:
    """In a short run one method a door, each in its turn."""
    turn = cycle(OTHERS)
    shut = {row["page"]: row for row in rows() if row["method"] == "GET"}
    # Who is refused leaves no trace: one browser does for all.
    browsers = {actor: browser(people[actor]) for actor in ACTORS}
    for page in pages():
        if page.right == Right.OPEN:
            continue
        for actor in ACTORS:
            if (wanted := shut[title(page)][actor]) in ("login", "no"):
                for method in OTHERS if FULL else [next(turn)]:
                    answer = browsers[actor].generic(method, address(page))
                    assert door(answer) == wanted, (title(page), method, actor)


def test_who_left_gets_no_further_than_a_stranger(people: dict[str, Staff | None]) -> None:
    owner = people["owner"]
    assert owner is not None
    client = browser(owner)
    Staff.objects.filter(pk=owner.pk).update(is_active=False)
    for row in rows():
        if row["method"] == "GET" and row["anonymous"] == "login":
            page = next(page for page in pages() if title(page) == row["page"])
            assert door(client.get(address(page))) == "login", row["page"]


def test_roles_only_add_rights() -> None:
    order = [RIGHTS[role] for role in reversed(Role.values)]
    assert all(less < more for less, more in pairwise(order))
    assert rights_of(None) == rights_of(Staff(role="gardener")) == frozenset()
    assert rights_of(Staff(role=Role.OWNER, is_active=False)) == frozenset()
    assert not may(None, Right.ACCOUNT)


def test_rights_of_brought_pages_name_pages_that_exist() -> None:
    assert set(ACCOUNT_PAGES) <= {page.name for page in pages()}


def test_a_page_without_a_right_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    stray = Page(pattern="console/stray/", name="console:stray", right=None)
    walked = [*pages(), stray]
    monkeypatch.setattr(permissions, "pages", lambda: walked)
    with pytest.raises(ImproperlyConfigured, match="console/stray/"):
        Gate(lambda request: None)  # type: ignore[arg-type, return-value]


def test_a_second_factor_is_asked_for_on_every_page(people: dict[str, Staff | None]) -> None:
    Business.objects.update(second_factor_required=True)
    client = browser(people["owner"])
    for page in pages():
        answer = client.get(address(page))
        if page.right in (Right.OPEN, Right.ENROL):
            assert door(answer) in ("in", "login"), title(page)
            client = browser(people["owner"])
        else:
            assert door(answer) == "second", title(page)


def test_saboteur_a_role_with_a_right_too_many(
    people: dict[str, Staff | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RIGHTS, Role.VIEWER, RIGHTS[Role.VIEWER] | {Right.MANAGE_STAFF})
    changed = set(matrix(people, ("GET",), "console:staff")) - set(expected())
    assert any(line.startswith("console:staff,GET,") for line in changed)


def test_saboteur_a_gate_that_stands_open(
    people: dict[str, Staff | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permissions, "check", lambda request, right: None)
    changed = set(matrix(people, ("GET",), "console:w")) - set(expected())
    assert len(changed) > 2
