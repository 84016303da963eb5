"""Addresses of the programme's pages, below `programme/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from regulars.console.views.programme import change, page, ready

ONE = "<str:programme>/<str:edition>/"

urlpatterns: list[URLPattern] = [
    path("", page.programme, name="programme"),
    path("change/", change.change, name="programme_change"),
    path("ready/<str:name>/", ready.one, name="programme_ready"),
    path("ready/<str:name>/publish/", ready.publish, name="programme_ready_publish"),
    path("editions/<str:programme>/", page.editions, name="programme_editions"),
    path("editions/" + ONE, page.edition, name="programme_edition"),
    path("editions/" + ONE + "file/", page.file, name="programme_file"),
    path("editions/" + ONE + "withdraw/", change.withdraw, name="programme_withdraw"),
]
