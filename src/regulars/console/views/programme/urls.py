"""Addresses of the programme's pages, below `programme/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from regulars.console.views.programme import cases, change, draft, page, publish, ready

ONE = "<str:programme>/<str:edition>/"
DRAFT = "draft/<str:programme>/"

urlpatterns: list[URLPattern] = [
    path("", page.programme, name="programme"),
    path("change/", change.change, name="programme_change"),
    path(DRAFT, draft.draft, name="programme_draft"),
    path(DRAFT + "add/", draft.add, name="programme_add"),
    path(DRAFT + "cases/", cases.cases, name="programme_cases"),
    path(DRAFT + "keep/", cases.keep, name="programme_case_keep"),
    path(DRAFT + "look/", publish.look, name="programme_look"),
    path(DRAFT + "give-up/", draft.give_up, name="programme_give_up"),
    path("ready/<str:name>/begin/", draft.begin, name="programme_begin"),
    path("ready/<str:name>/", ready.one, name="programme_ready"),
    path("ready/<str:name>/publish/", ready.publish, name="programme_ready_publish"),
    path("editions/<str:programme>/", page.editions, name="programme_editions"),
    path("editions/" + ONE, page.edition, name="programme_edition"),
    path("editions/" + ONE + "file/", page.file, name="programme_file"),
    path("editions/" + ONE + "withdraw/", change.withdraw, name="programme_withdraw"),
]
