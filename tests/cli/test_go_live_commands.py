"""From a programme file to members with points, by commands; and what they say to bad input."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from people import line, order
from regulars.actions.record import record
from regulars.blueprints import PROGRAMME, blueprints
from regulars.cli import installation, main
from regulars.db.models import ApiKey, EditionRow, HolderState
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Identifier, Profile, Who

BOUGHT = datetime(2026, 9, 20, 9, 0, tzinfo=UTC)
SINCE = "2026-09-01T00:00+02:00"
pytestmark = pytest.mark.usefixtures("own_database")


@contextmanager
def nothing(data: str | None, *, kept: bool = False) -> Iterator[None]:
    yield


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The test's own database stands for the installation, the test's folder for where one is."""
    monkeypatch.setattr(installation, "installation", nothing)
    monkeypatch.chdir(tmp_path)
    text = blueprints()["cafe_points"].joinpath(PROGRAMME).read_text(encoding="utf-8")
    Path("corner.yaml").write_text(text, encoding="utf-8")
    dearer = text.replace("edition: cafe_points", "edition: dearer").replace(
        "price: 50", "price: 80"
    )
    assert dearer.count("price: 80") == 1
    Path("dearer.yaml").write_text(dearer, encoding="utf-8")
    Path("broken.yaml").write_text(text.replace("per_amount", "per_ammount"), encoding="utf-8")
    Path("latin.yaml").write_bytes("name: Café".encode("latin-1"))


Told = pytest.CaptureFixture[str]


def told(capsys: Told, *words: str, code: int = 0) -> list[str]:
    assert main([*words]) == code, capsys.readouterr().err
    said = capsys.readouterr()
    return (said.err if code == 2 else said.out).splitlines()


def publish(capsys: Told, *words: str, code: int = 0) -> list[str]:
    return told(capsys, "programme", "publish", *words, code=code)


def club(capsys: Told) -> None:
    """Anna and Ben, who have bought something, are members."""
    people = [
        Who(identifiers=(Identifier("email", f"{name}@example.com"),), profile=Profile(name=name))
        for name in ("anna", "ben")
    ]
    orders = [
        Arrival(fact=order(f"o{n}", line("mug", "57.90"), at=BOUGHT), who=one)
        for n, one in enumerate(people)
    ]
    record(orders, now=BOUGHT)
    publish(capsys, "corner.yaml")
    told(capsys, "member", "join", "--all", "--programme", "corner_club", "--since", SINCE)


def balances() -> list[int]:
    rows = HolderState.objects.order_by("customer_id")
    return [row.figures["points"]["available"] for row in rows]


def test_editions_come_and_go(capsys: Told) -> None:
    listed = ["programme", "editions"]
    assert told(capsys, *listed) == [
        "None yet. Publish one with `regulars programme publish FILE`."
    ]
    assert publish(capsys, "corner.yaml") == ["cafe_points of corner_club is published."]
    first = "corner_club\tcafe_points\tin force\tfrom the beginning"
    assert told(capsys, *listed) == [first]
    publish(capsys, "dearer.yaml", "--from", "2150-01-01T00:00+01:00")
    later = "corner_club\tdearer\t{}\t2149-12-31 23:00 UTC"
    assert told(capsys, *listed) == [first, later.format("to come")]
    (line_,) = told(capsys, "programme", "withdraw", "corner_club", "dearer")
    assert line_ == "dearer is withdrawn; it will not begin."
    assert told(capsys, *listed) == [first, later.format("withdrawn")]


def test_an_owner_may_give_a_reason_instead_of_notice(capsys: Told) -> None:
    club(capsys)
    compared, worse, earliest = publish(capsys, "dearer.yaml", "--preview")
    assert "of 2 members 0 would have more, 0 less, 0 another tier" in compared
    assert worse == "Dearer or shorter: rewards.coffee.price: 50 → 80"
    assert earliest.endswith("or at once with --reason.")
    (line_,) = publish(capsys, "dearer.yaml", code=2)
    assert "(rewards.coffee.price)" in line_
    assert EditionRow.objects.count() == 1
    publish(capsys, "dearer.yaml", "--reason", "the price of beans")
    assert EditionRow.objects.get(edition="dearer").reason == "the price of beans"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("publish nothing.yaml", "nothing.yaml: No such file"),
        ("publish .", "Is a directory"),
        ("publish broken.yaml", "regulars check"),
        ("publish latin.yaml", "save it as UTF-8"),
        ("publish cafe_points", "regulars programme copy cafe_points"),
        ("publish dearer.yaml --from tomorrow", "write it like 2027-01-01"),
        ("publish dearer.yaml --from 2020-01-01", "An edition begins in the future"),
        ("publish corner.yaml", "Give this one a name of its own"),
        ("withdraw corner_club cafe_points", "is in force"),
        ("withdraw corner_club other", "There is no edition “other”"),
        ("withdraw other cafe_points", "There is no edition"),
        ("withdraw corner_club", "are required: EDITION; see `regulars programme withdraw"),
    ],
)
def test_what_cannot_be_published(capsys: Told, words: str, said: str) -> None:
    publish(capsys, "corner.yaml")
    (line_,) = told(capsys, "programme", *words.split(), code=2)
    assert said in line_
    assert list(EditionRow.objects.values_list("edition", "withdrawn_at")) == [
        ("cafe_points", None)
    ]


