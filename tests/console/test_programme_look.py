"""Console, Programme: what a draft changes is told for real members, then it is published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from customers_kit import open_business, remember
from programme_kit import BODY, HOME, PAGE, begin, body, now, owner, save, text

from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.db.models import DraftRow, EditionRow


@pytest.fixture(autouse=True)
def running(own_database: Any) -> None:
    open_business()
    begin()


def test_what_it_changes_is_told_in_words_and_it_waits_for_its_notice() -> None:
    ann = remember(now())["Ann"]
    join([ann.id], "corner_club", since=now() - timedelta(days=50), now=now())
    client = owner()
    save(client, "earn[0]", **{"earn[0].points": "3"})
    save(client, "rewards[0]", **{"rewards[0].price": "70"})
    page = text(client.get(f"{PAGE}look/"))
    assert "of 1 members 1 would have more" in page
    assert "points more" in page
    assert "A coffee: Price in points" in page
    assert "50 → 70" in page
    assert f'<a href="{PAGE}?at=rewards%5B0%5D#form">A coffee: Price in points</a>' in page
    sentences = page.partition('aria-labelledby="sent"')[2]
    assert f'<a href="{PAGE}?at=earn%5B0%5D#form"><i>1</i>' in sentences
    assert 'href="#sent"' not in page
    revision = str(DraftRow.objects.get().revision)
    refused = text(client.post(f"{PAGE}look/", {"revision": revision}))
    assert "This makes something dearer or shorter" in refused
    stale = text(client.post(f"{PAGE}look/", {"revision": "1", "reason": "Milk"}))
    assert "changed this draft at" in stale
    answer = client.post(f"{PAGE}look/", {"revision": revision, "reason": "Milk"})
    assert answer.status_code == 302
    assert EditionRow.objects.filter(edition="cafe_points_1").exists()
    assert not DraftRow.objects.exists()


def test_the_file_and_the_forms_are_the_same_draft() -> None:
    client = owner()
    save(client, "rewards[0]", **{"rewards[0].price": "60"})
    page = text(client.get(f"{HOME}change/?of=corner_club"))
    assert "price: 60" in page
    file = body().replace("price: 60", "price: 65")
    goal = f"{HOME}change/"
    sent = {"file": file, "revision": "1", "do": "keep"}
    assert "A coffee costs 65" in text(client.post(goal, sent, follow=True))
    stale = text(client.post(goal, {**sent, "file": file.replace("65", "66")}))
    assert "changed this draft at" in stale
    assert "price: 65" in body()


def test_a_draft_that_was_overtaken_says_so_and_gets_a_free_name() -> None:
    client = owner()
    save(client, "rewards[0]", **{"rewards[0].price": "45"})
    publish(BODY.replace("edition: cafe_points", "edition: cafe_points_1"), now=now())
    page = text(client.get(PAGE))
    assert "Edition 2 was published after this draft had begun" in page
    assert "Published, it is edition 3." in text(client.get(f"{PAGE}look/"))
    answer = client.post(f"{PAGE}look/", {"revision": "1"}, follow=True)
    assert "Edition 3 is published." in text(answer)
    assert EditionRow.objects.filter(edition="cafe_points_2").exists()
    assert not DraftRow.objects.exists()
