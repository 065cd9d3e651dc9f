"""`assistant status` and `assistant export`: what there is, and taking it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.left_out_words import note_left_out
from assistant.cli.options import HERE, JsonOption, RunOption, WorkspaceOption, open_workspace, takes_population
from assistant.cli.output import Output, media_words, table
from assistant.cli.progress import Counting
from assistant.domain.populations import PopulationChoice

if TYPE_CHECKING:
    from assistant.application.labeling.runs import FailedItem
    from assistant.application.review.fill_queue import ForPeople
    from assistant.domain.runs import Run, RunTotals
    from assistant.exchange.release import Released

_SHOWN_FAILURES = 10


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("status")(status)
    app.command("export")(export)


@takes_population
def status(
    run: RunOption = None,
    failed: Annotated[int, typer.Option(help="How many failed items to list.")] = _SHOWN_FAILURES,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    population: PopulationChoice,
) -> None:
    """Show counts, costs and failures of a run, and a summary of the workspace.

    Example: assistant status --run r2
    """
    from assistant.application.labeling.populations import name_run_about
    from assistant.application.labeling.runs import describe_workspace
    from assistant.application.review.fill_queue import for_people

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        found = describe_workspace(opened, name_run_about(opened, run, population), failures=failed)
        note_left_out(output, opened)
        going = found.run
        work = None if going is None else for_people(opened, going.run)
    counts = {**found.content, "languages": found.languages}
    if going is None or work is None:
        output.result({"content": counts, "reviews": found.reviews, "runs": []}, _content_line(counts, found.reviews))
        output.next_step("assistant prelabel", "labels it")
        return
    chosen, totals, known = going.run, going.totals, found.runs
    data: dict[str, Any] = {
        "content": counts,
        "reviews": found.reviews,
        "runs": [{"run": one.name, "model": one.model, "prompt": one.prompt, "policy": one.policy} for one in known],
        "run": {**_run_facts(chosen), **totals_as_dict(totals)},
        "failed_items": [asdict(failure) for failure in going.failures],
        "events": [{"at": at, "event": event, **detail} for at, event, detail in going.events],
    }
    shown = (*show_totals(chosen, totals), *_show_failures(going.failures))
    output.result(data, _content_line(counts, found.reviews), "", *shown)
    if others := [one.name for one in known if one.id != chosen.id]:
        output.note(f"other runs: {', '.join(others)}")
    if totals.statuses["pending"] and chosen.origin == "prelabel":
        output.next_step("assistant prelabel", f"{totals.statuses['pending']:,} items to label")
    else:
        advise_people(output, work)
        output.next_step("assistant export labels.jsonl", "exports the labels")


@takes_population
def export(
    file: Annotated[Path, typer.Argument(help="Ends in .jsonl, .parquet, .csv or .xlsx.")],
    run: RunOption = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    population: PopulationChoice,
) -> None:
    """Write every item with its answer, route, final label and provenance to a file, and a manifest beside it.

    Labels are final once `assistant settle` has written them; the manifest says whose they are, and what the
    certificate guarantees for them.

    Example: assistant export labels.parquet --run r2
    """
    from assistant.application.labeling.populations import name_run_about
    from assistant.application.routing.release import RunRelease

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        release = RunRelease(opened, name_run_about(opened, run, population))
        with Counting(output, f"writing {file.name}", total=release.rows) as counting:
            made = release.write(file, counting.update)
        note_left_out(output, opened)
    written, released, totals = made.written, made.released, made.totals
    data = {
        "release": made.id,
        "file": str(file),
        "rows": written.rows,
        "sha256": written.sha256,
        "manifest": str(made.manifest),
    }
    output.result(
        data | released.as_json(),
        f"{written.rows:,} rows of run {made.run.name} in {file}",
        f"manifest: {made.manifest}",
    )
    if written.cut_cells:
        output.note(
            f"{written.cut_cells:,} cells were longer than Excel can hold and were cut; .jsonl keeps them whole"
        )
    if totals.statuses["pending"]:
        output.note(f"{totals.statuses['pending']:,} items have no answer yet; their rows say `pending`")
    if in_part := released.counts["in_part"]:
        output.note(
            f"{in_part:,} final labels leave categories unknown: `final_unknown` names them; they are not negatives"
        )
    _note_finals(output, released)


def _note_finals(output: Output, released: Released) -> None:
    """What is not final; nothing where no certificate was ever asked for."""
    waiting = released.counts["not_settled"]
    if not waiting or (released.certificate is None and waiting == released.counts.total()):
        return
    output.note(f"{waiting:,} items have no final label; the manifest states the guarantee for the others")
    output.next_step("assistant settle", "writes the final labels, as far as human labels and the certificate allow")


def advise_people(output: Output, work: ForPeople) -> None:
    """Lead to where people are needed: items that wait to come into their queue, and the pages where they work."""
    if work.unqueued:
        output.next_step("assistant enqueue", f"creates tasks for {work.unqueued:,} items that need review")
    if work.unqueued or work.in_queue:
        waiting = f"; {work.in_queue:,} responses needed now" if work.in_queue else ""
        output.next_step("assistant serve", f"opens the review pages{waiting}")


_STATUSES = {"labelled": "labeled", "settled": "labeled by people"}
"""How stored states of answers are printed where their names are older spellings."""


def show_totals(run: Run, totals: RunTotals) -> list[Any]:
    """A run's result as people read it: facts in a line, then labels and routes as tables."""
    answered = {name: count for name, count in totals.statuses.items() if count}
    shown: list[Any] = [
        f"run {run.name}: {run.prompt or 'imported'}, policy {run.policy or '-'}, model {run.model}"
        + (f", about {run.population.name} only" if run.population else ""),
        ", ".join(f"{count:,} {_STATUSES.get(name, name)}" for name, count in answered.items())
        + (f"; {totals.shared:,} reuse the answer of an identical text" if totals.shared else ""),
        f"{totals.prompt_tokens + totals.completion_tokens:,} tokens ({totals.cached_tokens:,} cached), "
        + money(totals.cost_usd),
    ]
    shown += _shares(("label",), {(name,): count for name, count in totals.labels.items()})
    shown += _shares(("route", "reason"), totals.routes)
    shown += _shares(("failed because",), {(reason,): count for reason, count in totals.failures.items()})
    return shown


