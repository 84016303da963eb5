"""Hostile names, strangers, forged requests, other people's files."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from wizard import GERMAN, NEW, match, run_at, send, through, upload, work

from regulars.actions.uploads import MOST_BYTES, shown_name
from regulars.db.models import ImportRun, Role
from staff import digest, employ, open_cafe, signed_in

pytestmark = pytest.mark.django_db
NASTY = "../../x<script>alert(1)</script>.csv"
SHOWN = "x&lt;script&gt;alert(1)&lt;/script&gt;.csv"


@pytest.fixture
def client(tmp_path: Path, settings: object) -> Client:
    settings.DATA = tmp_path  # type: ignore[attr-defined]
    return signed_in(open_cafe())


def test_a_hostile_name_leads_nowhere_and_runs_nothing(client: Client, tmp_path: Path) -> None:
    address = through(client, GERMAN, NASTY.replace("</", "<\\/"))
    run = run_at(address)
    kept = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert kept == {f"imports/{run.id}/rejected.csv"}
    run.file_name = NASTY
    run.save()
    for page in (address, "/console/customers/imports/"):
        html = client.get(page).content.decode()
        assert "<script>alert" not in html
        assert "x&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\orders.csv", "orders.csv"),
        ("a\x00b\n\u202ecsv.exe", "abcsv.exe"),
        ("", "file"),
        ("..", ".."),
        ("x" * 400 + ".csv", "x" * 251 + ".csv"),
    ],
)
def test_names_are_shown_without_folders_and_hidden_signs(given: str, shown: str) -> None:
    assert shown_name(given) == shown


def test_every_page_escapes_headers_and_cells(client: Client) -> None:
    evil = "<img src=x onerror=alert(1)>"
    good, bad = f"{evil},2026-04-25,{evil},5.00,{evil}", f"1,{evil},a,{evil},b"
    body = f"number,date,{evil},amount,note\n{good}\n{bad}\n"
    address = upload(client, body, f"{evil}.csv")
    match(client, address, column_2="name")
    pages = [address + "columns/", address + "preview/", address, "/console/customers/imports/"]
    for page in pages:
        html = client.get(page, follow=True).content.decode()
        assert "<img" not in html, page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.STAFF])
def test_who_may_not_import_gets_403_and_changes_nothing(client: Client, role: Role) -> None:
    address = upload(client, GERMAN)
    other = signed_in(employ("Sam", role))
    before = digest()
    for page in ("", "columns/", "preview/", "rejected/"):
        assert other.get(address + page).status_code == 403
    for page in ("columns/", "start/", "save/", "discard/"):
        assert other.post(address + page).status_code == 403
    assert other.get("/console/customers/imports/").status_code == 403
    assert send(other, GERMAN).status_code == 403
    assert digest() == before


def test_a_stranger_is_led_to_sign_in(client: Client, tmp_path: Path) -> None:
    before = digest()
    for method in ("get", "post"):
        answer = getattr(Client(), method)(NEW)
        assert answer.headers["Location"].startswith("/console/accounts/login/")
    assert send(Client(), GERMAN).status_code == 302
    assert digest() == before
    assert not (tmp_path / "imports").exists()


def test_without_a_token_nothing_is_taken(client: Client, tmp_path: Path) -> None:
    address = upload(client, GERMAN)
    match(client, address)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    before = digest()
    file = SimpleUploadedFile("orders.csv", GERMAN.encode())
    assert strict.post(NEW, {"file": file}).status_code == 403
    for page in ("columns/", "start/", "save/", "discard/"):
        assert strict.post(address + page).status_code == 403
    assert digest() == before


def test_looking_changes_nothing(client: Client) -> None:
    address = upload(client, GERMAN)
    match(client, address)
    before = digest()
    for page in ("", "columns/", "preview/", "rejected/", "start/", "save/", "discard/"):
        client.get(address + page)
    client.get(NEW)
    client.get("/console/customers/imports/")
    assert digest() == before


def test_a_file_outside_the_runs_own_folder_is_out_of_reach(client: Client, tmp_path: Path) -> None:
    address = through(client, GERMAN)
    other = through(client, GERMAN.replace("100", "200"))
    run = run_at(address)
    secret = tmp_path / "secret.csv"
    secret.write_text("secret")
    link = tmp_path / "imports" / str(run.id) / "link.csv"
    link.symlink_to(secret)
    for path in (
        str(secret),
        f"{tmp_path}/imports/{run.id}/../../secret.csv",
        run_at(other).rejected_path,
        str(link),
        f"{tmp_path}/imports/{run.id}",
        f"{tmp_path}/imports/{run.id}/gone.csv",
    ):
        ImportRun.objects.filter(id=run.id).update(rejected_path=path)
        assert client.get(address + "rejected/").status_code == 404
    assert client.get(f"/console/customers/imports/{uuid4()}/rejected/").status_code == 404
    assert (
        client.get("/console/customers/imports/..%2f..%2fsecret.csv/rejected/").status_code == 404
    )


def test_formulas_come_back_as_text(client: Client) -> None:
    body = GERMAN + "=1+1;nie;K9;;@SUM(A1);-;+x\n"
    answer = client.get(through(client, body) + "rejected/")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[-1].startswith("'=1+1;nie;K9;;'@SUM(A1);'-;'+x")


def test_nothing_and_too_much_are_refused(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest()
    answer = client.post(NEW)
    assert answer.status_code == 422
    assert "Choose a file first." in answer.content.decode()
    assert "The file is empty." in send(client, b"").content.decode()
    monkeypatch.setattr("regulars.actions.uploads.MOST_BYTES", 10)
    assert send(client, GERMAN).status_code == 422
    assert MOST_BYTES == 4 * 2**30
    assert digest() == before
    assert not (tmp_path / "imports").exists()
    assert work() == []
