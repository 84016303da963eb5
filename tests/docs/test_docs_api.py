"""The page that sells a coffee, done as it says, at a demonstration with few customers."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from docs_pages import DOCS, Block, blocks

from furnished import furnished
from ports import free_port
from receivers import Got, Receiver, receiver
from regulars.client import Client, Refused

PAGE = DOCS / "how-to" / "api.md"
WEBHOOKS = DOCS / "how-to" / "webhooks.md"
HERE = ("REGULARS_", "DATABASE_URL", "DJANGO_")


class Shop:
    """A folder in which somebody follows the page, and the server of it."""

    def __init__(self, folder: Path, port: int, heard: Receiver) -> None:
        self.folder = folder
        self.heard = heard
        self.address = f"http://127.0.0.1:{port}"
        programs = Path(sys.executable).parent
        kept = {k: v for k, v in os.environ.items() if not k.startswith(HERE)}
        path = f"{programs}{os.pathsep}{kept.get('PATH', '')}"
        data = str(folder / "data")
        self.environ = {**kept, "PATH": path, "REGULARS_DATA": data, "ADDRESS": self.address}
        self.environ |= {"RECEIVER": heard.url, "REGULARS_WEBHOOK_NETWORKS": "127.0.0.0/8"}

    def start(self, port: int) -> subprocess.Popen[str]:
        command = [str(Path(sys.executable).parent / "regulars"), "serve", "--port", str(port)]
        process = subprocess.Popen(
            command, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.wait(process)
        return process

    def wait(self, process: subprocess.Popen[str]) -> None:
        from run.run_helpers import eventually

        def ready() -> bool:
            if process.poll() is not None:
                assert process.stderr is not None
                pytest.fail(process.stderr.read())
            try:
                with urllib.request.urlopen(f"{self.address}/readyz", timeout=60) as answer:
                    return bool(answer.status == 200)
            except OSError:
                return False

        assert eventually(ready)

    def follow(self, text: str) -> str:
        done = subprocess.run(
            ["sh", "-e", "-c", text],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def said(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text())


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """A fresh demonstration in a folder that the database's own account can pass through, a
    server, and a receiver of webhooks."""
    folder = Path(tempfile.mkdtemp(prefix="regulars-docs-"))
    folder.chmod(0o755)
    port = free_port()
    with receiver() as heard, served(Shop(folder, port, heard), port) as made:
        yield made
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def served(shop: Shop, port: int) -> Iterator[Shop]:
    furnished(Path(shop.environ["REGULARS_DATA"]))
    shop.follow('regulars demo --data "$REGULARS_DATA" --customers 60 --prepare')
    process = shop.start(port)
    try:
        yield shop
    finally:
        process.terminate()
        process.communicate(timeout=240)


def of(language: str, page: Path = PAGE) -> str:
    found: list[Block] = [one for one in blocks(page) if one.language == language]
    return "\n".join(one.text for one in found)


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="no curl or no jq")
def test_the_page_sells_a_coffee(shop: Shop) -> None:
    shop.follow(of("sh"))
    sale = shop.said("sale.json")
    assert (sale["state"], sale["programmes"][0]["gave"]["points"]) == ("recorded", "57")
    assert shop.said("quote.json")["would_give"]["points"] == "3"
    assert shop.said("reserved.json")["state"] == "reserved"
    confirmed = shop.said("confirmed.json")
    assert (confirmed["state"], confirmed["balances"]["points"]["available"]) == ("confirmed", "7")
    refund = shop.said("refund.json")["programmes"][0]
    assert refund["gave"]["points"] == "-12"
    explained = shop.said("explain.json")
    assert explained["balance"] == "-5"
    assert sum(int(one["amount"]) for one in explained["lines"]) == -5
    assert shop.said("yesterday.json")["balance"] == "57"
    a_signed_message_came(shop)
    key = (shop.folder / "till.key").read_text().split()[0]
    python(shop, key)
    quiet(shop, key)


def a_signed_message_came(shop: Shop) -> None:
    """What the receiver heard is signed, as the page about webhooks checks it in two ways."""
    from run.run_helpers import eventually

    assert eventually(lambda: any(_is_first(one) for one in shop.heard.got))
    got = next(one for one in shop.heard.got if _is_first(one))
    assert json.loads(got.body)["data"]["customer"] == shop.said("member.json")["member"]
    words = (shop.folder / "webhook.txt").read_text().split()
    secret = words[words.index("secret") + 1]
    checking = shop.folder / "checking.py"
    checking.write_text(of("python", WEBHOOKS))
    told = runpy.run_path(str(checking))
    moment = float(got.headers["webhook-timestamp"])
    assert told["is_genuine"](secret, got.headers, got.body, moment)
    assert not told["is_genuine"](secret, got.headers, got.body + b" ", moment)
    (shop.folder / "body.json").write_bytes(got.body)
    told_by = f"SECRET={secret} ID={got.id} TIMESTAMP={got.headers['webhook-timestamp']}\n"
    signature = shop.follow(told_by + of("sh", WEBHOOKS)).strip()
    assert f"v1,{signature}" in got.headers["webhook-signature"].split()


def _is_first(got: Got) -> bool:
    """Whether it tells of the sale."""
    told = json.loads(got.body)
    return (told["type"], told["data"]["asset"], told["data"]["change"]) == (
        "points.changed",
        "points",
        "57",
    )


def python(shop: Shop, key: str) -> None:
    """The Python of the page, and the client's way with what is sent twice or wrong."""
    example = shop.folder / "example.py"
    example.write_text(of("py"))
    runpy.run_path(str(example), init_globals={"ADDRESS": shop.address, "KEY": key})
    till = Client(shop.address, key)
    mia = shop.said("member.json")["member"]
    assert till.member("corner_club", mia).balances["points"].available == "-3"
    with pytest.raises(Refused) as refused:
        Client(shop.address, "rgl_nobody").member("corner_club", mia)
    assert (refused.value.status, refused.value.problem.code) == (401, "api_key_unknown")
    facts = [
        {"type": "activity", "key": f"v{n}", "at": "2026-06-20T10:00:00Z", "kind": "visit"}
        for n in range(3)
    ]
    assert [one.state for one in till.record_all(facts)] == ["recorded"] * 3
    assert [one.state for one in till.record_all(facts)] == ["known"] * 3


def quiet(shop: Shop, key: str) -> None:
    """No file of the installation holds the key as it is."""
    found = subprocess.run(
        ["grep", "-rlF", key, str(shop.folder / "data")], capture_output=True, text=True
    )
    assert found.stdout == ""


def test_the_client_needs_nothing_of_the_server() -> None:
    code = (
        "import sys, regulars.client; "
        "print(sorted(one for one in sys.modules if one.split('.')[0] in "
        "('django', 'ninja', 'pydantic') or one.startswith('regulars.') "
        "and not one.startswith('regulars.client')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
