"""Editions over HTTP: looked at, published in good time, taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api_kit import CLUB, PROGRAMME, Caller, ago, cafe, key, member, order

from regulars.actions import publishing
from regulars.api.calls import editions
from regulars.db.models import EditionRow, FactRow, TransferRow

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
def caller() -> Caller:
    return cafe()


def text(edition: str = "cafe_2", **changes: str) -> str:
    """The café's file with another name, and something changed."""
    told = PROGRAMME.read_text().replace("edition: cafe_points", f"edition: {edition}")
    for spot, new in changes.items():
        told = told.replace(SPOTS[spot], SPOTS[spot].replace(spot.split("_")[1], new))
    assert not changes or told != PROGRAMME.read_text()
    return told


SPOTS = {"coffee_50": "kind: price, price: 50", "earn_1": "points: 1\n    full_steps"}
SOON = (datetime.now(UTC) + timedelta(days=31)).isoformat()


def counts() -> tuple[int, ...]:
    return tuple(one.objects.count() for one in (EditionRow, FactRow, TransferRow))


def test_a_preview_tells_what_real_members_would_have_and_writes_nothing(caller: Caller) -> None:
    mia = member(caller)
    caller.post("/facts", order("o1", "60.00", at=ago(48)))
    before = counts()
    told = caller.post("/editions/preview", {"file": text(earn_1="2", coffee_50="60")}).said
    assert (told["members"], told["all_members"], told["more"], told["less"]) == (1, True, 1, 0)
    assert told["sums"] == {"points": "60"}
    assert told["largest"][0]["member"] == mia
    assert [one["place"] for one in told["harsher"]]
    assert told["earliest"] > (datetime.now(UTC) + timedelta(days=29)).isoformat()
    assert told["terms"][0]["sentences"]
    assert counts() == before


@pytest.mark.parametrize(("bound", "value"), [("MOST_MEMBERS", 1), ("SECONDS", -1.0)])
def test_a_preview_of_many_says_that_it_looked_at_some(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, bound: str, value: float
) -> None:
    monkeypatch.setattr(editions, bound, value)
    monkeypatch.setattr(publishing.proof, "AT_ONCE", 1)
    for name in ("mia", "ben"):
        member(caller, f"{name}@example.com")
    told = caller.post("/editions/preview", {"file": text()}).said
    assert (told["members"], told["all_members"]) == (1, False)


def test_a_new_programme_has_nobody_to_look_at(caller: Caller) -> None:
    file = text().replace("programme: corner_club", "programme: other_club")
    told = caller.post("/editions/preview", {"file": file}).said
    assert (told["programme"], told["members"], told["since"]) == ("other_club", 0, None)


def test_an_edition_is_published_and_taken_back_in_time(caller: Caller) -> None:
    told = caller.post("/editions/publish", {"file": text(), "begins": SOON}).said
    assert (told["edition"], told["withdrawn_at"]) == ("cafe_2", None)
    row = EditionRow.objects.get(edition="cafe_2")
    assert (row.by_name, row.reason) == ("key test", "")
    named = {"programme": CLUB, "edition": "cafe_2"}
    assert caller.post("/editions/withdraw", named).said["withdrawn_at"]
    again = caller.post("/editions/withdraw", named)
    assert (again.status, again.said["code"]) == (404, "edition_unknown")
    begun = caller.post("/editions/withdraw", {"programme": CLUB, "edition": "cafe_points"})
    assert (begun.status, begun.said["code"]) == (409, "edition_begun")


def test_what_gets_dearer_is_told_in_good_time_or_with_a_reason(caller: Caller) -> None:
    dearer = {"file": text(coffee_50="60")}
    told = caller.post("/editions/publish", dearer)
    assert (told.status, told.said["code"]) == (422, "notice_needed")
    assert "coffee" in told.said["message"]
    blank = caller.post("/editions/publish", {**dearer, "reason": "  "})
    assert blank.said["code"] == "notice_needed"
    assert not EditionRow.objects.filter(edition="cafe_2").exists()
    assert caller.post("/editions/publish", {**dearer, "reason": "the roaster"}).status == 200
    assert EditionRow.objects.get(edition="cafe_2").reason == "the roaster"


def test_a_programme_of_ones_own_is_in_force_at_once(caller: Caller) -> None:
    file = text().replace("programme: corner_club", "programme: other_club")
    assert caller.post("/editions/publish", {"file": file}).said["begins"] is None
    named = {one["programme"] for one in caller.get("/programmes").said["programmes"]}
    assert named == {CLUB, "other_club"}


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"file": "format: 1\n"}, 422, "edition_mistake"),
    ({"file": text().replace("kind: price,", "kind: prise,")}, 422, "edition_mistake"),
    ({"file": text("cafe_points")}, 409, "edition_known"),
    ({"file": text(), "begins": "2020-01-01T00:00:00Z"}, 422, "edition_past"),
    ({"file": text(), "begins": "2020-01-01"}, 422, "time_wrong"),
    ({"file": ""}, 422, "value_wrong"),
    ({}, 422, "field_missing"),
]


@pytest.mark.parametrize(("body", "status", "code"), WRONG)
def test_what_is_wrong_is_refused_and_named(
    caller: Caller, body: dict[str, Any], status: int, code: str
) -> None:
    before = counts()
    told = caller.post("/editions/publish", body)
    assert (told.status, told.said["code"]) == (status, code)
    assert counts() == before


def test_a_mistake_is_named_with_its_place_and_line(caller: Caller) -> None:
    file = text().replace("kind: price,", "kind: prise,", 1)
    told = caller.post("/editions/preview", {"file": file}).said
    assert told["place"].startswith("file rewards[0]")
    assert f"line {file[: file.index('prise')].count(chr(10)) + 1}" in told["message"]
    assert told["remedy"]


def test_reading_programmes_is_not_publishing_them(caller: Caller) -> None:
    reader = Caller(key("programmes:read"))
    for path in ("preview", "publish"):
        assert reader.post(f"/editions/{path}", {"file": text()}).status == 403
