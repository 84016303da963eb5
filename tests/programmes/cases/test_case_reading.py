"""Where cases stand in files, with their lines, and what is told of files that hold none."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.programmes.cases.reading import CaseFile, blocks, holds_cases, read_cases
from regulars.programmes.documents import read

BARE = """
# the first line is empty
- id: one
  edition: cafe
- id: two
  edition: cafe
"""
WHOLE = """format: 1
cases:
  - id: one
    edition: cafe
  - id: two
    edition: cafe
"""
PAGE = """# A programme

Prose, and `code`.

```yaml
- id: one
  edition: cafe
```

```yaml
shop: not a case
```

~~~yaml
- id: two
  edition: cafe
~~~

```python
- id: three
```
"""
AS_JSON = '[\n {"id": "one", "edition": "cafe"},\n {"id": "two", "edition": "cafe"}\n]'


@pytest.mark.parametrize(
    ("text", "name", "lines"),
    [
        (BARE, "cases.yaml", [3, 5]),
        (WHOLE, "cases.yml", [3, 5]),
        (PAGE, "page.md", [6, 15]),
        (PAGE.replace("\n", "\r\n"), "page.MD", [6, 15]),
        ("\ufeff" + PAGE, "page.md", [6, 15]),
        (AS_JSON, "cases.json", [2, 3]),
    ],
)
def test_cases_are_found_with_their_lines(text: str, name: str, lines: list[int]) -> None:
    for content in (text, text.encode()):
        file = read_cases(content, name)
        assert file.problems == ()
        assert [case.line for case in file.cases] == lines
        assert [case.child("id").data for case in file.cases] == ["one", "two"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("", "a.yaml", [(1, "empty")]),
        ("shop: 1\n", "a.yaml", [(1, "case_no_format"), (1, "case_file_word")]),
        ("format: 2\ncases: [{id: x}]\n", "a.yaml", [(1, "case_other_format")]),
        ("format: true\ncases: [{id: x}]\n", "a.yaml", [(1, "case_other_format")]),
        ("cases: [{id: x}]\n", "a.yaml", [(1, "case_no_format")]),
        ("format: 1\ncases: 3\n", "a.yaml", [(2, "case_not_a_list")]),
        ("format: 1\ncases: []\n", "a.yaml", [(1, "case_none_in_file")]),
        ("format: 1\ncase: []\n", "a.yaml", [(2, "case_file_word")]),
        ("just prose", "a.md", [(1, "case_none_in_file")]),
        ("```yaml\na: 1\na: 2\n```\n", "a.md", [(1, "case_none_in_file")]),
        ("\n\n```yaml\n- edition: x\n  id: 1\n  id: 2\n```\n", "a.md", [(6, "duplicate_key")]),
        ("- id: one\n  id: two\n", "a.yaml", [(2, "duplicate_key")]),
        (b"- id: \xff\n", "a.yaml", [(1, "bad_encoding")]),
        (b"```yaml\n- id: \xff\n```", "a.md", [(2, "bad_encoding")]),
    ],
)
def test_a_file_without_cases_is_told(
    text: str | bytes, name: str, expected: list[tuple[int, str]]
) -> None:
    file = read_cases(text, name)
    assert file.cases == () or expected[0][1] in ("case_other_format", "case_no_format")
    found = [(one.line, one.reason.code) for one in file.problems]
    assert len(found) == len(expected)
    for (line, code), (wanted_line, wanted) in zip(found, expected, strict=True):
        assert line == wanted_line
        assert code.startswith(wanted)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("- {edition: cafe}", True),
        ("- {expect: []}", True),
        ("format: 1\ncases: []", True),
        ("format: 1\nrules: []", False),
        ("- {id: 1, price: 2}", False),
        ("- 1", False),
        ("word", False),
    ],
)
def test_cases_are_told_from_other_files(text: str, meant: bool) -> None:
    assert holds_cases(read(text, "some.yaml")) is meant


def test_a_block_that_is_not_closed_ends_with_the_page() -> None:
    (block,) = blocks("text\n```yaml\n- edition: cafe\n")
    assert (block.text, block.line) == ("- edition: cafe\n", 3)


plain_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(min_size=1, max_size=6), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(plain_json, st.sampled_from([None, 1, "\t"]))
def test_json_reads_as_json_says(data: object, spaces: int | str | None) -> None:
    assert reads_alike(read_cases, data, spaces)


def test_a_letter_lost_on_the_way_would_be_noticed() -> None:
    def losing(text: str, name: str) -> CaseFile:
        return read_cases(text.replace("\\ud83d", ""), name)

    assert reads_alike(read_cases, "\U0001f600", None)
    assert not reads_alike(losing, "\U0001f600", None)


def reads_alike(
    reader: Callable[[str, str], CaseFile], data: object, spaces: int | str | None
) -> bool:
    file = reader(json.dumps([{"edition": data}], indent=spaces), "cases.json")
    return [case.data for case in file.cases] == [{"edition": data}]
