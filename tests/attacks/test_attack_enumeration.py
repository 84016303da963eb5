"""Nobody learns by asking who is a member: pages for strangers answer alike (A34)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.portal_kit import ANA, BASE, CLUB, Club
from regulars.actions import portal_friends
from regulars.db.queries import advocates
from regulars.db.queries.portal import customer_of_email

pytestmark = pytest.mark.django_db
NOBODY = "joe@example.com"
CHANGING = re.compile(r"s\d+_x\d+|csrfmiddlewaretoken\" value=\"\w+|[\w-]{43,}|ana@|joe@")


@pytest.fixture
def club(db: None, settings: Any) -> Club:
    settings.BASE_URL = BASE
    settings.DEMONSTRATION = True
    settings.ALLOWED_HOSTS = ["testserver"]
    return Club()


def answered(path: str, email: str) -> dict[str, object]:
    """All that a stranger sees of an answer, and the kinds of statements that it took."""
    client = Client()
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(path, {"email": email})
    headers = {name: CHANGING.sub("", value) for name, value in answer.headers.items()}
    return {
        "status": answer.status_code,
        "body": CHANGING.sub("", answer.content.decode()),
        "headers": {
            name: value for name, value in headers.items() if name.lower() != "x-request-id"
        },
        "cookies": {name: len(one.value) for name, one in answer.cookies.items()},
        "statements": [CHANGING.sub("", one["sql"])[:60] for one in queries],
    }


def paths(club: Club) -> list[str]:
    return ["/my/sign-in/", f"/r/{advocates.code_of(club.ana, CLUB).lower()}/"]


def test_a34_known_and_unknown_are_answered_alike(club: Club) -> None:
    for path in paths(club):
        known, unknown = answered(path, ANA), answered(path, NOBODY)
        assert known == unknown, path
        assert known["status"] in (200, 302), path


def test_a34_saboteur_who_looks_the_address_up_while_asked(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = portal_friends.claim

    def looks(claim: portal_friends.Claim, *rest: Any) -> Any:
        customer_of_email(claim.email)
        return ask(claim, *rest)

    monkeypatch.setattr(portal_friends, "claim", looks)
    path = paths(club)[1]
    assert answered(path, ANA) != answered(path, NOBODY)
