"""Walking through the import wizard with Django's client; jobs run in the test's own process."""

from __future__ import annotations

import json
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from regulars import jobs
from regulars.actions.later import REQUEST
from regulars.db.models import ImportRun

NEW = "/console/customers/imports/new/"
TASKS = {
    "inspect_import": jobs.inspect_import,
    "check_import": jobs.check_import,
    "run_import": jobs.run_import,
}
GERMAN = """Bestellnummer;Bestelldatum;Kundennummer;E-Mail;Artikel;Menge;Einzelpreis
1001;03.04.2026;K7;anna@example.com;Espresso;2;2,50
1001;03.04.2026;K7;anna@example.com;Hörnchen;1;1,80
1002;25.04.2026;K8;bero@example.com;Bohnen 1 kg;1;1.024,90
1003;26.04.2026;;;Tee;1;3,20
1004;27.04.2026;K7;anna@example.com;Tee;kein;3,20
"""
AMBIGUOUS = (
    GERMAN.replace("25.04.", "05.04.").replace("26.04.", "06.04.").replace("27.04.", "07.04.")
)


def queued() -> list[str]:
    """Names of the jobs that wait, of ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [name for (name,) in cursor.fetchall() if name in TASKS]


def work() -> list[str]:
    """Do the jobs that wait; returns their names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo'")
        waiting = cursor.fetchall()
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
    done = []
    for name, arguments in waiting:
        if name in TASKS:
            values = json.loads(arguments) if isinstance(arguments, str) else arguments
            TASKS[name](**{key: one for key, one in values.items() if key != REQUEST})
            done.append(name)
    return done


def send(client: Client, body: str | bytes, name: str = "orders.csv") -> Any:
    raw = body.encode() if isinstance(body, str) else body
    return client.post(NEW, {"file": SimpleUploadedFile(name, raw)})


def upload(client: Client, body: str | bytes, name: str = "orders.csv") -> str:
    """Send a file and have it looked at; the address of its import."""
    answer = send(client, body, name)
    assert answer.status_code == 302, answer.content.decode()
    assert work() == ["inspect_import"]
    return str(answer.headers["Location"])


def fields_of(html: str) -> dict[str, str]:
    """What the form of columns would send as it stands."""
    found: dict[str, str] = {}
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    source = re.search(r'name="source" value="([^"]*)"', html)
    found["source"] = source[1] if source else ""
    return found


def match(client: Client, address: str, **changes: str) -> Any:
    """Accept the columns as found, with changes, and have the head read."""
    page = client.get(address + "columns/")
    assert page.status_code == 200
    answer = client.post(address + "columns/", fields_of(page.content.decode()) | changes)
    if answer.status_code == 302:
        assert work() == ["check_import"]
    return answer


def begin(client: Client, address: str, **wish: str) -> Any:
    answer = client.post(address + "start/", wish)
    assert answer.status_code == 302
    return answer


def through(client: Client, body: str | bytes, name: str = "orders.csv", **wish: str) -> str:
    """The whole way to the last page."""
    address = upload(client, body, name)
    assert match(client, address).status_code == 302
    begin(client, address, **wish)
    work()
    return address


def run_at(address: str) -> ImportRun:
    return ImportRun.objects.get(id=address.rstrip("/").rpartition("/")[2])


def text_of(answer: Any) -> str:
    """A page's words without its tags."""
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(plain.replace("&#x27;", "'").split())
