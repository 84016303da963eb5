"""The list of customers: what members can use, their tiers, and the list narrowed to them."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from console.customers_kit import LIST, colleague, remember
from console.members_kit import CLUB, member
from regulars.actions.members import join
from regulars.db.models import Adjustment, Customer, HolderState, ProgrammeRow, Role

pytestmark = pytest.mark.django_db


def rows(client: Client, query: str = "") -> dict[str, str]:
    """The rows of the list, as text, by name."""
    answer = client.get(LIST + query)
    assert answer.status_code == 200
    html = answer.content.decode()
    found = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", html, re.DOTALL)
    texts = [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]
    return {" ".join(text.split()[:2]): text for text in texts}


def people() -> Customer:
    """Ann is a member with points; Ben and Cleo bought and are none."""
    ann = member()
    now = datetime.now(UTC)
    remember(now)
    return ann


def test_members_have_a_balance_and_a_tier() -> None:
    people()
    client = colleague(Role.VIEWER)
    html = client.get(LIST + "?sort=name").content.decode()
    assert ">Points</th>" in html
    found = rows(client, "?sort=name")
    assert "30 Guest" in found["Ann Ashby"]
    assert found["Ben Müller"].endswith("–")


def test_the_list_is_narrowed_to_members_and_tiers() -> None:
    people()
    client = colleague(Role.VIEWER)
    assert set(rows(client, "?tier=members")) == {"Ann Ashby"}
    assert set(rows(client, f"?tier={CLUB}/guest")) == {"Ann Ashby"}
    assert rows(client, f"?tier={CLUB}/neighbour") == {}
    everybody = set(rows(client, "?sort=name"))
    for odd in ("x", f"{CLUB}/none", "other/guest", "'", "members/"):
        assert set(rows(client, f"?sort=name&tier={odd}")) == everybody
    said = client.get(LIST + f"?tier={CLUB}/guest").content.decode()
    assert "1 person in the tier “Guest”" in said


def test_who_has_not_bought_is_among_the_members() -> None:
    member()
    now = datetime.now(UTC)
    dora = Customer.objects.create(
        id=10_002, name="Dora New", sort_latin="dora new", created_at=now
    )
    join([dora.id], CLUB, since=now - timedelta(days=1), now=now)
    found = rows(colleague(Role.VIEWER), "?tier=members")
    assert set(found) == {"Ann Ashby", "Dora New"}
    assert "0 Guest" in found["Dora New"]


def test_who_left_is_no_member() -> None:
    people()
    HolderState.objects.update(left_at=datetime.now(UTC))
    client = colleague(Role.VIEWER)
    assert rows(client, "?tier=members") == {}
    assert rows(client, "?sort=name")["Ann Ashby"].endswith("–")


def test_without_a_programme_there_is_no_such_column() -> None:
    people()
    ProgrammeRow.objects.update(ended_at=datetime.now(UTC))
    html = colleague(Role.VIEWER).get(LIST + "?sort=name").content.decode()
    assert ">Points</th>" not in html
    assert 'name="tier"' not in html


def test_the_file_says_the_same() -> None:
    people()
    answer = colleague(Role.OWNER).get(f"{LIST}export.csv?tier=members")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["name"], row["balance"], row["tier"]) == ("Ann Ashby", "30", "guest")


def test_what_waits_for_a_second_hand_is_led_to() -> None:
    ann = people()
    client = colleague(Role.OWNER)
    assert "to approve" not in client.get(LIST).content.decode()
    told = {"press": "00000000-0000-4000-8000-000000000001", "what": f"{CLUB}/points"}
    client.post(
        f"{LIST}{ann.public_id}/adjust/",
        {**told, "way": "give", "amount": "9000", "reason": "sorry"},
    )
    assert Adjustment.objects.get().state == "waiting"
    assert "One to approve" in client.get(LIST).content.decode()
