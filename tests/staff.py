"""The people of a small café, for tests: Olga owns it, Mara manages, Sam serves, Vera looks on."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.test import Client

from regulars.actions.business import BusinessSettings, Owner, set_up
from regulars.db.models import Place, Role, Staff

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # for speed
MORNING = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PASSWORD = "seven grey herons wait"
CAFE = BusinessSettings(name="Corner Coffee", zone="Europe/Berlin", language="en")
NOT_STATE = {"django_session", "regulars_cache", "usersessions_usersession", "django_migrations"}


def open_cafe() -> Staff:
    """The business and Olga, its owner."""
    owner = Owner(name="Olga", email="olga@corner.example", password=PASSWORD)
    return set_up(CAFE, owner, MORNING)


def employ(name: str, role: Role, *places: str) -> Staff:
    """Somebody with the role, limited to the places where any are named."""
    staff = Staff(name=name, email=f"{name.lower()}@corner.example", role=role, created_at=MORNING)
    staff.set_password(PASSWORD)
    staff.save()
    for code in places:
        staff.places.add(Place.objects.get_or_create(code=code, defaults={"name": code})[0])
    return staff


def signed_in(staff: Staff) -> Client:
    """A browser in which somebody signed in with their password."""
    client = Client()
    answer = client.post("/console/accounts/login/", {"login": staff.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    assert client.session.get("_auth_user_id") == str(staff.pk)
    return client


def digest() -> dict[str, int]:
    """A hash of every table that holds more than sessions, counters and their bookkeeping."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - NOT_STATE
        marks = {}
        for table in sorted(tables):
            cursor.execute(
                f'SELECT coalesce(sum(hashtextextended(t::text, 0)), 0) FROM "{table}" t'
            )
            marks[table] = int(cursor.fetchone()[0])
    return marks
