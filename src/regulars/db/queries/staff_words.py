"""Reads of the reasons that staff gave, which stand apart from what they explain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from regulars.db.models import AuditRow, StaffWord


def key_of(what: str, about: object) -> str:
    """Under which name the reason is kept of an entry of the audit log, or of a consent."""
    return f"{what}:{about}"


def reasons(keys: Iterable[str]) -> dict[str, str]:
    """The reasons that are kept under these names."""
    rows = StaffWord.objects.filter(key__in=list(keys))
    return dict(rows.values_list("key", "text"))


def with_reasons(rows: Sequence[AuditRow]) -> list[AuditRow]:
    """Entries of the audit log, each with its reason among its details, unless it is forgotten."""
    found = reasons(key_of(row.what, row.about) for row in rows)
    for row in rows:
        if reason := found.get(key_of(row.what, row.about)):
            row.details = {**row.details, "reason": reason}
    return list(rows)
