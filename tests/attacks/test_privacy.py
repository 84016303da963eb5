"""Every column has its privacy class, and nobody's own download misses what is theirs (P08)."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from msgspec import structs

from attacks.canaries import BEN, OTHERS, WORDS, ZOE, Story, holds, schema, traced
from portal.portal_kit import text
from regulars.db import privacy
from regulars.db.models import OutMail, TransferRow
from regulars.db.queries import portal_data
from regulars.db.stopped import mark_of
from staff import signed_in
from steady import steady

pytestmark = pytest.mark.django_db


def unclassed(columns: list[tuple[str, str]]) -> list[str]:
    """What the schema has and the classes do not know, and the other way round."""
    classed = [(one.table, one.name) for one in privacy.columns()]
    assert len(classed) == len(set(classed)), "each column has one class"
    return sorted(".".join(one) for one in set(classed) ^ set(columns))


def test_p08_every_column_has_a_class() -> None:
    assert unclassed(schema()) == [], "say in db/privacy_tables.py or privacy_beside.py what it is"


def test_p08_saboteur_a_column_that_nobody_classed() -> None:
    assert unclassed([*schema(), ("regulars_customer", "shoe_size")]) == [
        "regulars_customer.shoe_size"
    ]


def test_p08_what_is_told_belongs_to_somebody() -> None:
    for table, held in privacy.TABLES.items():
        theirs = bool(privacy.told(table))
        assert bool(held.told_as) == theirs == bool(held.told_as and held.by and held.after), table


def test_p09_forgotten_she_is_found_nowhere(story: Story, tmp_path: Path) -> None:
    """What others hold of her goes as well: mails that name her, rows that wait to be corrected."""
    assert {("regulars_customer", "name"), ("regulars_out_mail", "text")} <= set(traced())
    assert files_with_traces(tmp_path)
    owner, page = signed_in(story.club.owner), f"/console/customers/{story.customer.public_id}/"
    assert text(owner.get(page)).count(WORDS) >= 2, "staff read why, until then"
    money = list(TransferRow.objects.order_by("seq").values_list("seq", "amount"))
    answer = story.phone.post("/my/profile/erase/", {"sure": "yes"})
    assert "forgotten" in text(answer)
    assert traced() == {}
    assert files_with_traces(tmp_path) == []
    assert WORDS not in text(owner.get(page))
    assert holds(owner.get(EXPORT).getvalue().decode()) == []
    after = list(TransferRow.objects.order_by("seq").values_list("seq", "amount"))
    assert after[: len(money)] == money, "nothing of the ledger was changed"
    left = [row.recipient for row in OutMail.objects.filter(about_id=story.zoe)]
    assert left == [] or set(left) == {BEN}


def files_with_traces(folder: Path) -> list[str]:
    """The files of the data folder in which she stands."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(
        path.name for path in found if holds(path.read_bytes().decode("utf-8", "replace"))
    )


EXPORT = "/console/customers/export.csv"
ELSEWHERE = {"refunds_of"}
"""What only an import makes that brings refunds of orders that it does not name."""


def test_p08_the_download_holds_all_of_her_and_nobody_else(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not wrongly_classed(), "a trace of her stands where it says nobody"
    hers = belonging(story)
    assert {"203.0.113.77", "+491765550199", "1987-03-09", ZOE, WORDS} <= hers
    assert not missing(downloaded(story), hers)
    assert not missing(tabled(story), hers)
    for told in (downloaded(story), tabled(story)):
        assert holds(steady(told), OTHERS) == []
        assert str(story.zoe) not in re.findall(r"\d+", told), "no internal number"
    empty = {name for name, rows in json.loads(downloaded(story)).items() if not rows}
    assert empty == ELSEWHERE, "the story seeds every table"

    held = privacy.TABLES["regulars_signal"]
    monkeypatch.setitem(privacy.TABLES, "regulars_signal", structs.replace(held, who="kind at"))
    assert "203.0.113.77" in missing(downloaded(story), hers), "a saboteur who forgets a column"
    monkeypatch.setattr(portal_data, "same_person", lambda number: [number])
    assert "+491765550199" in missing(downloaded(story), hers), "or whoever was merged"
    monkeypatch.setattr(portal_data, "rows_of", lambda table, _person: _all(table))
    assert holds(downloaded(story), OTHERS) != [], "or whose rows they are"


def _all(table: str) -> Any:
    return portal_data.models()[table]._default_manager.all()


def wrongly_classed() -> set[tuple[str, str]]:
    """The columns with a trace of her that say they have none."""
    cares = {(one.table, one.name): one.care for one in privacy.columns()}
    return {place for place in traced() if cares[place] in ("nobody", "staff")}


def downloaded(story: Story) -> str:
    answer = story.phone.get("/my/profile/data/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def tabled(story: Story) -> str:
    """All that stands in the cells of the tables."""
    answer = story.phone.get("/my/profile/data/tables/")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        texts = [file.read(name).decode("utf-8-sig") for name in file.namelist()]
    return "\n".join(
        cell for text in texts for row in csv.reader(io.StringIO(text)) for cell in row
    )


def missing(told: str, hers: set[str]) -> set[str]:
    """What stands in the database as hers, by its class, and is not told."""
    flat = told.replace('\\"', '"').replace("\\n", "\n")
    return {one for one in hers if one not in flat and not _moment(one, flat)}


def _moment(value: str, told: str) -> bool:
    """Whether a time is told, which the database writes in another way."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return False
    return at.isoformat() in told or at.isoformat().replace("+00:00", "Z") in told


def belonging(story: Story) -> set[str]:
    """Every value of a column that is hers, of all rows that are; whole JSON values by parts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id FROM regulars_customerlink WHERE into_id = %s", [story.zoe]
        )
        numbers = [story.zoe, *(one for (one,) in cursor.fetchall())]
        return {
            one
            for column in privacy.columns()
            if column.care in privacy.THEIRS
            for one in _values(cursor, column, numbers)
        }


def _values(cursor: Any, column: privacy.Column, numbers: list[int]) -> set[str]:
    by = privacy.TABLES[column.table].by
    whose = {"email": [ZOE], "address_hash": [mark_of(ZOE)]}.get(by, numbers)
    cursor.execute(
        f'SELECT DISTINCT to_jsonb("{column.name}") FROM "{column.table}" WHERE "{by}" = ANY(%s)',
        [whose],
    )
    found = [json.loads(one) if isinstance(one, str) else one for (one,) in cursor.fetchall()]
    return {leaf for one in found for leaf in _leaves(one)}


def _leaves(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {leaf for one in value.values() for leaf in _leaves(one)}
    if isinstance(value, list):
        return {leaf for one in value for leaf in _leaves(one)}
    return {str(value)} if isinstance(value, str | int) and not isinstance(value, bool) else set()
