"""What the doctor found, as values and as text."""

from __future__ import annotations

from typing import Literal

import msgspec

State = Literal["ok", "warn", "fail"]
MARKS: dict[State, str] = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One check's answer: a sentence, and what to do about it where something is to be done."""

    name: str
    state: State
    sentence: str
    remedy: str = ""


def ok(name: str, sentence: str) -> Finding:
    return Finding(name=name, state="ok", sentence=sentence)


def warn(name: str, sentence: str, remedy: str) -> Finding:
    return Finding(name=name, state="warn", sentence=sentence, remedy=remedy)


def fail(name: str, sentence: str, remedy: str) -> Finding:
    return Finding(name=name, state="fail", sentence=sentence, remedy=remedy)


def exit_code(findings: list[Finding]) -> int:
    """0 when nothing failed; warnings do not count."""
    return 1 if any(finding.state == "fail" for finding in findings) else 0


def as_text(findings: list[Finding]) -> str:
    """A line per finding, its remedy below, and a last line that counts."""
    width = max(len(finding.name) for finding in findings)
    lines = []
    for found in findings:
        lines.append(f"{MARKS[found.state]}  {found.name:<{width}}  {found.sentence}")
        if found.remedy:
            lines.append(f"{'':<{width + 8}}→ {found.remedy}")
    counts = [sum(found.state == state for found in findings) for state in MARKS]
    lines.append(f"{counts[0]} fine, {counts[1]} to look at, {counts[2]} to repair.")
    return "\n".join(lines)


def as_json(findings: list[Finding]) -> str:
    return msgspec.json.format(msgspec.json.encode(findings), indent=2).decode()
