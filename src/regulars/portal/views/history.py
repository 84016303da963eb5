"""The history: every line says why."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.actions import portal_pages
from regulars.portal.access import MemberRequest, member_page, render
from regulars.portal.choosing import chosen
from regulars.portal.past import by_day, entries
from regulars.words.amounts import capital, much, named

AT_ONCE = 30
MOST_PAGES = 10_000


@member_page
@require_safe
def page(request: MemberRequest) -> HttpResponse:
    shown = chosen(request)
    if not shown.programme:
        return HttpResponseRedirect(reverse("portal:card"))
    past = portal_pages.past(request.member.customer.id, shown.programme, timezone.now())
    kinds = [("", _("All"))]
    kinds += [(one.id, capital(named(one))) for one in past.edition.assets]
    kinds.append(("vouchers", _("Vouchers")))
    show = request.GET.get("show", "")
    show = show if show in dict(kinds) else ""
    listed = entries(past, show)
    asked = request.GET.get("pages", "1")
    pages = min(int(asked), MOST_PAGES) if asked.isascii() and asked.isdigit() else 1
    many = max(pages, 1) * AT_ONCE
    main = past.explained[0]
    values = {
        "tab": "history",
        "days": by_day(listed[:many]),
        "more": max(pages, 1) + 1 if len(listed) > many else 0,
        "kinds": kinds,
        "show": show,
        "balance": much(main.balance, past.edition.assets[0]),
        **shown.values(),
    }
    return render(request, "history", values)