def _shares(columns: tuple[str, ...], counts: Mapping[Any, int]) -> list[Any]:
    if not counts:
        return []
    total = sum(counts.values())
    rows = [(*names, f"{count:,}", f"{count / total:.1%}") for names, count in counts.items()]
    return ["", table((*columns, "items", "share"), rows)]


def totals_as_dict(totals: RunTotals) -> dict[str, Any]:
    """A run's result for programs."""
    return {
        "statuses": totals.statuses,
        "failures": totals.failures,
        "labels": totals.labels,
        "routes": [
            {"route": route, "reason": reason, "items": count} for (route, reason), count in totals.routes.items()
        ],
        "prompt_tokens": totals.prompt_tokens,
        "completion_tokens": totals.completion_tokens,
        "cached_tokens": totals.cached_tokens,
        "cost_usd": totals.cost_usd,
        "shared_answers": totals.shared,
        "with_media": totals.with_media,
    }


def money(amount: float | None) -> str:
    """US$ for people; small amounts keep their digits."""
    if amount is None:
        return "cost unknown (no price in assistant.toml)"
    return f"US$ {amount:,.2f}" if amount >= 1 or amount == 0 else f"US$ {amount:.4f}"


def _run_facts(run: Run) -> dict[str, Any]:
    return {
        "run": run.name,
        "key": run.key,
        "origin": run.origin,
        "model": run.model,
        "prompt": run.prompt,
        "prompt_hash": run.prompt_digest,
        "policy": run.policy,
        "policy_hash": run.policy_digest,
        "replicate": run.replicate,
        "population": run.population and run.population.as_json(),
        "created_at": run.created_at,
    }


def _content_line(counts: Mapping[str, Any], reviews: Mapping[str, int]) -> str:
    languages = ", ".join(f"{count:,} {language}" for language, count in counts["languages"].items())
    media = f"\n{media_words(counts['with_media'])}" if counts["with_media"] else ""
    people = f"; {reviews['labels']:,} human labels on {reviews['items']:,} items" if reviews["labels"] else ""
    return f"{counts['items']:,} items ({languages or 'none yet'}){people}{media}"


def _show_failures(failures: Sequence[FailedItem]) -> list[Any]:
    if not failures:
        return []
    rows = [(one.item_id, one.reason, (one.detail or "")[:100]) for one in failures]
    return ["", table(("item", "reason", "detail"), rows)]
