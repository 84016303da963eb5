"""`regulars webhook` and `regulars hook`: on the machine itself."""

from __future__ import annotations

import io
from contextlib import nullcontext

import pytest

from hook_shop import headers, order_body
from people import NOW
from regulars.actions import hooks
from regulars.cli import installation, main
from regulars.db.models import Endpoint, HookSource

pytestmark = pytest.mark.django_db
ADDRESS = "https://receiver.example/hooks"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own database stands for the installation."""
    monkeypatch.setattr(installation, "installation", lambda data, **_more: nullcontext())


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> list[str]:
    assert main([*words]) == code
    said = capsys.readouterr()
    return (said.err if code else said.out).splitlines()


def test_the_life_of_a_webhook(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "webhook", "list") == ["None yet. Add one with `regulars webhook add URL`."]
    first, secret = told(capsys, "webhook", "add", ADDRESS, "--type", "tier.changed")
    number = first.split("\t")[1]
    assert secret.startswith("secret\twhsec_")
    (line,) = told(capsys, "webhook", "list")
    assert line == f"{number}\tactive\t0 waiting\t0 failures\ttier.changed\t{ADDRESS}"
    (again,) = told(capsys, "webhook", "rotate", number, "--hours", "1")
    assert again != secret
    assert told(capsys, "webhook", "log", number) == ["Nothing yet."]
    moment = "2026-11-20T08:00+01:00"
    assert told(capsys, "webhook", "replay", number, "--from", moment) == [
        "0 messages go out again."
    ]
    told(capsys, "webhook", "disable", number)
    assert "disabled (by_hand)" in told(capsys, "webhook", "list")[0]
    assert (
        "Enable it first" in told(capsys, "webhook", "replay", number, "--from", moment, code=2)[0]
    )
    told(capsys, "webhook", "enable", number)
    told(capsys, "webhook", "remove", number)
    assert Endpoint.objects.count() == 0


def test_what_is_unclear_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    number = "3f0c6f0e-7c1b-4f0a-9d53-1f6f5c1c9a10"
    for words, said in (
        (["webhook", "add", "https://127.0.0.1/"], "REGULARS_WEBHOOK_NETWORKS"),
        (["webhook", "add", ADDRESS, "--type", "all"], "There are: member.joined"),
        (["webhook", "rotate", "7"], "regulars webhook list"),
        (["webhook", "rotate", number], "There is no such webhook"),
        (["webhook", "replay", number, "--from", "yesterday"], "2026-11-21T08:00Z"),
        (["hook", "remove", "7"], "regulars hook list"),
        (["hook", "remove", number], "There is no such shop"),
    ):
        (line,) = told(capsys, *words, code=2)
        assert said in line


def test_the_life_of_a_shop(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "a-secret-of-the-shop-that-nobody-knows"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
    first, address = told(capsys, "hook", "add", "shopify", "--shop", "corner.myshopify.example")
    token = address.rstrip("/").rsplit("/", 1)[1]
    body = order_body()
    assert hooks.receive(token, headers("shopify", "orders/paid", body), body, now=NOW)
    (line,) = told(capsys, "hook", "list")
    assert "shopify\tshopify\tcorner.myshopify.example\t2026-11-21T09:30:00+00:00" in line
    assert secret not in line
    assert token not in line
    told(capsys, "hook", "remove", first.split("\t")[1])
    assert HookSource.objects.count() == 0


def test_a_shop_without_a_secret_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    (line,) = told(capsys, "hook", "add", "shopify", code=2)
    assert "at least 16 letters" in line
    monkeypatch.setattr("sys.stdin", io.StringIO("a-secret-of-the-shop\n"))
    (line,) = told(capsys, "hook", "add", "magento", code=2)
    assert "shopify, woocommerce" in line
