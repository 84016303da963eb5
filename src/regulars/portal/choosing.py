"""Which programme a page is about: the first one that the member takes part in, or another one of
theirs that the address names (`?in=`). With one programme, nothing of this is seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from regulars.actions import portal_pages
from regulars.portal.access import MemberRequest
from regulars.words.amounts import said


class Chosen(Struct, frozen=True, kw_only=True):
    """A member's programme, by its id; the others that they could look at; and until when they may
    come back to it, if they left; or that they have left for good."""

    programme: str
    others: list[tuple[str, str]]
    back_until: datetime | None
    ended: bool

    def values(self) -> dict[str, Any]:
        """What every page of a member needs of it."""
        return {
            "programme": self.programme,
            "programmes": self.others,
            "back_until": self.back_until,
            "ended": self.ended,
        }


def chosen(request: MemberRequest) -> Chosen:
    """The programme that this request is about; empty where there is none."""
    mine = request.member.programmes
    wanted = request.GET.get("in") or request.POST.get("in") or ""
    programme = wanted if wanted in mine else next(iter(mine), "")
    listed = portal_pages.names(mine) if len(mine) > 1 else {}
    return Chosen(
        programme=programme,
        others=[(one, said(name)) for one, name in listed.items()],
        back_until=request.member.left.get(programme),
        ended=programme in request.member.ended,
    )
