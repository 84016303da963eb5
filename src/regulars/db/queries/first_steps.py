"""How far a new business has come: what an owner has set up already."""

from __future__ import annotations

from msgspec import Struct

from regulars.db.models import (
    Business,
    Cashier,
    Customer,
    DraftRow,
    PaperCode,
    ProgrammeRow,
    Staff,
    TillDevice,
)


class Steps(Struct, frozen=True, kw_only=True):
    """What is done. `draft` names a programme that is begun and does not run, if there is one."""

    people: bool
    chosen: bool
    published: bool
    counter: bool
    staff: bool
    draft: str = ""


def first_steps() -> Steps | None:
    """How far it is; None where nobody has to be led."""
    if not Business.objects.filter(id=1, first_steps=True).exists():
        return None
    published = ProgrammeRow.objects.exists()
    draft = DraftRow.objects.order_by("-changed_at").values_list("programme", flat=True).first()
    return Steps(
        people=Customer.objects.exists(),
        chosen=published or draft is not None,
        published=published,
        counter=_counter(),
        staff=Staff.objects.count() > 1 or Cashier.objects.exists(),
        draft="" if published else draft or "",
    )


def _counter() -> bool:
    """Whether members can be met anywhere: at a till, or at a code that hangs."""
    tills = TillDevice.objects.filter(paired_at__isnull=False, revoked_at=None)
    return tills.exists() or PaperCode.objects.filter(ended_at=None).exists()
