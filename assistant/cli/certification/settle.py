"""`assistant settle`: the labels that are final, whose they are, and what still waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from assistant.cli.certification.trusted import trusted_facts, trusted_notes
from assistant.cli.left_out_words import note_left_out
from assistant.cli.options import HERE, JsonOption, RunOption, WorkspaceOption, open_workspace, takes_population
from assistant.cli.output import EXIT_SOME_FAILED, Output, table
from assistant.domain.populations import PopulationChoice

if TYPE_CHECKING:
    from assistant.application.routing.settlement import SettlementResult

_SHOWN_TIES = 10


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("settle")(settle)


@takes_population
def settle(
    run: RunOption = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    population: PopulationChoice,
) -> None:
    """Write final labels: human labels, and the model's where the newest certificate holds and auto-accepts them.

    The majority of human labels decides; a tie has no final label. Under a broken certificate no model
    label is final, and those that were are withdrawn. The same command again changes nothing.

    Exit status: 0 done, 3 a broken certificate withholds the model's labels, 1 error.

    Example: assistant settle --run r1
    """
    from assistant.application.labeling.populations import find_run_about
    from assistant.application.routing.settlement import settle_run

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        settled = settle_run(opened, find_run_about(opened, run, population))
        note_left_out(output, opened)
    _show_settled(output, settled)
    if settled.trusted.standing == "broken":
        raise typer.Exit(EXIT_SOME_FAILED)


def _show_settled(output: Output, settled: SettlementResult) -> None:
    waiting = sum(settled.waiting.values())
    data = {
        "run": settled.trusted.run.name,
        **trusted_facts(settled.trusted),
        "people": settled.people,
        "in_part": settled.in_part,
        "machine": settled.model + settled.classifier,
        "model": settled.model,
        "classifier": settled.classifier,
        "written": settled.written,
        "withdrawn": settled.withdrawn,
        "reopened": len(settled.reopened),
        "reopened_items": list(settled.reopened[:_SHOWN_TIES]),
        "tied": len(settled.tied),
        "tied_items": list(settled.tied[:_SHOWN_TIES]),
        "waiting": waiting,
        "waiting_by_route": dict(settled.waiting),
        "no_answer": settled.outside,
    }
    rows = [
        ("labeled by people", "", f"{settled.people:,}"),
        *([("labeled by people in part, categories unknown", "", f"{settled.in_part:,}")] if settled.in_part else []),
        ("auto-accepted, certified", "", f"{settled.model + settled.classifier:,}"),
        *([("  of these by the classifier", "", f"{settled.classifier:,}")] if settled.classifier else []),
        *(("waiting for review", route, f"{count:,}") for route, count in settled.waiting.items()),
    ]
    if settled.outside:
        rows.append(("without any answer", "", f"{settled.outside:,}"))
    output.result(
        data,
        f"run {settled.trusted.run.name}: {settled.written:,} final labels written",
        "",
        table(("", "route", "items"), rows),
    )
    _note_settled(output, settled)
    if waiting:
        output.next_step("assistant labels import FILE", f"imports human labels; {waiting:,} items wait for one")
    else:
        output.next_step("assistant export labels.jsonl", "exports the final labels with their guarantee")


def _note_settled(output: Output, settled: SettlementResult) -> None:
    for line in trusted_notes(settled.trusted):
        output.note(line)
    if settled.withdrawn:
        output.note(f"{settled.withdrawn:,} final labels of the model no longer hold: withdrawn")
    if settled.reopened:
        output.note(
            f"{len(settled.reopened):,} adjudicated items are open again: human labels are tied, or"
            " took their answers back; assistant certify  says what still holds"
        )
    if settled.in_part:
        output.note(
            f"{settled.in_part:,} items have categories that no reviewer answered: `final_unknown` in the export names"
            " them; a complete label of another person or an adjudication completes them"
        )
    if settled.tied:
        named = ", ".join(settled.tied[:_SHOWN_TIES]) + (", ..." if len(settled.tied) > _SHOWN_TIES else "")
        output.note(f"{len(settled.tied):,} ties need a third label: {named}")
