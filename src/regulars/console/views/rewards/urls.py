"""Below `rewards/`: vouchers too."""

from __future__ import annotations

from django.urls import URLPattern, path

from regulars.console.views.rewards import pages
from regulars.console.views.vouchers import giving, listing, one

MARK = "vouchers/<uuid:customer>/<slug:mark>/"
urlpatterns: list[URLPattern] = [
    path("", pages.everything, name="rewards"),
    path("vouchers/", listing.everything, name="vouchers"),
    path("vouchers/new/", giving.new, name="voucher_new"),
    path(MARK, one.voucher, name="voucher"),
    path(MARK + "end/", one.end, name="voucher_end"),
    path("<slug:programme>/<slug:reward>/", pages.one, name="reward"),
    path("<slug:programme>/<slug:reward>/picture/", pages.picture, name="reward_picture"),
]
