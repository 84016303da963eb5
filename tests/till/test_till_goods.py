"""The kinds of goods to choose from, where several programmes tell them apart."""

from __future__ import annotations

import pytest

from regulars.programmes.loading import ready
from regulars.till.views import desk


def test_goods_of_two_programmes_stand_there_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known = ready()
    several = {"points": known["cafe_points"], "stamps": known["cafe_stamp_card"]}
    monkeypatch.setattr(desk, "ready", lambda: several)
    monkeypatch.setattr(desk, "in_force", lambda edition: edition)
    found = desk.goods("coffee")
    codes = [one["code"] for one in found]
    assert "coffee" in codes
    assert sorted(codes) == sorted(set(codes))
    assert [one["code"] for one in found if one["on"]] == ["coffee"]
