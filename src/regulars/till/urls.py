"""Addresses of the till. Each page has a door of its own (`doors`); no account opens one."""

from __future__ import annotations

from django.urls import path

from regulars.till.views import desk, enrolling, finding, offline, pairing, screen

app_name = "till"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("pair/", pairing.pair, name="pair"),
    path("pair/<str:code>/", pairing.pair, name="pair_by_link"),
    path("enter/", pairing.enter, name="enter"),
    path("leave/", pairing.leave, name="leave"),
    path("find/", finding.look_up, name="find"),
    path("why/", finding.why, name="why"),
    path("book/", desk.book, name="book"),
    path("tap/", desk.tap, name="tap"),
    path("undo/", desk.undo, name="undo"),
    path("done/<str:key>/", desk.done, name="done"),
    path("new/", enrolling.enrol, name="enrol"),
    path("join/", enrolling.join, name="join"),
    path("screen/", screen.screen, name="screen"),
    path("offline/", offline.offline, name="offline"),
    path("queue/", offline.queue, name="queue"),
    path("state/", offline.state, name="state"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("worker.js", offline.worker, name="worker"),
]
