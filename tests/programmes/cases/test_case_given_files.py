"""The reference cases: all are read, all their words are known, and none of their names is ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from regulars.programmes import cases as cases_room
from regulars.programmes.cases.names import Names
from regulars.programmes.cases.parsing import Parsed, parse
from regulars.programmes.cases.reading import read_cases
from regulars.programmes.cases.values import Fields, Value
from regulars.programmes.cases.vocabulary import listing, vocabulary
from shared import shared_path

FOLDER = Path(cases_room.__file__).parent
HOW_MANY = {
    "1-1": 7, "1-2": 3, "1-5": 3, "1-7": 4, "1-8": 5, "1-9": 3, "1-10": 3, "1-12": 3, "2-1": 3,
    "3-1": 3, "3-2": 4, "3-9": 6, "4-1": 3, "4-2": 3, "4-3": 3, "4-4": 4, "4-5": 3, "4-6": 2,
    "5": 8,
}  # fmt: skip
NAMES = Names(
    assets=frozenset({"stamps", "mb", "credit", "cash", "gems", "freezes", "miles"}),
    counts=frozenset({"drinks"}),
    metrics={
        "spend": frozenset({"year", "12m"}),
        "metric": frozenset({"12m"}),
        "mqd": frozenset({"year"}),
    },
)


class Every(dict[str, Names]):
    """All editions have the same amounts, and any other names."""

    def __missing__(self, key: str) -> Names:
        return NAMES

    def __contains__(self, key: object) -> bool:
        return True

    def get(self, key: str, default: object = None) -> Names:  # type: ignore[override]
        return NAMES


@lru_cache(maxsize=1)
def given() -> tuple[dict[str, int], Parsed]:
    folder = shared_path("reference-programmes")
    files = [read_cases(path.read_bytes(), path.name) for path in sorted(folder.glob("[0-9]*.md"))]
    assert [one for file in files for one in file.problems] == []
    counted = {re.match(r"[\d-]*\d", file.name)[0]: len(file.cases) for file in files}  # type: ignore[index]
    return counted, parse([case for file in files for case in file.cases], Every())


def test_every_given_case_is_read_and_every_word_of_it_is_known() -> None:
    counted, parsed = given()
    assert counted == HOW_MANY
    assert parsed.problems == ()
    assert len(parsed.cases) == sum(HOW_MANY.values()) == 73
    assert all(case.runnable for case in parsed.cases)
    assert sum(len(case.runs) for case in parsed.cases) == 78


def sections(text: str) -> str:
    return text[text.index("### 0.6") : text.index("\n---")]


OWN_NAMES = set(
    re.findall(
        r"\S+",
        """
        stamps credit cash mb miles gems freezes visits spend_ spend metric metric_12m xp_week mqd
        drinks nights items box stay flight_segment birthday free_drink next_day_free standard_free
        thresholds discount_percent inactivity claim_days pool rate ip_more_than_3 preloaded
        earlier_last_success m1 m2 h1 f6 a1_for_f6 ok true false kept earned ids
        customer date returned group low high weight friend
        """,
    )
)
"""Words of the specification that are examples: names of an edition, ids of a case."""


def test_each_word_that_the_specification_lists_is_in_the_vocabulary() -> None:
    text = sections(shared_path("reference-programmes/README.md").read_text())
    quoted = re.findall(r"`([^`\n]+)`", text)
    wanted = {word for one in quoted for word in re.findall(r"[a-z][a-z_0-9]*(?:_[A-Z]+)?", one)}
    wanted = {re.sub("_YEAR$", "_{year}", word) for word in wanted}
    wanted = {word.replace("for_FRIEND", "for_{friend}") for word in wanted}
    known = {one.word for one in listing()} | {"every", "format"}
    missing = {
        word
        for word in wanted - known - OWN_NAMES
        if not any(known_word.startswith(word) and "{" in known_word for known_word in known)
    }
    assert missing == set()


def names_of(parsed: Parsed) -> Iterator[str]:
    for case in parsed.cases:
        yield from (case.id, case.edition)
        for ids in case.ids.values():
            yield from (one for one in ids if re.search(r"\d", one))
        for event in case.events:
            yield from values(event.fields, ("reward", "partner", "job", "campaigns", "step"))
        yield from values(case.given.fields, ("limits_used", "tier"))


def values(fields: Fields, keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        yield from texts(fields.words.get(key))


def texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    if isinstance(value, tuple | dict):
        for one in value:
            yield from texts(one)


def found_in(files: dict[str, str]) -> set[str]:
    ours = {one.word for one in listing()} | set(vocabulary().names)
    names = {name for name in names_of(given()[1]) if len(name) > 1} - ours
    assert len(names) > 150
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(names)))})(?![\w-])")
    return {match.group() for text in files.values() for match in pattern.finditer(text)}


def test_no_name_of_a_given_case_stands_in_code_or_data() -> None:
    files = [path for path in FOLDER.rglob("*") if path.suffix in (".py", ".toml")]
    assert len(files) > 20
    assert found_in({path.name: path.read_text() for path in files}) == set()


def test_a_name_in_the_code_would_be_noticed() -> None:
    assert found_in({"a.py": 'if member == "m1": reward = "brewed_coffee"'}) == {
        "m1",
        "brewed_coffee",
    }
    assert found_in({"b.toml": 'edition = "stamp_9_1"  # as in DSC-01'}) == {"stamp_9_1", "DSC-01"}
