"""Files as plain data: what is read, and each thing that is refused, with its line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from ruamel.yaml.error import YAMLError

from regulars.programmes import documents
from regulars.programmes.documents import DecimalText, Document, from_json, from_yaml, shapes

READ: list[tuple[str, Any]] = [
    ("a: 1", {"a": 1}),
    ("a: -1", {"a": -1}),
    ("a: 1.50", {"a": DecimalText("1.50")}),
    ("a: -0.0", {"a": DecimalText("0.0")}),
    ("a: '1.50'", {"a": "1.50"}),
    ("a: 2026-01-31", {"a": "2026-01-31"}),
    ("a: 12:30", {"a": "12:30"}),
    ("a: yes", {"a": "yes"}),
    ("a: no", {"a": "no"}),
    ("on: off", {"on": "off"}),
    ("a: true", {"a": True}),
    ("a: False", {"a": False}),
    ("a: 'true'", {"a": "true"}),
    ("a:", {"a": None}),
    ("a: ~", {"a": None}),
    ("1: x", {"1": "x"}),
    ("null: x", {"null": "x"}),
    ("a: [b, 'c', 3]", {"a": ["b", "c", 3]}),
    ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
    ("- a\n- b: 1\n  c: 2\n", ["a", {"b": 1, "c": 2}]),
    ("a: &x [1, 2]\nb: *x\nc: {d: *x}\n", {"a": [1, 2], "b": [1, 2], "c": {"d": [1, 2]}}),
    ("a: &x 1\nb: &y {c: *x}\nd: *y", {"a": 1, "b": {"c": 1}, "d": {"c": 1}}),
    ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
    ('{"a": [1, 2.5, "x", null, true], "b": {}, "c": []}', None),
    ('{\n\t"a": "\\u00e9\\ud83d\\ude00"\n}', {"a": "é😀"}),
    ("{a: 1}", {"a": 1}),
    ("text", "text"),
]


@pytest.mark.parametrize(("text", "data"), READ)
def test_a_file_is_read_as_plain_data(text: str, data: Any) -> None:
    document = documents.read(text, "shop.yaml")
    assert document.problems == ()
    expected = data
    if data is None:
        expected = {"a": [1, DecimalText("2.5"), "x", None, True], "b": {}, "c": []}
    assert document.data == expected
    assert kinds(document.data) == kinds(expected)


def kinds(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: kinds(one) for key, one in data.items()}
    return [kinds(one) for one in data] if isinstance(data, list) else type(data)


REFUSED: list[tuple[str, str, int, str, str, dict[str, Any]]] = [
    ("empty", "", 1, "", "empty", {}),
    ("only a comment", "# nothing\n", 1, "", "empty", {}),
    ("same key", "a: 1\nb: 2\na: 3\n", 3, "a", "duplicate_key", {"key": "a", "first": 1}),
    ("tab", "a:\n\tb: 1\n", 2, "", "tab", {}),
    ("tab after the colon", "a: 1\nb:\tc\n", 2, "", "tab", {}),
    ("open quote", "a: 1\nb: 'x\nc: 2\n", 2, "", "unclosed", {}),
    ("open bracket", "a: 1\nb: [1, 2\n", 2, "", "unclosed", {}),
    ("two colons", "a: b: c\n", 1, "", "stray_colon", {}),
    ("sign", "a: 1\nb: @x\n", 2, "", "needs_quotes", {"sign": "@"}),
    ("indentation", "a:\n  - b\n -c\nd: 1\n", 3, "", "indentation", {}),
    ("half a list", "- a\nb: 1\n", 2, "", "indentation", {}),
    ("tag", "a: 1\nb: !!python/name:os.system x\n", 2, "", "tag", {}),
    ("own tag", "b: !money 5\n", 1, "", "tag", {"tag": "!money"}),
    ("several", "a: 1\n---\nb: 1\n", 2, "", "several_documents", {}),
    ("version", "%YAML 1.1\n---\na: 1\n", 1, "", "yaml_version", {}),
    ("merge", "a: &x {b: 1}\nc:\n  <<: *x\n", 3, "c", "merge_key", {}),
    ("unknown alias", "a: 1\nb: *x\n", 2, "", "unknown_alias", {"name": "x"}),
    ("alias inside itself", "a: &x [1, *x]\n", 1, "", "unknown_alias", {"name": "x"}),
    ("list as key", "? [a, b]\n: 1\n", 1, "", "bad_key", {}),
    ("exponent", "a: 1\nb: [2, 1e3]\n", 2, "b[1]", "bad_number", {"value": "1e3"}),
    ("leading zeros", "a: 007\n", 1, "a", "bad_number", {"value": "007"}),
    ("phone", "a: +49123\n", 1, "a", "bad_number", {"value": "+49123"}),
    ("infinite", "a: .inf\n", 1, "a", "bad_number", {"value": ".inf"}),
    ("hexadecimal", "a: 0x1F\n", 1, "a", "bad_number", {"value": "0x1F"}),
    ("too many digits", f"a: {'9' * 16}\n", 1, "a", "bad_number", {"value": "9" * 16}),
    ("sign that is none", "a: 1\nb: \x01\n", 2, "", "bad_sign", {}),
    ("half a letter", '{\n"a": "\\ud83d"}', 2, "", "bad_sign", {}),
    ("deep", "[" * 60 + "]" * 60, 1, "", "too_deep", {"most": shapes.MOST_DEPTH}),
]


@pytest.mark.parametrize(
    ("text", "line", "path", "code", "params"),
    [one[1:] for one in REFUSED],
    ids=[one[0] for one in REFUSED],
)
def test_each_mistake_has_one_code_and_its_line(
    text: str, line: int, path: str, code: str, params: dict[str, Any]
) -> None:
    document = documents.read(text, "shop.yaml")
    assert [(one.line, one.path, one.code) for one in document.problems] == [(line, path, code)]
    assert params.items() <= document.problems[0].params.items()
    assert document.data is None


JSON_REFUSED = [
    ("", 1, "empty"),
    ('{\n"a": 1,\n}', 3, "syntax"),
    ('{"a": 1', 1, "unclosed"),
    ('{"a": [1,\n2', 1, "unclosed"),
    ("{'a': 1}", 1, "syntax"),
    ('{"a": NaN}', 1, "syntax"),
    ('{"a": 1e5}', 1, "bad_number"),
    ('{"a": 01}', 1, "bad_number"),
    ('{"a": 1}\n{"b": 2}', 2, "several_documents"),
    ('{"a": 1,\n "a": 2}', 2, "duplicate_key"),
    ('{"a": "\n"}', 1, "syntax"),
    ('{"a": tru}', 1, "syntax"),
    ("[" * 10_000, 1, "too_deep"),
    ("a: 1", 1, "syntax"),
]


@pytest.mark.parametrize(("text", "line", "code"), JSON_REFUSED)
def test_json_files_are_json(text: str, line: int, code: str) -> None:
    document = documents.read(text, "shop.json")
    assert [(one.line, one.code) for one in document.problems] == [(line, code)]


def test_a_bomb_of_aliases_is_refused_quickly() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    document = documents.read("\n".join(lines), "shop.yaml")
    assert [one.code for one in document.problems] == ["too_big"]


def test_a_file_that_is_too_long_is_not_parsed() -> None:
    document = documents.read("#" * (shapes.MOST_CHARACTERS + 1), "shop.yaml")
    assert [one.code for one in document.problems] == ["too_long_file"]


def test_bytes_are_utf_8() -> None:
    assert documents.read("\ufeffa: ö\r\nb: 1\r\n".encode(), "x.yaml").data == {"a": "ö", "b": 1}
    broken = documents.read("a: 1\nb: ö\n".encode("latin-1"), "x.yaml")
    assert [(one.line, one.code) for one in broken.problems] == [(2, "bad_encoding")]


LINED = """\
# a shop
name: Corner
tiers:
  - id: regular
    from: 200

  - {id: neighbour,
     from: 600}
