"""The confusion heat map: people in rows, the machine in columns, coloured by the share of the row."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from assistant.reports.charts.drawing import INK, SKY, WIDTH, drawn, rows, shown
from assistant.reports.figures import number
from assistant.stats.vectors import Floats

_NAME = 18  # characters of a class's name


def confusion(table: Floats, classes: Sequence[str]) -> str:
    """The heat map as SVG, each cell with its sum of weights; names are marks, so that none can be an expression.

    Args:
        table: sums of weights, shape (k, k), people in rows.
        classes: k names; the last one's row is left out where people never gave it, as no usable answer.
    """
    side, given = _side(len(classes)), len(table) - (not table[-1].any())
    base = rows(_cells(table[:given]))
    names = rows([{"at": at, "name": shown(name, _NAME)} for at, name in enumerate(classes)])
    people = rows([{"at": at, "name": shown(name, _NAME)} for at, name in enumerate(classes[:given])])
    x, y = alt.X("answer:O", axis=None), alt.Y("person:O", axis=None)
    shares = alt.FillOpacity("share:Q", legend=None).scale(domain=[0, 1], range=[0, 1])
    beside = people.mark_text(color=INK, fontSize=12, baseline="middle", align="right")
    above = names.mark_text(color=INK, fontSize=12, baseline="middle", align="left", angle=310)
    layers = [
        base.mark_rect(color=SKY, stroke=INK, strokeOpacity=0.2).encode(x, y, fillOpacity=shares),
        base.mark_text(color=INK, fontSize=min(13, 5 + side // 5)).encode(x, y, text="told:N"),
        beside.encode(x=alt.value(-8), y=alt.Y("at:O"), text="name:N"),
        above.encode(alt.X("at:O"), y=alt.value(-10), text="name:N"),
    ]
    return drawn(alt.LayerChart(layer=layers).properties(width={"step": side}, height={"step": min(side, 34)}))


def _cells(table: Floats) -> list[dict[str, object]]:
    whole = bool((table == table.round()).all())
    totals = table.sum(axis=1)
    return [
        {
            "person": row,
            "answer": column,
            "share": float(table[row, column] / totals[row]) if totals[row] else 0.0,
            "told": number(float(table[row, column]), 0 if whole else 1) if table[row, column] else "",
        }
        for row in range(len(table))
        for column in range(table.shape[1])
    ]


def _side(count: int) -> int:
    """Points of a cell's width: wide enough for a count, all of them no wider than a chart unless they are many."""
    return max(26, min(64, WIDTH * 3 // 4 // max(count, 1)))
