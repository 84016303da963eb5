"""`regulars place`: what a till needs before the first order."""

from __future__ import annotations

import pytest

from cli.conftest import Regulars
from regulars.db.models import AuditRow, Place


def test_a_place_is_added_once_and_noted(regulars: Regulars) -> None:
    assert regulars("place", "list").stdout == "No place yet.\n"
    assert regulars("place", "add", " Market  Street ").stdout == "The place is added.\n"
    again = regulars("place", "add", "Market Street", "--lang", "de")
    assert again.stdout == "Den Ort gab es schon.\n"
    assert regulars("place", "list").stdout == "Market Street\n"
    assert list(Place.objects.values_list("code", "name")) == [("Market Street", "Market Street")]
    assert AuditRow.objects.filter(what="place.added").count() == 1


@pytest.mark.parametrize("name", ["", " ", "x" * 101])
def test_what_is_no_name_is_refused(regulars: Regulars, name: str) -> None:
    refused = regulars("place", "add", name)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert not Place.objects.exists()