words:
  a.b: x
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("", 2),
        ("name", 2),
        ("tiers", 3),
        ("tiers[0]", 4),
        ("tiers[0].from", 5),
        ("tiers[1].id", 7),
        ("tiers[1].from", 8),
        ("tiers[1].name", 7),
        ("tiers[9].name", 3),
        ('words["a.b"]', 10),
        ('words["a.b"].c', 10),
        ("nothing[0].here", 2),
    ],
)
def test_each_path_has_its_line(path: str, line: int) -> None:
    assert documents.read(LINED, "shop.yaml").line(path) == line


def test_a_block_inside_a_page_counts_lines_of_the_page() -> None:
    assert documents.read("a: 1\nb: 2", "page.md", first_line=31).line("b") == 32
    twice = documents.read("a: 1\na: 2", "page.md", first_line=31)
    assert [(one.line, one.params["first"]) for one in twice.problems] == [(32, 31)]


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text(max_size=8),
    lambda inside: (
        st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=5), inside, max_size=4)
    ),
    max_leaves=12,
)


def reads_alike(data: Any) -> bool:
    for indent in (None, 2):
        text = json.dumps({"root": data}, indent=indent, ensure_ascii=indent is None)
        document = documents.read(text, "x.json")
        if document != Document("x.json", {"root": data}, document.lines):
            return False
    return True


@given(data=PLAIN)
def test_json_is_read_as_the_standard_library_reads_it(data: Any) -> None:
    assert reads_alike(data)


def test_a_reader_that_takes_false_for_true_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(from_json._WORDS, "false", True)
    assert find(PLAIN, lambda data: not reads_alike(data)) is not None


@given(text=st.text(alphabet="ab:-[]{}&*!|>'\" \n\t#?,%@1.e\x00é", max_size=40))
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    never_stumbles(text)


def never_stumbles(text: str) -> None:
    for name in ("x.yaml", "x.json"):
        document = documents.read(text, name)
        lines = text.count("\n") + 1
        assert all(1 <= one.line <= lines + 1 for one in document.problems)
        assert (document.data is None) or not document.problems


def test_a_reader_that_lets_an_error_through_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(from_yaml, "MarkedYAMLError", ArithmeticError)
    monkeypatch.setattr(from_yaml, "YAMLError", ArithmeticError)
    with pytest.raises(YAMLError):
        never_stumbles("a: [")
