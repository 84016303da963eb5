"""A sentence stays word for word while another rule is changed or added, if it still says so."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from regulars.blueprints import PROGRAMME, blueprints
from regulars.programmes.documents import read
from regulars.programmes.editing.changing import edited
from regulars.programmes.editing.wishes import added
from regulars.programmes.loading import load
from regulars.words.programme import terms

NOTHING = "Gift cards, delivery and tips earn nothing."
CARD = "Every 10th coffee on the stamp card is free."
BODY = blueprints()["cafe_points"].joinpath(PROGRAMME).read_text(encoding="utf-8")


def sentences(body: str) -> list[str]:
    edition = load(body, "file").edition
    assert edition is not None
    with translation.override("en"):
        return [one.text for section in terms(edition, "en") for one in section.sentences]


def more_stamps(data: Any) -> Any:
    data["earn"][1]["points"] = 2
    return data


def wished(kind: str) -> Callable[[Any], Any]:
    return lambda data: added(data, "earn", kind)[0]


@pytest.mark.parametrize(
    ("change", "stay"),
    [
        (more_stamps, [NOTHING]),
        (wished("per_amount"), [NOTHING, CARD]),
        (wished("per_item"), [NOTHING]),
        (wished("on_sign_up"), [NOTHING, CARD]),
        (wished("per_activity"), [NOTHING, CARD]),
    ],
)
def test_the_others_stay_word_for_word(change: Callable[[Any], Any], stay: list[str]) -> None:
    data: Any = copy.deepcopy(read(BODY, "file").data)
    after = sentences(edited(BODY, change(data)))
    assert {NOTHING, CARD} < set(sentences(BODY))
    assert set(stay) <= set(after)


def test_what_is_no_longer_so_is_said_otherwise() -> None:
    data: Any = copy.deepcopy(read(BODY, "file").data)
    after = sentences(edited(BODY, wished("per_order")(data)))
    assert NOTHING not in after
    assert "Not counted for points: gift cards, delivery and tips." in after
