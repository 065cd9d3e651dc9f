"""`assistant signals`: the discrimination of each raw signal, and how reliable confidence is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from assistant.cli.left_out_words import note_left_out
from assistant.cli.options import HERE, JsonOption, RunOption, WorkspaceOption, open_workspace, takes_population
from assistant.cli.output import Output, table
from assistant.domain.populations import PopulationChoice

if TYPE_CHECKING:
    from rich.table import Table

    from assistant.application.certification.signal_report import RunSignals
    from assistant.trust.signals.discrimination import SignalDiscrimination


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("signals")(signals)


@takes_population
def signals(
    run: RunOption = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    population: PopulationChoice,
) -> None:
    """How well each signal of a run separates right from wrong answers, measured on blind human labels.

    AUROC: how often a right answer ranks above a wrong one; 0.5 is chance, 1 is perfect.
    Then the newest fit: its stated confidence on held-out labels, beside the human labels.

    Example: assistant signals --run r1
    """
    from assistant.application.certification.signal_report import read_signals
    from assistant.application.labeling.populations import name_run_about

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        found = read_signals(opened, name_run_about(opened, run, population))
        note_left_out(output, opened)
    output.result(_as_dict(found), *_shown(found))
    if found.fit is None:
        output.next_step(
            "assistant sample", "draws the items to label for training; a fit gives each answer its confidence"
        )


def _as_dict(found: RunSignals) -> dict[str, Any]:
    from assistant.reports.as_json import plain

    run, fit = found.run, found.fit
    told = None if fit is None else {"fit": fit.id, "labels_used": fit.labels_used, **fit.report}
    return {
        "run": run.name,
        "prompt": run.prompt,
        "model": run.model,
        "labelled": found.labelled,
        "wrong": found.wrong,
        "speaks_for": found.speaks_for,
        "signals": [plain(one) for one in found.discriminations],
        "fit": told,
    }


def _shown(found: RunSignals) -> list[str | Table]:
    run = found.run
    head = (
        f"{run.name} ({run.prompt or 'imported'}, {run.model}): {found.wrong:,} of {found.labelled:,} model labels "
        f"differ from human labels; figures speak for {found.speaks_for}"
    )
    if not found.discriminations:
        return [head, "the run has no signals", *_reliability(found)]
    columns = ("signal", "items", "mean if right", "if wrong", "AUROC", "95 % interval", "")
    return [head, "", table(columns, map(_row, found.discriminations)), *_reliability(found)]


def _row(one: SignalDiscrimination) -> tuple[str, ...]:
    from assistant.reports.reasons.worded import english

    interval = "-" if one.low is None or one.high is None else f"{one.low:.2f} to {one.high:.2f}"
    return (
        one.name,
        f"{one.n:,}",
        _number(one.mean_right, "3g"),
        _number(one.mean_wrong, "3g"),
        _number(one.auroc, "2f"),
        interval,
        (english(one.reason) if one.reason else one.direction) or "",
    )


def _reliability(found: RunSignals) -> list[str | Table]:
    """The newest fit's figures, as it was reported when it was made."""
    if found.fit is None:
        return []
    report = found.fit.report.get("reliability")
    head = f"fit {found.fit.id}, trained on {found.fit.labels_used:,} labels"
    if not isinstance(report, Mapping):
        return ["", f"{head}: no report, it speaks for {found.fit.report.get('speaks_for', 'nobody')}"]
    rows = [
        (
            f"{one['low']:.2f} to {one['high']:.2f}",
            f"{one['n']:,}",
            f"{one['mean_probability']:.3f}",
            f"{one['share']:.3f}",
            f"{one['interval_low']:.2f} to {one['interval_high']:.2f}",
        )
        for one in report["bins"]
    ]
    figures = (
        f"{head}, tested on {report['n']:,} held-out labels; speaks for {found.fit.report.get('speaks_for')}\n"
        f"stated {report['mean_confidence']:.3f}, agreed {report['agreement']:.3f}; Brier {report['brier']:.3f}, "
        f"ECE {report['ece']:.3f} over {len(rows)} bins, log loss {report['log_loss']:.3f}, "
        f"AUROC {_number(report['auroc'], '3f')}"
    )
    return ["", figures, "", table(("confidence", "items", "stated", "agreed", "95 % interval"), rows)]


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else f"{value:.{form}}"
