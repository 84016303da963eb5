"""Every link of every page leads somewhere: no dead end."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from browser.visiting import Visit

pytestmark = pytest.mark.browser
Visits = Callable[..., Visit]
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
OF_A_KIND = 3
"""So many pages of one kind are looked at: the customers' pages are all alike."""
EXPLAINED = {("lou", "/console/insights/", 403)}
"""Lou looks after one place; that page says why its numbers are not for her."""


def _leads(somebody: Visit, source: str, path: str) -> bool:
    """Whether the page still has the link: others may have ended what it spoke of."""
    page = somebody.page.request.get(somebody.house.address + source).text()
    return not source or path.replace("&", "&amp;") in page or path in page


@pytest.mark.parametrize("who", ["otto", "vera", "lou"])
def test_no_link_is_dead(who: str, visit: Visits) -> None:
    somebody = visit(who)
    todo, seen, kinds, dead = [("/console/", "")], {"/console/"}, {"": 0}, []
    while todo:
        path, source = todo.pop(0)
        answer = somebody.page.request.get(somebody.house.address + path)
        explained = (who, path, answer.status) in EXPLAINED
        if answer.status != 200 and not explained and _leads(somebody, source, path):
            dead.append(f"{source} leads to {path}: {answer.status}")
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        for link in re.findall(r'<a [^>]*href="([^"#]*)', answer.text()):
            kind = ID.sub("ID", link.partition("?")[0])
            kinds[kind] = kinds.get(kind, 0) + (link not in seen)
            if link.startswith("/") and link not in seen and kinds[kind] <= OF_A_KIND:
                seen.add(link)
                todo.append((link.replace("&amp;", "&"), path))
    assert dead == []
    assert len(seen) > 15
