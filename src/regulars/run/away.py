"""A request that met no database before anybody could answer it."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from regulars.api.answers import Speech
from regulars.api.door import come_again, failed
from regulars.api.problems import Problem
from regulars.console.views import errors
from regulars.db import disk


def broken(request: HttpRequest) -> HttpResponse:
    """The answer to what went wrong outside of all views: who can only wait is told to come again.
    Called while the error is being handled."""
    error = sys.exc_info()[1]
    if not isinstance(error, OperationalError | InterfaceError):
        return errors.broken(request)
    code = disk.code_of(error)
    if request.path_info.startswith("/api/"):
        request_id = str(getattr(request, "request_id", ""))
        speech = Speech(translation.get_language() or "en", {}, request_id)
        return failed(Problem(code), speech, come_again(code))
    page = errors.broken(request)
    page.status_code, page.headers["Retry-After"] = 503, come_again(code)["Retry-After"]
    return page
