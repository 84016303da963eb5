"""Everything that is known of the reader as CSV tables, beside the JSON file of the profile."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from regulars.db.queries import portal_data
from regulars.portal.access import MemberRequest, member_page
from regulars.sources.files.guard import guarded

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The oldest moment that a ZIP file can name: when it was written, its own name says."""
BYTE_ORDER_MARK = "\ufeff"


@member_page
@require_safe
def tables(request: MemberRequest) -> HttpResponse:
    """One CSV file for each table that knows the reader, in a ZIP file."""
    told = portal_data.told(request.member.customer.id, timezone.now())
    response = HttpResponse(packed(told), content_type="application/zip")
    day = timezone.localdate().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="my-data-{day}.zip"'
    return response


def packed(told: Mapping[str, Any]) -> bytes:
    """What is told by table, as a ZIP file; tables without rows are left out."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, rows in told.items():
            if isinstance(rows, list) and rows:
                file.writestr(zipfile.ZipInfo(f"{name}.csv", ZIP_TIME), _csv(rows))
    return written.getvalue()


def _csv(rows: list[dict[str, Any]]) -> str:
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(rows[0])
    table.writerows([_cell(value) for value in row.values()] for row in rows)
    return BYTE_ORDER_MARK + written.getvalue()


def _cell(value: Any) -> str:
    """A value as a spreadsheet reads it; what has parts of its own as JSON."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list | bool):
        return guarded(msgspec.json.encode(value).decode())
    return guarded(str(value))
