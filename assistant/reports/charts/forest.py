"""Forest plots: a row for each figure, its interval as a line, its name above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import altair as alt

from assistant.reports.charts.drawing import BLUE, INK, ORANGE, WIDTH, drawn, rows
from assistant.stats.agreement.coefficient import Coefficient

_ROW = 35  # points: a line of text above a line of figure
_LIFT = -13  # points from the figure up to its name
_MARK = 15  # points: height of the mark to compare with


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One figure of a forest plot.

    Attributes:
        name: stands to the left, above the figure.
        told: the figure in words, to the right; the reason where it is undefined.
        figure: where the point and the line are drawn; nothing where undefined.
    """

    name: str
    told: str
    figure: Coefficient


def forest(
    figures: Sequence[ForestRow], title: str, *, mark: float | None = None, mark_name: str = "", shares: bool = False
) -> str:
    """The plot as SVG.

    Args:
        figures: from top to bottom, all shares or all differences of shares, 0.01 for 1 %.
        title: of the axis.
        mark: what each row is compared with, such as 0 or the ceiling.
        mark_name: written above it.
        shares: the axis ends at 0 and 1.
    """
    base = rows([_as_row(at, one, mark) for at, one in enumerate(figures)])
    low, high = _extent(figures, mark)
    scale = alt.Scale(domain=[max(0.0, low), min(1.0, high)] if shares else [low, high], nice=False, zero=False)
    axis = alt.Axis(format="~%", title=title, tickCount=5, grid=False)
    y = alt.Y("at:O", axis=None).scale(paddingInner=0, paddingOuter=0.2)
    compared = base.mark_tick(color=ORANGE, thickness=2, size=_MARK, orient="vertical", opacity=1)
    ends = base.mark_rule(color=BLUE, strokeWidth=2.5)
    name = base.mark_text(align="left", dy=_LIFT, fontSize=12, color=INK, limit=WIDTH * 0.56)
    told = base.mark_text(align="right", dy=_LIFT, fontSize=12, color=INK, limit=WIDTH * 0.43)
    layers = [
        *(
            []
            if mark is None
            else [compared.encode(alt.X("mark:Q", scale=scale), y), _named(mark, mark_name, scale, low, high)]
        ),
        ends.encode(alt.X("low:Q", scale=scale, axis=axis), alt.X2("high:Q"), y),
        base.mark_point(color=BLUE, fill=BLUE, size=70, opacity=1).encode(alt.X("value:Q", scale=scale), y),
        name.encode(x=alt.value(0), y=y, text="name:N"),
        told.encode(x=alt.value(WIDTH), y=y, text="told:N"),
    ]
    return drawn(alt.LayerChart(layer=layers).properties(width=WIDTH, height={"step": _ROW}))


def _as_row(at: int, one: ForestRow, mark: float | None) -> dict[str, object]:
    figure = one.figure
    ends = {"low": figure.low, "high": figure.high} if figure.value is not None else {}
    return {"at": at, "name": one.name, "told": one.told, "value": figure.value, "mark": mark, **ends}


def _extent(figures: Sequence[ForestRow], mark: float | None) -> tuple[float, float]:
    ends = [at for one in figures for at in (one.figure.low, one.figure.value, one.figure.high) if at is not None]
    ends += [] if mark is None else [mark]
    if not ends:
        return 0.0, 1.0
    margin = max(0.02, 0.06 * (max(ends) - min(ends)))
    return min(ends) - margin, max(ends) + margin


def _named(mark: float, name: str, scale: alt.Scale, low: float, high: float) -> alt.Chart:
    """The mark's name above all rows, on the side where there is room."""
    at = (mark - low) / (high - low)
    align: Literal["left", "center", "right"] = "left" if at < 0.3 else "right" if at > 0.7 else "center"
    text = rows([{"mark": mark, "name": name}]).mark_text(align=align, baseline="bottom", dy=-4, fontSize=12, color=INK)
    named: alt.Chart = text.encode(alt.X("mark:Q", scale=scale), y=alt.value(0), text="name:N")
    return named
