"""Addresses of the imports' pages, below `customers/imports/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from regulars.console.views.imports import columns, pages, preview

ONE = "<uuid:run_id>/"

urlpatterns: list[URLPattern] = [
    path("", pages.imports, name="imports"),
    path("new/", pages.choose, name="import"),
    path(ONE, pages.one, name="import_run"),
    path(ONE + "columns/", columns.columns, name="import_columns"),
    path(ONE + "preview/", preview.preview, name="import_preview"),
    path(ONE + "save/", preview.save_mapping, name="import_save"),
    path(ONE + "start/", preview.start, name="import_start"),
    path(ONE + "discard/", pages.discard, name="import_discard"),
    path(ONE + "rejected/", pages.rejected, name="import_rejected"),
]
