"""Links lead somewhere, decision records keep their form, the site loads nothing from outside."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from docs_pages import DOCS, FENCE, ROOT, ROOT_PAGES, title

LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
RECORDS = [path for path in DECISIONS if path.name[0].isdigit()]
PARTS = ["Context", "Decision", "Consequences"]
LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}
WORDS_OF_A_PAGE = 750


@pytest.mark.parametrize("name", ROOT_PAGES)
def test_links_of_the_root_pages_lead_somewhere(name: str) -> None:
    text = FENCE.sub("", (ROOT / name).read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if "://" not in target:
            assert (ROOT / target).exists(), f"{name}: {target}"


@pytest.mark.parametrize("path", RECORDS, ids=title)
def test_a_decision_record_is_one_page_of_a_fixed_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name)
    assert text.startswith(f"# {path.name[:4]} ")
    assert re.search(r"^Status: (accepted|replaced by \d{4}), \d{4}-\d\d-\d\d$", text, re.MULTILINE)
    assert re.findall(r"^## (.*)$", text, flags=re.MULTILINE)[:3] == PARTS
    assert len(text.split()) <= WORDS_OF_A_PAGE, "a record is one page"


def test_decision_records_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in RECORDS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_records_name_records_that_exist() -> None:
    numbers = {path.name[:4] for path in RECORDS}
    for path in DECISIONS:
        named = set(re.findall(r"\b(?:record|by|see) (\d{4})\b", path.read_text(encoding="utf-8")))
        assert named <= numbers, title(path)


class Loaded(HTMLParser):
    """Collects what a page makes a browser load."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and given.get("rel") in {"canonical", "next", "prev"}:
            return
        self.addresses.append(given.get(LOADS.get(tag, ""), "") or "")


@pytest.mark.slow
def test_the_site_builds_strictly_and_loads_nothing_from_outside(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    done = subprocess.run(
        [*command, "--site-dir", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    built = list(tmp_path.rglob("*.html"))
    assert len(built) > 20
    for page in built:
        loaded = Loaded()
        loaded.feed(page.read_text(encoding="utf-8"))
        outside = [at for at in loaded.addresses if re.match(r"(?:https?:)?//", at)]
        assert not outside, f"{page.relative_to(tmp_path)}: {outside}"
    for sheet in tmp_path.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//", sheet.read_text(encoding="utf-8")), sheet
