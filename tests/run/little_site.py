"""A Django site of four pages: what the server, the jobs and the migrations need of one."""

from __future__ import annotations

import os
import time
from pathlib import Path
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from regulars.settings import _database

SECRET_KEY = os.environ.get("REGULARS_SECRET_KEY") or "only for a first look"
DATABASES = {"default": _database(os.environ.get("REGULARS_DATABASE_URL", ""))}
INSTALLED_APPS = ["django.contrib.contenttypes", "procrastinate.contrib.django"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "little_site"
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
USE_TZ = True
UPLOAD_GATE = "little_site.may_upload"
DATA_UPLOAD_MAX_MEMORY_SIZE = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def may_upload(cookies: str) -> bool:
    return cookies == "may=yes"


def echo(request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        {
            "method": request.method,
            "size": len(request.body),
            "start": request.body[:20].decode(errors="replace"),
            "client": request.META["REMOTE_ADDR"],
            "secure": request.is_secure(),
            "request_id": request.headers.get("X-Request-ID", ""),
            "host": request.get_host(),
            "forwarded": request.headers.get("X-Forwarded-For", ""),
        }
    )


def form(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"fields": request.POST.dict()})


def slow(_request: HttpRequest) -> HttpResponse:
    """Says in the folder of the gate that it was asked, and waits until the gate is open."""
    gate = Path(os.environ["LITTLE_SITE_GATE"])
    (gate / f"asked-{uuid4()}").touch()
    while not (gate / "open").exists():
        time.sleep(0.01)
    return HttpResponse("done")


def broken(_request: HttpRequest) -> HttpResponse:
    raise ValueError("broken on purpose")


urlpatterns = [
    path("echo", echo),
    path("form", form),
    path("slow", slow),
    path("broken", broken),
    path("console/customers/imports/new/echo", echo),
]
