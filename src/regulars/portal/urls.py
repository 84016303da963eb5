"""Addresses of members' pages (`/my/`), of invited friends (`/r/`), of codes that are scanned
at a counter (`/s/`), and of the look (`/looks/`)."""

from __future__ import annotations

from django.urls import path

from regulars.portal.views import (
    card,
    entry,
    friend,
    history,
    looks,
    own_data,
    panel,
    profile,
    rewards,
    scan,
    share,
    stopping,
)

app_name = "portal"
urlpatterns = [
    path("my/", card.page, name="card"),
    path("my/join/", card.join, name="join"),
    path("my/history/", history.page, name="history"),
    path("my/rewards/", rewards.page, name="rewards"),
    path("my/rewards/redeem/", rewards.redeem, name="redeem"),
    path("my/rewards/undo/", rewards.undo, name="undo"),
    path("my/collect/", scan.collect, name="collect"),
    path("my/collected/<slug:nonce>/", scan.collected, name="collected"),
    path("my/share/", share.page, name="share"),
    path("my/share/code/", share.choose, name="choose_code"),
    path("my/profile/", profile.page, name="profile"),
    path("my/profile/about/", profile.about, name="about"),
    path("my/profile/consents/", profile.consents, name="consents"),
    path("my/profile/data/", profile.data, name="data"),
    path("my/profile/data/tables/", own_data.tables, name="data_tables"),
    path("my/profile/leave/", profile.leave, name="leave"),
    path("my/profile/erase/", profile.erase, name="erase"),
    path("my/profile/return/", profile.come_back, name="return"),
    path("my/profile/sessions/end/", profile.end_session, name="end_session"),
    path("my/sign-in/", entry.sign_in, name="sign_in"),
    path("my/sign-in/code/", entry.code, name="code"),
    path("my/enter/<str:token>/", entry.enter, name="enter"),
    path("my/stop/<str:token>/", stopping.stop, name="stop"),
    path("my/sign-out/", entry.sign_out, name="sign_out"),
    path("my/language/", entry.language, name="language"),
    path("r/confirm/<str:token>/", friend.confirm, name="confirm"),
    path("r/<str:code>/", friend.page, name="friend"),
    path("s/<str:code>/", scan.scan, name="scan"),
    path("panel/", panel.page, name="panel"),
    path("looks/<str:mark>.css", looks.stylesheet, name="looks"),
    path("looks/<str:mark>/logo", looks.logo, name="logo"),
    path("looks/rewards/<slug:mark>", looks.picture, name="picture"),
]
