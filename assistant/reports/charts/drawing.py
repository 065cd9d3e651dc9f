"""How every chart is drawn: offline, in colours for all eyes, and with ink that follows the page's own."""

from __future__ import annotations

import re
from typing import Any

import altair as alt
import vl_convert as converter

from assistant.reports.visible import clipped, visible

BLUE, SKY, ORANGE = "#0072B2", "#56B4E9", "#D55E00"
"""Okabe & Ito (2008); a page may put others in their place where it is dark."""

VEGALITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
"""The version charts are written in."""

INK = "currentColor"
WIDTH = 400
"""Of the plot in points: with its margins a chart still reads on a phone."""

FONTS = (
    "system-ui, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', "
    "'DejaVu Sans', sans-serif"
)
_ENLARGED = 1.3  # on a wide page
_AXIS = {
    "labelColor": INK,
    "titleColor": INK,
    "domainColor": INK,
    "tickColor": INK,
    "gridColor": INK,
    "domainOpacity": 0.4,
    "tickOpacity": 0.4,
    "gridOpacity": 0.15,
    "labelFontSize": 12,
    "titleFontSize": 12,
    "titleFontWeight": "normal",
    "titlePadding": 6,
}
_ROOT = re.compile(r"<svg [^>]*viewBox=\"(0 0 (\d+)(?:\.\d+)? [\d.]+)\"[^>]*>")


def drawn(chart: alt.LayerChart) -> str:
    """The chart as an SVG element to embed in a page, which gives it name and role."""
    styled = chart.configure(
        aria=False, background="transparent", font=FONTS, axis=_AXIS, view={"stroke": None}, padding=4
    )
    svg = converter.vegalite_to_svg(styled.to_dict(), vl_version=VEGALITE)
    return _ROOT.sub(_root, svg, count=1)


def _root(found: re.Match[str]) -> str:
    width = round(_ENLARGED * int(found[2]))
    return f'<svg viewBox="{found[1]}" width="{width}" aria-hidden="true" focusable="false">'


def rows(values: list[dict[str, Any]]) -> alt.Chart:
    """A chart of these rows; their texts are shown as they are."""
    safe = [{key: shown(at) if isinstance(at, str) else at for key, at in row.items()} for row in values]
    return alt.Chart(alt.InlineData(values=safe))


def shown(text: str, length: int = 56) -> str:
    """A text that fits into a chart, in one line."""
    return clipped(visible(" ".join(text.split())), length)
