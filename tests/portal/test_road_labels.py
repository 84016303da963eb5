"""What stands under a dot of the way to the next reward."""

from __future__ import annotations

import pytest
from django.utils import translation

from regulars.portal.telling import under_dot


@pytest.mark.parametrize(
    ("language", "name", "label"),
    [
        ("en", "A coffee", "Coffee"),
        ("en", "A piece of cake", "Cake"),
        ("de", "Ein Stück Kuchen", "Kuchen"),
        ("pl", "Kawa", "Kawa"),
        ("pl", "Kubek wielorazowy", "Kubek"),
        ("ro", "O cafea", "Cafea"),
        ("ro", "O cană reutilizabilă", "Cană"),
    ],
)
def test_a_name_is_short_under_its_dot(language: str, name: str, label: str) -> None:
    with translation.override(language):
        assert under_dot(name) == label
