"""How well a confidence is meant: the reliability diagram, and risk when the unsure are left out."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from assistant.reports.charts.drawing import BLUE, INK, ORANGE, WIDTH, drawn, rows
from assistant.stats.scores.calibration import Bin
from assistant.stats.scores.selective import RiskCoverage

_POINTS = 200  # of a curve; more can't be distinguished
_FEW = 25  # points of a curve that are seen one by one
_HEIGHT = 300


def reliability(bins: Sequence[Bin], stated: str, happened: str) -> str:
    """The reliability diagram as SVG: what happened over what was stated, with intervals; the diagonal is perfect.

    Args:
        bins: those that hold items.
        stated, happened: titles of the two axes.
    """
    base = rows([_as_row(one) for one in bins])
    whole = alt.Scale(domain=[0, 1])
    x = alt.X("stated:Q", scale=whole, axis=alt.Axis(format="~%", title=stated, tickCount=5))
    y = alt.Axis(format="~%", title=happened, tickCount=5)
    sizes = alt.Scale(type="sqrt", domain=[0, max((one.n for one in bins), default=1)], range=[20, 90])
    size = alt.Size("n:Q", scale=sizes, legend=None)
    perfect = rows([{"from": 0, "to": 1}]).mark_rule(color=ORANGE, strokeDash=[5, 4], strokeWidth=1.5)
    layers = [
        perfect.encode(alt.X("from:Q", scale=whole), alt.Y("from:Q", scale=whole), alt.X2("to:Q"), alt.Y2("to:Q")),
        base.mark_rule(color=BLUE, strokeWidth=2).encode(x, alt.Y("low:Q", scale=whole, axis=y), alt.Y2("high:Q")),
        base.mark_point(color=BLUE, fill=BLUE, opacity=1).encode(x, alt.Y("share:Q", scale=whole), size=size),
    ]
    return drawn(alt.LayerChart(layer=layers).properties(width=WIDTH - 60, height=_HEIGHT))


def _as_row(one: Bin) -> dict[str, float]:
    return {
        "stated": one.mean_probability,
        "share": one.share,
        "low": one.interval_low,
        "high": one.interval_high,
        "n": one.n,
    }


def risk_and_coverage(curve: RiskCoverage, coverage: str, risk: str) -> str:
    """Risk over coverage as SVG, a step for each threshold that can be set.

    Args:
        curve: at least one threshold.
        coverage, risk: titles of the two axes.
    """
    at = np.unique(np.linspace(0, len(curve.risk) - 1, min(_POINTS, len(curve.risk))).round().astype(int)).tolist()
    base = rows([{"coverage": float(curve.coverage[i]), "risk": float(curve.risk[i])} for i in at])
    top = max(0.05, 1.1 * float(np.max(curve.risk)))
    x = alt.X("coverage:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="~%", title=coverage, tickCount=5))
    y = alt.Y("risk:Q", scale=alt.Scale(domain=[0, min(1.0, top)]), axis=alt.Axis(format="~%", title=risk, tickCount=5))
    overall = rows([{"all": float(curve.risk[-1])}]).mark_rule(color=INK, opacity=0.5, strokeDash=[2, 3])
    points = [base.mark_point(color=BLUE, fill=BLUE, size=30, opacity=1).encode(x, y)] if len(at) <= _FEW else []
    layers = [
        overall.encode(alt.Y("all:Q")),
        base.mark_line(color=BLUE, strokeWidth=2.5, interpolate="step-after").encode(x, y),
        *points,
    ]
    return drawn(alt.LayerChart(layer=layers).properties(width=WIDTH - 60, height=_HEIGHT * 2 // 3))
