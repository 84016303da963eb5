"""Programme files and case files, in any order: everything read, every case run, all of it told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath

from msgspec import Struct

from regulars.engine.compiling import rules_of, with_ids
from regulars.engine.edition import Edition
from regulars.engine.texts import Param
from regulars.programmes.cases.agreeing import run_twice
from regulars.programmes.cases.naming import names_of
from regulars.programmes.cases.parsing import parse
from regulars.programmes.cases.problems import Located, Node, Reason
from regulars.programmes.cases.reading import MARKDOWN, holds_cases, read_cases
from regulars.programmes.cases.reporting import Outcome, Report, Untouched, outcome, untouched
from regulars.programmes.cases.running import run_case
from regulars.programmes.cases.shapes import Case
from regulars.programmes.cases.sides import Opened
from regulars.programmes.documents import Document, Problem, read
from regulars.programmes.loading import load

Ready = Callable[[], Mapping[str, Edition]]
Progress = Callable[[int, int], None]


class File(Struct, frozen=True):
    """A file to be checked. `found`: it was found in a folder and not named, so it may be something
    else altogether."""

    name: str
    body: bytes
    found: bool = False


class Checked(Struct, frozen=True):
    """What came of everything: outcomes and problems, rules that no case touched, the editions
    that the files brought."""

    report: Report
    untouched: tuple[Untouched, ...] = ()
    editions: tuple[str, ...] = ()


class Read(Struct):
    """What the files hold: editions by id, those whose file is wrong, the places of cases,
    everything wrong."""

    editions: dict[str, Edition] = {}
    broken: set[str] = set()
    files: dict[str, str] = {}
    cases: list[Node] = []
    problems: list[Located] = []


def check_files(
    files: Iterable[File],
    ready: Ready,
    progress: Progress | None = None,
    live: Opened | None = None,
) -> Checked:
    """Read and run everything. A case finds its programme by its edition: in the files first, then
    among the `ready` ones, asked for only where the files do not have it. What is in order
    runs, whatever is wrong beside it; with a `live` side each case runs there too, and must come
    to the same."""
    found = read_files(files)
    editions = _with_ready(found, ready)
    names = {name: names_of(one) for name, one in editions.items()}
    parsed = parse([node for node in found.cases if not _waits(node, found)], names)
    waiting = [node for node in found.cases if _waits(node, found)]
    problems = (*found.problems, *parsed.problems, *parse(waiting).problems)
    outcomes: list[Outcome] = []
    for number, case in enumerate(parsed.cases, 1):
        outcomes.extend(run_all(case, editions, live))
        if progress is not None:
            progress(number, len(parsed.cases))
    report = Report(tuple(outcomes), problems)
    return Checked(report, tuple(_untouched(outcomes, editions)), tuple(found.editions))


def run_all(
    case: Case, editions: Mapping[str, Edition], live: Opened | None = None
) -> list[Outcome]:
    """The outcome of each run of a case."""
    outcomes = []
    for run in case.runs:
        if not any(one.checks for one in run.assertions):
            outcomes.append(outcome(case, run, None))
            continue
        ran = run_twice(case, run, editions, live) if live else run_case(case, run, editions)
        outcomes.append(outcome(case, run, ran.difference, ran.rules))
    return outcomes


def read_files(files: Iterable[File]) -> Read:
    """What the files hold, each told apart by what stands in it."""
    found = Read()
    for file in files:
        if PurePath(file.name).suffix.lower() in MARKDOWN:
            _cases(file, found)
            continue
        document = read(file.body, file.name)
        if document.problems:
            found.problems.extend(map(_of_document(file.name), document.problems))
        elif holds_cases(document):
            _cases(file, found)
        elif not file.found or _is_programme(document):
            _programme(file, found)
    return found


def _is_programme(document: Document) -> bool:
    return isinstance(document.data, dict) and "edition" in document.data


def _cases(file: File, found: Read) -> None:
    read_file = read_cases(file.body, file.name)
    for one in read_file.problems:
        if not (file.found and one.reason.code == "case_none_in_file"):
            found.problems.append(one)
    found.cases.extend(read_file.cases)


def _programme(file: File, found: Read) -> None:
    loaded = load(file.body, file.name)
    if loaded.edition is None:
        found.problems.extend(map(_of_document(file.name), loaded.problems))
        found.broken |= _meant(file)
        return
    name = loaded.edition.edition
    if name in found.editions:
        params: dict[str, Param] = {"edition": name, "where": found.files[name]}
        found.problems.append(
            Located(file.name, 1, "edition", Reason("case_edition_twice", params))
        )
        return
    found.editions[name] = loaded.edition
    found.files[name] = file.name


def _meant(file: File) -> set[str]:
    """The edition that a file would be if it were in order."""
    data = read(file.body, file.name).data
    return {str(data["edition"])} if isinstance(data, dict) and "edition" in data else set()


def _waits(node: Node, found: Read) -> bool:
    """Whether a case is of a programme whose file has to be mended first."""
    asked = {str(one.data) for one in _named(node)}
    return bool(asked & found.broken - found.editions.keys())


def _of_document(name: str) -> Callable[[Problem], Located]:
    return lambda one: Located(name, one.line, one.path, Reason(one.code, one.params))


def _with_ready(found: Read, ready: Ready) -> dict[str, Edition]:
    """The editions of the files, with the ready ones where a case asks for another one."""
    asked = {str(one.data) for node in found.cases for one in _named(node)}
    if asked <= found.editions.keys() | found.broken:
        return dict(found.editions)
    return {**ready(), **found.editions}


def _named(node: Node) -> list[Node]:
    events = node.child("events")
    several = [node, *(events.items() if events else [])]
    return [one for each in several if (one := each.child("edition"))]


def _untouched(outcomes: list[Outcome], editions: Mapping[str, Edition]) -> list[Untouched]:
    run = dict.fromkeys(one.edition for one in outcomes)
    rules = {
        name: tuple(rule.name_in_state for rule in rules_of(with_ids(editions[name])))
        for name in run
        if name in editions
    }
    return untouched(rules, outcomes)
