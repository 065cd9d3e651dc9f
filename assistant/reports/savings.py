"""The chart of a simulation: human labels saved against the error target, for each method."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import altair as alt
import vl_convert as converter

from assistant.errors import InputError, InvalidValueError, NotFoundError
from assistant.file_modes import hand_on
from assistant.reports.charts.drawing import VEGALITE
from assistant.trust.simulation.simulation import Simulation

TITLES = {
    "naive": "Naive threshold on the LLM's own score",
    "pac": "PAC labels as published",
    "assistant": "This assistant",
}
"""How methods are called in the legend, in its order; others come after these under their own names."""

ENDINGS = (".svg", ".png", ".html")
_COLOURS = ("#D55E00", "#56B4E9", "#0072B2", "#009E73", "#CC79A7", "#000000")  # Okabe & Ito 2008: for all eyes
_WIDTH, _HEIGHT, _PIXELS = 560, 340, 2.0  # points; pixels of a PNG in each


def write_savings(simulations: Sequence[Simulation], path: Path, *, subject: str = "") -> None:
    """Write the chart of `savings_chart`: the same simulations give the same bytes, and no network is needed.

    Args:
        simulations: of one set, at least one, one for each error target.
        path: ends in .svg, .png or .html; the page holds all it needs.
        subject: what the set is called, for the title.

    Raises:
        InputError: as `check_chart`, or the file can't be written.
        ValueError: as `savings_chart`.
    """
    check_chart(path)
    rendered = _render(savings_chart(simulations, subject=subject), path.suffix.lower())
    try:
        path.write_bytes(rendered)
        hand_on(path)
    except OSError as error:
        raise InputError("file_not_written", where=str(path), reason=error.strerror) from error


def check_chart(path: Path) -> None:
    """Makes sure that a chart can be written there, before hours are spent on what it shows.

    Raises:
        InputError: another ending than `ENDINGS`, or no such folder.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise InvalidValueError("chart_format_unknown", where=str(path), ending=ending, endings=ENDINGS)
    if not path.absolute().parent.is_dir():
        raise NotFoundError("folder_not_found", where=str(path.parent))


def savings_chart(simulations: Sequence[Simulation], *, subject: str = "") -> alt.LayerChart:
    """Mean share of human labels saved over the error target, a line a method, with the middle 90 % of its trials.

    A point is hollow where the trials show that the method misses the target more often than it promises: what it
    saves there is not earned.

    Args:
        simulations: of one set, at least one, one for each error target.
        subject: what the set is called, for the title.

    Raises:
        ValueError: no simulation, or no method.
    """
    rows = [row for simulation in simulations for row in _rows(simulation)]
    if not rows:
        raise ValueError("a chart needs at least one simulation of one method")
    shown = _in_order({str(row["method"]) for row in rows})
    colours = alt.Scale(domain=shown, range=[_COLOURS[at % len(_COLOURS)] for at in range(len(shown))])
    legend = alt.Legend(title=None, orient="bottom", columns=1, labelLimit=0, symbolType="stroke", symbolOpacity=1)
    colour = alt.Color("method:N", scale=colours, legend=legend)
    targets = sorted({simulation.max_error for simulation in simulations})
    target = alt.X("target:Q", title="Error target: largest share of wrong labels").axis(format="~%", values=targets)
    saved = alt.Y("mean:Q", title="Human labels saved").axis(format="~%").scale(domain=[0, 1])
    kept = alt.condition("!datum.broken", alt.Fill("method:N", scale=colours, legend=None), alt.value("white"))
    base = alt.Chart(alt.InlineData(values=rows)).encode(target.scale(zero=False, padding=20), colour)
    layers = (
        base.mark_area(opacity=0.15).encode(alt.Y("low:Q"), alt.Y2("high:Q")),
        base.mark_rule(opacity=0.6).encode(alt.Y("low:Q"), alt.Y2("high:Q")),
        base.mark_line().encode(saved),
        base.mark_point(size=60, opacity=1).encode(saved, fill=kept),
    )
    title = alt.Title("Human labels saved" + (f" on {subject}" if subject else ""), subtitle=_subtitle(simulations))
    no_menu = {"embedOptions": {"actions": False}}  # it would link to an editor on the web
    return alt.LayerChart(layer=layers, usermeta=no_menu).properties(width=_WIDTH, height=_HEIGHT, title=title)


def _rows(simulation: Simulation) -> list[dict[str, object]]:
    return [
        {
            "target": simulation.max_error,
            "method": TITLES.get(name, name),
            "mean": summary.saved_mean,
            "low": summary.saved_p05,
            "high": summary.saved_p95,
            "broken": simulation.breaks_promise(name),
        }
        for name, summary in simulation.methods.items()
    ]


def _in_order(methods: set[str]) -> list[str]:
    known = [title for title in TITLES.values() if title in methods]
    return known + sorted(methods - set(known))


def _subtitle(simulations: Sequence[Simulation]) -> list[str]:
    one = simulations[0]
    return [
        f"{one.items:,} items, {one.trials:,} trials, confidence {one.confidence:.0%}; every human label counted",
        "mean, and 5th to 95th percentile of the trials; hollow: the target is missed more often than guaranteed",
    ]


def _render(chart: alt.LayerChart, ending: str) -> bytes:
    spec = chart.to_dict()
    if ending == ".png":
        return bytes(converter.vegalite_to_png(spec, vl_version=VEGALITE, scale=_PIXELS))
    if ending == ".svg":
        return converter.vegalite_to_svg(spec, vl_version=VEGALITE).encode()
    return converter.vegalite_to_html(spec, vl_version=VEGALITE, bundle=True).encode()
