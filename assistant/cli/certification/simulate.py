"""`assistant simulate`: what certified labels would save on a set whose labels are known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import JsonOption, reads_tables
from assistant.cli.output import Output, table
from assistant.cli.progress import Counting
from assistant.ingest.reading.problems import Readings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.ingest.labels.labelled_set import LabelledSet
    from assistant.trust.simulation.simulation import Simulation

ItemsOption = Annotated[Path, typer.Option(help="The items, a line each: id, text; .gz too.")]
LabelsOption = Annotated[Path, typer.Option(help="Human labels: item_id, rater_id, label.")]
MachineOption = Annotated[
    Path | None, typer.Option(help="Model predictions: item_id, model, label, score; none: a local model.")
]
TrialsOption = Annotated[int, typer.Option(min=1, max=1_000_000, help="Number of simulations of each method.")]


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("simulate")(simulate)


@reads_tables("items", "labels", "machine")
def simulate(
    items: ItemsOption,
    labels: LabelsOption,
    machine: MachineOption = None,
    machine_name: Annotated[str | None, typer.Option(help="The model whose labels count.")] = None,
    meta: Annotated[list[str] | None, typer.Option(help="Metadata to learn from, e.g. source,topic.")] = None,
    max_error: Annotated[
        list[float] | None, typer.Option(show_default="0.05", help="Largest share of wrong labels; repeat for a curve.")
    ] = None,
    confidence: Annotated[float, typer.Option(help="Confidence of the bound, from 0.5.")] = 0.95,
    trials: TrialsOption = 200,
    seed: Annotated[int, typer.Option(min=0, help="Of all draws: same seed, same bytes.")] = 0,
    jobs: Annotated[int | None, typer.Option(min=1, show_default="all processors", help="Processes.")] = None,
    batches: Annotated[
        int | None,
        typer.Option(
            min=2, show_default="one", help="Also cut the set, in file order, into batches that come in turn."
        ),
    ] = None,
    embedder: Annotated[
        str, typer.Option(help="embedded, hashing, none, or a service as in the settings.")
    ] = "embedded",
    chart: Annotated[Path | None, typer.Option(help="Also draw a chart: a name ending in .svg, .png or .html.")] = None,
    as_json: JsonOption = False,
    *,
    reading: Readings,
) -> None:
    """Simulate certified labeling many times on a labeled set: what is saved, and does the guarantee hold?

    Every human label counts, whatever it was for. For comparison: a naive threshold on the model's own score, and PAC
    labels as published. With --batches also one campaign that continues over the batches, and one for each of them.
    Needs no workspace, no key and no network.

    Example: assistant simulate --items items.jsonl --labels labels.jsonl --machine machine.jsonl --trials 50
    """
    from assistant.application.certification.simulation import SimulationOptions, Trials
    from assistant.reports.savings import check_chart, write_savings
    from assistant.trust.simulation.local_machine import LESSON

    output = Output(as_json=as_json)
    targets = tuple(dict.fromkeys(max_error or [0.05]))
    fields = tuple(dict.fromkeys(name.strip() for part in meta or [] for name in part.split(",") if name.strip()))
    choice = SimulationOptions(
        items,
        labels,
        machine,
        machine_name,
        fields,
        targets,
        confidence,
        trials,
        seed,
        jobs,
        embedder,
        reading,
        batches,
    )
    choice.check()
    if chart is not None:
        check_chart(chart)
    ready = Trials(choice)
    output.note(f"{labels}: {ready.labelled.describe()}")
    for note in ready.labelled.notes:
        output.note(note)
    if machine is None:
        output.note(f"naive and PAC use a local model, trained on {LESSON} labels that count against them")
    with Counting(output, "embedding", total=len(ready.labelled)) as counting:
        name, vectors = ready.embed(output.note, counting.update)
    with Counting(output, "trials", total=ready.total) as counting:
        played = ready.play(vectors, counting.update)
    if chart is not None:
        write_savings(played, chart, subject=labels.resolve().parent.name)
    _show(output, played, _about(ready.labelled, name, fields, seed))


def _about(labelled: LabelledSet, embedder: str, meta: Sequence[str], seed: int) -> dict[str, Any]:
    return {
        "machine": labelled.machine,
        "left_out": dict(labelled.left_out),
        "embedder": embedder,
        "meta": list(meta),
        "seed": seed,
    }


def _show(output: Output, played: Sequence[Simulation], about: dict[str, Any]) -> None:
    from assistant.reports.savings_words import COLUMNS, batches_sentence, savings_rows, savings_sentence

    data = {**played[0].as_dict(), **about}
    if len(played) > 1:
        data["curve"] = [simulation.as_dict() for simulation in played]
    in_batches = filter(None, map(batches_sentence, played))
    output.result(data, table(COLUMNS, savings_rows(played)), "", *map(savings_sentence, played), *in_batches)
