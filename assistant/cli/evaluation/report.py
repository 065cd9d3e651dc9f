"""`assistant eval report`: everything an evaluation comes to, on one page."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    label_files,
    selected,
)
from assistant.cli.left_out_words import note_left_out
from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace, reads_tables
from assistant.cli.output import Output
from assistant.errors import InputError
from assistant.ingest.reading.problems import Readings

if TYPE_CHECKING:
    from assistant.application.evaluation.sources import LabelFiles, SuiteSource


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
    from assistant.application.evaluation.report_evaluation import ReportChoice, report_evaluation
    from assistant.application.evaluation.sources import SuiteSource
    from assistant.cli.evaluation.words import show_report
    from evals.comparison.scores import ComparisonTerms

    output, selection = Output(as_json=as_json), selected(slice_by, where)
    source: LabelFiles | SuiteSource | None = label_files(
        labels, machine, items, label_set=label_set, by_item=by_item, readings=reading
    )
    choice = ReportChoice(title, language, baseline, variant)
    with ExitStack() as opening:
        if source is None:
            if suite is None:
                raise InputError("nothing_to_report_on")
            opened = opening.enter_context(open_workspace(workspace))
            source = SuiteSource(opened, suite)
            note_left_out(output, opened)
        made = report_evaluation(
            source, out, choice, selection, ComparisonTerms(margin=margin, confidence=confidence, seed=seed)
        )
    show_report(output, made.evaluation, made.files, made.language)
