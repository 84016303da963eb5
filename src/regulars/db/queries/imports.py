"""Imports for the pages: those that were, the one at hand, whether its file came in before."""

from __future__ import annotations

from uuid import UUID

from regulars.db.models import ImportRun, SavedMapping

PAGE = 50


def recent(page: int) -> tuple[list[ImportRun], int]:
    """One page of all imports, the latest first, and how many there are."""
    runs = ImportRun.objects.order_by("-created_at", "id")
    return list(runs[(page - 1) * PAGE : page * PAGE]), runs.count()


def run_of(run_id: UUID) -> ImportRun | None:
    """An import that began in the console; those of the command line have no pages."""
    return ImportRun.objects.filter(id=run_id, proposal__isnull=False).first()


def same_before(run: ImportRun) -> ImportRun | None:
    """The last import of the very same content that ended well."""
    if not run.content_hash:
        return None
    done = ImportRun.objects.filter(content_hash=run.content_hash, state=ImportRun.State.DONE)
    return done.exclude(id=run.id).order_by("-finished_at").first()


def saved_names() -> list[str]:
    """The names under which choices of columns are saved."""
    return list(SavedMapping.objects.order_by("name").values_list("name", flat=True))
