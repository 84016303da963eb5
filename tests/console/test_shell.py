"""The frame of every page: rendered without a database, with a business and a reader made up."""

from __future__ import annotations

import pytest
from django.template import engines
from django.test import RequestFactory

from regulars.db.models import Business, Role, Staff


@pytest.fixture
def request_of_lena(rf: RequestFactory):
    request = rf.get("/console/customers/")
    request.business = Business(name="Corner Coffee", zone="Europe/Berlin", currency="EUR")
    request.user = Staff(name="Lena Brandt", email="lena@corner.example", role=Role.OWNER)
    request.request_id = "abcdef0123456789"
    request._messages = []
    return request


def render(source: str, request, **context) -> str:
    return engines["django"].from_string(source).render(context, request)


PAGE = (
    '{% extends "console/base.html" %}{% block title %}Customers{% endblock %}'
    "{% block main %}<p>Hello</p>{% endblock %}"
)


def test_a_page_names_business_and_reader(request_of_lena) -> None:
    html = render(PAGE, request_of_lena)
    assert "<title>Customers · Corner Coffee</title>" in html
    assert "Lena Brandt" in html
    assert 'action="/console/accounts/logout/"' in html
    assert "<p>Hello</p>" in html
    assert " style=" not in html
    assert "<script>" not in html
