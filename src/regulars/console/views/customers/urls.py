"""Addresses of the customers' pages, below `customers/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from regulars.console.views.customers import changes, joining, listing, person

ONE = "<uuid:public_id>/"

urlpatterns: list[URLPattern] = [
    path("", listing.customers, name="customers"),
    path("export.csv", listing.export, name="customers_export"),
    path("new/", changes.new, name="customer_new"),
    path("guests/", joining.guests, name="guest_orders"),
    path(ONE, person.customer, name="customer"),
    path(ONE + "edit/", changes.edit, name="customer_edit"),
    path(ONE + "identifiers/", changes.identifiers, name="customer_identifiers"),
    path(ONE + "identifiers/remove/", changes.remove_identifier, name="customer_identifier_remove"),
    path(ONE + "tags/", changes.add_tag, name="customer_tag_add"),
    path(ONE + "tags/remove/", changes.remove_tag, name="customer_tag_remove"),
    path(ONE + "notes/", changes.add_note, name="customer_note_add"),
    path(ONE + "notes/<uuid:note_id>/remove/", changes.remove_note, name="customer_note_remove"),
    path(ONE + "merge/", joining.merge, name="customer_merge"),
    path(ONE + "undo/", joining.undo, name="customer_link_undo"),
]
