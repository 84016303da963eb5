"""What `regulars check` tells: a table, what differs in a sentence each, what no case touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from regulars.programmes.cases.batch import Checked
from regulars.programmes.cases.problems import Located, Reason
from regulars.programmes.cases.reporting import Outcome, Report, Row, Untouched, counts, rows
from regulars.programmes.documents import Problem
from regulars.words import programme_files
from regulars.words.cases import CASE_REASONS, spoken
from regulars.words.reasons import sentence

VERDICTS: dict[str, str] = {
    "passed": _("passed"),
    "failed": _("failed"),
    "not_run": _("not run"),
    "listed": _("listed"),
}
"""What became of a run."""


def said(reason: Reason) -> str:
    """A reason as a sentence."""
    return sentence(reason.code, spoken(reason.params))


def located(problem: Located) -> str:
    """What is wrong with a file, with its place before it."""
    reason = problem.reason
    if reason.code in CASE_REASONS:
        return f"{problem.file} {programme_files.at_line(problem.line, said(reason))}"
    own = Problem(problem.line, problem.path, reason.code, reason.params)
    return f"{problem.file} {programme_files.sentence(own)}"


def problem_lines(report: Report) -> Iterator[str]:
    """Everything that kept the cases from running, and how much that is."""
    for problem in report.problems:
        yield located(problem)
    number = len(report.problems)
    told = ngettext(
        "%(number)s thing must be mended; what it concerns did not run.",
        "%(number)s things must be mended; what they concern did not run.",
        number,
    )
    yield told % {"number": number}


def lines(checked: Checked) -> Iterator[str]:
    """The table, the differences, the rules without a case, the totals."""
    report = checked.report
    if not report.outcomes:
        yield gettext("There is no case. The files can be read: %(editions)s.") % {
            "editions": ", ".join(checked.editions)
        }
        return
    yield from _table(rows(report))
    yield from _differences([one for one in report.outcomes if one.reason])
    yield from _without_a_case(checked.untouched)
    yield ""
    yield from _totals(report)


def _table(several: Sequence[Row]) -> Iterator[str]:
    head = (gettext("case"), gettext("edition"), gettext("result"))
    body = [
        (_case(one.case, one.policy), one.edition, gettext(VERDICTS[one.verdict]))
        for one in several
    ]
    widths = [max(len(row[at]) for row in (head, *body)) for at in range(2)]
    for row in (head, *body):
        yield f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}"


def _case(case: str, policy: str) -> str:
    return f"{case} [{policy}]" if policy else case


def _differences(several: Sequence[Outcome]) -> Iterator[str]:
    for one in several:
        told = " ".join(said(each) for each in (one.reason, one.because) if each)
        yield ""
        what = f"{_case(one.case, one.value)}: {told}"
        yield f"{one.file} {programme_files.at_line(one.line, what)}"


def _without_a_case(several: Sequence[Untouched]) -> Iterator[str]:
    for one in several:
        told = {"edition": one.edition, "rules": ", ".join(one.rules)}
        yield ""
        yield gettext("%(edition)s: no case touches %(rules)s.") % told


def _totals(report: Report) -> Iterator[str]:
    several = counts(report)
    for one in several if len(several) > 2 else several[-1:]:
        told = ngettext(
            "%(cases)s case%(runs)s: %(passed)s passed, %(failed)s failed, %(rest)s not run.",
            "%(cases)s cases%(runs)s: %(passed)s passed, %(failed)s failed, %(rest)s not run.",
            one.cases,
        )
        figures = {"cases": one.cases, "passed": one.passed, "failed": one.failed}
        rest = one.not_run + one.listed
        number = one.passed + one.failed + rest
        runs = gettext(" in %(number)s runs") % {"number": number} if number > one.cases else ""
        name = f"{one.file}: " if one.file else ""
        yield name + told % {**figures, "rest": rest, "runs": runs}
