"""`assistant eval`: does the machine agree with people, and which variant is better?"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.evaluation import report as eval_report
from assistant.cli.evaluation import suites as eval_suites
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
    pair_of,
    selected,
)
from assistant.cli.left_out_words import note_left_out
from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace, reads_tables
from assistant.cli.output import Output
from assistant.errors import InputError
from assistant.ingest.reading.problems import AS_THEY_ARE, Readings

if TYPE_CHECKING:
    from assistant.application.evaluation.sources import EvalSource

app = typer.Typer(
    help="Agreement and comparison of variants. In a workspace, or on files alone.",
    no_args_is_help=True,
)


@app.command("agree")
@reads_tables("labels", "machine", "items")
def agree(
    run: Annotated[str | None, typer.Argument(help="A run of the workspace; none: the newest.")] = None,
    suite: Annotated[str | None, typer.Option(help="A suite of the workspace instead of a run.")] = None,
    labels: LabelsOption = None,
    machine: MachineOption = None,
    items: ItemsOption = None,
    variant: Annotated[
        str | None, typer.Option(help="Which of several models; none: the one with most answers.")
    ] = None,
    slice_by: SliceOption = None,
    where: WhereOption = None,
    label_set: LabelSetOption = None,
    by_item: ByItemOption = False,
    confidence: ConfidenceOption = 0.95,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    reading: Readings,
) -> None:
    """Model-human agreement, beside inter-annotator agreement; without --machine, inter-annotator agreement only.

    In a workspace labels are weighted by the inclusion probability of their route, beside the unweighted figure.

    Example: assistant eval agree --labels labels.jsonl --machine machine.jsonl
    """
    from assistant.application.evaluation.measure_variant import measure_variant
    from assistant.application.evaluation.sources import RunsSource, SuiteSource
    from assistant.cli.evaluation.words import show_panel, show_people
    from assistant.reports.reasons.worded import english

    output, selection = Output(as_json=as_json), selected(slice_by, where)
    source: EvalSource | None = label_files(
        labels, machine, items, label_set=label_set, by_item=by_item, readings=reading
    )
    with ExitStack() as opening:
        if source is None:
            opened = opening.enter_context(open_workspace(workspace))
            source = RunsSource(opened, (run,)) if suite is None else SuiteSource(opened, suite)
            note_left_out(output, opened)
        found = measure_variant(source, variant, selection, confidence=confidence)
    for note in found.data.notes:
        output.note(english(note))
    if found.panel is None:
        show_people(output, found.data, found.people, found.slices)
    else:
        show_panel(output, found.data, found.panel, found.slices)


@app.command("compare")
@reads_tables("labels", "machine", "items")
def compare(
    baseline: Annotated[str | None, typer.Argument(help="A variant: the one in use.")] = None,
    candidate: Annotated[str | None, typer.Argument(help="The variant that may replace it.")] = None,
    suite: Annotated[str | None, typer.Option(help="A suite of the workspace whose variants these are.")] = None,
    labels: LabelsOption = None,
    machine: MachineOption = None,
    items: ItemsOption = None,
    variants: Annotated[str | None, typer.Option(help="The two variants by a comma, the one in use first.")] = None,
    margin: MarginOption = None,
    slice_by: SliceOption = None,
    where: WhereOption = None,
    label_set: LabelSetOption = None,
    by_item: ByItemOption = False,
    confidence: ConfidenceOption = 0.95,
    examples: Annotated[int, typer.Option(min=0, help="Items fixed and broken to show, of each.")] = 5,
    seed: SeedOption = 0,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    reading: Readings,
) -> None:
    """Which of two variants agrees more with human labels, on the same items: better, worse, no worse, or inconclusive.

    Example: assistant eval compare --labels labels.jsonl --machine machine.jsonl --variants gpt-4,gpt-4o --margin 0.02
    """
    from assistant.application.evaluation.compare_variants import compare_variants
    from assistant.application.evaluation.sources import RunsSource, SuiteSource
    from assistant.cli.evaluation.words import show_comparison
    from assistant.reports.reasons.worded import english
    from evals.comparison.scores import ComparisonTerms

    output, selection = Output(as_json=as_json), selected(slice_by, where)
    pair = pair_of(baseline, candidate, variants)
    terms = ComparisonTerms(margin=margin, confidence=confidence, examples=10**9 if as_json else examples, seed=seed)
    source: EvalSource | None = label_files(
        labels, machine, items, label_set=label_set, by_item=by_item, readings=reading
    )
    with ExitStack() as opening:
        if source is None:
            opened = opening.enter_context(open_workspace(workspace))
            source = RunsSource(opened, () if None in pair else pair) if suite is None else SuiteSource(opened, suite)
            note_left_out(output, opened)
        found = compare_variants(source, pair, selection, terms)
    for note in found.data.notes:
        output.note(english(note))
    show_comparison(output, found.comparison, examples)


@app.command("plan")
@reads_tables("labels", "machine")
def plan(
    detect: Annotated[float, typer.Option(help="Smallest difference to detect, e.g. 0.03 for three points.")],
    discordant: Annotated[
        float | None, typer.Option(help="Share of items on which just one variant agrees; none: as seen, else 0.1.")
    ] = None,
    labels: LabelsOption = None,
    machine: MachineOption = None,
    variants: Annotated[str | None, typer.Option(help="Two variants of a pilot, by a comma.")] = None,
    power: Annotated[
        float, typer.Option(min=0.5, max=0.999, help="Power: probability of detecting a difference that exists.")
    ] = 0.8,
    confidence: ConfidenceOption = 0.95,
    as_json: JsonOption = False,
    *,
    reading: Readings,
) -> None:
    """How many labeled items a comparison needs to detect a difference; from a pilot, or from an assumption.

    Example: assistant eval plan --detect 0.03
    """
    from assistant.application.evaluation.compare_variants import plan_comparison
    from assistant.cli.evaluation.words import show_plan

    pilot = None
    if labels is not None and machine is not None:
        pilot = label_files(labels, machine, None, readings=reading)
    elif labels is not None or machine is not None or reading != AS_THEY_ARE:
        raise InputError("pilot_needs_both_files")
    pair = pair_of(None, None, variants)
    found = plan_comparison(detect, discordant, pilot, pair, power=power, confidence=confidence)
    show_plan(Output(as_json=as_json), found)


eval_report.register(app)
eval_suites.register(app)
