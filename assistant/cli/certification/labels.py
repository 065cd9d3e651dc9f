"""`assistant labels`, `prelabels`, `precedents`: answers made elsewhere, and settled items as guidance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.left_out_words import note_left_out
from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace, reads_tables, takes_population
from assistant.cli.output import EXIT_SOME_FAILED, Output, show_refusals, table
from assistant.domain.populations import PopulationChoice
from assistant.errors import InvalidValueError, NotFoundError
from assistant.ingest.reading.problems import ReadingOptions

if TYPE_CHECKING:
    from assistant.ingest.labels.import_checks import ImportReport

labels_app = typer.Typer(help="Import human labels.", no_args_is_help=True)
prelabels_app = typer.Typer(help="Import model predictions.", no_args_is_help=True)
precedents_app = typer.Typer(help="Adjudicated items shown to the model as examples.", no_args_is_help=True)

ItemColumn = Annotated[str | None, typer.Option("--item-column", help="Column with the item's id.")]
LabelColumn = Annotated[str | None, typer.Option("--label-column", help="Column with the label or labels.")]
EachLabel = Annotated[list[str] | None, typer.Option("--each-label", help="Column of 0 and 1 for one label; repeat.")]
_SHOWN_NAMES = 5
AnyLabel = Annotated[bool, typer.Option("--any-label", help="Accept labels outside the policy's label set.")]


@labels_app.callback()
def labels() -> None:
    """Import human labels."""


@prelabels_app.callback()
def prelabels() -> None:
    """Import model predictions."""


@labels_app.command("import")
@reads_tables()
def import_human(
    file: Annotated[Path, typer.Argument(help="JSON, CSV, TSV, Parquet or Excel, .gz too; - reads a pipe.")],
    rater_column: Annotated[str | None, typer.Option(help="Column with the labeler.")] = None,
    rater_name: Annotated[str | None, typer.Option(help="The labeler, if no column names them.")] = None,
    each_rater: Annotated[list[str] | None, typer.Option(help="Column with one rater's labels; repeat.")] = None,
    item_column: ItemColumn = None,
    label_column: LabelColumn = None,
    each_label: EachLabel = None,
    any_label: AnyLabel = False,
    policy_version: Annotated[
        str | None,
        typer.Option(show_default="the version in use", help="The policy version they were given under."),
    ] = None,
    at_column: Annotated[str | None, typer.Option(help="Column with the moment an answer was given.")] = None,
    seconds_column: Annotated[str | None, typer.Option(help="Column with the seconds it took.")] = None,
    team_column: Annotated[str | None, typer.Option(help="Column with the labeler's team at that time.")] = None,
    rater_info: Annotated[
        Path | None, typer.Option(help="A table of the labelers: name, team, vendor, ..., valid_from, valid_to.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    reading: ReadingOptions,
) -> None:
    """Import human labels. Importing the same file again changes nothing.

    Example: assistant labels import labels.csv --rater-column annotator --label-column answer
    """
    from assistant.application.review.import_labels import LabelColumnNames, import_human_labels

    output = Output(as_json=as_json)
    columns = LabelColumnNames(
        *(item_column, rater_column, rater_name, label_column, tuple(each_rater or ()), tuple(each_label or ())),
        *(at_column, seconds_column, team_column),
    )
    with open_workspace(workspace) as opened:
        made = import_human_labels(
            opened,
            file,
            columns,
            any_label=any_label,
            reading=reading,
            version=policy_version,
            rater_info=rater_info,
        )
        note_left_out(output, opened)
    _show(output, made.report)
    if made.disagreements:
        output.note(
            f"{made.disagreements:,} human vs. human disagreements, listed on the Disagreements page: assistant serve"
        )
    if rater_info is not None:
        output.note(f"{made.memberships:,} memberships of labelers set")


@prelabels_app.command("import")
@reads_tables()
@takes_population
def import_machine(
    file: Annotated[Path, typer.Argument(help="JSON, CSV, TSV, Parquet or Excel, .gz too; - reads a pipe.")],
    model: Annotated[str | None, typer.Option(help="The model's name, if no column names it.")] = None,
    model_column: Annotated[str | None, typer.Option(help="Column with the model's name.")] = None,
    item_column: ItemColumn = None,
    label_column: LabelColumn = None,
    each_label: EachLabel = None,
    score_column: Annotated[str | None, typer.Option(help="Column with the model's own score.")] = None,
    rationale_column: Annotated[str | None, typer.Option(help="Column with the model's rationale.")] = None,
    any_label: AnyLabel = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    reading: ReadingOptions,
    population: PopulationChoice,
) -> None:
    """Import model predictions; each model becomes a run like any other.

    Example: assistant prelabels import answers.jsonl --model gpt-4o
    """
    from assistant.application.labeling.import_prelabels import PrelabelColumns, import_prelabels

    output = Output(as_json=as_json)
    columns = PrelabelColumns(
        item_column, model_column, model, label_column, score_column, rationale_column, tuple(each_label or ())
    )
    with open_workspace(workspace) as opened:
        report = import_prelabels(opened, file, columns, population=population, any_label=any_label, reading=reading)
    _show(output, report)


def _show(output: Output, report: ImportReport) -> None:
    output.note(f"{report.source}: {report.mapping}")
    for note in report.notes:
        output.note(f"{report.source}: {note}")
    show_refusals(output, report)
    if report.unknown:
        output.note(f"  {_unknown_words(report)}")
    if report.reasons["off_label_set"]:
        output.note("  --any-label imports labels outside the policy's label set")
    for note in import_notes(report):
        output.note(f"  {note}")
    names = ("added", "unchanged", "refused", "no_answer")
    data = {
        "file": report.source,
        "mapping": report.mapping,
        **{name: report.counts[name] for name in (*names, "superseded")},
        "reasons": dict(report.reasons),
        "notes": report.notes,
        "spelled": [{"what": one[0], "here": one[1], "known_as": one[2]} for one in report.spelled],
        "runs": report.runs,
        "with_unknown_categories": report.unknown,
    }
    row = (report.source, *(f"{report.counts[name]:,}" for name in names), ", ".join(report.runs))
    heads = (name.replace("_", " ") for name in names)
    output.result(data, table(("file", *heads, "runs" if report.runs else ""), [row]))
    if report.counts["refused"]:
        raise typer.Exit(EXIT_SOME_FAILED)


def import_notes(report: ImportReport) -> list[str]:
    """What was read in another way than it was written, and what is no answer, in sentences."""
    notes = []
    if empty := report.reasons["no_label"]:
        notes.append(f"{empty:,} cells hold no label (empty, or a word such as nan or None): they count as unanswered")
    if set_aside := report.reasons["not_an_answer"]:
        what = "rows count as unanswered by their status (rejected, skipped, cancelled ...)"
        notes.append(f"{set_aside:,} {what}; if that column isn't about the label, rename it")
    if again := report.counts["superseded"]:
        notes.append(f"{again:,} answers repeat an earlier answer of the same person in this file: the newest counts")
    for (_, here, known), count in list(report.spelled.items())[:_SHOWN_NAMES]:
        notes.append(f"rater {here!r} is {known!r} ({count:,} answers)")
    if len(report.spelled) > _SHOWN_NAMES:
        notes.append(f"... and {len(report.spelled) - _SHOWN_NAMES:,} more spellings of raters")
    return notes


def _unknown_words(report: ImportReport) -> str:
    if report.runs:
        return (
            f"{report.unknown:,} answers leave categories unknown: they failed (incomplete), these items go to review"
        )
    return (
        f"{report.unknown:,} labels leave categories unknown: they count for the other categories only, "
        "and complete no item"
    )


@precedents_app.command("add")
def add(
    items: Annotated[list[str] | None, typer.Argument(help="ids of items, with --agreed not needed.")] = None,
    agreed: Annotated[bool, typer.Option("--agreed", help="All items that two or more people agree on.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Number of items, drawn at random.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of that draw.")] = 1,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Make items that people agree on precedents: they are shown to the model beside similar items.

    A precedent counts as labeled: prelabel skips it.

    Example: assistant precedents add --agreed --limit 500
    """
    from assistant.application.review.precedents import add_precedents
    from assistant.wiring.actor import actor

    if bool(items) == agreed:
        raise InvalidValueError("items_or_agreed_ones")
    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        counts = add_precedents(opened, tuple(items or ()), limit=limit, seed=seed, actor=actor())
        note_left_out(output, opened)
    left_out = f"; left out: {counts['disputed']:,} disputed, {counts['labelled_once']:,} with one label only"
    left_out += f", {counts['in_part']:,} with categories left unknown" if counts["in_part"] else ""
    already = f" ({counts['already']:,} were so already)" if counts["already"] else ""
    output.result(dict(counts), f"{counts['added']:,} precedents added{already}, {counts['total']:,} in all{left_out}")


@precedents_app.command("list")
def list_precedents(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Every precedent of the policy.

    Example: assistant precedents list
    """
    from assistant.application.review import precedents

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        known = precedents.list_precedents(opened)
        note_left_out(output, opened)
    data = [{"text": one.text, "language": one.language, "labels": one.labels} for one in known]
    output.result(
        data,
        table(("label", "language", "text"), [(", ".join(one.labels), one.language, one.text[:100]) for one in known]),
    )


@precedents_app.command("withdraw")
def withdraw(
    item: Annotated[str, typer.Argument(help="An item's id.")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Withdraw a precedent: the item is no longer shown to the model, and is labeled like any other.

    Example: assistant precedents withdraw post-017
    """
    from assistant.application.review.precedents import withdraw_precedent
    from assistant.wiring.actor import actor

    with open_workspace(workspace) as opened:
        if not withdraw_precedent(opened, item, actor=actor()):
            raise NotFoundError("no_precedent_of_item", item=item)
    Output(as_json=as_json).result({"withdrawn": item}, f"{item} withdrawn from the precedents")
