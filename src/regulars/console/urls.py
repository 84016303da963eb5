"""Addresses of the console. Each section keeps its own list; a page without a role is an error."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from regulars.console.views import (
    audit,
    entry,
    insights,
    keys,
    language,
    limits,
    members_side,
    places,
    scans,
    settings,
    staff,
    tills,
    webhooks,
)
from regulars.console.views.customers import urls as customers
from regulars.console.views.imports import urls as imports
from regulars.console.views.programme import urls as programme
from regulars.console.views.rewards import urls as rewards
from regulars.console.views.today import first
from regulars.console.views.today import page as today

app_name = "console"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.page, name="today"),
    path("first-steps/hide/", first.hide, name="first_steps_hide"),
    path("language/", language.choose, name="language"),
    path("customers/imports/", include(imports.urlpatterns)),
    path("customers/", include(customers.urlpatterns)),
    path("programme/", include(programme.urlpatterns)),
    path("rewards/", include(rewards.urlpatterns)),
    path("insights/", include(insights.urlpatterns)),
    path("enter/<str:token>/", entry.entry, name="entry"),
    path("settings/", settings.settings, name="settings"),
    path("settings/business/", settings.business, name="business"),
    path("settings/look/", members_side.look, name="look"),
    path("settings/mail/", members_side.mail, name="mail"),
    path("settings/audit/", audit.entries, name="audit"),
    path("settings/keys/", keys.everything, name="keys"),
    path("settings/keys/new/", keys.new, name="key_new"),
    path("settings/keys/<uuid:key_id>/rotate/", keys.rotate, name="key_rotate"),
    path("settings/keys/<uuid:key_id>/revoke/", keys.revoke, name="key_revoke"),
    path("settings/webhooks/", webhooks.everything, name="webhooks"),
    path("settings/webhooks/new/", webhooks.new, name="webhook_new"),
    path("settings/webhooks/<uuid:webhook_id>/", webhooks.one, name="webhook"),
    path("settings/webhooks/<uuid:webhook_id>/types/", webhooks.choose, name="webhook_types"),
    path("settings/webhooks/<uuid:webhook_id>/pause/", webhooks.pause, name="webhook_pause"),
    path("settings/webhooks/<uuid:webhook_id>/start/", webhooks.start, name="webhook_start"),
    path("settings/webhooks/<uuid:webhook_id>/try/", webhooks.try_out, name="webhook_try"),
    path("settings/webhooks/<uuid:webhook_id>/replay/", webhooks.replay, name="webhook_replay"),
    path("settings/webhooks/<uuid:webhook_id>/rotate/", webhooks.rotate, name="webhook_rotate"),
    path("settings/webhooks/<uuid:webhook_id>/remove/", webhooks.remove, name="webhook_remove"),
    path(
        "settings/webhooks/<uuid:webhook_id>/replay/<slug:message>/",
        webhooks.replay_one,
        name="webhook_replay_one",
    ),
    path("settings/places/", places.everything, name="places"),
    path("settings/places/one/", places.place, name="place"),
    path("settings/places/close/", places.close, name="place_close"),
    path("settings/places/open/", places.reopen, name="place_open"),
    path("settings/account/", settings.account, name="account"),
    path("settings/staff/", staff.everybody, name="staff"),
    path("settings/staff/invite/", staff.invite, name="invite"),
    path("settings/staff/limits/", limits.limits, name="limits"),
    path("settings/staff/<uuid:staff_id>/", staff.colleague, name="colleague"),
    path("settings/staff/<uuid:staff_id>/link/", staff.make_link, name="colleague_link"),
    path("settings/staff/<uuid:staff_id>/leave/", staff.leave, name="colleague_leave"),
    path("settings/staff/<uuid:staff_id>/return/", staff.come_back, name="colleague_return"),
    path("settings/tills/", tills.everything, name="tills"),
    path("settings/tills/<uuid:device_id>/revoke/", tills.revoke, name="till_revoke"),
    path("settings/tills/scans/", scans.everything, name="scans"),
    path("settings/tills/scans/rule/", scans.set_rule, name="scan_rule"),
    path("settings/tills/scans/papers/", scans.make_paper, name="paper_new"),
    path("settings/tills/scans/papers/<uuid:paper_id>/", scans.show_paper, name="paper"),
    path("settings/tills/scans/papers/<uuid:paper_id>/end/", scans.end_paper, name="paper_end"),
    path("settings/tills/cashiers/new/", tills.new_cashier, name="cashier_new"),
    path("settings/tills/cashiers/<uuid:cashier_id>/", tills.cashier, name="cashier"),
    path(
        "settings/tills/cashiers/<uuid:cashier_id>/active/",
        tills.cashier_active,
        name="cashier_active",
    ),
]
