"""`assistant eval report`: everything an evaluation comes to, on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.evaluation.files import (
    ByItemOption,
    ConfidenceOption,
    ItemsOption,
    LabelSetOption,
    LabelsOption,
    MachineOption,
    MarginOption,
    SeedOption,
    SliceOption,
    WhereOption,
    check_known,
    check_margin,
    read_files,
    refuse_without_labels,
    selected,
)
from assistant.cli.options import HERE, JsonOption, WorkspaceOption, reads_tables
from assistant.cli.output import Output
from assistant.errors import InputError
from assistant.ingest.reading.problems import Readings


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("report")(report)


@reads_tables("labels", "machine", "items")
def report(
    suite: Annotated[str | None, typer.Argument(help="A suite of the workspace.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for report.html, report.md and report.json.")] = Path("report"),
    labels: LabelsOption = None,
    machine: MachineOption = None,
    items: ItemsOption = None,
    baseline: Annotated[str | None, typer.Option(help="The variant all others are compared with.")] = None,
    variant: Annotated[
        list[str] | None, typer.Option(help="A variant to analyze; repeat; none: the three best.")
    ] = None,
    margin: MarginOption = None,
    slice_by: SliceOption = None,
    where: WhereOption = None,
    label_set: LabelSetOption = None,
    by_item: ByItemOption = False,
    title: Annotated[str | None, typer.Option(show_default="the suite's, or the folder's name")] = None,
    language: Annotated[str | None, typer.Option(show_default="the suite's, or en", help="en or zh.")] = None,
    confidence: ConfidenceOption = 0.95,
    seed: SeedOption = 0,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    reading: Readings,
) -> None:
    """Report on one page: agreement, ranking, comparisons, disagreements; HTML, Markdown and JSON.

    Example: assistant eval report --labels labels.jsonl --machine machine.jsonl --items items.jsonl --out report
    """
    from assistant.cli.evaluation.words import show_report
    from evals.comparison.scores import Terms
    from evals.data.files import choose_variant
    from evals.data.slices import with_clauses
    from evals.evaluate import evaluate
    from evals.report.write import write_report

    output, selection = Output(as_json=as_json), selected(slice_by, where)
    check_margin(margin)
    digest, metrics = "", None
    if labels is None:
        from assistant.application.evaluation.data import suite_data

        refuse_without_labels(machine, items, reading)
        if suite is None:
            raise InputError("no suite and no files to report on", hint="name a suite, or give --labels and --machine")
        data, digest, chosen = suite_data(workspace, suite, selection)
        metrics = chosen.metrics
        title, language = title or chosen.name, language or chosen.language
        margin = chosen.margin if margin is None else margin
    else:
        data = read_files(
            labels, machine, items, selection=selection, label_set=label_set, by_item=by_item, readings=reading
        )
        title = title or labels.resolve().parent.name
    wanted = [name for name in (baseline, *(variant or [])) if name is not None]
    check_known(data, wanted, machine or workspace)
    if selection.by_clause:
        data = with_clauses(data, choose_variant(data, baseline, str(machine or workspace)) if data.variants else None)
    terms = Terms(margin=margin, confidence=confidence, seed=seed)
    language = language or "en"
    made = evaluate(data, title, digest, baseline=baseline, look_into=variant, metrics=metrics, terms=terms)
    show_report(output, made, write_report(made, out, language), language)
