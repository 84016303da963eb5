"""Settings, Audit log: what was done about programmes, tills, keys and webhooks, and by whom."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from msgspec import Struct

from regulars.actions import audit
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.views.audited import About, Reader
from regulars.console.views.doers import called

MOST = 200
KINDS = {
    "programme": gettext_lazy("Programme"),
    "adjustment": gettext_lazy("By hand"),
    "reward": gettext_lazy("Reward"),
    "limits": gettext_lazy("Limits"),
    "place": gettext_lazy("Place"),
    "till": gettext_lazy("Till"),
    "cashier": gettext_lazy("Cashier"),
    "scan": gettext_lazy("Scanning"),
    "key": gettext_lazy("API key"),
    "webhook": gettext_lazy("Webhook"),
    "shop": gettext_lazy("Shop"),
    "voucher": gettext_lazy("Voucher"),
    "import": gettext_lazy("Import"),
    "staff": gettext_lazy("Staff"),
    "business": gettext_lazy("Business"),
    "look": gettext_lazy("Look"),
    "customer": gettext_lazy("Customer"),
    "download": gettext_lazy("Downloads"),
}
DONE = {
    "programme.published": gettext_lazy("Edition published"),
    "programme.withdrawn": gettext_lazy("Edition taken back"),
    "adjustment.made": gettext_lazy("Given or taken by hand"),
    "adjustment.asked": gettext_lazy("Asked for by hand, above a limit"),
    "adjustment.approved": gettext_lazy("Approved what was asked for by hand"),
    "adjustment.refused": gettext_lazy("Turned down what was asked for by hand"),
    "reward.redeemed": gettext_lazy("Reward handed out for points"),
    "reward.given_back": gettext_lazy("Reward taken back"),
    "limits.set": gettext_lazy("Limits by hand set"),
    "place.added": gettext_lazy("Place added"),
    "place.renamed": gettext_lazy("Place called otherwise"),
    "place.closed": gettext_lazy("Place closed"),
    "place.opened": gettext_lazy("Place opened again"),
    "till.code": gettext_lazy("Code for a till made"),
    "till.paired": gettext_lazy("Till set up"),
    "till.revoked": gettext_lazy("Till shut out"),
    "till.undo": gettext_lazy("Taken back at the till"),
    "till.tap": gettext_lazy("Given by hand at the till"),
    "cashier.added": gettext_lazy("Cashier added"),
    "cashier.changed": gettext_lazy("Cashier changed"),
    "cashier.active": gettext_lazy("Cashier let in or shut out"),
    "scan.set": gettext_lazy("What scanning gives was set"),
    "scan.off": gettext_lazy("Scanning switched off"),
    "scan.paper": gettext_lazy("Code for paper made"),
    "scan.paper_ended": gettext_lazy("Code for paper ended"),
    "key.made": gettext_lazy("Key made"),
    "key.rotated": gettext_lazy("Key replaced"),
    "key.revoked": gettext_lazy("Key ended"),
    "webhook.added": gettext_lazy("Webhook added"),
    "webhook.rotated": gettext_lazy("Webhook’s secret replaced"),
    "webhook.chosen": gettext_lazy("Webhook told other things"),
    "webhook.tested": gettext_lazy("Webhook tried"),
    "webhook.disabled": gettext_lazy("Webhook stopped"),
    "webhook.enabled": gettext_lazy("Webhook started again"),
    "webhook.removed": gettext_lazy("Webhook removed"),
    "webhook.replayed": gettext_lazy("Messages sent again"),
    "shop.added": gettext_lazy("Shop added"),
    "shop.removed": gettext_lazy("Shop removed"),
    "reward.changed": gettext_lazy("Reward’s stock or worth changed"),
    "reward.picture": gettext_lazy("Reward’s picture changed"),
    "consent.withdrawn": gettext_lazy("Messages stopped for a customer"),
    "customer.data": gettext_lazy("Data of a customer downloaded"),
    "customer.forgotten": gettext_lazy("Customer forgotten"),
    "customer.known": gettext_lazy("Address or number of a customer added"),
    "customer.unknown": gettext_lazy("Address or number of a customer taken away"),
    "customer.merged": gettext_lazy("Two customers made one"),
    "customer.parted": gettext_lazy("One customer made two again"),
    "import.begun": gettext_lazy("Orders from a file brought in"),
    "voucher.given": gettext_lazy("Voucher handed out"),
    "voucher.voided": gettext_lazy("Voucher taken back"),
    "staff.invited": gettext_lazy("Colleague invited"),
    "staff.link": gettext_lazy("Link for a colleague made"),
    "staff.changed": gettext_lazy("Colleague given another role or other places"),
    "staff.left": gettext_lazy("Colleague shut out"),
    "staff.returned": gettext_lazy("Colleague let in again"),
    "staff.factor": gettext_lazy("Colleague’s second factor taken away"),
    "business.changed": gettext_lazy("Settings of the business changed"),
    "look.changed": gettext_lazy("Look of members’ pages changed"),
    "download.customers": gettext_lazy("List of customers downloaded"),
    "download.figures": gettext_lazy("Table of figures downloaded"),
}
"""What is known to happen; anything else is shown by its code."""


class Line(Struct, frozen=True, kw_only=True):
    """One thing that was done, as it is read."""

    at: datetime
    who: str
    what: str
    about: About
    details: str


@needs(Right.CHANGE_SETTINGS)
@require_safe
def entries(request: StaffRequest) -> HttpResponse:
    """The newest first, all or of one kind."""
    kind = request.GET.get("what", "")
    kind = kind if kind in KINDS else ""
    found = audit.entries(what=f"{kind}." if kind else "", most=MOST)
    names, reader = called(one.who for one in found), Reader(found)
    values = {
        "lines": [_line(one, names, reader) for one in found],
        "kinds": [("", _("All")), *KINDS.items()],
        "kind": kind,
        "most": MOST if len(found) == MOST else 0,
    }
    return render(request, "console/settings/audit.html", values)


def _line(one: audit.Entry, names: dict[str, str], reader: Reader) -> Line:
    return Line(
        at=one.at,
        who=names[one.who],
        what=str(DONE.get(one.what, one.what)),
        about=reader.about(one),
        details=reader.details(one),
    )
