"""What the doctor tells of the domain that mail comes from, by a name server of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from dns.resolver import NoResolverConfiguration, Resolver
from dns_server import BROKEN, SILENT, Records, Server, name_server

from regulars.run import doctor, doctor_mail
from regulars.run.findings import Finding
from regulars.run.folder import locate

HOME = "corner-coffee.eu"
SET = {
    "REGULARS_SMTP_URL": "smtps://a:b@mail.example.org",
    "REGULARS_MAIL_FROM": f"Corner Coffee <hello@{HOME}>",
    "REGULARS_MAIL_DKIM_SELECTOR": "summer",
}
KEY = f"summer._domainkey.{HOME}"
WELL: Records = {
    HOME: ['"site-verification=1"', '"v=spf1 include:relay.example " "~all"'],
    f"_dmarc.{HOME}": ['"v=DMARC1; p=quarantine; rua=mailto:a@b.example"'],
    KEY: ['"v=DKIM1; k=rsa; p=MIGf" "MA0G"'],
}


def ask(server: Server, at: Path, monkeypatch: pytest.MonkeyPatch, **more: str) -> list[Finding]:
    monkeypatch.setattr(doctor_mail, "resolver", server.resolver)
    monkeypatch.setattr(doctor_mail, "PATIENCE", 0.05 if server.mood else 60.0)
    return [check(locate(at), SET | more) for check in doctor_mail.CHECKS]


def test_a_domain_that_is_set_up_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with name_server(WELL) as server:
        found = ask(server, tmp_path, monkeypatch)
    assert [(one.name, one.state) for one in found] == [
        ("spf", "ok"),
        ("dkim", "ok"),
        ("dmarc", "ok"),
    ]
    assert found[0].sentence == f"{HOME} says who may send in its name."
    assert found[1].sentence == f"The key at {KEY} is there."
    assert found[2].sentence == f"{HOME} has a DMARC record, with the policy quarantine."
    assert server.asked == [HOME, KEY, f"_dmarc.{HOME}"]


def test_they_are_part_of_the_whole_examination() -> None:
    assert set(doctor_mail.CHECKS) <= set(doctor.CHECKS)


@pytest.mark.parametrize(
    ("name", "records", "state", "said"),
    [
        ("spf", {HOME: []}, "warn", "does not say who may send"),
        ("spf", {HOME: ['"v=spf10 -all"', '"spf1"']}, "warn", "does not say who may send"),
        ("spf", {HOME: ['"v=spf1 -all"', '"V=SPF1 ~all"']}, "fail", "has 2 SPF records"),
        ("spf", {HOME: ['"v=spf1 +all"']}, "warn", "lets everybody send"),
        ("spf", {HOME: ['"v=spf1 mx all"']}, "warn", "lets everybody send"),
        ("spf", {HOME: ['"v=spf1"']}, "ok", "says who may send"),
        ("dkim", {}, "fail", f"There is no key at {KEY}"),
        ("dkim", {KEY: ['"hello"']}, "fail", "There is no key"),
        ("dkim", {KEY: ['"v=DKIM1; p="']}, "fail", "was withdrawn"),
        ("dmarc", {}, "warn", "forged in its name"),
        ("dmarc", {f"_dmarc.{HOME}": ['"v=DMARC1; p=none"']}, "ok", "the policy none"),
        ("dmarc", {f"_dmarc.{HOME}": ['"v=DMARC1"']}, "fail", "names no policy"),
        (
            "dmarc",
            {f"_dmarc.{HOME}": ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']},
            "fail",
            "has 2 DMARC records",
        ),
    ],
)
def test_what_is_wrong_is_said_with_a_remedy(
    name: str, records: Records, state: str, said: str, at: tuple[Path, pytest.MonkeyPatch]
) -> None:
    with name_server(records) as server:
        [found] = [one for one in ask(server, *at) if one.name == name]
    assert (found.state, said in found.sentence) == (state, True), found
    assert bool(found.remedy) == (state != "ok")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, pytest.MonkeyPatch]:
    return tmp_path, monkeypatch


def test_a_subdomain_is_spoken_for_by_its_parent(at: tuple[Path, pytest.MonkeyPatch]) -> None:
    with name_server(WELL) as server:
        found = ask(server, *at, REGULARS_MAIL_FROM=f"hello@club.mail.{HOME}")[2]
    assert found.sentence == f"{HOME} has a DMARC record, with the policy quarantine."
    assert "_dmarc.eu" not in server.asked


@pytest.mark.parametrize("mood", [SILENT, BROKEN])
def test_where_dns_does_not_answer_nothing_fails(
    mood: str, at: tuple[Path, pytest.MonkeyPatch]
) -> None:
    with name_server(WELL, mood) as server:
        found = ask(server, *at)
    assert [one.state for one in found] == ["warn"] * 3
    assert {one.sentence for one in found} == {
        f"DNS did not answer about {HOME}: nothing is known."
    }


def test_where_no_name_server_is_set_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> Resolver:
        raise NoResolverConfiguration

    monkeypatch.setattr(doctor_mail, "resolver", nobody)
    assert [check(locate(tmp_path), SET).state for check in doctor_mail.CHECKS] == ["warn"] * 3


@pytest.mark.parametrize(
    "changed",
    [
        {"REGULARS_SMTP_URL": ""},
        *(
            {"REGULARS_MAIL_FROM": f"hello@{one}"}
            for one in ("corner.example", "localhost", "a.test", "example.org", "mail.example.com")
        ),
        {"REGULARS_MAIL_FROM": ""},
    ],
)
def test_nobody_is_asked_about_what_nobody_owns(
    changed: dict[str, str], at: tuple[Path, pytest.MonkeyPatch]
) -> None:
    with name_server(WELL) as server:
        found = ask(server, *at, **changed)
    assert [one.state for one in found] == ["ok"] * 3
    assert server.asked == []


def test_without_a_selector_the_key_is_not_asked_for(at: tuple[Path, pytest.MonkeyPatch]) -> None:
    with name_server(WELL) as server:
        found = ask(server, *at, REGULARS_MAIL_DKIM_SELECTOR=" ")[1]
    assert (found.state, found.sentence[:13]) == ("ok", "Not looked up")
    assert KEY not in server.asked


def test_saboteur_who_takes_silence_for_a_missing_record(
    at: tuple[Path, pytest.MonkeyPatch],
) -> None:
    at[1].setattr(doctor_mail, "texts", lambda _name: [])
    with name_server(WELL, SILENT) as server:
        assert "fail" in [one.state for one in ask(server, *at)]