def test_a_first_edition_has_nothing_to_be_compared_with(capsys: Told) -> None:
    (line_,) = publish(capsys, "corner.yaml", "--preview", code=2)
    assert line_.startswith("regulars: Nothing to compare: corner_club has no edition")


def test_members_join_once(capsys: Told) -> None:
    club(capsys)
    assert balances() == [57, 57]
    again = ["member", "join", "--all", "--programme", "corner_club", "--since", SINCE]
    (line_,) = told(capsys, *again)
    assert line_.startswith("0 customers joined corner_club; what they did since 2026-09-01 00:00")
    assert balances() == [57, 57]


def test_balances_of_an_old_scheme_come_in_once(capsys: Told) -> None:
    club(capsys)
    Path("old.csv").write_text(
        "customer,amount,expires,tier\nanna@example.com,120,2099-06-30,\n"
        "zoe@example.com,10,,\nben@example.com,ten,,\n"
    )
    words = ["member", "open", "old.csv", "--programme", "corner_club", "--at", SINCE]
    first = told(capsys, *words, code=1)
    assert first[0] == "1 balances and tiers brought in, 0 known before."
    assert balances() == [177, 57]
    back = Path("old.rejected.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in back[1:]] == ["zoe@example.com", "ben@example.com"]
    assert told(capsys, *words, code=1)[0] == "0 balances and tiers brought in, 1 known before."
    assert balances() == [177, 57]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("join --all --programme other --since 2026-09-01", "There is no programme “other”"),
        ("join --all --programme corner_club --since yesterday", "write it like 2027-01-01"),
        ("join --all --programme corner_club --since 0001-01-01T00:00+02:00", "like 2027-01-01"),
        ("join --all --programme corner_club --since 9999-12-31T00:00-05:00", "like 2027-01-01"),
        ("join --programme corner_club --since 2026-09-01", "required: --all"),
        ("open nothing.csv --programme corner_club --at 2026-09-01", "No such file"),
        ("open corner.yaml --programme corner_club --at 2026-09-01", "columns customer and amount"),
        ("open latin.csv --programme corner_club --at 2026-09-01", "no CSV file in UTF-8"),
        ("open good.csv --programme other --at 2026-09-01", "There is no programme “other”"),
        ("open good.csv --programme corner_club --at then", "write it like 2027-01-01"),
    ],
)
def test_who_cannot_be_let_in(capsys: Told, words: str, said: str) -> None:
    club(capsys)
    Path("latin.csv").write_bytes("customer,amount\nmüller,4\n".encode("latin-1"))
    Path("good.csv").write_text("customer,amount\nanna@example.com,4\n")
    (line_,) = told(capsys, "member", *words.split(), code=2)
    assert said in line_
    assert balances() == [57, 57]


def test_verify_names_what_disagrees_and_rebuild_mends_it(capsys: Told) -> None:
    club(capsys)
    (line_,) = told(capsys, "verify")
    assert line_.startswith("All agree: 2 holders, 2 facts, 2 transfers")
    broken = HolderState.objects.order_by("customer_id").first()
    assert broken is not None
    HolderState.objects.filter(customer_id=broken.customer_id).update(
        figures={"points": {"available": 58}}
    )
    (line_,) = told(capsys, "verify", code=1)
    assert broken.number in line_
    looked = told(capsys, "rebuild", "--preview")
    assert "would be made anew" in looked[0]
    assert balances() == [58, 57]
    told(capsys, "rebuild")
    assert balances() == [57, 57]
    told(capsys, "verify")


def test_the_life_of_a_key(capsys: Told) -> None:
    assert told(capsys, "key", "list")[0] == "No key yet."
    made, _once = told(capsys, "key", "create", "till", "--scopes", "facts:write,redeem")
    listed = told(capsys, "key", "list")[0].split("\t")
    assert made.startswith(listed[0])
    assert listed[1:] == ["till", "facts:write,redeem", "never used"]
    other, _day = told(capsys, "key", "rotate", listed[0])
    assert other != made
    assert len([row for row in told(capsys, "key", "list") if "\ttill\t" in row]) == 2
    told(capsys, "key", "revoke", listed[0])
    assert len([row for row in told(capsys, "key", "list") if "\ttill\t" in row]) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("create till --scopes everything", "There are: facts:write"),
        ("create till", "required: --scopes"),
        ("create till --scopes redeem --per-minute many", "regulars key create --help"),
        ("revoke rgl_nobody", "regulars key list"),
        ("rotate rgl_nobody", "regulars key list"),
    ],
)
def test_a_key_that_cannot_be(capsys: Told, words: str, said: str) -> None:
    (line_,) = told(capsys, "key", *words.split(), code=2)
    assert said in line_
    assert ApiKey.objects.count() == 0
