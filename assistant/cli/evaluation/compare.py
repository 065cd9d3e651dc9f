"""`assistant eval`: does the machine agree with people, and which variant is better?"""

from __future__ import annotations

from typing import Annotated

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
    check_known,
    check_margin,
    read_files,
    refuse_without_labels,
    selected,
)
from assistant.cli.options import HERE, JsonOption, WorkspaceOption, reads_tables
from assistant.cli.output import Output
from assistant.errors import InputError
from assistant.ingest.reading.problems import AS_THEY_ARE, Readings

app = typer.Typer(
    help="Does the machine agree with people, and which variant is better? In a workspace, or on files alone.",
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
    variant: Annotated[str | None, typer.Option(help="Which of several machines; none: most answers.")] = None,
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
    """How far a machine agrees with people, beside what people reach among themselves; without --machine, people alone.

    In a workspace labels weigh as the inclusion probability of their route says, and the naive figure stands beside.

    Example: assistant eval agree --labels labels.jsonl --machine machine.jsonl
    """
    from assistant.cli.evaluation.words import show_panel, show_people
    from assistant.reports.reasons.worded import english
    from evals.agreement.panel_of_variant import agreement_panel
    from evals.agreement.people_panel import people_coefficients
    from evals.agreement.slice_agreement import slice_agreement
    from evals.data.files import choose_variant
    from evals.data.slices import with_clauses

    output, selection = Output(as_json=as_json), selected(slice_by, where)
    if labels is None:
        refuse_without_labels(machine, items, reading)
        from assistant.application.evaluation.data import production_data, suite_data

        if suite is None:
            data = production_data(workspace, run, selection)
        else:
            data = suite_data(workspace, suite, selection)[0]
    else:
        data = read_files(
            labels, machine, items, selection=selection, label_set=label_set, by_item=by_item, readings=reading
        )
    name = choose_variant(data, variant, str(machine or workspace)) if data.variants else None
    if selection.by_clause:
        data = with_clauses(data, name)
    for note in data.notes:
        output.note(english(note))
    sliced = slice_agreement(data, name, confidence=confidence)
    if name is None:
        show_people(output, data, people_coefficients(data, confidence=confidence), sliced)
    else:
        show_panel(output, data, agreement_panel(data, name, confidence=confidence), sliced)


@app.command("compare")
@reads_tables("labels", "machine", "items")
def compare(
    baseline: Annotated[str | None, typer.Argument(help="A variant: the one in use.")] = None,
    candidate: Annotated[str | None, typer.Argument(help="Another: the one that may take its place.")] = None,
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
    """Which of two variants agrees more with people, on the same items: better, worse, no worse, or can't tell.

    Example: assistant eval compare --labels labels.jsonl --machine machine.jsonl --variants gpt-4,gpt-4o --margin 0.02
    """
    from assistant.cli.evaluation.words import show_comparison
    from assistant.reports.reasons.worded import english
    from evals.comparison.compare import compare as compare_two
    from evals.comparison.scores import Terms
    from evals.data.slices import with_clauses

    output, selection = Output(as_json=as_json), selected(slice_by, where)
    check_margin(margin)
    if labels is None:
        refuse_without_labels(machine, items, reading)
        from assistant.application.evaluation.data import comparable_data, suite_data

        if suite is None:
            data = comparable_data(workspace, None, _two(baseline, candidate, variants, ()), selection)
        else:
            data, _, chosen = suite_data(workspace, suite, selection)
            margin = chosen.margin if margin is None else margin
    else:
        data = read_files(
            labels, machine, items, selection=selection, label_set=label_set, by_item=by_item, readings=reading
        )
    first, second = _two(baseline, candidate, variants, tuple(data.variants))
    check_known(data, (first, second), machine or workspace)
    if selection.by_clause:
        data = with_clauses(data, first)
    for note in data.notes:
        output.note(english(note))
    terms = Terms(margin=margin, confidence=confidence, examples=10**9 if as_json else examples, seed=seed)
    show_comparison(output, compare_two(data, first, second, terms), examples)


@app.command("plan")
@reads_tables("labels", "machine")
def plan(
    detect: Annotated[float, typer.Option(help="Smallest difference that must be told, e.g. 0.03 for three points.")],
    discordant: Annotated[
        float | None, typer.Option(help="Share of items on which just one variant agrees; none: as seen, else 0.1.")
    ] = None,
    labels: LabelsOption = None,
    machine: MachineOption = None,
    variants: Annotated[str | None, typer.Option(help="Two variants of a pilot, by a comma.")] = None,
    power: Annotated[float, typer.Option(min=0.5, max=0.999, help="Chance to tell a difference that is there.")] = 0.8,
    confidence: ConfidenceOption = 0.95,
    as_json: JsonOption = False,
    *,
    reading: Readings,
) -> None:
    """How many labelled items a comparison needs to tell a difference; from a pilot, or from an assumption.

    Example: assistant eval plan --detect 0.03
    """
    from assistant.cli.evaluation.words import show_plan
    from evals.comparison.plan import plan_items, seen_discordance

    output = Output(as_json=as_json)
    seen = None
    if labels is not None and machine is not None:
        data = read_files(labels, machine, None, readings=reading)
        pair = _two(None, None, variants, tuple(data.variants))
        check_known(data, pair, machine)
        seen = seen_discordance(data, *pair)
    elif labels is not None or machine is not None or reading != AS_THEY_ARE:
        raise InputError("a pilot needs both --labels and --machine", hint="give both, or neither")
    show_plan(output, plan_items(detect, discordant, seen, power=power, confidence=confidence))


def _two(baseline: str | None, candidate: str | None, variants: str | None, known: tuple[str, ...]) -> tuple[str, str]:
    """The two variants, the one in use first: as arguments, by --variants, or the only two there are."""
    if variants is not None:
        names = [name.strip() for name in variants.split(",")]
        if len(names) != 2 or not all(names):
            hint = "--variants A,B, the one in use first; names with commas go as two arguments"
            raise InputError(f"--variants names {len(names)} variants, not two", hint=hint)
        return names[0], names[1]
    if baseline is not None and candidate is not None:
        return baseline, candidate
    if baseline is None and candidate is None and len(known) == 2:
        return known[0], known[1]
    shown = f": there are {', '.join(known[:8])}{' ...' if len(known) > 8 else ''}" if known else ""
    raise InputError(f"two variants are compared{shown}", hint="name the one in use first, then the other")


eval_report.register(app)
eval_suites.register(app)
