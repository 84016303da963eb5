"""The catalogues and the tool that keeps them in step with the code."""

from __future__ import annotations

import gettext
import importlib.util
import io
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("words_tool", ROOT / "tools" / "words.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


POINT = ("%(n)s point", "%(n)s points")
FORMS = {
    "de": ("Punkt", "Punkte"),
    "pl": ("punkt", "punkty", "punktów"),
    "ro": ("punct", "puncte", "de puncte"),
}
COUNTS = (0, 1, 2, 5, 19, 20, 22, 101, 119, 120)
EXPECTED = {
    "de": "1 0 1 1 1 1 1 1 1 1",
    "pl": "2 0 1 2 2 2 1 2 2 2",
    "ro": "1 0 1 1 1 2 2 1 1 2",
}
"""Which of the forms each of the counts takes."""


@pytest.mark.parametrize("language", sorted(FORMS))
def test_each_language_has_its_own_plurals(tool: ModuleType, language: str) -> None:
    catalog = tool.empty(language)
    catalog.add(POINT, FORMS[language])
    compiled = gettext.GNUTranslations(io.BytesIO(tool.mo_bytes(catalog)))
    assert [compiled.ngettext(*POINT, n) for n in COUNTS] == [
        FORMS[language][int(n)] for n in EXPECTED[language].split()
    ]


CODE = """
from django.utils.translation import gettext as _, ngettext, pgettext
ONE = _("One")
MANY = ngettext("%(n)s visit", "%(n)s visits", 3)
PAGE = pgettext("page", "Next")
REASON = Counted("%(n)s row is bad.", "%(n)s rows are bad.")
"""
TEMPLATE = """{% load i18n %}<p>
    {% translate "Two" %}
  {% blocktranslate count n=n %}One person{% plural %}{{ n }} people{% endblocktranslate %}
{% blocktranslate trimmed %}
      Three
      lines
{% endblocktranslate %}{% translate "Back" context "page" %}</p>
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "room" / "templates").mkdir(parents=True)
    (tmp_path / "room" / "code.py").write_text(CODE)
    (tmp_path / "room" / "templates" / "page.html").write_text(TEMPLATE)
    return tmp_path


def test_messages_are_found_in_code_and_templates(tool: ModuleType, source: Path) -> None:
    assert tool.messages(source) == {
        ("", "One"),
        ("", ("%(n)s visit", "%(n)s visits")),
        ("page", "Next"),
        ("", ("%(n)s row is bad.", "%(n)s rows are bad.")),
        ("", "Two"),
        ("", ("One person", "%(n)s people")),
        ("", "Three lines"),
        ("page", "Back"),
    }


def test_an_update_keeps_translations_and_drops_what_is_gone(
    tool: ModuleType, tmp_path: Path
) -> None:
    first = tool.in_step({("", "One"), ("", "Gone")}, {}, "de")
    first.get("One").string = "Eins"
    path = tmp_path / "django.po"
    path.write_bytes(tool.po_text(first))
    second = tool.in_step(
        {("", "One"), ("", "New"), ("page", "One")}, tool.translations(path, "de"), "de"
    )
    assert {(m.context, m.id): m.string for m in second if m.id} == {
        (None, "One"): "Eins",
        (None, "New"): None,
        ("page", "One"): None,
    }
    assert tool.po_text(second) == tool.po_text(second)
    assert b"Date" not in tool.po_text(second)


def test_what_is_not_translated_falls_back_to_english(tool: ModuleType) -> None:
    catalog = tool.in_step({("", "One"), ("", POINT)}, {}, "pl")
    compiled = gettext.GNUTranslations(io.BytesIO(tool.mo_bytes(catalog)))
    assert compiled.gettext("One") == "One"
    assert compiled.ngettext(*POINT, 5) == POINT[1]


def test_a_translation_with_other_parameters_is_told(tool: ModuleType) -> None:
    catalog = tool.empty("de")
    catalog.add("%(name)s is here.", "%(nane)s ist da.")
    assert list(tool.wrong_names(catalog)) == [
        "'%(name)s is here.' names other parameters than '%(nane)s ist da.'"
    ]


@pytest.mark.parametrize("language", ["de", "pl", "ro"])
def test_each_catalogue_is_compiled_as_it_stands(tool: ModuleType, language: str) -> None:
    folder = tool.LOCALE / language / "LC_MESSAGES"
    known = tool.translations(folder / "django.po", language)
    catalog = tool.in_step(known, known, language)
    assert tool.po_text(catalog) == (folder / "django.po").read_bytes()
    assert tool.mo_bytes(catalog) == (folder / "django.mo").read_bytes()
    assert list(tool.wrong_names(catalog)) == []
