"""O10, A13: what is done about staff, the business, machines and by hand is written down once, with
who did it; and so is each list that is taken out of the house."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from customers_kit import colleague
from django.test import Client
from django.utils import timezone
from members_kit import member

from regulars.actions import audit, downloads
from regulars.actions.known import known_customer
from regulars.actions.staff import Invitation, Position, invite
from regulars.db.models import AuditRow, Customer, CustomerLink, Role, Staff
from regulars.engine.facts import Identifier, Who
from staff import employ

sys.path.insert(0, str(Path(__file__).parents[1] / "attacks"))
from test_attack_console import forms

pytestmark = pytest.mark.django_db
SETTINGS = "/console/settings/"
EXPORT = "/console/customers/export.csv"
INVITED = {"name": "Nina", "email": "nina@corner.example", "role": "viewer", "places": []}
BUSINESS = {
    "business": "Corner Coffee 2",
    "zone": "Europe/Berlin",
    "currency": "EUR",
    "region": "DE",
    "language": "en",
}


TOO_LATE = ("types/", "replay/", "redeem/", "refuse/")
"""What is no longer there when its turn comes: a webhook, points, a wish that was let through."""


def acts_of(client: Client, path: str, values: dict[str, Any]) -> list[str]:
    """What is written down of somebody who sends a form."""
    before = {one.pk for one in AuditRow.objects.all()}
    client.post(path, values)
    rows = AuditRow.objects.exclude(pk__in=before).order_by("pk")
    me = audit.staff_name(Staff.objects.get(pk=client.session["_auth_user_id"]))
    assert {row.who for row in rows} <= {me}
    return [row.what for row in rows]


def about_staff(sam: UUID) -> list[tuple[str, dict[str, Any], list[str]]]:
    """What an owner does about a colleague, in its order, and what is to be written down of it."""
    one = f"{SETTINGS}staff/{sam}/"
    return [
        (f"{SETTINGS}staff/invite/", INVITED, ["staff.invited", "staff.link"]),
        (one, {"role": "manager", "places": []}, ["staff.changed"]),
        (one, {"role": "manager", "places": []}, []),
        (f"{one}link/", {}, ["staff.link"]),
        (f"{one}leave/", {}, ["staff.left"]),
        (f"{one}return/", {}, ["staff.returned"]),
        (f"{SETTINGS}business/", BUSINESS, ["business.changed"]),
        (f"{SETTINGS}business/", BUSINESS, []),
        (f"{SETTINGS}look/", {"colour": "#336699", "address": "", "origins": ""}, ["look.changed"]),
    ]


def told() -> list[list[str]]:
    """What was written down of all that an owner does about staff, business and look."""
    member()
    owner, sam = colleague(Role.OWNER), employ("Sam", Role.STAFF)
    return [acts_of(owner, path, values) for path, values, _acts in about_staff(sam.pk)]


WANTED = [acts for _path, _values, acts in about_staff(UUID(int=1))]


def test_o10_what_is_done_about_staff_and_business_is_written_down() -> None:
    assert told() == WANTED
    (changed,) = audit.entries(what="staff.changed")
    before, after = changed.details["from"], changed.details["to"]
    assert (before["role"], after["role"]) == ("staff", "manager")
    (business,) = audit.entries(what="business.changed")
    assert business.details["to"]["name"] == "Corner Coffee 2"
    (look,) = audit.entries(what="look.changed")
    assert look.details["to"] == {"colour": "#336699"}
    kept = str(list(AuditRow.objects.values_list("who", "about", "details")))
    assert not [one for one in ("Sam", "Nina", "nina@", "sam@") if one in kept]


def test_o10_saboteur_who_writes_nothing_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "note", lambda *told, **more: None)
    assert told() != WANTED


def test_o10_who_somebody_is_said_to_be_is_written_down() -> None:
    """Whoever works in the office could let themselves in by an address, or by a merge."""
    ann, owner = member(), colleague(Role.OWNER)
    known_customer(Who(identifiers=(Identifier("card", "RC-7"),)), timezone.now())
    other = Customer.objects.exclude(pk=ann.pk).get()
    page = f"/console/customers/{ann.public_id}/"
    email = {"kind": "email", "value": "new@example.com"}
    union = {"other": str(other.public_id), "reason": "one person"}
    told = [
        acts_of(owner, f"{page}identifiers/", email),
        acts_of(owner, f"{page}identifiers/", email),
        acts_of(owner, f"{page}identifiers/remove/", email),
        acts_of(owner, f"{page}merge/", union),
        acts_of(owner, f"{page}merge/", union),
    ]
    link = {"link": CustomerLink.objects.get().key, "reason": "two after all"}
    told.append(acts_of(owner, f"{page}undo/", link))
    names = ["known", "", "unknown", "merged", "", "parted"]
    assert told == [[f"customer.{one}"] if one else [] for one in names]
    rows = AuditRow.objects.filter(what__startswith="customer.")
    assert set(rows.values_list("about", flat=True)) == {str(ann.public_id)}
    assert "new@example.com" not in str(list(rows.values_list("details", flat=True)))


def test_o10_what_an_owner_sends_is_written_down_once() -> None:
    """Keys, webhooks, places, limits, and what is given by hand."""
    ann = member()
    owner = colleague(Role.OWNER)
    for path, values in forms(ann.public_id).items():
        acts = acts_of(owner, path, values)
        assert len(acts) == (0 if path.endswith(TOO_LATE) else 1), path


def test_a13_a_list_that_is_taken_out_is_written_down_and_many_are_not_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    member()
    owner, other = colleague(Role.OWNER), employ("Olaf", Role.OWNER)
    monkeypatch.setattr(downloads, "MOST", 3)
    at = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: at)
    answers = [owner.get(EXPORT) for _time in range(5)]
    assert [one.status_code for one in answers] == [200] * 3 + [302] * 2
    rows = audit.entries(what="download.")
    assert [one.what for one in rows] == ["download.customers"] * 3
    page = owner.get("/console/customers/").content.decode()
    assert "Many lists were downloaded within an hour" in page
    again = Client()
    again.force_login(other, "allauth.account.auth_backends.AuthenticationBackend")
    assert again.get(EXPORT).status_code == 200, "it is one who takes so much"


def test_a_colleague_and_a_customer_are_called_by_name_in_the_log() -> None:
    ann, owner = member(), colleague(Role.OWNER)
    olga = Staff.objects.get(email__startswith="owner@")
    nina = invite(
        olga,
        Invitation(email="nina@x.example", name="Nina", position=Position(role=Role.VIEWER)),
        timezone.now(),
    )
    audit.note("customer.data", ann.public_id, audit.staff_name(olga))
    page = owner.get(f"{SETTINGS}audit/").content.decode()
    assert "Colleague invited" in page
    assert f"{SETTINGS}staff/{nina.pk}/" in page
    assert "Nina" in page
    assert "no longer there" not in page
