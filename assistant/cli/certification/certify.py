"""`assistant sample`, `certify`, `check`: from human labels to a guaranteed bound, and whether it still holds."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.certification.certificate import curve_words, show_certificate, show_check
from assistant.cli.left_out_words import note_left_out
from assistant.cli.options import HERE, JsonOption, RunOption, WorkspaceOption, open_workspace, takes_population
from assistant.cli.output import EXIT_SOME_FAILED, Output
from assistant.domain.populations import PopulationChoice
from assistant.errors import CertificateError

if TYPE_CHECKING:
    from assistant.application.certification.draw_sample import DrawnSample

_PURPOSES = {
    "start": "a random sample to start from",
    "learn": "the items the model is least sure of: the most informative to label",
    "audit": "a random audit of the items that would be auto-accepted",
    "review": "all items that can't be auto-accepted",
}


_SHOWN = 5  # items that are named


class By(StrEnum):
    """What each has a promise of its own."""

    LABEL = "label"
    LANGUAGE = "language"


class Method(StrEnum):
    """What is certified."""

    PAC = "pac"
    LTT = "ltt"


MaxErrorOption = Annotated[
    float | None,
    typer.Option("--max-error", show_default="the campaign's, at first 0.05", help="Largest share of wrong labels."),
]
ConfidenceOption = Annotated[
    float | None,
    typer.Option("--confidence", show_default="the campaign's, at first 0.95", help="Of the statement, below 1."),
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", show_default="[routing] seed", help="Of folds and solvers; fixed by the first sample."),
]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("sample")(sample)
    app.command("certify")(certify)
    app.command("check")(check)


@takes_population
def sample(
    run: RunOption = None,
    max_error: MaxErrorOption = None,
    confidence: ConfidenceOption = None,
    out: Annotated[Path, typer.Option("--out", help="CSV file to label in.")] = Path("to_label.csv"),
    seed: SeedOption = None,
    go_on: Annotated[
        bool, typer.Option("--continue", help="Include what has come into the run since: one campaign over batches.")
    ] = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    population: PopulationChoice,
) -> None:
    """Draw the items that people label next, blind, until the rest can be auto-accepted.

    Items are drawn once: repeated before their labels are imported, the command writes the same file.

    Example: assistant sample --max-error 0.05 --out to_label.csv
    """
    from assistant.application.certification.draw_sample import SampleChoice, draw_sample
    from assistant.application.labeling.populations import name_run_about

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        named = name_run_about(opened, run, population)
        sampled = draw_sample(opened, SampleChoice(named, max_error, confidence, seed, continued=go_on), out)
        note_left_out(output, opened)
    _show_sample(output, sampled, out)


@takes_population
def certify(
    run: RunOption = None,
    max_error: MaxErrorOption = None,
    confidence: ConfidenceOption = None,
    by: Annotated[
        By | None, typer.Option("--by", help="Guarantee it for each label the run gave, or each language.")
    ] = None,
    method: Annotated[Method, typer.Option("--method", help="pac: this batch; ltt: what comes later.")] = Method.PAC,
    declared_random: Annotated[
        bool, typer.Option("--declared-random", help="I declare: the labeled items are a simple random sample.")
    ] = False,
    curve: Annotated[
        bool, typer.Option("--curve", help="Also print the expected outcome of audits of other sizes.")
    ] = False,
    seed: SeedOption = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    population: PopulationChoice,
) -> None:
    """State how many labels can be auto-accepted, and at what guaranteed error rate; or what is missing for that.

    Example: assistant certify --max-error 0.05 --confidence 0.95
    """
    from assistant.application.certification.certify import certify_curve
    from assistant.application.certification.certify_campaign import CertifyChoice
    from assistant.application.labeling.populations import name_run_about
    from assistant.application.routing.issue_certificate import issue_certificate

    output = Output(as_json=as_json)
    groups = None if by is None else by.value
    with open_workspace(workspace) as opened:
        named = name_run_about(opened, run, population)
        choice = CertifyChoice(named, max_error, confidence, groups, method.value, declared=declared_random, seed=seed)
        try:
            made = issue_certificate(opened, choice, curve=curve)
        except CertificateError:
            note_left_out(output, opened)
            for line in curve_words(certify_curve(opened, choice)):
                output.note(line)
            raise
        note_left_out(output, opened)
    show_certificate(output, made.issued, made.accepted, prices=made.prices, plan=made.plan)


@takes_population
def check(
    run: RunOption = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    population: PopulationChoice,
) -> None:
    """Test the newest certificate on new blind labels of auto-accepted items; can be repeated at any time.

    Exit status: 0 it holds, 3 it is broken and accepts nothing more, 1 error.

    Example: assistant check
    """
    from assistant.application.certification.check_certificate import check_certificate
    from assistant.application.labeling.populations import name_run_about

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        checked = check_certificate(opened, name_run_about(opened, run, population))
        note_left_out(output, opened)
    show_check(output, checked)
    if checked.broken:
        raise typer.Exit(EXIT_SOME_FAILED)


def _show_sample(output: Output, sampled: DrawnSample, out: Path) -> None:
    for note in sampled.notes:
        output.note(note)
    for one in sampled.split[:_SHOWN]:
        output.note(f"{one.item_id} is labeled by {' and '.join(one.labelled_by)}: it needs another person")
    if more := sampled.split[_SHOWN:]:
        output.note(f"so do {len(more):,} more items; --json lists all of them with their labelers")
    if sampled.split:
        output.note("or adjudicate them on the Disagreements page: assistant serve")
    drawn = sampled.sample
    data: dict[str, Any] = {
        "run": sampled.run,
        "max_error": sampled.target.max_error,
        "confidence": sampled.target.confidence,
        "items": sampled.items,
        "labelled": sampled.labelled,
        "sample": None if drawn is None else drawn.id,
        "purpose": None if drawn is None else drawn.purpose.value,
        "size": 0 if drawn is None else drawn.size,
        "to_label": len(sampled.missing),
        "split": [{"item": one.item_id, "labelled_by": list(one.labelled_by)} for one in sampled.split],
        "new": sampled.new,
        "fit": None if drawn is None else drawn.fit_id,
        "expected_to_leave": sampled.expected_to_leave,
        "file": str(out) if sampled.missing else None,
        "notes": list(sampled.notes),
    }
    output.result(data, *_words(sampled, out))
    if not sampled.missing and sampled.sample is None and sampled.labelled == sampled.items:
        output.next_step("assistant settle", "writes the final labels: every item has a human label")
        return
    if not sampled.missing:
        output.next_step("assistant certify", "states what the labels prove")
        return
    if sampled.sample is not None and sampled.sample.purpose.value == "review":
        output.next_step("assistant certify", "the others can be certified now; these go to review in any case")
    what = "imports the labels once the last column is filled"
    if len(sampled.split) == len(sampled.missing):
        what = "imports a third label: NAME is a person who hasn't labeled these yet"
    output.next_step(_import_command(sampled, out), what)


def _words(sampled: DrawnSample, out: Path) -> list[str]:
    drawn = sampled.sample
    if drawn is None:
        return [
            f"nothing left to label: {sampled.labelled:,} of {sampled.items:,} items are labeled, the others"
            " auto-accepted"
        ]
    what = f"sample {drawn.id} of {sampled.run}, {_PURPOSES[drawn.purpose.value]}"
    if not sampled.new:
        return [f"{len(sampled.missing):,} of {drawn.size:,} labels are missing of {what}", f"they are in {out}"]
    lines = [f"{drawn.size:,} items to label in {out}: {what}"]
    if sampled.expected_to_leave is not None:
        lines.append(
            f"as it looks now, about {sampled.expected_to_leave:,} of {sampled.items:,} items will be"
            f" auto-accepted; {sampled.labelled:,} are labeled by people"
        )
    return lines


def _import_command(sampled: DrawnSample, out: Path) -> str:
    from shlex import quote

    name = os.environ.get("USER") or f"uid{os.getuid()}"
    if len(sampled.split) == len(sampled.missing):
        name = "NAME"  # whoever it was that labelled them before: the same answer again would change nothing
    return (
        f"assistant labels import {quote(str(out))} --rater-name {quote(name)}" + " --any-label" * sampled.off_label_set
    )
