"""Addresses of the customers' pages, below `customers/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from regulars.console.views.customers import (
    changes,
    consents,
    deciding,
    giving,
    joining,
    listing,
    person,
)

ONE = "<uuid:public_id>/"

urlpatterns: list[URLPattern] = [
    path("", listing.customers, name="customers"),
    path("export.csv", listing.export, name="customers_export"),
    path("new/", changes.new, name="customer_new"),
    path("guests/", joining.guests, name="guest_orders"),
    path("adjustments/", deciding.everything, name="adjustments"),
    path("adjustments/<uuid:adjustment_id>/approve/", deciding.approve, name="adjustment_approve"),
    path("adjustments/<uuid:adjustment_id>/refuse/", deciding.refuse, name="adjustment_refuse"),
    path("consents/", consents.everything, name="consents"),
    path(ONE, person.customer, name="customer"),
    path(ONE + "consents/", consents.one, name="customer_consents"),
    path(ONE + "data.json", consents.data, name="customer_data"),
    path(ONE + "forget/", consents.forget, name="customer_forget"),
    path(ONE + "edit/", changes.edit, name="customer_edit"),
    path(ONE + "identifiers/", changes.identifiers, name="customer_identifiers"),
    path(ONE + "identifiers/remove/", changes.remove_identifier, name="customer_identifier_remove"),
    path(ONE + "tags/", changes.add_tag, name="customer_tag_add"),
    path(ONE + "tags/remove/", changes.remove_tag, name="customer_tag_remove"),
    path(ONE + "notes/", changes.add_note, name="customer_note_add"),
    path(ONE + "notes/<uuid:note_id>/remove/", changes.remove_note, name="customer_note_remove"),
    path(ONE + "adjust/", giving.adjust, name="customer_adjust"),
    path(ONE + "voucher/", giving.voucher, name="customer_voucher"),
    path(ONE + "redeem/", giving.redeem, name="customer_redeem"),
    path(ONE + "back/", giving.take_back, name="customer_back"),
    path(ONE + "merge/", joining.merge, name="customer_merge"),
    path(ONE + "undo/", joining.undo, name="customer_link_undo"),
]
