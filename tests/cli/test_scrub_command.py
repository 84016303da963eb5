"""`regulars scrub`: what deleted rows left is written over, in a database of one's own."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

import server
from cli.conftest import Regulars


def test_only_who_owns_the_tables_writes_them_anew(
    regulars: Regulars, cluster: server.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = regulars("scrub")
    assert refused.returncode == 1
    assert "Written anew: 0 tables." in refused.stdout
    assert "Name it in REGULARS_OWNER_URL" in refused.stdout
    here = urlsplit(cluster.owner)._replace(path=f"/{connection.settings_dict['NAME']}")
    monkeypatch.setenv("REGULARS_OWNER_URL", urlunsplit(here))
    done = regulars("scrub", "--lang", "de")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Neu geschrieben: ")
    assert len(done.stdout.splitlines()) == 1
