"""The draft of a programme as its pages work on it: read, changed by a step, refused in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Struct

from regulars.actions import drafting
from regulars.actions.audit import staff_name
from regulars.actions.drafting import Step
from regulars.actions.refused import Refused
from regulars.console.permissions import StaffRequest
from regulars.console.templatetags.look import moment
from regulars.console.views.programme.reading import data_of, loaded
from regulars.db.models import DraftRow
from regulars.db.queries.programmes import Running, names_of, running
from regulars.engine.edition import Edition
from regulars.programmes.documents import Problem
from regulars.programmes.editing.changing import NotHere
from regulars.words.reasons import sentence


class Draft(Struct, frozen=True, kw_only=True):
    """A programme's next edition. `revision` is 0 while nothing of it is kept yet; `before` is the
    programme as it runs, if it does; `by` and `changed_at` tell who changed it last."""

    programme: str
    body: str
    edition: Edition
    revision: int = 0
    base: str = ""
    by: str = ""
    changed_at: datetime | None = None
    before: Running | None = None

    @property
    def overtaken(self) -> int:
        """The number of the edition that was published after the draft had begun, if one was."""
        editions = self.before.editions if self.before is not None else []
        newest = next((one for one in editions if one.state in ("coming", "running")), None)
        return newest.number if newest and self.base and newest.edition != self.base else 0

    @property
    def number(self) -> int:
        """Which edition it is once it is published."""
        return len(self.before.editions) + 1 if self.before is not None else 1

    @property
    def in_force(self) -> int:
        """The number of the edition in force; 0 before there is one."""
        editions = self.before.editions if self.before is not None else []
        return next((one.number for one in editions if one.state == "running"), 0)

    @property
    def data(self) -> Any:
        """What the file says."""
        return data_of(self.body)


def draft_of(programme: str) -> Draft:
    """The draft that is kept, or the newest edition under a new name; 404 without either."""
    before = next((one for one in running(timezone.now()) if one.id == programme), None)
    row = DraftRow.objects.filter(programme=programme).first()
    if row is not None:
        edition = loaded(row.body).edition
        if edition is not None:
            by = names_of([row.by_name]).get(row.by_name, row.by_name)
            return Draft(
                programme=programme,
                body=row.body,
                edition=edition,
                revision=row.revision,
                base=row.base,
                by=by,
                changed_at=row.changed_at,
                before=before,
            )
    if before is None:
        raise Http404
    return _fresh(before)


def _fresh(before: Running) -> Draft:
    newest = next(one for one in before.editions if one.state in ("coming", "running"))
    body = drafting.renamed(newest.body, newest.edition)
    edition = loaded(body).edition
    if edition is None:
        raise Http404
    return Draft(
        programme=before.id, body=body, edition=edition, base=newest.edition, before=before
    )


class Kept(Struct, frozen=True, kw_only=True):
    """A draft in a list: whose, and when it was changed last."""

    programme: str
    who: str
    at: datetime


def drafts() -> list[Kept]:
    """All drafts, the newest first."""
    rows = list(DraftRow.objects.order_by("-changed_at"))
    called = names_of(row.by_name for row in rows)
    return [
        Kept(
            programme=row.programme,
            who=called.get(row.by_name, row.by_name) or _("Somebody"),
            at=row.changed_at,
        )
        for row in rows
    ]


class Tried(Struct, frozen=True, kw_only=True):
    """What came of a change: kept, or why not, and what is wrong with the file it would make."""

    kept: bool = False
    same: bool = False
    error: str = ""
    problems: tuple[Problem, ...] = ()


def change(request: StaffRequest, draft: Draft, make: Callable[[], str]) -> Tried:
    """Keep the file that `make` writes, as a change of the revision that the form was made from."""
    try:
        body = make()
    except NotHere:
        told = _(
            "The file is written in a way that this form cannot change. Change it in the file."
        )
        return Tried(error=told)
    if body == draft.body:
        return Tried(kept=True, same=True)
    found = loaded(body)
    if found.edition is None:
        return Tried(problems=found.problems)
    if found.edition.programme_id != draft.programme:
        return Tried(error=_("This is another programme. Its name in the file has to stay."))
    step = Step(
        body=body,
        revision=revision_of(request, draft),
        by=staff_name(request.user),
        base=draft.base,
    )
    try:
        drafting.keep(step, timezone.now())
    except Refused as refused:
        return Tried(error=refusal(refused))
    return Tried(kept=True)


def revision_of(request: StaffRequest, draft: Draft) -> int:
    """The revision that a form was made from."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 9 else draft.revision


def refusal(refused: Refused) -> str:
    """Why a change was not kept, in words."""
    params = dict(refused.params)
    if refused.code == "draft_changed":
        who = str(params["who"])
        params["who"] = names_of([who]).get(who, who) or _("Somebody")
        params["at"] = moment(params["at"])  # type: ignore[arg-type]
    return sentence(refused.code, params)


def told(request: StaffRequest, tried: Tried) -> None:
    """Say what came of it on the next page."""
    if tried.error:
        messages.error(request, tried.error)
    elif tried.same:
        messages.info(request, _("Nothing was changed."))
    else:
        messages.success(request, _("Kept in the draft. Nothing changes for anybody yet."))
