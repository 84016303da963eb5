"""A customer's page: where a member stands, and why each line is what it is."""

from __future__ import annotations

import pytest

from console.customers_kit import colleague
from console.members_kit import member, text
from regulars.db.models import HolderState, Role

pytestmark = pytest.mark.django_db


def test_a_member_has_balance_tier_progress_and_what_runs_out() -> None:
    page = text(colleague(Role.VIEWER), member())
    assert "24 points , to use now. Guest." in page
    assert "24 of 200 to Regular" in page
    assert "Can be used until" in page
    assert "A coffee" in page
    assert "Only in the week of the birthday." in page
    assert "Brings friends with the code" in page


def test_each_line_says_why_and_what_was_left() -> None:
    page = text(colleague(Role.VIEWER), member())
    assert "Order of €12.80" in page
    assert "+12 24" in page
    assert "+12 12" in page
    assert "€12.80 is 12 full euros" in page
    assert page.count("Order of €12.80") == 2
    assert page.count("By edition 1 of the programme.") == 2


def test_more_lines_than_a_few_are_asked_for() -> None:
    ann, client = member(many=11), colleague(Role.STAFF)
    assert "8 of 11" in text(client, ann)
    assert "11 of 11" in text(client, ann, "?points=all")


def test_who_looks_after_one_place_sees_no_lines_of_the_others() -> None:
    ann = member()
    client = colleague(Role.STAFF, "north")
    page = text(client, ann)
    assert "24 points" in page
    assert "is 12 full euros" not in page


def test_who_takes_no_part_has_no_card() -> None:
    ann = member()
    HolderState.objects.all().delete()
    assert "Brings friends" not in text(colleague(Role.OWNER), ann)
