"""Codes that are scanned, as pictures: dark squares on white, drawn here, asked of nobody."""

from __future__ import annotations

from io import BytesIO

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString


def drawn(text: str, label: str) -> SafeString:
    """A code to be scanned, as an SVG with a name."""
    out = BytesIO()
    made = segno.make(text, error="m", micro=False, boost_error=False)
    made.save(out, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=2)
    svg = out.getvalue().decode()
    box = svg.partition('viewBox="')[2].partition('"')[0]
    path = svg.partition(' d="')[2].partition('"')[0]
    return format_html(
        '<svg class="qr" viewBox="{}" role="img" aria-label="{}" shape-rendering="crispEdges">'
        '<path class="ink" d="{}"/></svg>',
        box,
        label,
        path,
    )
