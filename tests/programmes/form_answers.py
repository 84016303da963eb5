"""What a browser would send for a form that nobody touched."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.programmes.editing.answering import HERE
from regulars.programmes.editing.asking import Question

Sent = dict[str, list[str]]


def untouched(questions: Iterable[Question], sent: Sent | None = None) -> Sent:
    """Every input as it is shown."""
    sent = {} if sent is None else sent
    for one in questions:
        if one.shape == "leaf":
            _leaf(one, sent)
        elif one.shape == "kinds":
            sent[f"{one.path}.kind"] = [one.values[""]]
        if one.marks and one.given:
            sent[one.path + HERE] = ["1"]
        untouched(one.inner, sent)
        for row in one.rows:
            untouched(row, sent)
    return sent


def _leaf(one: Question, sent: Sent) -> None:
    if one.leaf.control == "choices":
        if one.chosen:
            sent[one.path] = list(one.chosen)
    elif one.leaf.control == "tick":
        if one.values[""]:
            sent[one.path] = ["1"]
    else:
        for name, value in one.values.items():
            sent[f"{one.path}.{name}" if name else one.path] = [value]
