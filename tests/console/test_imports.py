"""The import wizard from the file to the last page."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from django.test import Client
from openpyxl import Workbook
from wizard import (
    AMBIGUOUS,
    GERMAN,
    begin,
    match,
    queued,
    run_at,
    send,
    text_of,
    through,
    upload,
    work,
)

from regulars.actions import audit
from regulars.actions import imports as reading
from regulars.db import disk
from regulars.db.models import FactRow, ImportRun, SavedMapping
from staff import digest, open_cafe, signed_in

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


@pytest.fixture
def client(tmp_path: Path, settings: object) -> Client:
    settings.DATA = tmp_path  # type: ignore[attr-defined]
    return signed_in(open_cafe())


def rejected(client: Client, address: str) -> list[str]:
    answer = client.get(address + "rejected/")
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return body.decode("utf-8-sig").splitlines()


def facts() -> list[tuple[str, str]]:
    return sorted(FactRow.objects.values_list("key", "type"))


def test_where_no_row_is_ready_nothing_can_be_brought_in(client: Client) -> None:
    lines = GERMAN.splitlines(keepends=True)
    address = upload(client, lines[0] + lines[-1], "leer.csv")
    match(client, address)
    page = text_of(client.get(address + "preview/"))
    assert "0 of 1 row is ready." in page
    assert "the good rows go in now" not in page
    assert "Bring in 0" not in page


def test_the_whole_way_with_german_headers_and_decimal_commas(client: Client) -> None:
    address = upload(client, GERMAN, "bestellungen 2026.csv")
    assert client.get(address).headers["Location"] == address + "columns/"
    page = text_of(client.get(address + "columns/"))
    assert "7 of 7 columns are understood." in page
    assert "bestellungen 2026.csv" in page

    assert match(client, address).headers["Location"] == address + "preview/"
    page = text_of(client.get(address + "preview/"))
    assert "4 of 5 rows are ready." in page
    assert "Order 1002" in page
    assert "€1,024.90" in page
    assert "Guest" in page
    assert "Line 6" in page
    assert "Menge" in page
    assert "“kein” is no number that can be read here." in page
    assert "Bring in 4 rows" in page
    assert facts() == []

    assert begin(client, address).headers["Location"] == address
    assert "About to begin." in text_of(client.get(address))
    assert work() == ["run_import"]
    page = text_of(client.get(address))
    assert "3 orders and refunds are new." in page
    assert "Sales in EUR €1,034.90" in page
    assert "3 Apr 2026 to 26 Apr 2026" in page
    assert "See who your regulars are" in page
    assert [key for key, _ in facts()] == ["orders:1001", "orders:1002", "orders:1003"]


def test_what_a_column_says_was_given_back_is_recognised_and_comes_in(client: Client) -> None:
    body = (
        "Bestellnummer;Bestelldatum;Kundennummer;Gesamtbetrag;Erstattungsdatum;Erstattungsbetrag\n"
        "1;31.05.2024;K1;12,50;;\n2;01.06.2024;K1;8,00;13.06.2024;3,00\n"
    )
    address = upload(client, body)
    page = text_of(client.get(address + "columns/"))
    assert "Amount given back" in page
    assert "When it was given back" in page
    match(client, address)
    begin(client, address)
    work()
    assert [(one.type, one.at.date().isoformat()) for one in FactRow.objects.order_by("at")] == [
        ("order", "2024-05-30"),
        ("order", "2024-05-31"),
        ("refund", "2024-06-12"),
    ]


def test_rows_that_do_not_go_in_come_back_in_the_readers_language(client: Client) -> None:
    client.post("/console/language/", {"language": "de", "next": "/"})
    from regulars.db.models import Staff

    Staff.objects.update(language="de")
    address = through(client, GERMAN, "meine liste.csv")
    answer = client.get(address + "rejected/")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert (
        answer.headers["Content-Disposition"] == 'attachment; filename="meine liste.rejected.csv"'
    )
    assert rows[0].endswith(";line;field;reason")
    assert rows[1].startswith("1004;27.04.2026;K7;")
    assert "„kein“ ist keine Zahl" in rows[1]


def test_what_can_be_read_in_two_ways_is_asked(client: Client) -> None:
    address = upload(client, AMBIGUOUS)
    page = client.get(address + "columns/")
    assert "Please tell us" in text_of(page)
    assert "Friday, 3 April" in text_of(page)
    assert 'type="radio" name="dates" value="dmy"' in page.content.decode()
    assert "checked" not in page.content.decode().split('name="dates"')[1][:60]

    silent = match(client, address)
    assert silent.status_code == 422
    assert "Only you can know this. Choose one." in text_of(silent)
    assert queued() == []

    match(client, address, dates="mdy")
    assert "4 Mar 2026" in text_of(client.get(address + "preview/"))
    match(client, address, dates="dmy")
    assert "3 Apr 2026" in text_of(client.get(address + "preview/"))


def test_another_date_column_is_found_out_anew(client: Client) -> None:
    body = "number,date,other,amount\n1,2026-04-25,03/04/2026,5.00\n2,2026-04-26,04/04/2026,6.00\n"
    address = upload(client, body)
    answer = match(client, address, column_1="", column_2="at")
    assert answer.status_code == 302
    assert client.get(address + "preview/").headers["Location"] == address + "columns/"
    assert "in the column “other” means" in text_of(client.get(address + "columns/"))


def test_columns_that_do_not_suffice_are_told_at_once(client: Client) -> None:
    address = upload(client, GERMAN)
    before = digest()
    cases = {
        "column_1": ("", "No column gives the date of the order."),
        "column_3": ("customer", "“Kundennummer” and “E-Mail” are both chosen as Customer number."),
    }
    for column, (meaning, said) in cases.items():
        answer = match(client, address, **{column: meaning})
        assert answer.status_code == 422
        assert said in text_of(answer)
    assert match(client, address, source="a:b").status_code == 422
    assert match(client, address, zone="Mars/Olympus").status_code == 422
    assert match(client, address, column_0="password").status_code == 422
    assert digest() == before


def test_the_same_file_twice_changes_nothing(client: Client) -> None:
    through(client, GERMAN)
    known = facts()
    address = upload(client, GERMAN)
    match(client, address)
    page = text_of(client.get(address + "preview/"))
    assert "This very file was brought in" in page
    assert "Known already 3" in page
    begin(client, address)
    work()
    assert "All of it was known already." in text_of(client.get(address))
    assert facts() == known


def test_all_or_nothing(client: Client) -> None:
    address = through(client, GERMAN, strict="on")
    assert facts() == []
    page = text_of(client.get(address))
    assert "One row cannot go in, and you asked for all or nothing" in page
    assert "Bring in the 4 good rows" in page
    assert len(rejected(client, address)) == 2
    begin(client, address)
    assert work() == ["run_import"]
    assert len(facts()) == 3


def test_a_double_click_begins_once(client: Client) -> None:
    address = upload(client, GERMAN)
    match(client, address)
    begin(client, address)
    begin(client, address)
    assert queued() == ["run_import"]
    work()
    begin(client, address)
    assert queued() == []


def test_columns_are_saved_by_name_and_used_again(client: Client) -> None:
    address = upload(client, AMBIGUOUS)
    match(client, address, dates="dmy", column_4="product_name", duplicates="on")
    answer = client.post(address + "save/", {"name": " web  shop "}, follow=True)
    assert "Saved as “web shop”." in text_of(answer)
    assert SavedMapping.objects.get().name == "web shop"

    other = upload(client, GERMAN)
    page = client.get(other + "columns/?saved=web shop").content.decode()
    assert '<option value="product_name" selected>' in page
    assert 'name="duplicates" id="id_duplicates" checked' in page.replace('class="" ', "")
    assert client.get(other + "columns/?saved=unheard of").status_code == 200
    refused = client.post(address + "save/", {"name": " "}, follow=True)
    assert "Give it a name." in text_of(refused)


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("photo.csv", PNG, "“photo.csv” is no table of orders but a picture."),
        ("list.csv", b"date,amount\n", "“list.csv” holds a header and no rows."),
        (
            "x.csv.gz",
            gzip.compress(b"1,2\n" * 40_000_000, mtime=0),
            "“x.csv.gz” unpacks to more than 200 times",
        ),
        ("o.xls", b"\xd0\xcf\x11\xe0" + bytes(99), "“o.xls” is in the old Excel format."),
        ("b.csv.gz", gzip.compress(GERMAN.encode() * 9, mtime=0)[:90], "“b.csv.gz” is damaged"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(
    client: Client, name: str, body: bytes, said: str
) -> None:
    answer = send(client, body, name)
    assert work() == ["inspect_import"]
    page = text_of(client.get(answer.headers["Location"]))
    assert "Nothing was brought in." in page
    assert said in page
    assert facts() == []


@pytest.mark.parametrize("kind", ["excel", "packed", "long"])
def test_only_the_head_of_other_files_is_read_ahead(client: Client, kind: str) -> None:
    rows = [("number", "date", "customer", "product", "quantity", "price")]
    rows += [
        (f"N{n}", "2026-04-25 10:00", f"K{n % 50}", "tea\n", "1", "2.50") for n in range(2_500)
    ]
    rows[3] = ("N2", "never", "K2", "tea", "1", "2.50")
    if kind == "excel":
        book, stream = Workbook(), io.BytesIO()
        for row in rows:
            book.active.append(row)  # type: ignore[union-attr]
        book.save(stream)
        body = stream.getvalue()
    else:
        text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
        body = gzip.compress(text.encode()) if kind == "packed" else (text + "\n" * 2**22).encode()
    address = upload(client, body)
    match(client, address)
    page = text_of(client.get(address + "preview/"))
    assert "Bring in all good rows" in page
    where = {"excel": "Line 4"}.get(kind, "Line 6")
    assert f"{where} date" in page
    begin(client, address)
    work()
    assert FactRow.objects.count() == 2_499


def test_a_file_that_waits_shows_so_and_moves_on_by_itself(client: Client) -> None:
    address = str(send(client, GERMAN).headers["Location"])
    page = client.get(address).content.decode()
    assert "We are looking at your file." in page
    assert 'hx-trigger="every 1500ms"' in page
    assert '<meta http-equiv="refresh"' in page
    polled = client.get(address, headers={"HX-Request": "true"})
    assert polled.status_code == 200
    work()
    polled = client.get(address, headers={"HX-Request": "true"})
    assert polled.headers["HX-Redirect"] == address + "columns/"


def test_another_file_forgets_the_first(client: Client, tmp_path: Path) -> None:
    address = upload(client, GERMAN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda act: act())
        answer = client.post(address + "discard/")
    assert answer.headers["Location"] == "/console/customers/imports/new/"
    assert not ImportRun.objects.exists()
    assert list((tmp_path / "imports").iterdir()) == []


def test_a_failure_of_ours_is_told_and_nothing_is_half_done(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = upload(client, GERMAN)
    match(client, address)
    begin(client, address)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "open_file", lambda *a, **k: 1 / 0)
        work()
    assert run_at(address).state == ImportRun.State.REFUSED
    page = text_of(client.get(address))
    assert "This could not be worked out." in page
    assert "Start again" in page
    begin(client, address)
    work()
    assert len(facts()) == 3


def test_nothing_is_begun_on_a_disk_that_is_nearly_full(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "The server’s disk is nearly full, and “orders.csv” is not brought in."
    with monkeypatch.context() as full:
        full.setattr(disk.ROOM, "is_over", lambda: True)
        refused = send(client, GERMAN, "orders.csv")
        assert refused.status_code == 422
        assert told in text_of(refused)
        assert not ImportRun.objects.exists()
    address = upload(client, GERMAN)
    match(client, address)
    with monkeypatch.context() as full:
        full.setattr(disk.ROOM, "is_over", lambda: True)
        begin(client, address)
    assert told in text_of(client.get(address, follow=True))
    assert run_at(address).state == ImportRun.State.PROPOSED
    begin(client, address)
    with monkeypatch.context() as full:
        full.setattr(disk.ROOM, "is_over", lambda: True)
        work()
    assert run_at(address).state == ImportRun.State.REFUSED
    assert told in text_of(client.get(address))
    assert not facts()
    begin(client, address)
    work()
    assert len(facts()) == 3
    assert [one.who[:6] for one in audit.entries(what="import.begun")] == ["staff "] * 2


def test_the_list_tells_what_came_of_each(client: Client) -> None:
    empty = text_of(client.get("/console/customers/imports/"))
    assert "Nothing was brought in yet." in empty
    through(client, GERMAN, "one.csv")
    upload(client, AMBIGUOUS, "two.csv")
    send(client, PNG, "three.csv")
    work()
    page = text_of(client.get("/console/customers/imports/"))
    for said in ("one.csv", "Done", "Waits for you", "Not brought in", "Olga", "1 (CSV)"):
        assert said in page
    assert client.get("/console/customers/imports/?page=99999999999").status_code == 200
