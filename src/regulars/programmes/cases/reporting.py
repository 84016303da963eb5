"""What became of the cases: a table, what no case touched, and JUnit XML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from msgspec import Struct

from regulars.programmes.cases.comparing import Difference
from regulars.programmes.cases.problems import Located, Reason
from regulars.programmes.cases.shapes import Case, Run

Verdict = Literal["passed", "failed", "not_run", "listed"]
VERDICTS: tuple[Verdict, ...] = ("passed", "failed", "not_run", "listed")
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of one run. `line` is where it failed, else where the case stands.

    `not_run`: it could not run, or it only states properties; `listed`: it stands in the list of
    cases held to be wrong, and `reason` is what stands there. `rules` are those that it touched.
    """

    case: str
    edition: str
    file: str
    line: int
    verdict: Verdict
    setting: str = ""
    value: str = ""
    reason: Reason | None = None
    because: Reason | None = None
    rules: frozenset[str] = frozenset()


class Row(Struct, frozen=True, kw_only=True):
    """One line of the table."""

    file: str
    case: str
    edition: str
    policy: str
    verdict: Verdict
    reason: Reason | None = None
    because: Reason | None = None


class Count(Struct, frozen=True, kw_only=True):
    """How many runs of a file (of all, where `file` is empty) had each verdict."""

    file: str
    cases: int
    passed: int = 0
    failed: int = 0
    not_run: int = 0
    listed: int = 0


class Untouched(Struct, frozen=True):
    """Rules of an edition that no case touched, in the order of the edition's file."""

    edition: str
    rules: tuple[str, ...]


class Report(Struct, frozen=True):
    """All outcomes, and what was wrong with files before anything could run."""

    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Located, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing failed, nothing was wrong, and nothing that should run did not."""
        return not self.problems and all(
            one.verdict in ("passed", "listed") or (one.verdict == "not_run" and not one.reason)
            for one in self.outcomes
        )


def outcome(
    case: Case, run: Run, difference: Difference | None, rules: Iterable[str] = ()
) -> Outcome:
    """The outcome of a run that was compared; a case of properties alone is not run."""
    return Outcome(
        case=case.id,
        edition=case.edition,
        file=case.file,
        line=difference.line if difference else case.line,
        verdict="failed" if difference else "passed" if case.runnable else "not_run",
        setting=run.setting,
        value=run.value,
        reason=difference.reason if difference else None,
        because=difference.because if difference else None,
        rules=frozenset(rules),
    )


def rows(report: Report) -> list[Row]:
    """The table: one line per run, in the order of the files."""
    return [
        Row(
            file=one.file,
            case=one.case,
            edition=one.edition,
            policy=one.value,
            verdict=one.verdict,
            reason=one.reason,
            because=one.because,
        )
        for one in report.outcomes
    ]


def counts(report: Report) -> list[Count]:
    """Figures per file, in their order, and of all files together at the end."""
    files = dict.fromkeys(one.file for one in report.outcomes)
    return [_count(report.outcomes, file) for file in (*files, "")]


def _count(outcomes: Sequence[Outcome], file: str) -> Count:
    own = [one for one in outcomes if file in ("", one.file)]
    verdicts = Counter(one.verdict for one in own)
    cases = len({(one.file, one.case) for one in own})
    return Count(file=file, cases=cases, **{one: verdicts[one] for one in VERDICTS})


def untouched(rules: Mapping[str, Sequence[str]], outcomes: Iterable[Outcome]) -> list[Untouched]:
    """Per edition, which of its rules no run touched; editions without such rules are left out."""
    touched: dict[str, set[str]] = {}
    for one in outcomes:
        touched.setdefault(one.edition, set()).update(one.rules)
    left = {
        edition: tuple(rule for rule in own if rule not in touched.get(edition, ()))
        for edition, own in rules.items()
    }
    return [Untouched(edition, some) for edition, some in left.items() if some]


def junit(report: Report, say: Callable[[Reason], str]) -> str:
    """The report as JUnit XML; `say` makes a sentence of a reason."""
    root = Element("testsuites", _totals(report.outcomes, len(report.problems)))
    for file, own in _by_file(report).items():
        wrong = [one for one in report.problems if one.file == file]
        suite = SubElement(root, "testsuite", {"name": _xml(file), **_totals(own, len(wrong))})
        for one in own:
            _case(suite, one, say)
        for each in wrong:
            _error(suite, each, say)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode") + "\n"


def _by_file(report: Report) -> dict[str, list[Outcome]]:
    files: dict[str, list[Outcome]] = {one.file: [] for one in report.problems}
    for one in report.outcomes:
        files.setdefault(one.file, []).append(one)
    return files


def _totals(outcomes: Sequence[Outcome], errors: int) -> dict[str, str]:
    verdicts = Counter(one.verdict for one in outcomes)
    return {
        "tests": str(len(outcomes) + errors),
        "failures": str(verdicts["failed"]),
        "errors": str(errors),
        "skipped": str(verdicts["not_run"] + verdicts["listed"]),
    }


def _case(suite: Element, one: Outcome, say: Callable[[Reason], str]) -> None:
    name = f"{one.case} [{one.value}]" if one.value else one.case
    about = {"classname": _xml(one.edition), "name": _xml(name), "file": _xml(one.file)}
    case = SubElement(suite, "testcase", {**about, "line": str(one.line)})
    if one.verdict == "passed":
        return
    said = [_xml(say(each)) for each in (one.reason, one.because) if each]
    kind = "failure" if one.verdict == "failed" else "skipped"
    told = SubElement(case, kind, {"message": said[0] if said else one.verdict})
    told.text = "\n".join([*said, _xml(f"{one.file}:{one.line}")])


def _error(suite: Element, problem: Located, say: Callable[[Reason], str]) -> None:
    place = f"{problem.file}:{problem.line}"
    about = {"classname": "file", "name": _xml(place), "file": _xml(problem.file)}
    case = SubElement(suite, "testcase", {**about, "line": str(problem.line)})
    SubElement(case, "error", {"message": _xml(say(problem.reason))}).text = _xml(place)


def _xml(text: str) -> str:
    """`text` without the signs that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
