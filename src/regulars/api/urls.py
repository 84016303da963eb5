"""Addresses of the API: one for each operation, the schema, and an answer in JSON for the rest."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from regulars.api import calls, door, schema
from regulars.api.answers import Speech
from regulars.api.operations import SERVED, Served
from regulars.api.problems import Problem

__all__ = ["api", "calls", "patterns"]


class Api(NinjaAPI):
    """The operations as django-ninja routes them; the schema is ours, from the same shapes that
    read and write."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: Any = None
    ) -> OpenAPISchema:
        told = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        told.update(schema.made())
        return told


api = Api(
    title=schema.TITLE,
    version=schema.VERSION,
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
)


def _view(served: Served) -> Callable[..., HttpResponse]:
    """What django-ninja calls: it sees the parts of the address, the door does the rest."""

    def view(request: HttpRequest, **place: str) -> HttpResponse:
        return door.answer(served, request, place)

    parts = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=str)
        for name in served.operation.place
    ]
    first = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    view.__signature__ = inspect.Signature([first, *parts])  # type: ignore[attr-defined]
    view.__name__ = served.operation.name
    view.__doc__ = served.call.__doc__
    return view


for _served in SERVED:
    api.api_operation(
        [_served.operation.method],
        _served.operation.path,
        operation_id=_served.operation.name,
        summary=_served.summary,
        tags=[_served.operation.group],
    )(_view(_served))


def _told(request: HttpRequest) -> HttpResponse:
    """The schema, for everybody: it tells nothing about this business."""
    return HttpResponse(schema.encoded(), content_type=door.JSON)


@csrf_exempt
def _nothing(request: HttpRequest, **_place: str) -> HttpResponse:
    """Nothing is here."""
    return _failed(request, "no_such_address")


def _failed(request: HttpRequest, code: str) -> HttpResponse:
    language = translation.get_language() or "en"
    request_id = str(getattr(request, "request_id", ""))
    return door.failed(Problem(code), Speech(language, {}, request_id), {})


def _with_other_methods(pattern: URLPattern) -> URLPattern:
    """The same address, which answers a method that it does not know in JSON."""
    view = pattern.callback

    @csrf_exempt
    def known(request: HttpRequest, *args: Any, **place: Any) -> HttpResponse:
        answer = view(request, *args, **place)
        if answer.status_code != 405:
            return answer  # type: ignore[no-any-return]
        told = _failed(request, "method_wrong")
        told.headers["Allow"] = answer.headers["Allow"]
        return told

    return path(str(pattern.pattern), known, name=pattern.name)


def patterns() -> list[URLPattern]:
    """The addresses below `/api/v1/`, and the rest below it."""
    routes = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    return [
        path("openapi.json", _told, name="schema"),
        *map(_with_other_methods, routes),
        re_path(r"^(?P<rest>.*)$", _nothing, name="nothing"),
    ]
